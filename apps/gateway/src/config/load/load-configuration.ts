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
import { resolve } from 'node:path';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import { withOwnReferences } from '../dialects/client-references.ts';
import type { FileObject } from '../dialects/own-entry.ts';
import type { GatewayConfig, GatewayFlags } from '../reader/gateway-config.ts';
import { gatewayConfigPath, readGatewayConfig } from '../reader/read-gateway-config.ts';
import { redisIssues } from '../redis/redis-settings.ts';
import { readServersVariable } from '../upstreams/servers-variable.ts';
import { stampNow } from './poll-file.ts';
import { readTextFile } from './read-text-file.ts';
import { folderOf, resolvePaths } from './resolve-paths.ts';
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
  /** The state of the file that was read; a later one may have been saved meanwhile. */
  readonly stamp?: string;
  /** What the file holds, before variables were put in. */
  readonly raw: unknown;
  /** The same of what says which servers there are: the file, or `DCC_MCP_MCP_SERVERS` in its place. */
  readonly rawServers: FileObject;
  /** The file is there and says nothing: it is blank, or holds comments or `null` alone. */
  readonly isFileEmpty: boolean;
}

/** Reads the files that the command line and the environment name, and everything else with them. Never throws. */
export function loadConfiguration({ env, configFile, flags }: ConfigurationSource): LoadedConfiguration {
  const path = gatewayConfigPath(env, configFile);
  const issues: Issue[] = [];
  const file = path === undefined ? undefined : resolve(path);
  const stamp = file === undefined ? undefined : stampNow(file);
  const { raw, value: content, isEmpty } = file === undefined ? NO_CONTENT : readFile(file, env, issues);
  const otelPath = configFilePath(env);
  const otelConfigFile = otelPath === undefined ? undefined : readOtelFile(otelPath);
  const workingFolder = resolve('.');
  const servers = readServersVariable(env, workingFolder);
  const reading = readGatewayConfig(env, content, {
    ...(flags === undefined ? {} : { flags }),
    workingFolder,
    ...(otelConfigFile === undefined ? {} : { otelConfigFile }),
  });
  const fileFolder = file === undefined ? undefined : folderOf(file);
  const values = resolvePaths(reading.values, reading.origins, { env, fileFolder, workingFolder });
  const secrets = unreadableSecrets({ ...reading, values });
  return {
    ...reading,
    values,
    issues: [...issues, ...reading.issues, ...secrets, ...redisIssues({ ...reading, values })],
    ...(file === undefined ? {} : { file }),
    ...(stamp === undefined ? {} : { stamp }),
    raw,
    rawServers: servers?.ok === true ? servers.raw : isJsonObject(raw) ? raw : {},
    isFileEmpty: isEmpty,
  };
}

/** One issue in one line, begun with how bad it is. */
export function issueLine(issue: Issue): string {
  return `${issue.severity === 'fatal' ? 'error' : 'warning'}: ${formatIssue(issue)}`;
}

interface Content {
  readonly raw: unknown;
  readonly value: unknown;
  readonly isEmpty: boolean;
}

const NO_CONTENT: Content = { raw: {}, value: {}, isEmpty: false };

function readFile(file: string, env: Environment, issues: Issue[]): Content {
  const read = readTextFile(file);
  if (!read.ok) {
    const fix = 'correct --config or DCC_MCP_CONFIG';
    issues.push({ variable: file, problem: read.problem, fix, severity: 'fatal' });
    return NO_CONTENT;
  }
  const parsed = parseConfigFile(read.text, file);
  if (!parsed.ok) {
    issues.push(...parsed.issues);
    return NO_CONTENT;
  }
  const raw = withOwnReferences(parsed.value, { env, workspaceFolder: folderOf(file) });
  const substituted = substituteEnv(raw, env);
  issues.push(...substituted.issues);
  return { raw, value: substituted.value, isEmpty: parsed.isEmpty };
}

function readOtelFile(path: string): ConfigFileInput {
  const read = readTextFile(path);
  return read.ok ? { name: path, text: read.text } : { name: path, unreadable: read.problem };
}
