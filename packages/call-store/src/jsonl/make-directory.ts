import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWN_ALONE = 0o700;

type OnMade = (path: string) => void;

/**
 * Makes a directory and those above it, for their owner alone. Node's own `recursive` never ends on a file system that
 * says of what it refuses that something above is missing, as `/proc` does.
 *
 * @param onMade Told of each that was not there, the uppermost first.
 * @throws {Error} Of the file system.
 */
export async function makeDirectory(path: string, onMade: OnMade = () => undefined): Promise<void> {
  try {
    await makeOne(path, onMade);
  } catch (error) {
    const parent = dirname(path);
    if (!isMissing(error) || parent === path) {
      throw error;
    }
    await makeDirectory(parent, onMade);
    await makeOne(path, onMade);
  }
}

async function makeOne(path: string, onMade: OnMade): Promise<void> {
  try {
    await mkdir(path, OWN_ALONE);
    onMade(path);
  } catch (error) {
    if (!(await isDirectory(path))) {
      throw error;
    }
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
