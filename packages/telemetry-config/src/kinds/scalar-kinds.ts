import { maskMeantUrl, maskUrl } from '../masking/mask-url.ts';
import { nearestWord } from '../reading/nearest.ts';
import { accepted, orSubstituted, quote, refused, wrongType, type ValueIssue, type Kind, type Parsed } from './kind.ts';
import { findPlaceholderInUrl } from './placeholder.ts';

/** The largest integer every SDK takes (OTel environment variables, "Integer"). */
const MAX_INTEGER = 2_147_483_647;

/** Only `true`, in any case, is true (OTel environment variables, "Boolean"). */
export function boolean(): Kind<boolean> {
  const expected = 'true or false';
  return {
    name: 'boolean',
    expected,
    isSecret: false,
    schema: orSubstituted({ type: 'boolean' }),
    parse: (given) => {
      const word = given.toLowerCase();
      if (word === 'true' || word === 'false') {
        return accepted(word === 'true');
      }
      return refused({ problem: `${quote(given)} is neither true nor false`, expected });
    },
    fromJson(value) {
      if (typeof value === 'boolean') {
        return accepted(value);
      }
      return typeof value === 'string' ? this.parse(value.trim()) : wrongType(value, expected);
    },
    show: String,
  };
}

function numeric(
  name: Kind<number>['name'],
  expected: string,
  bounds: { readonly min: number; readonly max: number; readonly isWhole: boolean },
): Kind<number> {
  const pattern = bounds.isWhole ? /^[+-]?\d+$/ : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
  const parse = (given: string): Parsed<number> => {
    const value = pattern.test(given) ? Number(given) : Number.NaN;
    if (Number.isNaN(value)) {
      return refused({ problem: `${quote(given)} is not a ${bounds.isWhole ? 'whole ' : ''}number`, expected });
    }
    if (value < bounds.min || value > bounds.max) {
      return refused({ problem: `${quote(given)} is out of range`, expected });
    }
    return accepted(value === 0 ? 0 : value);
  };
  return {
    name,
    expected,
    isSecret: false,
    schema: orSubstituted({
      type: bounds.isWhole ? 'integer' : 'number',
      minimum: bounds.min,
      ...(bounds.max === MAX_INTEGER ? {} : { maximum: bounds.max }),
    }),
    parse,
    fromJson: (value) => {
      if (typeof value === 'number') {
        return parse(String(value));
      }
      return typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected);
    },
    show: (value) => (value === Number.POSITIVE_INFINITY ? 'no limit' : String(value)),
  };
}

/** A whole number within bounds. */
export function integer(min = 0, max: number = MAX_INTEGER): Kind<number> {
  return numeric('whole number', `a whole number from ${min} to ${max}`, { min, max, isWhole: true });
}

/** Milliseconds (OTel environment variables, "Duration"). */
export function duration(min = 0): Kind<number> {
  const expected = `a whole number of milliseconds from ${min} to ${MAX_INTEGER}`;
  return numeric('duration (ms)', expected, { min, max: MAX_INTEGER, isWhole: true });
}

/** Milliseconds, where 0 means no limit (OTel environment variables, "Timeout"). */
export function timeout(): Kind<number> {
  const expected = `a whole number of milliseconds from 0 (no limit) to ${MAX_INTEGER}`;
  return numeric('timeout (ms)', expected, { min: 0, max: MAX_INTEGER, isWhole: true });
}

export function ratio(): Kind<number> {
  return numeric('ratio', 'a number from 0 to 1', { min: 0, max: 1, isWhole: false });
}

function textual(name: Kind<string>['name'], expected: string, isSecret: boolean): Kind<string> {
  return {
    name,
    expected,
    isSecret,
    schema: { type: 'string' },
    parse: accepted,
    fromJson: (value) => (typeof value === 'string' ? accepted(value.trim()) : wrongType(value, expected)),
    show: (value) => (isSecret ? '***' : value),
  };
}

