import type { Environment } from '@dcc-mcp/telemetry-config';
import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isAbsolute, join } from 'node:path';
import { StateFolder } from '../../files/state-folder.ts';
import type { GatewayConfig } from '../reader/gateway-config.ts';

/**
 * The folder that `stateDir` names, else `dcc-mcp` in `XDG_STATE_HOME` (an absolute path; XDG Base Directory
 * Specification 0.8), else `.local/state/dcc-mcp` in the home of the user.
 *
 * @returns `undefined` where nothing names one, as in a program that reads no environment.
 */
export function stateFolderOf(
  { stateDir }: Pick<GatewayConfig, 'stateDir'>,
  env: Environment,
): StateFolder | undefined {
  const path = stateDir ?? defaultPath(env);
  return path === undefined ? undefined : new StateFolder(path);
}

function defaultPath(env: Environment): string | undefined {
  const state = readVariable(env, 'XDG_STATE_HOME');
  if (state !== undefined && isAbsolute(state)) {
    return join(state, 'dcc-mcp');
  }
  const home = readVariable(env, 'HOME') ?? readVariable(env, 'USERPROFILE');
  return home !== undefined && isAbsolute(home) ? join(home, '.local', 'state', 'dcc-mcp') : undefined;
}
