import { choice, duration, integer, text, timeout } from '../kinds/scalar-kinds.ts';
import type { ExemplarFilter } from '../telemetry/telemetry-config.ts';
import { variable, type VariableWithFallback } from './variable.ts';

export const METRIC_EXPORT_INTERVAL: VariableWithFallback<number> = variable(
  'OTEL_METRIC_EXPORT_INTERVAL',
  duration(1),
  {
    group: 'Metrics',
    description: 'Time between the starts of two exports of metrics.',
    fallback: 60_000,
  },
);
export const METRIC_EXPORT_TIMEOUT: VariableWithFallback<number> = variable('OTEL_METRIC_EXPORT_TIMEOUT', timeout(), {
  group: 'Metrics',
  description: 'Longest time of one export of metrics, at most the interval; 0 means no limit.',
  fallback: 30_000,
});
export const METRICS_EXEMPLAR_FILTER: VariableWithFallback<ExemplarFilter> = variable(
  'OTEL_METRICS_EXEMPLAR_FILTER',
  choice(['trace_based', 'always_on', 'always_off']),
  {
    group: 'Metrics',
    description: 'Which measurements may become exemplars of /metrics; metrics over OTLP have none.',
    fallback: 'trace_based',
  },
);
export const PROMETHEUS_HOST: VariableWithFallback<string> = variable(
  'OTEL_EXPORTER_PROMETHEUS_HOST',
  text('a host name or address'),
  {
    group: 'Prometheus',
    description: 'Where the listener of the exporter prometheus binds.',
    fallback: 'localhost',
  },
);
export const PROMETHEUS_PORT: VariableWithFallback<number> = variable(
  'OTEL_EXPORTER_PROMETHEUS_PORT',
  integer(0, 65_535),
  {
    group: 'Prometheus',
    description: 'Port of that listener; 0 means any free one.',
    fallback: 9_464,
  },
);
