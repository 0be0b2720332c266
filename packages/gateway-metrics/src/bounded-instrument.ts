import type { MetricDefinition } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';
import {
  InvalidSeries,
  SumSeries,
  type BoundSeries,
  type BoundSeriesParts,
  type HistogramSeries,
  type SeriesTroubles,
} from './bound-series.ts';
import type { ExemplarStore } from './exemplar-store.ts';
import { SeriesTable, type LabelValues, type Series } from './series-table.ts';
import { SeriesTree } from './series-tree.ts';

/** An instrument that takes anything and never throws. */
export interface SafeInstrument {
  /** The series for these labels, to be kept where recording is frequent; always the same object for equal labels. */
  series(labels: LabelValues): BoundSeries;
  /** Takes one measurement. */
  record(value: number, labels: LabelValues, span?: SpanContext): void;
  /** Makes the series of a counter visible before its first event; does nothing for a histogram. */
  touch(labels: LabelValues): void;
  /** From now on there are no series but those that were touched; what names another one is dropped and counted. */
  seal(): void;
}

type AnySeries = SumSeries | HistogramSeries;

/** What a bounded instrument is made of. */
export interface InstrumentParts {
  readonly definition: MetricDefinition;
  readonly toBoundSeries: (parts: BoundSeriesParts) => AnySeries;
  readonly troubles: SeriesTroubles;
  readonly exemplars: ExemplarStore | undefined;
  readonly maxSeries: number;
}

/** Finds the series for label values, within a budget. */
export class BoundedInstrument implements SafeInstrument {
  readonly #parts: InstrumentParts;
  readonly #names: readonly string[];
  readonly #table: SeriesTable;
  readonly #invalid: InvalidSeries;
  readonly #bound = new Map<Series, AnySeries>();
  /** The way to a series by its own label values, without reading and checking them again. */
  readonly #shortcuts = new SeriesTree<AnySeries>();
  #isSealed = false;

  constructor(parts: InstrumentParts) {
    const { labels } = parts.definition;
    this.#parts = parts;
    this.#names = labels.map(({ name }) => name);
    this.#table = new SeriesTable({ labels, maxSeries: parts.maxSeries });
    this.#invalid = new InvalidSeries(parts.troubles);
  }

  series(labels: LabelValues): BoundSeries {
    return this.#find(labels) ?? this.#invalid;
  }

  record(value: number, labels: LabelValues, span?: SpanContext): void {
    this.series(labels).record(value, span);
  }

  touch(labels: LabelValues): void {
    const series = this.#find(labels);
    if (series instanceof SumSeries) {
      series.touch();
    }
  }

  seal(): void {
    this.#isSealed = true;
  }

  #find(labels: LabelValues): AnySeries | undefined {
    let tree: SeriesTree<AnySeries> | undefined = this.#shortcuts;
    for (const name of this.#names) {
      tree = tree?.find(labels[name]);
    }
    return tree?.leaf ?? (this.#isSealed ? undefined : this.#findLong(labels));
  }

  #findLong(labels: LabelValues): AnySeries | undefined {
    const series = this.#table.series(labels);
    if (series === undefined) {
      return undefined;
    }
    const bound = this.#bound.get(series) ?? this.#bind(series);
    // A value that was cut or folded has no shortcut: there is no end to such values.
    if (this.#names.every((name) => labels[name] === series.attributes[name])) {
      let tree = this.#shortcuts;
      for (const name of this.#names) {
        tree = tree.branch(labels[name]);
      }
      tree.leaf = bound;
    }
    return bound;
  }

  #bind(series: Series): AnySeries {
    const { definition, exemplars, toBoundSeries, troubles } = this.#parts;
    const slots = exemplars?.slots(definition.name, series.attributes, (definition.boundaries?.length ?? 0) + 1);
    const bound = toBoundSeries({ series, slots, troubles });
    this.#bound.set(series, bound);
    return bound;
  }
}
