import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../protocol/thrown-error.ts';

/** Whoever holds a lock that long has died: what is done under one takes milliseconds. */
const STALE_MILLIS = 10_000;
const RETRY_MILLIS = 20;
/** Longer than it takes to find a lock stale. */
const PATIENCE_MILLIS = STALE_MILLIS + 5_000;

/**
 * Runs `work` while no other process runs anything under the lock `file`. A lock that was left behind is taken over after
 * 10 s.
 *
 * @throws What `work` throws, or the error of the system where the lock can't be made.
 */
export async function underLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  while (!(await take(file))) {
    if (Date.now() > deadline) {
      throw new Error(`${file} is held by another process; remove it where none runs`);
    }
    await removeIfStale(file);
    await wait(RETRY_MILLIS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Two that find the same one stale move it away once: what is moved is looked at again, and given back if it is not stale. */
async function removeIfStale(file: string): Promise<void> {
  if (!(await isStale(file))) {
    return;
  }
  const grave = `${file}.${randomUUID()}`;
  try {
    await rename(file, grave);
    await ((await isStale(grave)) ? rm(grave, { force: true }) : rename(grave, file));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw error;
    }
  }
}

async function isStale(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MILLIS;
}
