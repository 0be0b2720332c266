import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the processes of one gateway meet, and nobody else of this machine does. */
export interface InternalPlace {
  /** What the paths begin with. */
  readonly base: string;
  remove(): Promise<void>;
}

/** A new one: a folder that only this user may enter; on Windows pipes whose names nobody can guess. */
export async function createInternalPlace(): Promise<InternalPlace> {
  if (platform() === 'win32') {
    return { base: String.raw`\\.\pipe\dcc-mcp-${randomUUID()}-`, remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'dcc-mcp-'));
  return { base: `${folder}/`, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Where the process that starts the others listens. */
export function primaryPath(base: string): string {
  return `${base}primary`;
}

/** Where a worker listens. @param address What it is called among gateways; its end is enough, for paths are short. */
export function workerPath(base: string, address: string): string {
  return base + address.slice(-12);
}
