import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { PROMETHEUS_HOST } from '@dcc-mcp/telemetry-config/settings';
import { settingAt } from '../table/setting.ts';
import type { AuthConfig, MetricsConfig, ServerConfig } from './gateway-config.ts';
import type { SettingReader } from './setting-reader.ts';

/** True for an address or name that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') {
    return true;
  }
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name);
}

/** What the bind rules look at. */
export interface BindInput {
  readonly server: ServerConfig;
  readonly auth: AuthConfig;
  readonly metrics: MetricsConfig;
  readonly otel: TelemetryConfig;
}

/** Refuses to start where something would be open to other machines without credentials. */
export function noteOpenBinds(reader: SettingReader, input: BindInput): void {
  const { server, auth, metrics, otel } = input;
  const place = reader.find(settingAt('server.host'))?.place ?? 'server.host';
  const isOpen = server.listens && !isLoopback(server.host);
  const hasMetricsGuard =
    metrics.basicAuth !== undefined || metrics.bearerToken !== undefined || metrics.jwt !== undefined;
  if (isOpen && auth.tokens.length === 0 && auth.jwksUrl === undefined) {
    reader.note({
      variable: place,
      problem: `${server.host} is reachable from other machines, and /mcp, /v1 and ${server.adminPath} have no credentials`,
      fix: 'set DCC_MCP_AUTH_TOKEN, or DCC_MCP_AUTH_JWKS_URL; or bind to 127.0.0.1',
      severity: 'fatal',
    });
  }
  if (hasMetricsGuard) {
    return;
  }
  const fix = 'set DCC_MCP_METRICS_BASIC_AUTH=user:password, or DCC_MCP_METRICS_BEARER_TOKEN; or bind to 127.0.0.1';
  // A port of its own is there with --stdio, too.
  const hasOpenMetrics = isOpen || (metrics.port !== undefined && !isLoopback(server.host));
  if (hasOpenMetrics && metrics.enabled === true) {
    const problem = `${server.host} is reachable from other machines, and ${metrics.path} has no credentials`;
    reader.note({ variable: place, problem, fix, severity: 'fatal' });
  }
  const listener = otel.metrics.readers.find((candidate) => candidate.type === 'prometheus');
  if (listener?.type === 'prometheus' && metrics.enabled === true && !isLoopback(listener.host)) {
    const problem = `${listener.host} is reachable from other machines, and ${metrics.path} has no credentials`;
    reader.note({ variable: PROMETHEUS_HOST.name, problem, fix, severity: 'fatal' });
  }
}
