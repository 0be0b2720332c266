import { isRecord } from '@dcc-mcp/request-context';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Who holds a directory. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same pid; absent where the system does not say it. */
  readonly started?: string;
}

const NAME = 'writer.lock';
/** A holder on another machine is gone when it did not refresh its lock for so long. */
const FOREIGN_MILLIS = 60_000;
/** A lock without a readable holder belongs to a process that died while it wrote it. */
const UNREADABLE_MILLIS = 5_000;

/** What came of the wish to be the one that writes. */
export type LockResult = { readonly ok: true } | { readonly ok: false; readonly holder: string };

/**
 * One process writes to a directory at a time: a second one would rotate files under the first. The lock of a process that
 * was killed is taken over at once (on Linux a later process with the same pid is told apart), that of another machine
 * after a minute without a sign of life.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #key: string = randomUUID();

  constructor(directory: string) {
    this.#path = join(directory, NAME);
  }

  /** @throws What the file system said, other than that the lock exists. */
  async acquire(): Promise<LockResult> {
    if (await this.#create()) {
      return { ok: true };
    }
    const found = await readHolder(this.#path);
    if (found === undefined) {
      return (await this.#create()) ? { ok: true } : { ok: false, holder: 'another process' };
    }
    if (found.isAlive) {
      return { ok: false, holder: found.name };
    }
    return (await this.#replace(found.text)) ? { ok: true } : { ok: false, holder: 'another process' };
  }

  /** The process that has it; `undefined` where none has, or one that is gone. @throws What the file system said. */
  async holder(): Promise<string | undefined> {
    const found = await readHolder(this.#path);
    return found?.isAlive === true ? found.name : undefined;
  }

  /** Whether it is still this process's: its directory may have been removed. */
  async isHeld(): Promise<boolean> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    return text.includes(this.#key);
  }

  /** A sign of life for other machines. */
  async refresh(): Promise<void> {
    const now = new Date();
    await utimes(this.#path, now, now);
  }

  /** Gives the directory to whoever comes next. */
  async release(): Promise<void> {
    if (await this.isHeld()) {
      await rm(this.#path, { force: true });
    }
  }

  async #create(): Promise<boolean> {
    const file = await open(this.#path, 'wx', 0o600).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
        return undefined;
      }
      throw error;
    });
    if (file === undefined) {
      return false;
    }
    try {
      await file.writeFile(`${JSON.stringify(this.#self())}\n`);
    } finally {
      await file.close();
    }
    return true;
  }

  /** Of several that found the same dead holder, one gets its place: only one can move the old lock away. */
  async #replace(dead: string): Promise<boolean> {
    const grave = `${this.#path}.${this.#key}`;
    try {
      await rename(this.#path, grave);
    } catch {
      return false;
    }
    const moved = await readFile(grave, 'utf8').catch(() => '');
    if (moved !== dead) {
      // Another one was faster, and this is its lock already.
      await rename(grave, this.#path);
      return false;
    }
    await rm(grave, { force: true });
    return this.#create();
  }

  #self(): Holder & { readonly key: string } {
    const started = startOf(process.pid);
    return {
      pid: process.pid,
      host: hostname(),
      key: this.#key,
      ...(started === undefined ? {} : { started }),
    };
  }
}

async function readHolder(
  path: string,
): Promise<{ readonly text: string; readonly isAlive: boolean; readonly name: string } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const ageMillis = Date.now() - mtimeMs;
    const holder = parseHolder(text);
    if (holder === undefined) {
      return { text, isAlive: ageMillis < UNREADABLE_MILLIS, name: 'another process' };
    }
    const isAlive = holder.host === hostname() ? isRunning(holder) : ageMillis < FOREIGN_MILLIS;
    return { text, isAlive, name: `process ${holder.pid} on ${holder.host}` };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value['pid'] !== 'number' || typeof value['host'] !== 'string') {
      return undefined;
    }
    const { pid, host, started } = value;
    return { pid, host, ...(typeof started === 'string' ? { started } : {}) };
  } catch {
    return undefined;
  }
}

function isRunning({ pid, started }: Holder): boolean {
  if (started !== undefined && existsSync('/proc/self/stat')) {
    return startOf(pid) === started;
  }
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else can't be signalled, but is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const STAT_STATE = 0;
const STAT_START_TIME = 19;
/** A process that has ended, and whose parent has not asked how, holds nothing any more (proc(5)). */
const ZOMBIE = 'Z';

/** When a process began, in ticks since the machine did; `undefined` where none runs, or there is no `/proc`. */
function startOf(pid: number): string | undefined {
  try {
    // The name, in brackets, may itself hold anything (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[STAT_STATE] === ZOMBIE) {
      return undefined;
    }
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[STAT_START_TIME]}`;
  } catch {
    return undefined;
  }
}
