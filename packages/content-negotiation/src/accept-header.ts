/** One entry of an `Accept` or `Accept-Encoding` header. */
export interface AcceptEntry {
  /** Lower case: a media range (`text/plain`, `text/*`), a coding (`gzip`), or `*`, also for the media range of all. */
  readonly value: string;
  /** Names in lower case, values as written without quotes; the weight is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 (never) to 1. */
  readonly weight: number;
}

const MAX_HEADER_LENGTH = 4_096;

// Commas and semicolons inside of a quoted string separate nothing (RFC 9110, 5.6.4).
const LIST_MEMBER = /(?:[^",]|"(?:\\.|[^"\\])*"?)+/g;
const MEMBER_PART = /(?:[^";]|"(?:\\.|[^"\\])*"?)+/g;

/** Three digits are all that RFC 9110 has; clients that write `.2` or `0.3333` are understood. */
const WEIGHT = /^(?:0?\.\d+|0\.?|1(?:\.0*)?)$/;

/**
 * Reads the entries of an `Accept` or `Accept-Encoding` header in order (RFC 9110, 12.4.2 and 12.5). An entry whose weight
 * is no number from 0 to 1 is left out, as if it were not there: what a client takes can't be told from it.
 *
 * @param header Read up to 4,096 characters.
 */
export function parseAccept(header: string | null | undefined): readonly AcceptEntry[] {
  const members = (header ?? '').slice(0, MAX_HEADER_LENGTH).match(LIST_MEMBER) ?? [];
  return members.map(parseEntry).filter((entry) => entry !== undefined);
}

function parseEntry(member: string): AcceptEntry | undefined {
  const [value = '', ...pairs] = (member.match(MEMBER_PART) ?? []).map((part) => part.trim());
  const parameters = new Map(pairs.filter((pair) => pair !== '').map(parseParameter));
  const weight = parseWeight(parameters.get('q'));
  if (value === '' || member.trimStart().startsWith(';') || weight === undefined) {
    return undefined;
  }
  parameters.delete('q');
  return { value: toValue(value), parameters, weight };
}

/** `x-gzip` is the same as `gzip` (RFC 9110, 8.4.1.3); some clients write `*` for the media range of all. */
function toValue(text: string): string {
  const value = text.toLowerCase();
  if (value === '*/*') {
    return '*';
  }
  return value === 'x-gzip' ? 'gzip' : value;
}

function parseParameter(pair: string): readonly [name: string, value: string] {
  const equals = pair.indexOf('=');
  return equals === -1
    ? [pair.toLowerCase(), '']
    : [pair.slice(0, equals).trim().toLowerCase(), unquote(pair.slice(equals + 1).trim())];
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
    : text;
}

function parseWeight(text: string | undefined): number | undefined {
  if (text === undefined) {
    return 1;
  }
  return WEIGHT.test(text) ? Number(text) : undefined;
}
