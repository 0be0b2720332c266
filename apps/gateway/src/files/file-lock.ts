import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../protocol/thrown-error.ts';

/** Whoever has not touched a lock for that long has died. */
const STALE_MILLIS = 10_000;
/** How often a lock is touched by whoever holds it: an answer over the network may take longer than a lock stays fresh. */
const TOUCH_MILLIS = 2_500;
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
  const owner = randomUUID();
  const deadline = Date.now() + PATIENCE_MILLIS;
  while (!(await take(file, owner))) {
    if (Date.now() > deadline) {
      throw new Error(`${file} is held by another process; remove it where none runs`);
    }
    await removeIfStale(file);
    await wait(RETRY_MILLIS);
  }
  const touching = setInterval(() => void touch(file), TOUCH_MILLIS).unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await release(file, owner);
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

async function take(file: string, owner: string): Promise<boolean> {
  try {
    await writeFile(file, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    await release(file, ''); // made, but not written: the disk is full
    throw error;
  }
}

/** A process that was asleep may come back to find that somebody else has the lock. */
async function release(file: string, owner: string): Promise<void> {
  const holder = await readFile(file, 'utf8').catch(() => undefined);
  if (holder === owner) {
    await rm(file, { force: true });
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
