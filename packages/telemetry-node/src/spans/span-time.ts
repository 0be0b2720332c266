import type { HrTime, TimeInput } from '@opentelemetry/api';
import { addHrTimes, hrTime, isTimeInput as isTime, isTimeInputHrTime, millisToHrTime } from '@opentelemetry/core';

/** Whether something given where attributes or a time may stand is a time. */
export function isTimeInput(value: unknown): value is TimeInput {
  return isTime(value);
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

  /** A number is milliseconds: of `performance.now()` where it can be one of these, else since the epoch. */
  toHrTime(time: TimeInput | undefined): HrTime {
    if (typeof time === 'number') {
      const isMonotonic = time <= performance.now();
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
