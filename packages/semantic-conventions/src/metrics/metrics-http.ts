import { BUCKET_BOUNDARIES_BYTES, BUCKET_BOUNDARIES_HTTP } from './bucket-boundaries.ts';
import type { MetricDefinition, MetricLabel } from './metric-definition.ts';

const METHOD: MetricLabel = { name: 'method', source: 'known HTTP methods, `_OTHER`' };
const HANDLER: MetricLabel = { name: 'handler', source: 'route template, `none` when no route matched' };
const STATUS: MetricLabel = { name: 'status', source: 'three digits' };

function size(direction: 'request' | 'response'): MetricDefinition {
  return {
    name: `http.${direction}_size`,
    unit: 'By',
    kind: 'histogram',
    prometheusName: `http_${direction}_size_bytes`,
    description: `Size of HTTP ${direction} bodies.`,
    labels: [HANDLER],
    boundaries: BUCKET_BOUNDARIES_BYTES,
  };
}

/** Request metrics under the names of ContextForge; namespace and subsystem come before all but `app_info`. */
export const HTTP_METRICS: readonly MetricDefinition[] = [
  {
    name: 'http.requests',
    unit: '{request}',
    kind: 'counter',
    prometheusName: 'http_requests_total',
    description: 'HTTP requests answered, streams included.',
    labels: [METHOD, HANDLER, STATUS],
  },
  {
    name: 'http.request_duration',
    unit: 's',
    kind: 'histogram',
    prometheusName: 'http_request_duration_seconds',
    description: 'Time of HTTP requests; the life of a stream is never one.',
    labels: [METHOD, HANDLER],
    boundaries: BUCKET_BOUNDARIES_HTTP,
  },
  size('request'),
  size('response'),
  {
    name: 'app_info',
    unit: '',
    kind: 'gauge',
    prometheusName: 'app_info',
    description: 'Always 1; the labels are the configured custom labels.',
    labels: [{ name: '…', source: '`METRICS_CUSTOM_LABELS`' }],
  },
];
