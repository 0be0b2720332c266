import type { FieldType, QueryField, QueryOperator } from '../fields/query-field.ts';
import { nearestName } from '../nearest-name.ts';
import type { ExpectedValue } from '../query-fault.ts';
import { parseTime } from './query-time.ts';

/** A value in the field's own unit, or what was expected instead. */
export type ValueReading =
  | { readonly ok: true; readonly value: string | number | boolean }
  | { readonly ok: false; readonly expected: ExpectedValue; readonly nearest?: string };

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const WITH_UNIT = /^(-?\d{1,15}(?:\.\d{1,15})?)\s?([a-zA-Z]*)$/;

const DURATION_UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1000,
  kib: 1024,
  mb: 1_000_000,
  mib: 1_048_576,
};

type Reader = (text: string, field: QueryField, operator: QueryOperator) => ValueReading;

const READERS: Readonly<Record<FieldType, Reader>> = {
  text: (text) => ({ ok: true, value: text }),
  enum: readEnum,
  flag: readFlag,
  number: (text) => (NUMBER.test(text) ? { ok: true, value: Number(text) } : { ok: false, expected: 'number' }),
  duration: (text) => readWithUnit(text, DURATION_UNITS, 'duration'),
  bytes: (text) => readWithUnit(text, BYTE_UNITS, 'bytes'),
  time: readTime,
};

/** Reads the text behind an operator as a value of `field`. */
export function readValue(text: string, field: QueryField, operator: QueryOperator): ValueReading {
  return READERS[field.type](text, field, operator);
}

function readEnum(text: string, { values = [] }: QueryField, operator: QueryOperator): ValueReading {
  // A part of a word is no word of the set: `outcome~backend` asks for all that contain it.
  if (values.includes(text) || operator === '~' || operator === '!~') {
    return { ok: true, value: text };
  }
  const nearest = nearestName(text, values);
  return { ok: false, expected: 'enum', ...(nearest === undefined ? {} : { nearest }) };
}

function readFlag(text: string): ValueReading {
  if (text === 'true' || text === 'false') {
    return { ok: true, value: text === 'true' };
  }
  return { ok: false, expected: 'flag' };
}

function readWithUnit(text: string, units: Readonly<Record<string, number>>, expected: ExpectedValue): ValueReading {
  const [, digits = '', unit = ''] = WITH_UNIT.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  if (digits === '' || factor === undefined) {
    return { ok: false, expected };
  }
  return { ok: true, value: Number(digits) * factor };
}

function readTime(text: string): ValueReading {
  const value = parseTime(text);
  return value === undefined ? { ok: false, expected: 'time' } : { ok: true, value };
}
