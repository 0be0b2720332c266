import type { HrTime } from '@opentelemetry/api';

/** Milliseconds since the epoch. */
export function toMillis([seconds, nanos]: HrTime): number {
  return seconds * 1_000 + Math.floor(nanos / 1_000_000);
}

/** The reverse. */
export function toHrTime(millis: number): HrTime {
  return [Math.floor(millis / 1_000), Math.round((millis % 1_000) * 1_000_000)];
}
