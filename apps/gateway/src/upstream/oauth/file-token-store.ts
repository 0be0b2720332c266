import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StateFolder } from '../../files/state-folder.ts';
import { codeOf } from '../../protocol/thrown-error.ts';
import { parseRecord, serializeRecord, type TokenRecord } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

/** A lock that is older belongs to a process that has ended. */
const STALE_LOCK_MILLIS = 30_000;
const LOCK_PAUSE_MILLIS = 50;

/** {@link TokenStore} in the folder `oauth` of the state folder: a file of mode 0600 for each upstream. */
export class FileTokenStore implements TokenStore {
  readonly #folder: StateFolder;

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  async read(key: string): Promise<TokenRecord | undefined> {
    const reading = await this.#folder.read(fileName(key));
    return reading.ok ? parseRecord(reading.text) : undefined;
  }

  write(key: string, record: TokenRecord): Promise<void> {
    return this.#folder.write(fileName(key), serializeRecord(record));
  }

  async remove(key: string): Promise<boolean> {
    const wasThere = (await this.version(key)) !== undefined;
    await this.#folder.remove(fileName(key));
    return wasThere;
  }

  async version(key: string): Promise<string | undefined> {
    try {
      const { mtimeMs, ino, size } = await stat(this.#folder.fileOf(fileName(key)));
      return `${mtimeMs}/${ino}/${size}`;
    } catch {
      return undefined;
    }
  }

  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const lock = this.#folder.fileOf(`${fileName(key)}.lock`);
    const owner = randomUUID();
    const deadline = Date.now() + STALE_LOCK_MILLIS;
    while (!(await take(lock, owner)) && Date.now() < deadline) {
      await delay(LOCK_PAUSE_MILLIS);
    }
    try {
      return await work();
    } finally {
      await release(lock, owner);
    }
  }
}

/** Readable where that can be, and another for each key. */
function fileName(key: string): string {
  const readable = key.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  return `oauth/${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}.json`;
}

/** False while somebody else has it. Where no lock can be made at all, work goes on without. */
async function take(lock: string, owner: string): Promise<boolean> {
  try {
    await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
    const handle = await open(lock, 'wx', 0o600);
    await handle.writeFile(owner);
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      return true;
    }
  }
  const taken = await stat(lock).catch(() => undefined);
  if (taken !== undefined && Date.now() - taken.mtimeMs > STALE_LOCK_MILLIS) {
    await rm(lock, { force: true }).catch(() => undefined);
  }
  return false;
}

async function release(lock: string, owner: string): Promise<void> {
  const held = await readFile(lock, 'utf8').catch(() => undefined);
  if (held === owner) {
    await rm(lock, { force: true }).catch(() => undefined);
  }
}
