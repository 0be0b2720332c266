import { type Attributes, diag, type Histogram, type HrTime, type MetricOptions, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type InstrumentType,
  type MetricDescriptor,
} from '@opentelemetry/sdk-metrics';
import { type BoundHistogram, HistogramPoint } from './histogram-point.ts';
import { toPlainAttributes } from './plain-attributes.ts';

/** Default boundaries (OpenTelemetry specification, "Explicit Bucket Histogram Aggregation"). */
const DEFAULT_BOUNDARIES = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
const OVERFLOW: Attributes = Object.freeze({ 'otel.metric.overflow': true });

/** What the SDK's descriptors carry beside what their published type says. */
interface TypedDescriptor extends MetricDescriptor {
  readonly type: InstrumentType;
  readonly advice: NonNullable<MetricOptions['advice']>;
}

/**
 * A histogram with buckets of its own. `bind` looks a series up once: recording into it is an addition, where the SDK
 * sorts and serializes the attributes of every measurement.
 */
export class BindableHistogram implements Histogram {
  readonly descriptor: TypedDescriptor;
  readonly #boundaries: number[];
  readonly #points = new Map<string, HistogramPoint>();
  readonly #maxPoints: number;
  readonly #now: () => number;

  /** @param maxPoints Series past it share the one of `otel.metric.overflow`. */
  constructor(descriptor: TypedDescriptor, maxPoints: number, now: () => number) {
    this.descriptor = descriptor;
    this.#boundaries = toBoundaries(descriptor.advice.explicitBucketBoundaries);
    this.#maxPoints = maxPoints;
    this.#now = now;
  }

  record(value: number, attributes: Attributes = {}): void {
    const measured = this.#toMeasured(value);
    if (measured === undefined) {
      return;
    }
    const point = this.#pointOf(toPlainAttributes(attributes));
    if (!Number.isNaN(measured)) {
      point.add(measured);
    }
  }

  /** The series of `attributes`; it comes into being with its first measurement. */
  bind(attributes: Attributes): BoundHistogram {
    const kept = { ...toPlainAttributes(attributes) };
    let point: HistogramPoint | undefined;
    return {
      record: (value) => {
        const measured = this.#toMeasured(value);
        if (measured === undefined) {
          return;
        }
        point ??= this.#pointOf(kept);
        if (!Number.isNaN(measured)) {
          point.add(measured);
        }
      },
    };
  }

  /** All series so far, or `undefined` while there is none. */
  collect(endTime: HrTime): HistogramMetricData | undefined {
    if (this.#points.size === 0) {
      return undefined;
    }
    return {
      descriptor: this.descriptor,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [...this.#points.values()].map((point) => point.toDataPoint(endTime)),
    };
  }

  #toMeasured(value: number): number | undefined {
    if (typeof value !== 'number' || value < 0) {
      diag.warn(`${this.descriptor.name}: a measurement that is no number from 0 on is left out`);
      return undefined;
    }
    if (this.descriptor.valueType !== ValueType.INT) {
      return value;
    }
    const whole = Math.trunc(value);
    return Number.isInteger(whole) ? whole : undefined;
  }

  #pointOf(attributes: Attributes): HistogramPoint {
    const key = toKey(attributes);
    const known = this.#points.get(key);
    if (known !== undefined) {
      return known;
    }
    // As the SDK counts: the overflow series is one of them.
    if (this.#points.size >= this.#maxPoints - 1 && attributes !== OVERFLOW) {
      return this.#pointOf(OVERFLOW);
    }
    const point = new HistogramPoint({ ...attributes }, this.#boundaries, this.#now());
    this.#points.set(key, point);
    return point;
  }
}

function toKey(attributes: Attributes): string {
  const names = Object.keys(attributes).toSorted();
  return JSON.stringify(names.map((name) => [name, attributes[name]]));
}

function toBoundaries(given: readonly number[] = DEFAULT_BOUNDARIES): number[] {
  return given.filter((boundary) => Number.isFinite(boundary)).toSorted((left, right) => left - right);
}
