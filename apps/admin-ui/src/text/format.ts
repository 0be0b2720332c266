// Numbers and times as people read them, in the language of the page.
import { visible } from '../parts/unseen/visible.ts';
import { now } from '../state/clock.ts';
import { language, timeStyle } from '../state/preferences.ts';
import { t } from './text.ts';

/** `0.04 ms`, `850 ms`, `2.4 s`, `3 min 5 s`. What is rounded up to the next unit is written in it. */
export function duration(millis: number | undefined): string {
  if (millis === undefined) {
    return '–';
  }
  if (millis < 999.5) {
    return `${millis < 10 ? trim(millis, millis < 0.1 ? 2 : 1) : Math.round(millis)} ms`;
  }
  return millis < 59_950
    ? `${trim(millis / 1_000, millis < 10_000 ? 2 : 1)} s`
    : longDuration(Math.round(millis / 1_000) * 1_000);
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** The two largest units: `3 h 12 min`. */
export function longDuration(millis: number): string {
  const first = UNITS.findIndex(([, unit]) => millis >= unit);
  if (first === -1) {
    return '0 s';
  }
  let rest = millis;
  return UNITS.slice(first, first + 2)
    .map(([name, unit]) => {
      const amount = Math.floor(rest / unit);
      rest -= amount * unit;
      return amount === 0 ? '' : `${amount} ${name}`;
    })
    .filter((part) => part !== '')
    .join(' ');
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** `12,345`. */
export function number(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}

/** `1.2 kB`: decimal, as networks count. */
export function bytes(count: number): string {
  // From so many thousands on it would be written as 1000.
  const carried = count * (1 + 0.05 / 999.95);
  const unit = Math.min(
    Math.floor(Math.log10(Math.max(count < 1_000 ? count : carried, 1)) / 3),
    BYTE_UNITS.length - 1,
  );
  return `${unit === 0 ? count : trim(count / 1_000 ** unit, 1)} ${BYTE_UNITS[unit]}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** `98.4 %`. A share that is nearly all never reads as all, nor one that is nearly none as none. */
export function percent(share: number): string {
  const percents = share * 100;
  if (percents > 0 && percents < 0.05) {
    return '< 0.1 %';
  }
  const rounded = percents > 99.9 && percents < 100 ? 99.9 : percents;
  return `${trim(rounded, rounded >= 99 || rounded < 10 ? 1 : 0)} %`;
}

/** As the reader wants times: how long ago, or on the clock. */
export function time(timestamp: string): string {
  return timeStyle.value === 'relative' ? ago(timestamp) : clock(timestamp);
}

/** `12 s`, `5 min`, `3 h`, `2 d`. */
export function ago(timestamp: string): string {
  const millis = Math.max(now.value - Date.parse(timestamp), 0);
  if (Number.isNaN(millis)) {
    return visible(timestamp);
  }
  const unit = UNITS.find(([, size]) => millis >= size);
  return unit === undefined ? t('ago.now') : `${Math.floor(millis / unit[1])} ${unit[0]}`;
}

/** Formatters by what they are for: making one takes longer than a thousand uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${language.value}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language.value, options);
  formats.set(key, format);
  return format;
}

const OF_THE_CLOCK: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  // Not `hour12: false`, which writes midnight as 24:00 in English.
  hourCycle: 'h23',
};

/** On the clock of this machine, to the millisecond; with the day where it is another one. No time is left as it is. */
export function clock(timestamp: string): string {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) {
    return visible(timestamp);
  }
  // That a day ends is no reason to draw everything anew each second.
  const isToday = at.toDateString() === new Date(now.peek()).toDateString();
  const format = isToday
    ? dateFormat('clock', OF_THE_CLOCK)
    : dateFormat('day', { month: '2-digit', day: '2-digit', ...OF_THE_CLOCK });
  return format.format(at);
}

/** The zone of this machine's clock: `GMT+8`. */
export function zone(): string {
  const parts = dateFormat('zone', { timeZoneName: 'short' }).formatToParts(now.peek());
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** The whole time with its zone, for a tooltip; no time is left as it is. */
export function fullTime(timestamp: string): string {
  const at = new Date(timestamp);
  return Number.isNaN(at.getTime())
    ? visible(timestamp)
    : dateFormat('full', { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}
