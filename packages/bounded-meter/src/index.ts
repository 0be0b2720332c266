export { type BoundedInstrument, type SeriesUsage } from './bounded-instrument.ts';
export { createBoundedLabels, type BoundedLabels, type BoundedLabelsOptions } from './bounded-labels.ts';
export {
  createBoundedMeter,
  DEFAULT_SERIES_BUDGET,
  SDK_CARDINALITY_LIMIT,
  type BoundedMeter,
  type BoundedMeterOptions,
} from './bounded-meter.ts';
export {
  HistogramSeries,
  SumSeries,
  type BoundSeries,
  type BoundSeriesParts,
  type SumInstrument,
} from './bound-series.ts';
export {
  ExemplarStore,
  type Exemplar,
  type ExemplarFilter,
  type ExemplarReservoir,
  type ExemplarStoreOptions,
  type OfferedMeasurement,
} from './exemplar-store.ts';
export { createObservable, toMetricOptions, type Reading } from './observables.ts';
export { PendingSums, type PendingSum } from './pending-sums.ts';
export { createSelfCounters, type SelfCounters, type SelfCounts } from './self-counters.ts';
export { SeriesIndex, type SeriesIndexOptions } from './series-index.ts';
export { type LabelValues, type Series, type SeriesTableOptions } from './series-table.ts';
