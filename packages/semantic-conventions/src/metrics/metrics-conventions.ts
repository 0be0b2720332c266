import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_TRANSPORT,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { BUCKET_BOUNDARIES_BYTES, BUCKET_BOUNDARIES_HTTP, BUCKET_BOUNDARIES_MCP } from './bucket-boundaries.ts';
import { MCP_ERROR_TYPES, MCP_METHODS, NETWORK_TRANSPORTS, VALUE_OTHER } from './label-values.ts';
import type { MetricDefinition, MetricLabel } from './metric-definition.ts';

const METHOD: MetricLabel = { name: 'mcp.method.name', values: [...MCP_METHODS, VALUE_OTHER] };
const TOOL: MetricLabel = {
  name: 'gen_ai.tool.name',
  source: 'tool label of a registered tool, `_unknown`, `_other`; absent where no tool is meant',
};
const ERROR: MetricLabel = { name: ATTR_ERROR_TYPE, values: MCP_ERROR_TYPES };
const TRANSPORT: MetricLabel = { name: ATTR_NETWORK_TRANSPORT, values: NETWORK_TRANSPORTS };

function mcp(side: 'server' | 'client', what: 'operation' | 'session', description: string): MetricDefinition {
  return {
    name: `mcp.${side}.${what}.duration`,
    unit: 's',
    kind: 'histogram',
    prometheusName: `mcp_${side}_${what}_duration_seconds`,
    description,
    labels: what === 'operation' ? [METHOD, TOOL, ERROR, TRANSPORT] : [ERROR, TRANSPORT],
    boundaries: BUCKET_BOUNDARIES_MCP,
  };
}

const HTTP_LABELS: readonly MetricLabel[] = [
  { name: ATTR_HTTP_REQUEST_METHOD, source: 'known HTTP methods, `_OTHER`' },
  { name: ATTR_URL_SCHEME, values: ['http', 'https'] },
  { name: ATTR_HTTP_ROUTE, source: 'route template; absent when no route matched' },
  { name: ATTR_HTTP_RESPONSE_STATUS_CODE, source: 'three digits' },
  { name: ATTR_ERROR_TYPE, source: 'status code of a 5xx answer, or the name of the error' },
];

function bodySize(direction: 'request' | 'response'): MetricDefinition {
  return {
    name: `http.server.${direction}.body.size`,
    unit: 'By',
    kind: 'histogram',
    prometheusName: `http_server_${direction}_body_size_bytes`,
    description: `Size of HTTP ${direction} bodies.`,
    labels: HTTP_LABELS,
    boundaries: BUCKET_BOUNDARIES_BYTES,
  };
}

/** Metrics of the OpenTelemetry conventions for MCP, HTTP servers and processes. */
export const CONVENTION_METRICS: readonly MetricDefinition[] = [
  mcp('server', 'operation', 'Time of an MCP request or notification, seen by the receiver.'),
  mcp('client', 'operation', 'Time of an MCP request or notification, seen by the sender.'),
  mcp('server', 'session', 'Life of an MCP session, seen by the server.'),
  mcp('client', 'session', 'Life of an MCP session, seen by the client.'),
  {
    name: METRIC_HTTP_SERVER_REQUEST_DURATION,
    unit: 's',
    kind: 'histogram',
    prometheusName: 'http_server_request_duration_seconds',
    description: 'Time of HTTP requests; the life of a stream is never one.',
    labels: HTTP_LABELS,
    boundaries: BUCKET_BOUNDARIES_HTTP,
  },
  {
    name: 'http.server.active_requests',
    unit: '{request}',
    kind: 'up_down_counter',
    prometheusName: 'http_server_active_requests',
    description: 'HTTP requests in progress, streams left out.',
    labels: HTTP_LABELS.slice(0, 2),
  },
  bodySize('request'),
  bodySize('response'),
  {
    name: 'process.cpu.time',
    unit: 's',
    kind: 'counter',
    prometheusName: 'process_cpu_time_seconds_total',
    description: 'CPU time used by the process.',
    labels: [{ name: 'cpu.mode', values: ['user', 'system'] }],
  },
  {
    name: 'process.memory.usage',
    unit: 'By',
    kind: 'up_down_counter',
    prometheusName: 'process_memory_usage_bytes',
    description: 'Resident memory of the process.',
    labels: [],
  },
  {
    name: 'process.uptime',
    unit: 's',
    kind: 'gauge',
    prometheusName: 'process_uptime_seconds',
    description: 'Time since the process started.',
    labels: [],
  },
];
