import { type Environment, type Reading, readTelemetryConfig, type ConfigFileInput } from '@dcc-mcp/telemetry-config';
import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import { CONFIG_VARIABLE } from '../table/table.ts';
import { readUpstreams } from '../upstreams/read-upstreams.ts';
import { withAdminSection } from './admin-section.ts';
import { noteOpenBinds } from './bind-rules.ts';
import type { GatewayConfig, ServerConfig } from './gateway-config.ts';
import { noteMisspeltVariables } from './misspelt-variables.ts';
import { readAuth } from './read-auth.ts';
import { readMetrics } from './read-metrics.ts';
import { readObservability } from './read-observability.ts';
import { readSection } from './read-section.ts';
import { type ReaderOptions, SettingReader } from './setting-reader.ts';
import { noteUnknownKeys } from './unknown-keys.ts';

/** What `readGatewayConfig` needs beside flags, environment and file. */
export interface ReadGatewayOptions extends ReaderOptions {
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
  { otelConfigFile: configFile, ...rest }: ReadGatewayOptions = {},
): Reading<GatewayConfig> {
  const reader = new SettingReader(env, isJsonObject(file) ? withAdminSection(file) : {}, rest);
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
  return {
    server: { ...readSection(reader, 'server', {}), ...listening(reader) },
    mcpServers: readUpstreams(reader),
    metrics: readMetrics(reader, otel),
    telemetry: readSection(reader, 'telemetry', {}),
    auth: readAuth(reader),
    policy: readSection(reader, 'policy', {}),
    limits: readSection(reader, 'limits', {}),
    jobs: readSection(reader, 'jobs', {}),
    audit: readSection(reader, 'audit', {}),
    admin: readSection(reader, 'admin', {}),
    registry: readSection(reader, 'registry', {}),
    traffic: readSection(reader, 'traffic', {}),
    ...readSection(reader, '', {}),
    otel,
  };
}

/** What flags alone say. */
function listening(reader: SettingReader): Pick<ServerConfig, 'stdio' | 'listens' | 'wait'> {
  const { stdio = false, wait = false, port } = reader.flags;
  return { stdio, listens: !stdio || port !== undefined, wait };
}
