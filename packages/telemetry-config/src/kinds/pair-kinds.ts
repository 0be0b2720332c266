import { quote, refused, wrongType, type ValueIssue, type Kind, type Parsed } from './kind.ts';
import { splitList } from './list-kinds.ts';
import { findPlaceholder } from './placeholder.ts';

type Pairs = Readonly<Record<string, string>>;
type Pair = readonly [key: string, value: string];
type PairIssue = Pick<ValueIssue, 'problem' | 'fix'>;
type PairCheck = (key: string, value: string, position: number) => string | undefined;

/** Longest key or value of a resource attribute (OTel resource SDK). */
const MAX_ATTRIBUTE_LENGTH = 255;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- exactly what a header value may not hold
const HEADER_VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const QUOTED = /^["']|^[^=]*=\s*(["']).*\1$/s;

/** Says what is wrong with `pair`, naming its key but never its value. */
function parsePair(pair: string, position: number, check: PairCheck): Pair | PairIssue {
  const separator = pair.indexOf('=');
  if (separator < 0) {
    return { problem: `pair ${position} has no "="` };
  }
  const placeholder = findPlaceholder(pair);
  if (placeholder !== undefined) {
    const problem = `pair ${position} still holds ${placeholder.shown}, which nobody has filled in`;
    return { problem, fix: placeholder.fix };
  }
  if (QUOTED.test(pair)) {
    return { problem: `pair ${position} has quotes, which are taken for a part of it`, fix: 'remove the quotes' };
  }
  const key = decode(pair.slice(0, separator).trim());
  if (key === undefined || key === '') {
    return { problem: `pair ${position} has no usable key` };
  }
  const value = decode(pair.slice(separator + 1).trim());
  if (value === undefined) {
    return { problem: `the value in pair ${position} has a broken percent-encoding` };
  }
  const problem = check(key, value, position);
  return problem === undefined ? [key, value] : { problem };
}

function parsePairs(text: string, expected: string, check: PairCheck): Parsed<Pairs> {
  const pairs = splitList(text).map((item, index) => parsePair(item, index + 1, check));
  return toParsed(pairs, expected);
}

function fromRecord(value: unknown, expected: string, check: PairCheck): Parsed<Pairs> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrongType(value, expected);
  }
  const pairs = Object.entries(value).map(([key, item], index): Pair | PairIssue => {
    const text = ['string', 'number', 'boolean'].includes(typeof item) ? String(item) : undefined;
    if (text === undefined) {
      return { problem: `the value of ${quote(key)} is not a text` };
    }
    const problem = check(key, text, index + 1);
    return problem === undefined ? [key, text] : { problem };
  });
  return pairs.length === 0 ? { value: {}, issues: [] } : toParsed(pairs, expected);
}

/** What is left out is told of; where nothing is left, whoever reads the setting says what that means. */
function toParsed(all: readonly (Pair | PairIssue)[], expected: string): Parsed<Pairs> {
  const pairs = all.filter(isPair);
  const rest = pairs.length === 0 ? '' : '; it is left out, the others stay';
  const issues = all.flatMap((pair) => (isPair(pair) ? [] : [{ ...pair, problem: pair.problem + rest, expected }]));
  return { value: pairs.length === 0 ? undefined : Object.fromEntries(pairs), issues };
}

function isPair(pair: Pair | PairIssue): pair is Pair {
  return Array.isArray(pair);
}

function attributeCheck(key: string, value: string): string | undefined {
  const isTooLong = key.length > MAX_ATTRIBUTE_LENGTH || value.length > MAX_ATTRIBUTE_LENGTH;
  return isTooLong ? `${quote(key)} is longer than ${MAX_ATTRIBUTE_LENGTH} characters` : undefined;
}

/** Never repeats the name when it is wrong: `Authorization: Bearer abc=` would show the token. */
function headerCheck(key: string, value: string, position: number): string | undefined {
  if (!HEADER_NAME.test(key)) {
    return `what pair ${position} begins with cannot be the name of a header`;
  }
  return HEADER_VALUE.test(value) ? undefined : `the value of ${quote(key)} holds characters a header may not`;
}

/** `key=value,key=value`, percent-decoded; a malformed pair drops out alone. */
export function keyValues(): Kind<Pairs> {
  const expected = 'key=value pairs separated by commas, special characters percent-encoded';
  return {
    name: 'key-value list',
    expected,
    isSecret: false,
    schema: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
    parse: (text) => parsePairs(text, expected, attributeCheck),
    fromJson: (value) =>
      typeof value === 'string'
        ? parsePairs(value, expected, attributeCheck)
        : fromRecord(value, expected, attributeCheck),
    show: (value) =>
      Object.entries(value)
        .map(([key, item]) => `${key}=${item}`)
        .join(','),
  };
}

const HEADER_FIX = 'write name=value, as in authorization=Bearer%20TOKEN';

/** Names in lower case, as HTTP/2 and gRPC want them, so that one of them is never there twice. */
function toHeaders(parsed: Parsed<Pairs>): Parsed<Pairs> {
  const issues = parsed.issues.map((issue) => Object.assign({ fix: HEADER_FIX }, issue));
  if (parsed.value === undefined) {
    return { value: undefined, issues };
  }
  const entries = Object.entries(parsed.value).map(([key, value]) => [key.toLowerCase(), value] as const);
  return { value: Object.fromEntries(entries), issues };
}

/** Headers as `key=value,key=value`, percent-decoded; names lower-case, values secret. */
export function headers(): Kind<Pairs> {
  const expected = 'key=value pairs separated by commas, special characters percent-encoded';
  return {
    name: 'headers',
    expected,
    isSecret: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    parse: (text) => toHeaders(parsePairs(text, expected, headerCheck)),
    fromJson: (value) =>
      toHeaders(
        typeof value === 'string' ? parsePairs(value, expected, headerCheck) : fromRecord(value, expected, headerCheck),
      ),
    show: (value) =>
      Object.keys(value)
        .map((key) => `${key}=***`)
        .join(','),
  };
}

/** A variable of the specification that nothing here acts on: setting it is answered with what to do instead. */
export function unsupported(fix: string): Kind<never> {
  const issue: ValueIssue = { problem: 'it is not supported and has no effect', fix };
  return {
    name: 'not supported',
    expected: 'unset',
    isSecret: true,
    schema: {},
    parse: () => refused(issue),
    fromJson: () => refused(issue),
    show: () => '***',
  };
}
