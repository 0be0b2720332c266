import type { Environment } from '@dcc-mcp/telemetry-config';
import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isAbsolute, join, sep } from 'node:path';
import type { GatewayConfig } from '../reader/gateway-config.ts';
import { REGISTRY_OFF } from '../table/kinds.ts';

/** Where dcc-mcp-core hosts write `services.json`; it need not be there. */
export interface RegistryFolder {
  readonly path: string;
  /** Whether others may write beside it, as in the folder for temporary files: then a file of another user is not believed. */
  readonly isShared: boolean;
}

/** Variables of which a process that a system or a person has started has one. */
const OF_A_PROCESS = ['PATH', 'Path', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'TMP'];

/**
 * The folder that `registry.dir` names, else the one that dcc-mcp-core takes by itself: `dcc-mcp-registry` in the folder
 * for temporary files.
 *
 * @returns `undefined` where it is off, and in a program that reads no environment and names none.
 */
export function registryFolderOf(
  { registry }: Pick<GatewayConfig, 'registry'>,
  env: Environment,
): RegistryFolder | undefined {
  const { dir } = registry;
  if (dir !== undefined) {
    return dir === REGISTRY_OFF ? undefined : { path: dir, isShared: false };
  }
  const isProcess = OF_A_PROCESS.some((name) => readVariable(env, name) !== undefined);
  return isProcess ? { path: join(temporaryFolder(env), 'dcc-mcp-registry'), isShared: true } : undefined;
}

/** As Rust finds it (`std::env::temp_dir`), in which dcc-mcp-core is written. */
function temporaryFolder(env: Environment): string {
  const names = sep === '/' ? ['TMPDIR'] : ['TMP', 'TEMP'];
  const named = names.map((name) => readVariable(env, name));
  return named.find((path) => path !== undefined && isAbsolute(path)) ?? '/tmp';
}
