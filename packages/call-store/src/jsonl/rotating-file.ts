import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { type FileBounds, type FileReading, NewestLines, readLines } from './jsonl-lines.ts';

const FILE_MODE = 0o600;
// Nobody waits in `open` for the other end of a pipe that somebody put in the file's place.
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | constants.O_NONBLOCK;
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** What was on disk at the start. */
export interface DiskReading {
  /** The newest whole lines within the bounds of one file, oldest first. */
  readonly lines: readonly string[];
  /** What stands behind the last line break. */
  readonly rest: string;
  /** Why a file could not be read. */
  readonly errors: readonly unknown[];
}

/** A file of lines with a bound: a full one becomes `<path>.1`, in place of the one before. */
export class RotatingFile {
  readonly path: string;
  readonly #bounds: FileBounds;
  #file: FileHandle | undefined;
  #rows = 0;
  #bytes = 0;
  #oldRows = 0;
  #oldBytes = 0;
  /** Whether bytes behind `#bytes` may be half a line. */
  #isTorn = false;
  #needsBreak = false;

  constructor(path: string, bounds: FileBounds) {
    this.path = path;
    this.#bounds = bounds;
  }

  /** Rows on disk, in both files. */
  get rows(): number {
    return this.#rows + this.#oldRows;
  }

  /** Bytes on disk, of both files. */
  get bytes(): number {
    return this.#bytes + this.#oldBytes;
  }

