import type { Environment } from '@dcc-mcp/telemetry-config';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** What other programs of the same user may know of a gateway that listens. */
export interface AnnouncedGateway {
  readonly pid: number;
  /** Where this machine reaches it: `http://127.0.0.1:9765`. */
  readonly url: string;
  readonly version: string;
  /** Absolute path of its configuration file. */
  readonly config?: string | undefined;
}

/**
 * The folder with a file for each gateway of this user that listens: `dcc-mcp-gateway` in `XDG_RUNTIME_DIR`, else
 * `dcc-mcp-gateway-<uid>` in the folder for temporary files.
 */
function announcementFolder(env: Environment): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? join(tmpdir(), `dcc-mcp-gateway-${userInfo().uid}`)
    : join(runtime, 'dcc-mcp-gateway');
}

/**
 * Lets other programs of this user find a gateway, whatever its port; nobody else may read or write there. A folder that
 * can't be used is no reason not to run.
 *
 * @returns What takes it back.
 */
export function announceGateway(env: Environment, gateway: AnnouncedGateway): () => void {
  const folder = announcementFolder(env);
  const file = join(folder, `${gateway.pid}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(folder)) {
      return () => {};
    }
    // Another program may have left a file of that name: its permissions are not ours.
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(gateway), { mode: 0o600, flag: 'wx' });
  } catch {
    return () => {};
  }
  return () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // Whoever reads it asks the gateway whether it runs.
    }
  };
}

/** Gateways of this user that said where they listen; one that was killed left that behind. */
export function announcedGateways(env: Environment): readonly AnnouncedGateway[] {
  const folder = announcementFolder(env);
  try {
    const files = isOwn(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    return files.flatMap((name) => readAnnouncement(join(folder, name)) ?? []);
  } catch {
    return [];
  }
}

function readAnnouncement(file: string): AnnouncedGateway | undefined {
  try {
    const found: Partial<AnnouncedGateway> = JSON.parse(readFileSync(file, 'utf8'));
    const { pid, url, version = '' } = found;
    return typeof pid === 'number' && typeof url === 'string' ? { pid, url, version } : undefined;
  } catch {
    return undefined;
  }
}

/** The folder for temporary files is everybody's: somebody may have made ours before us. */
function isOwn(folder: string): boolean {
  const { uid } = userInfo();
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || (uid >= 0 && stat.uid !== uid)) {
    return false;
  }
  chmodSync(folder, 0o700);
  return true;
}
