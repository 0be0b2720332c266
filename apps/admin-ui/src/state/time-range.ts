// The time that is looked at: as long as a name says, ending now; or between two times.
import type { PlaceChanges, PlaceParameters } from './place.ts';

export const RANGES = ['15m', '1h', '24h', '7d', 'all'] as const;
export type Range = (typeof RANGES)[number];

const MILLIS: Readonly<Record<Range, number | undefined>> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  all: undefined,
};

/** Where a place begins and ends; absent where it has no end. */
export interface TimeRange {
  readonly since?: string;
  readonly until?: string;
}

/** Leads to all that is kept, whatever time is looked at: times that were brushed or linked to would narrow any range. */
export const ALL_TIME = { range: 'all', since: undefined, until: undefined } as const satisfies PlaceChanges;

/** The range that a place names; the last hour where it names none. */
export function rangeOf({ range }: PlaceParameters): Range {
  return RANGES.find((each) => each === range) ?? '1h';
}

/** The times of a place at `nowMillis`. */
export function timesOf(place: PlaceParameters, nowMillis: number): TimeRange {
  if (place.since !== undefined || place.until !== undefined) {
    return {
      ...(place.since === undefined ? {} : { since: place.since }),
      ...(place.until === undefined ? {} : { until: place.until }),
    };
  }
  const millis = MILLIS[rangeOf(place)];
  return millis === undefined ? {} : { since: new Date(nowMillis - millis).toISOString() };
}
