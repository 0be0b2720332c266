import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type DataPoint, type MetricData } from '@opentelemetry/sdk-metrics';
import type { SampleValue } from '../../families/sample.ts';
import { toHrTime } from '../../families/time.ts';
import type { WireMetric, WireSeries } from '../wire/wire-values.ts';
import { combine, type GaugeRule } from './gauge-rules.ts';
import { MergedSeries, type Part } from './merged-series.ts';

/** How the SDK marks the series that takes what is past its limit. */
const OVERFLOW = { 'otel.metric.overflow': 'true' } as const;

/** One metric of all workers. */
export class MergedMetric {
  readonly #definition: WireMetric;
  /** `undefined` for what is counted: that is always added. */
  readonly #rule: GaugeRule | undefined;
  readonly #maxRetained: number;
  readonly #series = new Map<string, MergedSeries>();
  readonly #boundaries = new Map<string, number[]>();
  #retained = 0;

  /**
   * @param ruleOf Asked for what is no counter and no histogram.
   * @param maxRetained Series that are kept though only workers had them that ended; past it they are one.
   */
  constructor(definition: WireMetric, ruleOf: (definition: WireMetric) => GaugeRule, maxRetained: number) {
    this.#definition = definition;
    this.#rule = isCounted(definition) ? undefined : ruleOf(definition);
    this.#maxRetained = maxRetained;
  }

  get isEmpty(): boolean {
    return this.#series.size === 0;
  }

  /** The series with these attributes; made when it is new. */
  seriesOf({ attributes }: Pick<WireSeries, 'attributes'>): MergedSeries {
    const key = toKey(attributes);
    const known = this.#series.get(key) ?? new MergedSeries(attributes);
    this.#series.set(key, known);
    return known;
  }

  /** The same list for equal ones. */
  boundariesOf({ boundaries = [] }: Pick<WireSeries, 'boundaries'>): number[] {
    const key = boundaries.join(',');
    const known = this.#boundaries.get(key) ?? boundaries;
    this.#boundaries.set(key, known);
    return known;
  }

  /** Takes away what `owner` measured; what it counted stays in the sums when `isKept`. */
  remove(series: MergedSeries, owner: object, isKept: boolean): void {
    const part = series.parts.get(owner);
    series.parts.delete(owner);
    if (part !== undefined && isKept && this.#rule === undefined) {
      series.retain(part);
    }
    if (series.retained !== undefined && !series.isReserved && this.#retained < this.#maxRetained) {
      series.isReserved = true;
      this.#retained += 1;
    }
    if (series.parts.size === 0 && !series.isReserved) {
      this.#drop(series);
    }
  }

  /** Nobody alive has the series, and there is no room to keep it: what was counted goes on counting, with others. */
  #drop(series: MergedSeries): void {
    const key = toKey(series.attributes);
    if (key === OVERFLOW_KEY) {
      return;
    }
    this.#series.delete(key);
    if (series.retained !== undefined) {
      this.seriesOf({ attributes: OVERFLOW }).retain(series.retained);
    }
  }

  /** The metric as a reader of the SDK would give it. */
  collect(endTime: HrTime, seen: (attributes: Attributes, series: MergedSeries) => void): MetricData {
    const { name, description, unit, dataPointType, isMonotonic } = this.#definition;
    const dataPoints: DataPoint<SampleValue>[] = [];
    for (const series of this.#series.values()) {
      for (const { attributes, value, startMillis } of this.#points(series)) {
        dataPoints.push({ attributes, value, startTime: toHrTime(startMillis), endTime });
      }
      seen(series.attributes, series);
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the points have the type of the definition
    return {
      descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType,
      isMonotonic,
      dataPoints,
    } as MetricData;
  }

  #points(series: MergedSeries): (Omit<Part, 'exemplars'> & { readonly attributes: Attributes })[] {
    const { attributes } = series;
    if (this.#rule === undefined) {
      const total = series.total();
      return total === undefined ? [] : [{ attributes, ...total }];
    }
    const parts = [...series.parts.values()];
    if (this.#rule === 'each') {
      return parts.map((part) => ({ ...part, attributes: series.attributesOf(part.worker) }));
    }
    const readings = parts.map(({ value, changed }) => ({ value: Number(value), changed }));
    const startMillis = Math.min(...parts.map((part) => part.startMillis));
    return [{ attributes, value: combine(this.#rule, readings), startMillis }];
  }
}

/** Counters and histograms; all else is a state that ends with who is in it. */
function isCounted({ dataPointType, isMonotonic }: WireMetric): boolean {
  return dataPointType === DataPointType.SUM ? isMonotonic : dataPointType !== DataPointType.GAUGE;
}

/** Equal for equal attributes, whatever their order. */
function toKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const OVERFLOW_KEY = toKey(OVERFLOW);
