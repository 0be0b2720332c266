import type { Environment, Origins } from '@dcc-mcp/telemetry-config';
import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import type { GatewayConfig, UpstreamConfig } from '../reader/gateway-config.ts';
import { REGISTRY_OFF } from '../table/kinds.ts';
import { findSetting, SETTINGS } from '../table/setting.ts';
import type { Secret } from '../table/table.ts';

/** Where relative paths begin. */
export interface PathBases {
  readonly env: Environment;
  /** Folder of the gateway's file; for what the file says. */
  readonly fileFolder: string | undefined;
  /** The working folder; for what flags and variables say. */
  readonly workingFolder: string;
}

type ToPath = (path: string) => string;

/**
 * Makes the paths of a configuration absolute: those in the file count from its folder, those of flags and variables
 * from the working folder, and `~/` is the home of whoever runs the gateway.
 */
export function resolvePaths(config: GatewayConfig, origins: Origins, bases: PathBases): GatewayConfig {
  const toPathOf = (setting: string): ToPath => {
    const isFromFile = origins[setting]?.source === 'file';
    return (path) => resolve((isFromFile ? bases.fileFolder : undefined) ?? bases.workingFolder, withHome(path, bases));
  };
  let resolved: object = config;
  for (const { path, kind } of SETTINGS) {
    const isSecretsFile = path.endsWith('File') && findSetting(path.slice(0, -'File'.length)) !== undefined;
    if (kind.name === 'file path') {
      const place = isSecretsFile ? path.slice(0, -'File'.length) : path;
      resolved = changeAt(resolved, place.split('.'), (value) =>
        isWord(place, value) ? value : toResolved(value, toPathOf(place)),
      );
    }
  }
  const toTokenPath = toPathOf('auth.tokens');
  const toServerPath = toPathOf('mcpServers');
  return {
    // oxlint-disable-next-line no-unsafe-type-assertion -- the same members, with other texts
    ...(resolved as GatewayConfig),
    auth: {
      ...config.auth,
      tokens: config.auth.tokens.map((entry) => ({ ...entry, token: toResolved(entry.token, toTokenPath) })),
    },
    mcpServers: config.mcpServers.map((server) => withServerPaths(server, toServerPath, bases)),
    trafficCapture:
      config.trafficCapture.mode === 'jsonl'
        ? { mode: 'jsonl', file: toPathOf('trafficCapture')(config.trafficCapture.file) }
        : config.trafficCapture,
  };
}

/** In place of a folder `registry.dir` may say that there is none. */
function isWord(place: string, value: unknown): boolean {
  return place === 'registry.dir' && value === REGISTRY_OFF;
}

/** A path, or a secret that stands in a file; anything else stays. */
function toResolved<T>(value: T, toPath: ToPath): T {
  if (typeof value === 'string') {
    // oxlint-disable-next-line no-unsafe-type-assertion -- a text for a text
    return toPath(value) as T;
  }
  return isJsonObject(value) && typeof value['file'] === 'string' ? { ...value, file: toPath(value['file']) } : value;
}

function changeAt(object: object, [key = '', ...rest]: readonly string[], change: (value: unknown) => unknown): object {
  const value: unknown = Reflect.get(object, key);
  if (rest.length === 0) {
    return value === undefined ? object : { ...object, [key]: change(value) };
  }
  return isJsonObject(value) ? { ...object, [key]: changeAt(value, rest, change) } : object;
}

function withServerPaths(server: UpstreamConfig, toPath: ToPath, bases: PathBases): UpstreamConfig {
  const { transport, oauth } = server;
  const toPaths = (files: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(files).map(([name, file]) => [name, toPath(file)]));
  const withOauth: UpstreamConfig =
    oauth?.clientSecret === undefined
      ? server
      : { ...server, oauth: { ...oauth, clientSecret: toResolved<Secret>(oauth.clientSecret, toPath) } };
  if (transport.type === 'http') {
    return { ...withOauth, transport: { ...transport, headerFiles: toPaths(transport.headerFiles) } };
  }
  return {
    ...withOauth,
    transport: {
      ...transport,
      // A name is looked for in PATH, a relative path from the server's own folder.
      command: withHome(transport.command, bases),
      envFiles: toPaths(transport.envFiles),
      ...(transport.envFile === undefined ? {} : { envFile: toPath(transport.envFile) }),
      cwd: toPath(transport.cwd ?? '.'),
    },
  };
}

/** Folders in which clients keep what is about the folder around them. */
const CLIENT_FOLDERS = /^\.(?:vscode|cursor|roo|kilocode|zed|gemini|windsurf|kiro|continue)$/;

/** The folder that relative paths in a file count from: its own, and for a client's folder in a project that project. */
export function folderOf(file: string): string {
  const folder = dirname(file);
  return CLIENT_FOLDERS.test(basename(folder)) ? dirname(folder) : folder;
}

/** `~` and `~/…`, as shells have them; of other users' homes nothing is known. */
function withHome(path: string, { env }: PathBases): string {
  const home = readVariable(env, 'HOME') ?? readVariable(env, 'USERPROFILE');
  return home !== undefined && isAbsolute(home) && /^~(?:[/\\]|$)/.test(path) ? join(home, path.slice(1)) : path;
}
