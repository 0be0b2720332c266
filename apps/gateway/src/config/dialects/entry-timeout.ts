import { quote } from '@dcc-mcp/telemetry-config/settings';
import type { EntryRefusal } from './entry-note.ts';

/** Cline, Roo and Goose count in seconds, and go up to an hour. */
const MOST_SECONDS = 3_600;
/** Keys of clients that count in milliseconds (Gemini CLI). */
const MILLIS_CLIENTS = ['httpUrl', 'trust', 'includeTools', 'excludeTools'];
/** Longest time that Node waits for. */
const MAX_MILLIS = 2_147_483_647;
const FACTORS = { ms: 1, s: 1_000, m: 60_000 } as const;

/** What a number without a unit counts; `either`: seconds up to an hour, milliseconds above. */
type Unit = 'seconds' | 'milliseconds' | 'either';

const EXPECTED: Readonly<Record<Unit, string>> = {
  seconds: 'a number of seconds above 0',
  milliseconds: 'a number of milliseconds from 1, or a text as 30s',
  either: `a number of seconds above 0 (of milliseconds above ${MOST_SECONDS}), or a text as 30s`,
};

/** What a number in the `timeout` of a client's entry counts. */
export function timeoutUnit(entry: Readonly<Record<string, unknown>>): Unit {
  return MILLIS_CLIENTS.some((key) => key in entry) ? 'milliseconds' : 'either';
}

/** A time of a client's entry in our own key, or what is wrong with it, in the words and the unit of its client. */
export function toTimeoutMs(value: unknown, unit: Unit): { readonly timeoutMs: unknown } | EntryRefusal {
  if (value === null || (typeof value === 'string' && value.trim() === '')) {
    return { timeoutMs: value };
  }
  const refused = (problem: string): EntryRefusal => ({
    refusal: { problem, expected: EXPECTED[unit], instead: 'the default of 60 s is used' },
  });
  if (typeof value !== 'number' && typeof value !== 'string') {
    return refused('the value is no number');
  }
  const millis = millisOf(String(value), unit);
  if (millis === undefined) {
    return refused(`${quote(String(value))} is no time`);
  }
  return millis >= 1 && millis <= MAX_MILLIS
    ? { timeoutMs: millis }
    : refused(`${quote(String(value))} is out of range`);
}

function millisOf(text: string, unit: Unit): number | undefined {
  const [, digits = '', given] = /^(.+?)\s*(ms|s|m)?$/.exec(text.trim()) ?? [];
  const number = Number(digits);
  if (Number.isNaN(number)) {
    return undefined;
  }
  const isMillis = unit === 'milliseconds' || (unit === 'either' && number > MOST_SECONDS);
  const factor = given === 'ms' || given === 's' || given === 'm' ? FACTORS[given] : isMillis ? 1 : FACTORS.s;
  return Math.round(number * factor);
}
