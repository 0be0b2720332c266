import { isJsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { isEqual, spendOnComparing } from '../schema/counted-equality.ts';
import { LinearRegex } from '../schema/linear-regex.ts';
import { askIfCheckable, type Check, fail, type Visit } from '../schema/schema-node.ts';
import { editToOneOf, editToType } from './edits.ts';
import { readFormat } from './formats.ts';
import { countOf, type Keyword, type KeywordPlace, type Keywords, listOf, misused, numberOf } from './keyword.ts';

/** The names of `type`, each with what it means. */
const TYPES: ReadonlyMap<string, (value: JsonValue) => boolean> = new Map([
  ['string', (value) => typeof value === 'string'],
  ['number', (value) => typeof value === 'number'],
  ['integer', (value) => Number.isInteger(value)],
  ['boolean', (value) => typeof value === 'boolean'],
  ['null', (value) => value === null],
  ['array', (value) => Array.isArray(value)],
  ['object', isJsonObject],
]);

/** Most schemas are of one type only: their checks are shared. */
const CHECKS: ReadonlyMap<unknown, Check> = new Map(
  [...TYPES].map(([name, test]) => [name, typeCheck(new Set([name]), [test])]),
);

/** `type`, with the `nullable` of OpenAPI beside it. */
export const typeKeyword: Keyword = (value, place) => {
  const isNullable = place.schema['nullable'] === true;
  const single = isNullable ? undefined : CHECKS.get(value);
  if (single !== undefined) {
    return single;
  }
  const names = Array.isArray(value) ? listOf(value, place) : [value];
  const types = new Set(isNullable ? [...names, 'null'] : names);
  const tests = Array.from(types, (name) => {
    const test = typeof name === 'string' ? TYPES.get(name) : undefined;
    if (test === undefined) {
      throw misused(place, `one or more of ${[...TYPES.keys()].join(', ')}`);
    }
    return test;
  });
  return typeCheck(types, tests);
};

function typeCheck(types: ReadonlySet<JsonValue>, tests: readonly ((value: JsonValue) => boolean)[]): Check {
  const message = `must be ${Array.from(types, String).join(',')}`;
  return (given, visit) =>
    tests.some((test) => test(given)) || fail(visit, message, visit.failures && editToType(types, given));
}

/** What a value alone decides: no member of it is judged. */
export const VALUE_KEYWORDS: Keywords = [
  ['enum', (value, place) => oneOf(listOf(value, place), (text) => `must be one of ${text}`)],
  ['const', (value) => oneOf([value], (text) => `must be ${text.slice(1, -1)}`)],
  ['multipleOf', multipleOf],
  ['minimum', bound('>=', 'exclusiveMinimum', (given, limit) => given >= limit)],
  ['maximum', bound('<=', 'exclusiveMaximum', (given, limit) => given <= limit)],
  ['exclusiveMinimum', exclusiveBound('>', 'minimum', (given, limit) => given > limit)],
  ['exclusiveMaximum', exclusiveBound('<', 'maximum', (given, limit) => given < limit)],
  ['minLength', length('fewer', (given, limit) => given >= limit)],
  ['maxLength', length('more', (given, limit) => given <= limit)],
  ['pattern', pattern],
  ['format', format],
];

/** Values that a message shows, and their length in characters. */
const MAX_SHOWN_VALUES = 20;
const MAX_SHOWN_LENGTH = 500;

function oneOf(allowed: readonly JsonValue[], toMessage: (list: string) => string): Check {
  const scalars = new Set<JsonValue>(allowed.filter((value) => typeof value !== 'object' || value === null));
  const others = allowed.filter((value) => typeof value === 'object' && value !== null);
  const texts = new Set([...scalars].filter((value) => typeof value !== 'string').map(String));
  let message: string | undefined;
  return (given, visit) => {
    const { budget } = visit.run;
    spendOnComparing(given, budget);
    if (scalars.has(given) || others.some((value) => isEqual(given, value, budget))) {
      return true;
    }
    message ??= toMessage(show(allowed));
    return fail(visit, message, editToOneOf(texts, given));
  };
}

function show(values: readonly JsonValue[]): string {
  const text = JSON.stringify(values.slice(0, MAX_SHOWN_VALUES));
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

/** Parts of a quotient that its rounding may be away from a whole number: 0.3 is a multiple of 0.1. */
const QUOTIENT_ERROR = 2 ** -50;

function multipleOf(value: JsonValue, place: KeywordPlace): Check {
  const step = numberOf(value, place);
  if (step <= 0) {
    throw misused(place, 'more than 0');
  }
  return number((given) => {
    const quotient = given / step;
    return Number.isFinite(quotient)
      ? Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * QUOTIENT_ERROR
      : given % step === 0;
  }, `must be multiple of ${step}`);
}

function number(test: (given: number) => boolean, message: string): Check {
  return (given, visit) => typeof given !== 'number' || test(given) || fail(visit, message);
}

type Comparison = (given: number, limit: number) => boolean;

/** In draft-04 a bound says in a keyword beside it that it is exclusive. */
function bound(sign: string, exclusive: string, compare: Comparison): Keyword {
  return (value, place) => {
    const limit = numberOf(value, place);
    return place.schema[exclusive] === true
      ? number((given) => compare(given, limit) && given !== limit, `must be ${sign.slice(0, 1)} ${limit}`)
      : number((given) => compare(given, limit), `must be ${sign} ${limit}`);
  };
}

function exclusiveBound(sign: string, inclusive: string, compare: Comparison): Keyword {
  return (value, place) => {
    if (typeof value === 'boolean' && (place.dialect === 'draft-04' || place.schema[inclusive] !== undefined)) {
      return undefined;
    }
    const limit = numberOf(value, place);
    return number((given) => compare(given, limit), `must be ${sign} ${limit}`);
  };
}

/** Lengths are counted in code points, which are one or two of the units that JavaScript counts. */
function length(word: 'fewer' | 'more', compare: Comparison): Keyword {
  return (value, place) => {
    const limit = countOf(value, place);
    const message = `must NOT have ${word} than ${limit} characters`;
    return (given, visit) => {
      if (typeof given !== 'string') {
        return true;
      }
      const isClear = compare(given.length, limit) === compare(Math.ceil(given.length / 2), limit);
      return compare(isClear ? given.length : countCodePoints(given, visit), limit) || fail(visit, message);
    };
  };
}

/** Units of a text that are looked at in the time of one step. */
const UNITS_PER_STEP = 16;

function countCodePoints(text: string, { run }: Visit): number {
  run.budget.spend(Math.ceil(text.length / UNITS_PER_STEP));
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const isPair = isSurrogate(text.charCodeAt(index - 1), 0xd800) && isSurrogate(text.charCodeAt(index), 0xdc00);
    count -= isPair ? 1 : 0;
  }
  return count;
}

/** Whether a unit is the first (`start` D800) or the second (DC00) of a pair. */
function isSurrogate(unit: number, start: number): boolean {
  return unit >= start && unit < start + 0x400;
}

const MAX_SHOWN_PATTERN = 200;

function pattern(value: JsonValue, place: KeywordPlace): Check {
  if (typeof value !== 'string') {
    throw misused(place, 'a text');
  }
  const regex = new LinearRegex(value);
  const message = `must match pattern "${value.slice(0, MAX_SHOWN_PATTERN)}"`;
  return (given, visit) =>
    typeof given !== 'string' ||
    askIfCheckable(visit, (budget) => regex.test(given, budget)) !== false ||
    fail(visit, message);
}

function format(value: JsonValue, place: KeywordPlace): Check | undefined {
  if (typeof value !== 'string') {
    throw misused(place, 'a text');
  }
  const test = readFormat(value);
  return test && ((given, visit) => test(given, visit) || fail(visit, `must match format "${value}"`));
}