export function text(expected = 'any text'): Kind<string> {
  return textual('text', expected, false);
}

export function filePath(expected = 'the path of a file'): Kind<string> {
  return textual('file path', expected, false);
}

export function secret(expected = 'any text'): Kind<string> {
  return textual('secret', expected, true);
}

/** One word of a fixed set, in any case; `hints` answers words that others know and we don't. */
export function choice<const T extends string>(
  values: readonly T[],
  hints: Readonly<Record<string, string>> = {},
): Kind<T> {
  const expected = values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`;
  const parse = (given: string): Parsed<T> => {
    const word = given.toLowerCase();
    const value = values.find((candidate) => candidate.toLowerCase() === word);
    if (value !== undefined) {
      return accepted(value);
    }
    const hint = Object.hasOwn(hints, word) ? hints[word] : undefined;
    const meant = nearestWord(given, values);
    const fix = hint ?? (meant === undefined ? undefined : `did you mean ${meant}?`);
    return refused({
      problem: `${quote(given)} is not ${hint === undefined ? 'known' : 'supported'}`,
      expected,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  return {
    name: 'choice',
    expected,
    isSecret: false,
    schema: orSubstituted({ enum: values }),
    parse,
    fromJson: (value) => {
      if (typeof value === 'string') {
        return parse(value.trim());
      }
      // YAML 1.1 writers mean the word when they write a bare off or on.
      if (typeof value === 'boolean') {
        return parse(value ? 'on' : 'off');
      }
      return wrongType(value, expected);
    },
    show: String,
  };
}

/** A URL without a usable scheme, with the fix where the rest of it is usable. */
function wrongScheme(given: string, expected: string): ValueIssue {
  const [, scheme = '', slashes = '', rest = given] = /^([a-z][a-z0-9+.-]*):(\/\/)(.*)$/is.exec(given) ?? [];
  const shown = quote(maskMeantUrl(given));
  const problem = slashes === '' ? `${shown} has no scheme` : `${shown} has the scheme ${scheme.toLowerCase()}`;
  const completed = scheme === '' ? withScheme(rest) : GRPC_SCHEMES.get(scheme.toLowerCase())?.concat(rest);
  const isUsable = completed !== undefined && URL.canParse(completed) && !/[\s"']/.test(given);
  return { problem, expected, ...(isUsable ? { fix: `write ${maskUrl(completed)}` } : {}) };
}

/** Schemes that say gRPC elsewhere, and what says the same here. */
const GRPC_SCHEMES: ReadonlyMap<string, string> = new Map([
  ['grpc', 'http://'],
  ['grpcs', 'https://'],
]);

/** `host`, `//host` and `http:/host` as they were meant. */
function withScheme(given: string): string {
  const [, scheme = 'http', rest = given] = /^(https?):\/?(?!\/|\d)(.*)$/is.exec(given) ?? [];
  return `${scheme.toLowerCase()}://${rest.replace(/^\/\//, '')}`;
}

/** An absolute http or https URL, kept as written (trimmed). */
export function httpUrl(): Kind<string> {
  const expected = 'a URL that begins with http:// or https://';
  const parse = (given: string): Parsed<string> => {
    const placeholder = findPlaceholderInUrl(given);
    if (placeholder !== undefined) {
      const problem = `${quote(maskMeantUrl(given))} still holds ${placeholder.shown}, which nobody has filled in`;
      return refused({ problem, expected, fix: placeholder.fix });
    }
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase();
    if (scheme !== 'http' && scheme !== 'https') {
      return refused(wrongScheme(given, expected));
    }
    if (!URL.canParse(given)) {
      return refused({ problem: `${quote(maskMeantUrl(given))} is not a URL`, expected });
    }
    return accepted(given);
  };
  return {
    name: 'URL',
    expected,
    isSecret: false,
    schema: { type: 'string' },
    parse,
    fromJson: (value) => (typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected)),
    show: maskUrl,
  };
}
