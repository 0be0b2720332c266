export {
  createClusterMetrics,
  type ClusterMetrics,
  type ClusterMetricsOptions,
  type NodeCluster,
} from './cluster/processes/node-cluster.ts';
export { channelOf, type MessageEnd, type MetricsChannel } from './cluster/wire/channel.ts';
export { type GaugeRule, type GaugeRules, type GaugeTraits } from './cluster/merge/gauge-rules.ts';
export {
  createMetricsPrimary,
  type MetricsPrimary,
  type MetricsPrimaryOptions,
} from './cluster/processes/metrics-primary.ts';
export {
  createMetricsWorker,
  type MetricsWorker,
  type MetricsWorkerOptions,
} from './cluster/processes/metrics-worker.ts';
export { type WorkerCounts, type WorkerMetricNames } from './cluster/processes/worker-gauges.ts';
export { type WorkerLink } from './cluster/processes/worker-link.ts';
