import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { boolean, METRICS_EXPORTER } from '@dcc-mcp/telemetry-config/settings';
import { METRICS } from '../table/metrics.ts';
import { setting, type Setting } from '../table/setting.ts';
import { valueAt } from './file-value.ts';
import type { JwtConfig, MetricsConfig } from './gateway-config.ts';
import { readSecret } from './read-secret.ts';
import type { SettingReader } from './setting-reader.ts';
import { withoutUndefined } from './without-undefined.ts';

/** mcpproxy-go's spelling of `metrics.enabled`. */
const OBSERVABILITY_ENABLED: Setting<boolean> = setting('observability.metrics.enabled', [], {
  kind: boolean(),
  description: 'mcpproxy-go: whether /metrics is served.',
});

/** Reads everything about `/metrics`; `otel` tells whether `OTEL_METRICS_EXPORTER` asks for it too. */
export function readMetrics(reader: SettingReader, otel: TelemetryConfig): MetricsConfig {
  return withoutUndefined({
    enabled: readEnabled(reader, otel),
    path: reader.read(METRICS.path),
    port: reader.read(METRICS.port),
    basicAuth: readBasicAuth(reader),
    bearerToken: readSecret(reader, METRICS.bearerToken, METRICS.bearerTokenFile),
    jwt: readJwt(reader),
    excludedHandlers: reader.read(METRICS.excludedHandlers),
    customLabels: reader.read(METRICS.customLabels),
    namespace: readPrefix(reader, METRICS.namespace),
    subsystem: readPrefix(reader, METRICS.subsystem),
    scopeLabels: reader.read(METRICS.scopeLabels),
  });
}

/** Unset and false are different: 404 and 503. `prometheus` in `OTEL_METRICS_EXPORTER` turns it on unless the environment says false. */
function readEnabled(reader: SettingReader, otel: TelemetryConfig): boolean | undefined {
  const found = reader.findOutsideFile(METRICS.enabled);
  const isAsked = otel.metrics.readers.some(({ type }) => type === 'prometheus');
  if (found !== undefined) {
    if (isAsked && !found.value) {
      const problem = `it is false, and ${METRICS_EXPORTER.name} names prometheus; /metrics stays off`;
      reader.note({ variable: found.place, problem, fix: `remove ${found.place}, or prometheus` });
    }
    reader.settleFound(METRICS.enabled.path, found, String(found.value));
    return found.value;
  }
  if (isAsked) {
    reader.settle(METRICS.enabled.path, { source: 'env', variable: METRICS_EXPORTER.name, text: 'true' });
    return true;
  }
  const inFile = reader.find(METRICS.enabled) ?? reader.find(OBSERVABILITY_ENABLED);
  if (inFile === undefined) {
    return reader.read(METRICS.enabled);
  }
  reader.settleFound(METRICS.enabled.path, inFile, String(inFile.value));
  return inFile.value;
}

/** The word default is ContextForge's way to say nothing. */
function readPrefix(reader: SettingReader, row: Setting<string>): string | undefined {
  const prefix = reader.read(row);
  return prefix === 'default' ? undefined : prefix;
}

function readBasicAuth(reader: SettingReader): MetricsConfig['basicAuth'] {
  const pair = reader.findOutsideFile(METRICS.basicAuth);
  if (pair !== undefined) {
    const colon = pair.value.indexOf(':');
    if (colon > 0 && colon < pair.value.length - 1) {
      reader.settleFound(METRICS.basicAuth.path, pair, `${pair.value.slice(0, colon)}:***`);
      return { username: pair.value.slice(0, colon), password: { text: pair.value.slice(colon + 1) } };
    }
    const problem = 'it has no user, no colon or no password';
    reader.note({ variable: pair.place, problem, expected: METRICS.basicAuth.kind.expected, severity: 'fatal' });
    return undefined;
  }
  return readSplitBasicAuth(reader);
}

function readSplitBasicAuth(reader: SettingReader): MetricsConfig['basicAuth'] {
  const block = valueAt(reader.file, METRICS.basicAuth.path);
  if (block !== undefined && block !== null && typeof block !== 'object') {
    const problem = 'it is not an object';
    reader.note({
      variable: METRICS.basicAuth.path,
      problem,
      expected: '{ username, password | passwordFile }',
      severity: 'fatal',
    });
  }
  const username = reader.read(METRICS.username);
  const password = readSecret(reader, METRICS.password, METRICS.passwordFile);
  if (username !== undefined && password !== undefined) {
    if (!username.includes(':')) {
      return { username, password };
    }
    reader.note({ variable: METRICS.username.path, problem: 'a user name cannot hold a colon', severity: 'fatal' });
    return undefined;
  }
  const isStarted = username !== undefined || password !== undefined || (typeof block === 'object' && block !== null);
  if (isStarted) {
    const problem = username === undefined ? 'the user name is missing' : 'the password is missing';
    reader.note({
      variable: METRICS.basicAuth.path,
      problem,
      expected: '{ username, password | passwordFile }',
      severity: 'fatal',
    });
  }
  return undefined;
}

function readJwt(reader: SettingReader): JwtConfig | undefined {
  const jwt = withoutUndefined({
    secret: readSecret(reader, METRICS.jwtSecret, METRICS.jwtSecretFile),
    jwksUrl: reader.read(METRICS.jwksUrl),
    audience: reader.read(METRICS.jwtAudience),
    issuer: reader.read(METRICS.jwtIssuer),
  });
  if (jwt.secret !== undefined || jwt.jwksUrl !== undefined) {
    return jwt;
  }
  if (jwt.audience !== undefined || jwt.issuer !== undefined || valueAt(reader.file, 'metrics.jwt') !== undefined) {
    const problem = 'neither a secret nor a URL of keys is set, so no token can be checked';
    reader.note({ variable: 'metrics.jwt', problem, expected: '{ secret | secretFile | jwksUrl }', severity: 'fatal' });
  }
  return undefined;
}
