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
      ? [checkThere({ setting: 'trafficCapture', path: dirname(trafficCapture.file) }, checkWritten)]
      : []),
    ...(registry.dir === undefined || registry.dir === REGISTRY_OFF
      ? []
      : [checkThere({ setting: 'registry.dir', path: registry.dir }, (folder) => ({ ...folder, outcome: 'ok' }))]),
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

/** For what is not made where it is missing. */
async function checkThere(
  folder: Folder,
  more: (folder: Folder) => FolderCheck | Promise<FolderCheck>,
): Promise<FolderCheck> {
  const why = await stat(folder.path).then((found) => (found.isDirectory() ? undefined : 'is no folder'), whyNot);
  return why === undefined
    ? more(folder)
    : failed(folder, {
        cause: 'folder_not_found',
        message: `${folder.path} ${why}`,
        action: `make it, or correct ${nameOf(folder)}`,
      });
}

function whyNot(error: unknown): string {
  const code = codeOf(error);
  return code === 'ENOENT' ? 'does not exist' : `can't be looked at (${code})`;
}

function failed(folder: Folder, problem: Omit<FolderFailure, 'subject'>): FolderCheck {
  return { ...folder, outcome: 'failed', problem: { ...problem, subject: folder.setting } };
}

/** `audit.dir (DCC_MCP_GATEWAY_AUDIT_DIR)` */
function nameOf({ setting }: Folder): string {
  const [variable] = findSetting(setting)?.names ?? [];
  return variable === undefined ? setting : `${setting} (${variable})`;
}
