import {
  type ConfigFileInput,
  configFilePath,
  type Environment,
  type Issue,
  parseConfigFile,
  type Reading,
  substituteEnv,
  formatIssue,
} from '@dcc-mcp/telemetry-config';
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { codeOf } from '../../protocol/thrown-error.ts';
import type { GatewayConfig, GatewayFlags } from '../reader/gateway-config.ts';
import { gatewayConfigPath, readGatewayConfig } from '../reader/read-gateway-config.ts';
import { inactiveSettings } from './inactive-settings.ts';
import { unreadableSecrets } from './unreadable-secrets.ts';

export interface ConfigurationSource {
  readonly env: Environment;
  /** `--config`. */
  readonly configFile?: string | undefined;
  readonly flags?: GatewayFlags;
}

export interface LoadedConfiguration extends Reading<GatewayConfig> {
  /** Absolute path of the file, where there is one. */
  readonly file?: string;
}

/** Reads the files that the command line and the environment name, and everything else with them. Never throws. */
export function loadConfiguration({ env, configFile, flags }: ConfigurationSource): LoadedConfiguration {
  const path = gatewayConfigPath(env, configFile);
  const issues: Issue[] = [];
  const file = path === undefined ? undefined : resolve(path);
  const content = file === undefined ? {} : readFile(file, env, issues);
  const otelPath = configFilePath(env);
  const otelConfigFile = otelPath === undefined ? undefined : readOtelFile(otelPath);
  const reading = readGatewayConfig(env, content, {
    ...(flags === undefined ? {} : { flags }),
    ...(otelConfigFile === undefined ? {} : { otelConfigFile }),
  });
  return {
    ...reading,
    values: file === undefined ? reading.values : withPathsOf(reading.values, dirname(file)),
    issues: [...issues, ...reading.issues, ...unreadableSecrets(reading), ...inactiveSettings(reading.values)],
    ...(file === undefined ? {} : { file }),
  };
}

/** One issue in one line, begun with how bad it is. */
export function issueLine(issue: Issue): string {
  return `${issue.severity === 'fatal' ? 'error' : 'warning'}: ${formatIssue(issue)}`;
}

function readFile(file: string, env: Environment, issues: Issue[]): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    issues.push({
      variable: file,
      problem: `it can't be read (${codeOf(error)})`,
      fix: 'correct --config or DCC_MCP_CONFIG',
      severity: 'fatal',
    });
    return {};
  }
  const parsed = parseConfigFile(text, file);
  if (!parsed.ok) {
    issues.push(...parsed.issues);
    return {};
  }
  const substituted = substituteEnv(parsed.value, env);
  issues.push(...substituted.issues);
  return substituted.value;
}

function readOtelFile(path: string): ConfigFileInput {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { name: path, unreadable: codeOf(error) };
  }
}

/** The folder of a child process is relative to the file that names it. */
function withPathsOf(config: GatewayConfig, folder: string): GatewayConfig {
  return {
    ...config,
    mcpServers: config.mcpServers.map((server) => {
      const { transport } = server;
      if (transport.type === 'http') {
        return server;
      }
      const cwd = transport.cwd ?? '.';
      return { ...server, transport: { ...transport, cwd: isAbsolute(cwd) ? cwd : resolve(folder, cwd) } };
    }),
  };
}
