import type { RequestHeaders } from '../carriers/carrier-input.ts';

/** What one proxy says of the request as it came to it: the parameters of an element of `Forwarded` (RFC 7239). */
export type ForwardedElement = Readonly<Partial<Record<'for' | 'host' | 'proto', string>>>;

const MAX_HEADER_CHARS = 4096;
const PARAMETER = /^\s*(for|host|proto)\s*=(.*)$/i;

/** The elements of `Forwarded`, the nearest proxy's last; none without the header. */
export function forwardedElements(headers: RequestHeaders): readonly ForwardedElement[] {
  return headerList(headers, 'forwarded').map((element) => {
    const parameters = element.split(';').flatMap((part) => {
      const [, name = '', value = ''] = PARAMETER.exec(part) ?? [];
      return name === '' ? [] : [[name.toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')] as const];
    });
    // Of a parameter that stands twice the first counts.
    return Object.fromEntries(parameters.toReversed());
  });
}

/** What a header lists, each trimmed; of a long one the end, which the nearest proxy wrote. Empty without the header. */
export function headerList(headers: RequestHeaders, name: string): readonly string[] {
  const value = headers[name];
  const text = typeof value === 'string' ? value : (value ?? []).join(',');
  return text === ''
    ? []
    : text
        .slice(-MAX_HEADER_CHARS)
        .split(',')
        .map((each) => each.trim());
}
