import type { MetricDefinition } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';
import {
  InvalidSeries,
  SumSeries,
  type BoundSeries,
  type BoundSeriesParts,
  type HistogramSeries,
} from './bound-series.ts';
import type { ExemplarStore } from './exemplar-store.ts';
import type { SelfCounts } from './self-counters.ts';
import { SeriesIndex } from './series-index.ts';
import type { LabelValues } from './series-table.ts';

/** An instrument that takes anything and never throws. */
export interface BoundedInstrument {
  /** The series for these labels, to be kept where recording is frequent; always the same object for equal labels. */
  series(labels: LabelValues): BoundSeries;
  /** Takes one measurement. */
  record(value: number, labels: LabelValues, span?: SpanContext): void;
  /** Makes the series of a counter visible at 0 before its first event; does nothing for a histogram. */
  declare(labels: LabelValues): void;
  /** From now on there are no series but the declared ones; what names another one is dropped and counted. */
  close(): void;
}

/** How much of its budget an instrument has used. */
export interface SeriesUsage {
  /** Series that it has had since the start. */
  readonly used: number;
  /** Series that it may have. */
  readonly budget: number;
  /** Measurements that went under `_other`. */
  readonly overflowed: number;
}

/** What a bounded instrument is made of. */
export interface InstrumentParts {
  readonly definition: MetricDefinition;
  readonly toBoundSeries: (parts: BoundSeriesParts) => SumSeries | HistogramSeries;
  readonly counts: SelfCounts;
  readonly exemplars: ExemplarStore | undefined;
  readonly maxSeries: number;
}

/** Finds the series for label values, within a budget. */
export class IndexedInstrument implements BoundedInstrument {
  readonly #index: SeriesIndex<SumSeries | HistogramSeries>;
  readonly #invalid: InvalidSeries;
  readonly #budget: number;
  #overflowed = 0;

  constructor({ definition, toBoundSeries, counts: outer, exemplars, maxSeries }: InstrumentParts) {
    const { name, labels, boundaries = [] } = definition;
    const counts: SelfCounts = {
      invalidValue: () => outer.invalidValue(),
      overflow: () => {
        this.#overflowed += 1;
        outer.overflow();
      },
    };
    this.#budget = maxSeries;
    this.#index = new SeriesIndex({
      labels,
      maxSeries,
      create(series) {
        const reservoir = exemplars?.reservoir(name, series.attributes, boundaries.length + 1);
        return toBoundSeries({ series, reservoir, counts });
      },
    });
    this.#invalid = new InvalidSeries(counts);
  }

  get usage(): SeriesUsage {
    return { used: this.#index.size, budget: this.#budget, overflowed: this.#overflowed };
  }

  series(labels: LabelValues): BoundSeries {
    return this.#index.find(labels) ?? this.#invalid;
  }

  record(value: number, labels: LabelValues, span?: SpanContext): void {
    this.series(labels).record(value, span);
  }

  declare(labels: LabelValues): void {
    const series = this.#index.find(labels);
    if (series instanceof SumSeries) {
      series.declare();
    }
  }

  close(): void {
    this.#index.close();
  }
}