  /** Reads what is there, the full file first. An interrupted last line goes when the file is next written to. */
  async read(): Promise<DiskReading> {
    const old = await readFile(`${this.path}.1`, this.#bounds);
    const current = await readFile(this.path, this.#bounds);
    const newest = new NewestLines(this.#bounds);
    [...old.lines, ...(old.rest === '' ? [] : [old.rest]), ...current.lines].forEach((line) => newest.push(line));
    this.#oldRows = old.rows;
    this.#oldBytes = old.bytes;
    this.#rows = current.rows;
    this.#bytes = current.wholeBytes;
    this.#isTorn = current.bytes > current.wholeBytes;
    const errors = [old, current].flatMap((each) => ('error' in each ? [each.error] : []));
    return { lines: newest.lines(), rest: current.rest, errors };
  }

  /** The last line is whole after all, only its line break is missing. */
  keepRest(rest: string): void {
    this.#rows += 1;
    this.#bytes += Buffer.byteLength(rest);
    this.#isTorn = false;
    this.#needsBreak = true;
  }

  /** Makes both files one full one within the bounds, where they are larger than the bounds allow. */
  async shrink(lines: readonly string[]): Promise<void> {
    const { maxRows, maxBytes } = this.#bounds;
    const isOver = (rows: number, bytes: number): boolean => rows > maxRows || bytes > maxBytes;
    if (!isOver(this.#rows, this.#bytes) && !isOver(this.#oldRows, this.#oldBytes)) {
      return;
    }
    const text = lines.map((line) => `${line}\n`).join('');
    const spare = `${this.path}.1.new`;
    const file = await open(spare, 'w', FILE_MODE);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(spare, `${this.path}.1`);
    await this.#close();
    await rm(this.path, { force: true });
    this.#oldRows = lines.length;
    this.#oldBytes = Buffer.byteLength(text);
    this.#forgetCurrent();
  }

  /**
   * Appends whole lines (each with its line break); a full file is rotated between them.
   *
   * @param onWritten Told after each piece how many of the lines are on disk.
   * @throws What the file system said. What was written of the failed piece is taken back, now or before the next write.
   */
  async append(lines: readonly string[], onWritten: (lines: number) => void): Promise<void> {
    let start = 0;
    while (start < lines.length) {
      const file = await this.#open();
      const end = this.#endOfPiece(lines, start);
      if (end === start) {
        await this.#rotate();
        continue;
      }
      const piece = `${this.#needsBreak ? '\n' : ''}${lines.slice(start, end).join('')}`;
      await this.#write(file, Buffer.from(piece), end - start);
      onWritten(end - start);
      start = end;
    }
  }

  /** Makes what was written survive a power cut. */
  async sync(): Promise<void> {
    await this.#file?.datasync();
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** The first of the lines that the file has no room for. */
  #endOfPiece(lines: readonly string[], start: number): number {
    let rows = this.#rows;
    let bytes = this.#bytes;
    let end = start;
    for (const line of lines.slice(start)) {
      rows += 1;
      bytes += Buffer.byteLength(line);
      if (rows > this.#bounds.maxRows || bytes > this.#bounds.maxBytes) {
        break;
      }
      end += 1;
    }
    return end;
  }

  async #write(file: FileHandle, piece: Buffer, rows: number): Promise<void> {
    this.#isTorn = true;
    for (let written = 0; written < piece.length;) {
      const { bytesWritten } = await file.write(piece, written);
      written += bytesWritten;
    }
    this.#isTorn = false;
    this.#needsBreak = false;
    this.#bytes += piece.length;
    this.#rows += rows;
  }

  /** The file to append to, ending with a whole line. Somebody may have moved, emptied or removed it meanwhile. */
  async #open(): Promise<FileHandle> {
    const known = await this.#current();
    const file = known?.file ?? (await openForAppend(this.path));
    this.#file = file;
    const { size } = known ?? (await file.stat());
    if (size < this.#bytes) {
      this.#forgetCurrent();
      this.#bytes = size;
    } else if (this.#isTorn) {
      await file.truncate(this.#bytes);
    } else {
      this.#bytes = size;
    }
    this.#isTorn = false;
    return file;
  }

  /** The file that is open and how large it is, where it still has its name. */
  async #current(): Promise<{ readonly file: FileHandle; readonly size: number } | undefined> {
    const file = this.#file;
    if (file === undefined) {
      return undefined;
    }
    const [named, own] = await Promise.all([stat(this.path).catch(() => undefined), file.stat()]);
    if (named !== undefined && named.ino === own.ino && named.dev === own.dev) {
      return { file, size: own.size };
    }
    await this.#close();
    this.#forgetCurrent();
    return undefined;
  }

  async #rotate(): Promise<void> {
    await this.#close();
    await rename(this.path, `${this.path}.1`);
    this.#oldRows = this.#rows;
    this.#oldBytes = this.#bytes;
    this.#forgetCurrent();
  }

  #forgetCurrent(): void {
    this.#rows = 0;
    this.#bytes = 0;
    this.#isTorn = false;
    this.#needsBreak = false;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

async function openForAppend(path: string): Promise<FileHandle> {
  const file = await open(path, APPEND, FILE_MODE);
  try {
    await makeOwn(file, await regularFile(file));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

const NOTHING: FileReading = { lines: [], rows: 0, bytes: 0, wholeBytes: 0, rest: '' };

/** Nothing, and why, for a file that can't be read; nothing for one that is not there. */
async function readFile(path: string, bounds: FileBounds): Promise<FileReading & { readonly error?: unknown }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, READ);
    const stats = await regularFile(file);
    // Nothing may ever be written to it here; where it belongs to somebody else, reading it is enough.
    await makeOwn(file, stats).catch(() => undefined);
    return await readLines(file, bounds);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return NOTHING;
    }
    return { ...NOTHING, error };
  } finally {
    await file?.close();
  }
}

/** Rows hold what callers sent: nobody else reads them. */
async function makeOwn(file: FileHandle, { mode }: { readonly mode: number }): Promise<void> {
  if ((mode & 0o777) !== FILE_MODE) {
    await file.chmod(FILE_MODE);
  }
}

async function regularFile(file: FileHandle): Promise<{ readonly mode: number }> {
  const stats = await file.stat();
  if (!stats.isFile()) {
    throw Object.assign(new Error('something that is no file stands in its place'), { code: 'EISDIR' });
  }
  return stats;
}
