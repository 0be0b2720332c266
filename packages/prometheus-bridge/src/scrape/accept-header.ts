/** One entry of an `Accept` or `Accept-Encoding` header. */
export interface AcceptRange {
  /** Lower case: `text/plain`, `text/*`, `*` + `/*`; for encodings `gzip`. */
  readonly value: string;
  /** Names in lower case, values as written without quotes; `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 (never) to 1. */
  readonly quality: number;
}

const MAX_HEADER_LENGTH = 4_096;

/** Reads the entries of an `Accept` or `Accept-Encoding` header in order; entries without a value are left out (RFC 9110 §12.4). */
export function parseAccept(header: string): AcceptRange[] {
  return header
    .slice(0, MAX_HEADER_LENGTH)
    .split(',')
    .map(parseRange)
    .filter((range) => range.value !== '');
}

function parseRange(text: string): AcceptRange {
  const [value = '', ...pairs] = text.split(';').map((part) => part.trim());
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = (equals < 0 ? pair : pair.slice(0, equals)).trim().toLowerCase();
    const content = equals < 0 ? '' : unquote(pair.slice(equals + 1).trim());
    if (name === 'q') {
      quality = parseQuality(content);
    } else if (name !== '') {
      parameters.set(name, content);
    }
  }
  return { value: value.toLowerCase(), parameters, quality };
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function parseQuality(text: string): number {
  const quality = Number(text);
  return text === '' || Number.isNaN(quality) ? 1 : Math.min(Math.max(quality, 0), 1);
}

/** Whether an answer compressed with gzip is welcome: named, or covered by `*`, with a quality above zero. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) {
    return false;
  }
  const ranges = parseAccept(acceptEncoding);
  const range =
    ranges.find(({ value }) => value === 'gzip' || value === 'x-gzip') ?? ranges.find(({ value }) => value === '*');
  return range !== undefined && range.quality > 0;
}
