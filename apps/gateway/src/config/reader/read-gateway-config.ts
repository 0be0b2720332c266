import { type Environment, type Reading, readTelemetryConfig, type ConfigFileInput } from '@dcc-mcp/telemetry-config';
import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import { POLICY, TELEMETRY } from '../table/access.ts';
import { AUDIT, LIMITS, REGISTRY, ROOT } from '../table/operation.ts';
import { SERVER } from '../table/server.ts';
import { CONFIG_VARIABLE } from '../table/table.ts';
import { readUpstreams } from '../upstreams/read-upstreams.ts';
import { noteOpenBinds } from './bind-rules.ts';
import type {
  AuditConfig,
  GatewayConfig,
  GatewayFlags,
  GatewayTelemetryConfig,
  LimitsConfig,
  PolicyConfig,
  RegistryConfig,
  ServerConfig,
} from './gateway-config.ts';
import { noteMisspeltVariables } from './misspelt-variables.ts';
import { readAuth } from './read-auth.ts';
import { readMetrics } from './read-metrics.ts';
import { readObservability } from './read-observability.ts';
import { readSecret } from './read-secret.ts';
import { SettingReader } from './setting-reader.ts';
import { noteUnknownKeys } from './unknown-keys.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What `readGatewayConfig` needs beside flags, environment and file. */
export interface ReadGatewayOptions {
  readonly flags?: GatewayFlags;
  /** The declarative file that `OTEL_CONFIG_FILE` names, as the caller read it. */
  readonly otelConfigFile?: ConfigFileInput;
}

/**
 * Reads the whole configuration of the gateway: a flag wins over the environment, the environment over the file, the
 * file over the defaults. Never throws. A fatal issue says that the gateway must not start like this.
 *
 * @param file What `parseConfigFile` gave, after `substituteEnv`.
 */
export function readGatewayConfig(
  env: Environment,
  file: unknown = {},
  { flags = {}, otelConfigFile: configFile }: ReadGatewayOptions = {},
): Reading<GatewayConfig> {
  const reader = new SettingReader(env, isJsonObject(file) ? file : {}, flags);
  if (file !== undefined && file !== null && !isJsonObject(file)) {
    reader.note({ variable: 'file', problem: 'it does not hold an object', severity: 'fatal' });
  }
  const defaults = readObservability(reader);
  const otel = readTelemetryConfig(env, { defaults, ...(configFile === undefined ? {} : { configFile }) });
  const values = readSections(reader, otel.values);
  noteOpenBinds(reader, values);
  noteUnknownKeys(reader);
  noteMisspeltVariables(reader);
  return {
    values,
    issues: [...reader.issues, ...otel.issues],
    origins: { ...reader.origins, ...otel.origins },
  };
}

/** The path of the gateway's file: `--config`, else `DCC_MCP_CONFIG`. */
export function gatewayConfigPath(env: Environment, flag?: string): string | undefined {
  return flag === undefined || flag.trim() === '' ? readVariable(env, CONFIG_VARIABLE) : flag.trim();
}

function readSections(reader: SettingReader, otel: GatewayConfig['otel']): GatewayConfig {
  return withoutUndefined({
    server: readServer(reader),
    mcpServers: readUpstreams(reader),
    metrics: readMetrics(reader, otel),
    telemetry: readTelemetry(reader),
    auth: readAuth(reader),
    policy: readPolicy(reader),
    limits: readLimits(reader),
    audit: readAudit(reader),
    registry: readRegistry(reader),
    trafficCapture: reader.read(ROOT.trafficCapture),
    redisUrl: readSecret(reader, ROOT.redisUrl, ROOT.redisUrlFile),
    otel,
  });
}

function readServer(reader: SettingReader): ServerConfig {
  const { stdio = false, wait = false, port } = reader.flags;
  return withoutUndefined({
    host: reader.read(SERVER.host),
    port: reader.read(SERVER.port),
    name: reader.read(SERVER.name),
    expose: reader.read(SERVER.expose),
    publicUrl: reader.read(SERVER.publicUrl),
    trustedProxies: reader.read(SERVER.trustedProxies),
    adminPath: reader.read(SERVER.adminPath),
    admin: reader.read(SERVER.admin),
    bodyLimitBytes: reader.read(SERVER.bodyLimitBytes),
    allowedHosts: reader.read(SERVER.allowedHosts),
    stdio,
    listens: !stdio || port !== undefined,
    wait,
  });
}

function readTelemetry(reader: SettingReader): GatewayTelemetryConfig {
  return {
    traceParent: reader.read(TELEMETRY.traceParent),
    protocolSpans: reader.read(TELEMETRY.protocolSpans),
    captureContent: reader.read(TELEMETRY.captureContent),
    baggageAllow: reader.read(TELEMETRY.baggageAllow),
  };
}

function readPolicy(reader: SettingReader): PolicyConfig {
  return {
    quarantine: reader.read(POLICY.quarantine),
    readOnly: reader.read(POLICY.readOnly),
    allowedDccTypes: reader.read(POLICY.allowedDccTypes),
    allowedSkillNames: reader.read(POLICY.allowedSkillNames),
    allowedSkillFamilies: reader.read(POLICY.allowedSkillFamilies),
    allowedToolSlugs: reader.read(POLICY.allowedToolSlugs),
    allowedToolSlugPrefixes: reader.read(POLICY.allowedToolSlugPrefixes),
  };
}

function readLimits(reader: SettingReader): LimitsConfig {
  return withoutUndefined({
    ratePerMinute: reader.read(LIMITS.ratePerMinute),
    concurrencyPerPrincipal: reader.read(LIMITS.concurrencyPerPrincipal),
    readRetryMax: reader.read(LIMITS.readRetryMax),
    circuitFailureThreshold: reader.read(LIMITS.circuitFailureThreshold),
    circuitOpenSecs: reader.read(LIMITS.circuitOpenSecs),
  });
}

function readAudit(reader: SettingReader): AuditConfig {
  return withoutUndefined({
    dir: reader.read(AUDIT.dir),
    maxRows: reader.read(AUDIT.maxRows),
    maxBytes: reader.read(AUDIT.maxBytes),
  });
}

function readRegistry(reader: SettingReader): RegistryConfig {
  return withoutUndefined({
    dir: reader.read(REGISTRY.dir),
    staleTimeoutSecs: reader.read(REGISTRY.staleTimeoutSecs),
    registerAllow: reader.read(REGISTRY.registerAllow),
  });
}
