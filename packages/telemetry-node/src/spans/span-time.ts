import type { HrTime, TimeInput } from '@opentelemetry/api';
import { addHrTimes, hrTime, isTimeInput as isTime, isTimeInputHrTime, millisToHrTime } from '@opentelemetry/core';

/** Whether something given where attributes or a time may stand is a time. */
export function isTimeInput(value: unknown): value is TimeInput {
  return isTime(value);
}

/** Nanoseconds since the epoch fit 64 bits up to the year 2554. */
const MAX_SECONDS = 18_446_744_073;

const NANOS_PER_SECOND = 1_000_000_000;

/** The time with nanoseconds of less than a second, `undefined` when it can't be encoded. */
export function toEncodable(time: HrTime): HrTime | undefined {
  const [seconds, nanos] = time;
  if (seconds >= 0 && seconds < MAX_SECONDS && nanos >= 0 && nanos < NANOS_PER_SECOND) {
    return time;
  }
  const carry = Math.floor(nanos / NANOS_PER_SECOND);
  const carried = seconds + carry;
  return carried >= 0 && carried < MAX_SECONDS ? [carried, nanos - carry * NANOS_PER_SECOND] : undefined;
}

/** The clock of one span: it starts at the wall clock and goes on with the monotonic one. */
export class SpanTime {
  readonly start: HrTime;
  readonly #wallMillis: number;
  readonly #monotonicMillis: number;
  readonly #isStartGiven: boolean;

  constructor(startTime: TimeInput | undefined) {
    this.#wallMillis = Date.now();
    this.#monotonicMillis = performance.now();
    this.#isStartGiven = startTime !== undefined && startTime !== null;
    this.start = this.toHrTime(startTime ?? this.#wallMillis);
  }

  /**
   * A number is milliseconds: of `performance.now()` where it can be one of these, else since the epoch. A time that can't
   * be encoded (before 1970, not a number) becomes the time at which it was given.
   */
  toHrTime(time: TimeInput | undefined): HrTime {
    return toEncodable(this.#toAnyHrTime(time)) ?? millisToHrTime(Date.now());
  }

  #toAnyHrTime(time: TimeInput | undefined): HrTime {
    if (typeof time === 'number') {
      const isMonotonic = time >= 0 && time <= performance.now();
      return isMonotonic ? hrTime(time + this.#driftMillis()) : millisToHrTime(time);
    }
    if (time instanceof Date) {
      return millisToHrTime(time.getTime());
    }
    if (isTimeInputHrTime(time)) {
      return time;
    }
    // Of a start that the caller gave, nobody knows how it relates to the monotonic clock.
    if (this.#isStartGiven) {
      return millisToHrTime(Date.now());
    }
    return addHrTimes(this.start, millisToHrTime(performance.now() - this.#monotonicMillis));
  }

  /** How far the wall clock has been set since the process began. */
  #driftMillis(): number {
    return this.#wallMillis - (this.#monotonicMillis + performance.timeOrigin);
  }
}
