import type { Attributes, HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics';

/** A series of a histogram that was looked up once. */
export interface BoundHistogram {
  /** Takes one measurement; below zero and what is no number is dropped. */
  record(value: number): void;
}

/** One series of a histogram: counts by bucket, sum, smallest and largest, from its first measurement on. */
export class HistogramPoint {
  readonly #attributes: Attributes;
  readonly #boundaries: number[];
  readonly #counts: number[];
  readonly #startTime: HrTime;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  /**
   * @param boundaries Upper bounds of the buckets, ascending, each inclusive; every collection shows this very list, by which
   *   a scrape tells that series have the same buckets.
   */
  constructor(attributes: Attributes, boundaries: number[], nowMillis: number) {
    this.#attributes = attributes;
    this.#boundaries = boundaries;
    this.#counts = Array.from({ length: boundaries.length + 1 }, () => 0);
    this.#startTime = millisToHrTime(nowMillis);
  }

  add(value: number): void {
    const bucket = this.#bucketOf(value);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  /** What has come together so far; it does not change afterwards. */
  toDataPoint(endTime: HrTime): DataPoint<Histogram> {
    const hasValues = this.#count > 0;
    return {
      attributes: this.#attributes,
      startTime: this.#startTime,
      endTime,
      value: {
        ...(hasValues && { min: this.#min, max: this.#max }),
        sum: this.#sum,
        buckets: { boundaries: this.#boundaries, counts: [...this.#counts] },
        count: this.#count,
      },
    };
  }

  #bucketOf(value: number): number {
    let low = 0;
    let high = this.#boundaries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#boundaries[middle] ?? Infinity) < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
