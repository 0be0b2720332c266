import { randomUUID } from 'node:crypto';
import { access, constants, open, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryLock } from './directory-lock.ts';
import { causeOf } from './file-cause.ts';
import { makeDirectory } from './make-directory.ts';

/** What history would meet in a directory. */
export type DirectoryCheck =
  | {
      readonly ok: true;
      /** The process that writes to it now; absent where none does. */
      readonly holder?: string;
    }
  | {
      readonly ok: false;
      /** In a few words. */
      readonly cause: string;
    };

/** What earlier processes have left, and is written on. */
const FILES = /^(?:(?:audit|traces)\.jsonl|audit\.db)/;

/** Whether a directory can be made, where it is not there, and written to. It is tried, and nothing is left behind. */
export async function checkDirectory(directory: string): Promise<DirectoryCheck> {
  const made: string[] = [];
  try {
    await makeDirectory(directory, (path) => made.push(path));
    await tryToWrite(directory);
    const holder = await new DirectoryLock(directory).holder();
    return { ok: true, ...(holder === undefined ? {} : { holder }) };
  } catch (error) {
    return { ok: false, cause: causeOf(error) };
  } finally {
    for (const path of made.toReversed()) {
      // Another process may have put something into it meanwhile.
      await rmdir(path).catch(() => undefined);
    }
  }
}

/** @throws {Error} Of the file system. */
async function tryToWrite(directory: string): Promise<void> {
  const path = join(directory, `.${randomUUID()}.tmp`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      // A full disk takes files that hold nothing.
      await file.writeFile('1');
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
  const names = await readdir(directory);
  const files = names.filter((name) => FILES.test(name));
  await Promise.all(files.map((name) => access(join(directory, name), constants.R_OK | constants.W_OK)));
}
