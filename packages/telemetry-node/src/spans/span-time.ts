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

/** Where the two clocks stood at one moment. */
interface Moment {
  readonly wallMillis: number;
  readonly monotonicMillis: number;
}

function takeMoment(): Moment {
  return { wallMillis: Date.now(), monotonicMillis: performance.now() };
}

/** The clock of one span: it starts at the wall clock and goes on with the monotonic one. */
export class SpanTime {
  readonly start: HrTime;
  /** Absent where the caller gave the start: nobody knows how that relates to the monotonic clock. */
  readonly #begin: Moment | undefined;

  constructor(startTime: TimeInput | undefined) {
    this.#begin = startTime === undefined || startTime === null ? takeMoment() : undefined;
    this.start = this.toHrTime(startTime ?? this.#begin?.wallMillis);
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
      const isMonotonic = time >= 0 && time < performance.timeOrigin && time <= performance.now();
      return isMonotonic ? hrTime(time + this.#driftMillis()) : millisToHrTime(time);
    }
    if (time instanceof Date) {
      return millisToHrTime(time.getTime());
    }
    if (isTimeInputHrTime(time)) {
      return time;
    }
    if (this.#begin === undefined) {
      return millisToHrTime(Date.now());
    }
    return addHrTimes(this.start, millisToHrTime(performance.now() - this.#begin.monotonicMillis));
  }

  /** How far the wall clock has been set since the process began. */
  #driftMillis(): number {
    const { wallMillis, monotonicMillis } = this.#begin ?? takeMoment();
    return wallMillis - (monotonicMillis + performance.timeOrigin);
  }
}
