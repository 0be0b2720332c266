/** The part of a trace that is looked at, in milliseconds from its start. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** Shorter parts are not looked at. */
const LEAST_MILLIS = 0.01;

/** `12.5-80`, as it stands in the address; the whole trace where it names no part of it. */
export function windowOf(text: string | undefined, totalMillis: number): TimeWindow {
  const [, from = NaN, to = NaN] = /^([\d.]+)-([\d.]+)$/.exec(text ?? '')?.map(Number) ?? [];
  return from >= 0 && to > from && from < totalMillis
    ? clamped({ from, to }, totalMillis)
    : { from: 0, to: totalMillis };
}

/** As it stands in the address; undefined for the whole trace. */
export function windowText({ from, to }: TimeWindow, totalMillis: number): string | undefined {
  // An address has rounded times: what is nearer and farther again is the whole.
  return to - from > totalMillis - LEAST_MILLIS ? undefined : `${round(from)}-${round(to)}`;
}

/** Nearer by `factor`, or farther, with `at` where it was. */
export function zoomed(
  { from, to }: TimeWindow,
  factor: number,
  at: number,
): { readonly from: number; readonly to: number } {
  return { from: at - (at - from) / factor, to: at + (to - at) / factor };
}

/** Later by a share of its length; earlier with one below 0. */
export function shifted({ from, to }: TimeWindow, share: number): TimeWindow {
  const by = (to - from) * share;
  return { from: from + by, to: to + by };
}

/** Within the trace, and not shorter than what can be looked at. */
export function clamped({ from, to }: TimeWindow, totalMillis: number): TimeWindow {
  const length = Math.min(Math.max(to - from, LEAST_MILLIS), totalMillis);
  const start = Math.min(Math.max(from, 0), totalMillis - length);
  return { from: start, to: start + length };
}

function round(millis: number): number {
  return Number(millis.toFixed(3));
}

/** Where a part lies in what is seen, in percent of that. */
export interface Share {
  readonly left: number;
  readonly width: number;
}

export function shareOf({ from, to }: TimeWindow, seen: TimeWindow): Share {
  // A trace may take no time at all.
  const percent = 100 / (seen.to - seen.from || 1);
  return { left: (from - seen.from) * percent, width: (to - from) * percent };
}

/** As a style. */
export function percents({ left, width }: Share): { readonly left: string; readonly width: string } {
  return { left: `${left}%`, width: `${width}%` };
}
