// registry/file/: instances that dcc-mcp-core hosts write into a file of theirs, which is read and never written.
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RegistryFolder } from '../../config/load/registry-folder-of.ts';
import type { Log } from '../../protocol/log.ts';
import { codeOf } from '../../protocol/thrown-error.ts';
import { ownUser } from './processes.ts';
import { NO_SERVICES, parseServices, type ServicesTable } from './services-document.ts';

export interface ServicesFileOptions {
  readonly folder: RegistryFolder;
  /** A table was read, or the file is gone for good. Called at once where there is no file. */
  readonly onTable: (table: ServicesTable) => void;
  readonly log: Log;
  /** How often the file is looked at, besides being told of changes; default 1 s. */
  readonly pollMillis?: number;
  /** How long a file may be away, as it is for a moment where a writer puts another in its place; default 3 s. */
  readonly goneAfterMillis?: number;
}

const FILE = 'services.json';
const POLL_MILLIS = 1_000;
const GONE_AFTER_MILLIS = 3_000;
/** Writers put a new file in place: the notices of its parts come together. */
const SETTLE_MILLIS = 10;
/** Times that a reading takes until there may be another. */
const READ_SHARE = 10;
/** A row takes about a kilobyte. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Clocks of file systems stand still for some milliseconds: what was written just now may be written once more. */
const CLOCK_MILLIS = 50;

/**
 * Keeps the last table that could be read. What is torn, empty or no registry is said once and changes nothing. Never
 * writes, never locks, and holds no file open.
 */
export class ServicesFile {
  readonly #options: ServicesFileOptions;
  readonly #file: string;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** The file has changed, and is to be looked at. */
  #isDue = false;
  /** How long the last reading took. */
  #readMillis = 0;
  #isClosed = false;
  /** Of the file that was read last, whatever was in it. */
  #stamp: string | undefined;
  #isEmptied = false;
  #goneSince: number | undefined;
  #problem: string | undefined;
  /** Nothing was handed out yet. */
  #isFirst = true;

  constructor(options: ServicesFileOptions) {
    this.#options = options;
    this.#file = join(options.folder.path, FILE);
  }

  start(): void {
    void this.#look();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
    await this.#looking;
  }

  /** One look at a time; the next one comes by itself, sooner where the file has changed meanwhile. Never rejects. */
  async #look(): Promise<void> {
    this.#isDue = false;
    this.#looking = this.#lookOnce();
    await this.#looking;
    this.#looking = undefined;
    this.#lookLater(this.#isDue ? this.#settleMillis : (this.#options.pollMillis ?? POLL_MILLIS));
  }

  #lookLater(millis: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => void this.#look(), millis).unref();
    }
  }

  /** Of a storm of changes the first one counts: the look that follows sees them all. */
  #lookSoon(): void {
    if (!this.#isDue) {
      this.#isDue = true;
      if (this.#looking === undefined) {
        this.#lookLater(this.#settleMillis);
      }
    }
  }

  /** A large file that is written again and again gets a part of the time, not all. */
  get #settleMillis(): number {
    return Math.min(POLL_MILLIS, Math.max(SETTLE_MILLIS, this.#readMillis * READ_SHARE));
  }

  async #lookOnce(): Promise<void> {
    this.#watch();
    try {
      const found = await stat(this.#file);
      this.#goneSince = undefined;
      const problem = found.isFile() ? this.#issueOf(found) : 'it is no file';
      if (problem !== undefined) {
        this.#tell(problem);
        return;
      }
      const stamp = `${found.mtimeMs} ${found.ino} ${found.size}`;
      if (stamp !== this.#stamp) {
        const isSettled = Math.abs(Date.now() - found.mtimeMs) > CLOCK_MILLIS;
        await this.#read();
        this.#stamp = isSettled ? stamp : undefined;
      }
    } catch (error) {
      this.#onError(codeOf(error));
    }
  }

  #issueOf({ size, uid }: { readonly size: number; readonly uid: number }): string | undefined {
    if (size > MAX_BYTES) {
      return `it is longer than ${MAX_BYTES} bytes`;
    }
    const own = ownUser();
    const isForeign = this.#options.folder.isShared && own !== undefined && uid !== own && uid !== 0;
    return isForeign ? 'it belongs to another user; name its folder in DCC_MCP_REGISTRY_DIR to read it' : undefined;
  }

  async #read(): Promise<void> {
    const text = await readFile(this.#file, 'utf8');
    const begin = performance.now();
    const reading = parseServices(text);
    this.#readMillis = performance.now() - begin;
    if (!reading.ok) {
      this.#tell(reading.problem);
      return;
    }
    if (this.#problem !== undefined) {
      this.#problem = undefined;
      this.#options.log(`the registry ${this.#file} is read again`);
    }
    this.#isEmptied = false;
    this.#hand(reading.table);
  }

  #onError(code: string): void {
    if (code !== 'ENOENT') {
      this.#tell(code === 'ENOTDIR' ? 'its folder is none' : `it can't be read (${code})`);
      return;
    }
    this.#stamp = undefined;
    this.#tellOfFolder();
    this.#goneSince ??= performance.now();
    const { goneAfterMillis = GONE_AFTER_MILLIS } = this.#options;
    if (!this.#isEmptied && (this.#isFirst || performance.now() - this.#goneSince >= goneAfterMillis)) {
      this.#isEmptied = true;
      this.#problem = undefined;
      this.#hand(NO_SERVICES);
    }
  }

  /**
   * Of a folder that somebody has named and that no host has made: its name may be wrong. The one that is taken by itself is
   * often not there.
   */
  #tellOfFolder(): void {
    const { folder, log } = this.#options;
    if (this.#isFirst && !folder.isShared && !existsSync(folder.path)) {
      const why = 'no host has registered there yet, or registry.dir (DCC_MCP_REGISTRY_DIR) means another one';
      log(`the registry folder ${folder.path} does not exist, so that no instance comes from it: ${why}`, {
        severity: 'warn',
      });
    }
  }

  #hand(table: ServicesTable): void {
    this.#isFirst = false;
    if (!this.#isClosed) {
      this.#options.onTable(table);
    }
  }

  /** What can't be used is said once, however often it is found so. */
  #tell(problem: string): void {
    if (this.#problem === undefined) {
      this.#options.log(`the registry ${this.#file} can't be used: ${problem}; what it said last is kept`, {
        severity: 'warn',
      });
    }
    this.#problem = problem;
  }

  /** Being told is quicker than looking; where there is nothing to be told of, looking is all there is. */
  #watch(): void {
    if (this.#watcher !== undefined) {
      return;
    }
    try {
      const watcher = watch(dirname(this.#file), { persistent: false });
      const end = (): void => {
        watcher.close();
        this.#watcher = this.#watcher === watcher ? undefined : this.#watcher;
      };
      watcher.on('error', end);
      watcher.on('change', (_, name) => {
        if (name === null || name === FILE) {
          this.#lookSoon();
        } else if (name === this.#folderName) {
          end(); // the folder itself is gone, or another
        }
      });
      this.#watcher = watcher;
    } catch {
      // There is no such folder yet, or the system has no more watches.
    }
  }

  get #folderName(): string {
    return dirname(this.#file).split(/[/\\]/).at(-1) ?? '';
  }
}
