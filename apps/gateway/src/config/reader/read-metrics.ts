import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { METRICS_EXPORTER } from '@dcc-mcp/telemetry-config/settings';
import { settingAt, type Setting } from '../table/setting.ts';
import { valueAt } from './file-value.ts';
import type { JwtConfig, MetricsConfig } from './gateway-config.ts';
import { readSection } from './read-section.ts';
import type { SettingReader } from './setting-reader.ts';

/** mcpproxy-go's spelling of `metrics.enabled`. */
const OBSERVABILITY_ENABLED = 'observability.metrics.enabled';
const ENABLED = settingAt('metrics.enabled');
const BASIC_AUTH = settingAt('metrics.basicAuth');

/** Reads everything about `/metrics`; `otel` tells whether `OTEL_METRICS_EXPORTER` asks for it too. */
export function readMetrics(reader: SettingReader, otel: TelemetryConfig): MetricsConfig {
  return readSection(reader, 'metrics', {
    enabled: () => readEnabled(reader, otel),
    basicAuth: () => readBasicAuth(reader),
    jwt: () => readJwt(reader),
    namespace: () => readPrefix(reader, settingAt('metrics.namespace')),
    subsystem: () => readPrefix(reader, settingAt('metrics.subsystem')),
  });
}

/** Unset and false are different: 404 and 503. `prometheus` in `OTEL_METRICS_EXPORTER` turns it on unless the environment says false. */
function readEnabled(reader: SettingReader, otel: TelemetryConfig): boolean | undefined {
  const found = reader.findOutsideFile(ENABLED);
  const isAsked = otel.metrics.readers.some(({ type }) => type === 'prometheus');
  if (found !== undefined) {
    if (isAsked && !found.value) {
      const problem = `it is false, and ${METRICS_EXPORTER.name} names prometheus; /metrics stays off`;
      reader.note({ variable: found.place, problem, fix: `remove ${found.place}, or prometheus` });
    }
    reader.settleFound(ENABLED.path, found, String(found.value));
    return found.value;
  }
  if (isAsked) {
    reader.settle(ENABLED.path, { source: 'env', variable: METRICS_EXPORTER.name, text: 'true' });
    return true;
  }
  const inFile = reader.find(ENABLED) ?? reader.find({ ...ENABLED, path: OBSERVABILITY_ENABLED });
  if (inFile === undefined) {
    return reader.read(ENABLED);
  }
  reader.settleFound(ENABLED.path, inFile, String(inFile.value));
  return inFile.value;
}

/** The word default is ContextForge's way to say nothing. */
function readPrefix(reader: SettingReader, row: Setting<string>): string | undefined {
  const prefix = reader.read(row);
  return prefix === 'default' ? undefined : prefix;
}

function readBasicAuth(reader: SettingReader): MetricsConfig['basicAuth'] {
  const written = valueAt(reader.file, BASIC_AUTH.path);
  const pair = typeof written === 'string' ? reader.find(BASIC_AUTH) : reader.findOutsideFile(BASIC_AUTH);
  if (pair !== undefined) {
    const colon = pair.value.indexOf(':');
    if (colon > 0 && colon < pair.value.length - 1) {
      reader.settleFound(BASIC_AUTH.path, pair, `${pair.value.slice(0, colon)}:***`);
      return { username: pair.value.slice(0, colon), password: { text: pair.value.slice(colon + 1) } };
    }
    const problem = 'it has no user, no colon or no password';
    reader.note({ variable: pair.place, problem, expected: BASIC_AUTH.kind.expected, severity: 'fatal' });
    return undefined;
  }
  return readSplitBasicAuth(reader);
}

function readSplitBasicAuth(reader: SettingReader): MetricsConfig['basicAuth'] {
  const block = valueAt(reader.file, BASIC_AUTH.path);
  // A text is the pair, which was looked at before.
  if (block !== undefined && block !== null && typeof block !== 'object' && typeof block !== 'string') {
    const problem = 'it is not an object';
    reader.note({
      variable: BASIC_AUTH.path,
      problem,
      expected: '{ username, password | passwordFile }',
      severity: 'fatal',
    });
  }
  const { username, password } = readSection(reader, 'metrics.basicAuth', {});
  if (username !== undefined && password !== undefined) {
    if (!username.includes(':')) {
      return { username, password };
    }
    reader.note({
      variable: 'metrics.basicAuth.username',
      problem: 'a user name cannot hold a colon',
      severity: 'fatal',
    });
    return undefined;
  }
  const isStarted = username !== undefined || password !== undefined || (typeof block === 'object' && block !== null);
  if (isStarted) {
    const problem = username === undefined ? 'the user name is missing' : 'the password is missing';
    reader.note({
      variable: BASIC_AUTH.path,
      problem,
      expected: '{ username, password | passwordFile }',
      severity: 'fatal',
    });
  }
  return undefined;
}

function readJwt(reader: SettingReader): JwtConfig | undefined {
  const jwt = readSection(reader, 'metrics.jwt', {});
  if (jwt.secret !== undefined || jwt.jwksUrl !== undefined) {
    return jwt;
  }
  if (jwt.audience !== undefined || jwt.issuer !== undefined || valueAt(reader.file, 'metrics.jwt') !== undefined) {
    const problem = 'neither a secret nor a URL of keys is set, so no token can be checked';
    reader.note({ variable: 'metrics.jwt', problem, expected: '{ secret | secretFile | jwksUrl }', severity: 'fatal' });
  }
  return undefined;
}
