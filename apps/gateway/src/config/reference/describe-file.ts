import { TRACES_EXPORTER, TRACES_SAMPLER_ARG, OTLP_ENDPOINT, OTLP_PROTOCOL } from '@dcc-mcp/telemetry-config/settings';
import { TRACING_KEYS } from '../reader/read-observability.ts';
import { SETTINGS, settingAt } from '../table/setting.ts';
import { SERVERS_VARIABLE } from '../table/table.ts';
import { OAUTH_KEYS, UPSTREAM_KEYS, type UpstreamKey } from '../upstreams/upstream-keys.ts';

/** One key of the gateway's file. */
export interface FileKeyRow {
  readonly key: string;
  /** The variables that say the same, the first one that is set wins. */
  readonly environment: readonly string[];
  readonly kind: string;
  readonly description: string;
}

/** Every key of the gateway's file, with its environment name. */
export function describeFileKeys(): readonly FileKeyRow[] {
  return [...settingRows(), ...upstreamRows(), ...observabilityRows()];
}

function settingRows(): readonly FileKeyRow[] {
  return SETTINGS.map((setting) => ({
    key: setting.path,
    environment: setting.names,
    kind: setting.kind.name,
    description: setting.description,
  }));
}

function upstreamRows(): readonly FileKeyRow[] {
  return [
    ...Object.entries(UPSTREAM_KEYS).map((entry) => toUpstreamRow(entry, '')),
    ...Object.entries(OAUTH_KEYS).map((entry) => toUpstreamRow(entry, 'oauth.')),
  ];
}

function toUpstreamRow(entry: readonly [string, UpstreamKey<unknown>], under: string): FileKeyRow {
  const [key, { kind, description }] = entry;
  return { key: `mcpServers.*.${under}${key}`, environment: [SERVERS_VARIABLE], kind: kind.name, description };
}

function observabilityRows(): readonly FileKeyRow[] {
  const metricsEnabled = settingAt('metrics.enabled');
  const { enabled, protocol, endpoint, sample_rate: sampleRate } = TRACING_KEYS;
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['metrics.enabled', metricsEnabled.names[0] ?? '', metricsEnabled.kind.name, 'whether /metrics is served.'],
    ['tracing.enabled', TRACES_EXPORTER.name, enabled.name, 'spans over OTLP.'],
    ['tracing.protocol', OTLP_PROTOCOL.traces.name, protocol.name, 'http (http/protobuf) or grpc.'],
    ['tracing.endpoint', OTLP_ENDPOINT.traces.name, endpoint.name, 'host:port; the default follows the protocol.'],
    ['tracing.sample_rate', TRACES_SAMPLER_ARG.name, sampleRate.name, 'ratio of traces; 0.1 when left out, 0: none.'],
  ];
  return rows.map(([key, environment, kind, text]) => ({
    key: `observability.${key}`,
    environment: [environment],
    kind,
    description: `mcpproxy-go: ${text}`,
  }));
}
