// The folder in which a gateway keeps what must outlive it and is nobody else's: approvals, tokens, secrets.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { codeOf } from '../protocol/thrown-error.ts';
import { underLock } from './file-lock.ts';

/** Bound of one file in bytes: the definitions of tens of thousands of tools. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What a file holds, or why that can't be said. */
export type StateReading =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      /** There is no such file, or no folder yet. */
      readonly isMissing: boolean;
      /** False for a file that is there and is no text. */
      readonly isText?: boolean;
      /** In words, beginning with the path. */
      readonly problem: string;
    };

/** Thrown where something can't be written; what was there before is still whole. */
export class StateFolderError extends Error {
  override readonly name = 'StateFolderError';
}

/**
 * Files of one user: the folder has mode 0700, each file 0600. A name may lie deeper (`oauth/maya.json`), but never
 * outside. Nothing is touched before the first use.
 */
export class StateFolder {
  /** Absolute. */
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** @throws {RangeError} When the name leads out of the folder. */
  fileOf(name: string): string {
    const file = normalize(name);
    if (isAbsolute(file) || file === '.' || file.split(/[/\\]/).includes('..')) {
      throw new RangeError(`"${name}" is no name of a file in the state folder`);
    }
    return join(this.path, file);
  }

  /** Reads UTF-8 of at most 64 MiB. Never rejects for what the disk says. */
  async read(name: string): Promise<StateReading> {
    const file = this.fileOf(name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'r');
      const found = await handle.stat();
      if (!found.isFile()) {
        return { ok: false, isMissing: false, problem: `${file} is no file` };
      }
      if (found.size > MAX_BYTES) {
        return { ok: false, isMissing: false, problem: `${file} is longer than ${MAX_BYTES} bytes` };
      }
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
      return { ok: true, text };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
        return { ok: false, isMissing: false, isText: false, problem: `${file} can't be read (it is not UTF-8)` };
      }
      return { ok: false, isMissing: code === 'ENOENT', problem: `${file} can't be read (${code})` };
    } finally {
      await handle?.close();
    }
  }

  /**
   * Puts `text` in place of the file at once: who reads sees the old content or the new one, also after the power has
   * failed.
   *
   * @throws {StateFolderError} When that can't be; the message says what to do.
   */
  async write(name: string, text: string): Promise<void> {
    const file = this.fileOf(name);
    if (Buffer.byteLength(text) > MAX_BYTES) {
      throw new StateFolderError(`${file} would be longer than ${MAX_BYTES} bytes, and is left as it is`);
    }
    const spare = `${file}.${randomUUID()}.tmp`;
    try {
      await this.#makeFolders(dirname(file));
      await writeWhole(spare, text);
      await rename(spare, file);
      await syncFolder(dirname(file));
    } catch (error) {
      await rm(spare, { force: true }).catch(() => undefined);
      throw this.#cannotWrite(file, error);
    }
  }

  /** Renames a file aside, in place of what had that name. @returns False where there is no such file. */
  async moveAside(name: string, aside: string): Promise<boolean> {
    const file = this.fileOf(name);
    try {
      await rename(file, this.fileOf(aside));
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') {
        return false;
      }
      throw this.#cannotWrite(file, error);
    }
  }

  /** Moves with each write of the file, by whatever process; the same while there is none. */
  async markOf(name: string): Promise<string> {
    try {
      const { ino, size, mtimeNs } = await stat(this.fileOf(name), { bigint: true });
      return `${ino} ${size} ${mtimeNs}`;
    } catch (error) {
      return codeOf(error);
    }
  }

  /**
   * Runs `work` while no other process runs anything under the lock of that file: for what reads a file and writes it
   * again.
   *
   * @throws {StateFolderError} When the lock can't be made.
   */
  async locked<T>(name: string, work: () => Promise<T>): Promise<T> {
    const file = `${this.fileOf(name)}.lock`;
    try {
      await this.#makeFolders(dirname(file));
    } catch (error) {
      throw this.#cannotWrite(file, error);
    }
    return underLock(file, work);
  }

  /** Removes a file; one that is not there is no fault. @throws {StateFolderError} */
  async remove(name: string): Promise<void> {
    const file = this.fileOf(name);
    try {
      await rm(file, { force: true });
    } catch (error) {
      throw this.#cannotWrite(file, error);
    }
  }

  /** The folder itself, and those inside it, belong to the user alone; what lies above them is as the system makes it. */
  async #makeFolders(folder: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    for (let each = folder, missing: string[] = []; ; each = dirname(each)) {
      missing = [each, ...missing];
      if (each === this.path) {
        for (const path of missing) {
          await mkdir(path, { mode: 0o700 }).catch(unlessThere);
        }
        return;
      }
    }
  }

  #cannotWrite(file: string, cause: unknown): StateFolderError {
    return new StateFolderError(
      `${file} can't be written (${codeOf(cause)}); let DCC_MCP_STATE_DIR name a folder that this user may write`,
      { cause },
    );
  }
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') {
    throw error;
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is on the disk once its folder is. Some systems have no such thing as a folder that can be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
