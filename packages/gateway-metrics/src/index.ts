export { createBoundedLabels, type BoundedLabels, type BoundedLabelsOptions } from './bounded-labels.ts';
export { type SafeInstrument } from './bounded-instrument.ts';
export { type BoundSeries } from './bound-series.ts';
export { type GatewayFeature } from './closed-counters.ts';
export {
  createGatewayMetrics,
  DEFAULT_GATEWAY_FEATURES,
  type GatewayMetricsOptions,
} from './create-gateway-metrics.ts';
export {
  ExemplarStore,
  type Exemplar,
  type ExemplarFilter,
  type ExemplarSlots,
  type ExemplarStoreOptions,
} from './exemplar-store.ts';
export {
  type CallMeasurement,
  type CallPhaseSeconds,
  type GatewayMetrics,
  type GatewayObservations,
  type OperationMeasurement,
  type SearchMeasurement,
  type SessionMeasurement,
} from './gateway-events.ts';
export { registerBuildInfo, type BuildInfo } from './register-build-info.ts';
export { toRankBucket } from './rank-bucket.ts';
export {
  createSafeMeter,
  DEFAULT_SERIES_BUDGET,
  SDK_CARDINALITY_LIMIT,
  type Reading,
  type SafeMeter,
  type SafeMeterOptions,
} from './safe-meter.ts';
export { type LabelValues } from './series-table.ts';
