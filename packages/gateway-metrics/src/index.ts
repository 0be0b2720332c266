export { type GatewayFeature } from './closed-counters.ts';
export { toRankBucket } from './counting-methods.ts';
export {
  createGatewayMetrics,
  DEFAULT_GATEWAY_FEATURES,
  type GatewayMetricsOptions,
} from './create-gateway-metrics.ts';
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
