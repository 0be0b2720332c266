import { checkDirectory } from '@dcc-mcp/call-store/jsonl';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import { REGISTRY_OFF } from '../../config/table/kinds.ts';
import { findSetting } from '../../config/table/setting.ts';
import { codeOf } from '../../protocol/thrown-error.ts';
import type { FolderCheck, FolderFailure } from './folder-check.ts';

interface Folder {
  readonly setting: string;
  readonly path: string;
}

/** Tries the folders that the configuration names as the gateway would use them, and leaves nothing in them. */
export async function checkFolders(config: GatewayConfig): Promise<readonly FolderCheck[]> {
  const { audit, stateDir, registry, trafficCapture } = config;
  return Promise.all([
    ...(audit.dir === undefined ? [] : [checkWritten({ setting: 'audit.dir', path: audit.dir })]),
    ...(stateDir === undefined ? [] : [checkWritten({ setting: 'stateDir', path: stateDir })]),
    ...(trafficCapture.mode === 'jsonl'
      ? [checkCapture({ setting: 'trafficCapture', path: dirname(trafficCapture.file) })]
      : []),
    ...(registry.dir === undefined || registry.dir === REGISTRY_OFF
      ? []
      : [checkRegistry({ setting: 'registry.dir', path: registry.dir })]),
  ]);
}

async function checkWritten(folder: Folder): Promise<FolderCheck> {
  const found = await checkDirectory(folder.path);
  if (!found.ok) {
    return failed(folder, {
      cause: 'folder_not_writable',
      message: `${folder.path} can't be made or written: ${found.cause}`,
      action: `let ${nameOf(folder)} name a folder that the user of the gateway may write, on a disk with room`,
    });
  }
  const { holder } = found;
  // A gateway that runs is what one may well expect there.
  return holder === undefined
    ? { ...folder, outcome: 'ok' }
    : {
        ...folder,
        outcome: 'ok',
        note: `${holder} writes to it; what another gateway keeps waits until that one ends`,
      };
}

/** It is not made where it is missing. */
async function checkCapture(folder: Folder): Promise<FolderCheck> {
  const why = await whyNotThere(folder);
  return why === undefined ? checkWritten(folder) : notThere(folder, why);
}

/** A host makes it when it registers: that none has is no fault. */
async function checkRegistry(folder: Folder): Promise<FolderCheck> {
  const why = await whyNotThere(folder);
  if (why === MISSING) {
    const note = 'it does not exist: no host has registered there yet, or another folder is meant';
    return { ...folder, outcome: 'ok', note };
  }
  return why === undefined ? { ...folder, outcome: 'ok' } : notThere(folder, why);
}

const MISSING = 'does not exist';

/** `undefined` where the folder is there. */
async function whyNotThere({ path }: Folder): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : 'is no folder';
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' ? MISSING : `can't be looked at (${code})`;
  }
}

function notThere(folder: Folder, why: string): FolderCheck {
  return failed(folder, {
    cause: 'folder_not_found',
    message: `${folder.path} ${why}`,
    action: `make it, or correct ${nameOf(folder)}`,
  });
}

function failed(folder: Folder, problem: Omit<FolderFailure, 'subject'>): FolderCheck {
  return { ...folder, outcome: 'failed', problem: { ...problem, subject: folder.setting } };
}

/** `audit.dir (DCC_MCP_GATEWAY_AUDIT_DIR)` */
function nameOf({ setting }: Folder): string {
  const [variable] = findSetting(setting)?.names ?? [];
  return variable === undefined ? setting : `${setting} (${variable})`;
}
