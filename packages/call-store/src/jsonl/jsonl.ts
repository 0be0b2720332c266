import { join } from 'node:path';
import type { CallRow } from '../rows/call-row.ts';
import type { Trace } from '../rows/trace-row.ts';
import type { CallStore } from '../store/call-store.ts';
import { requirePositive } from '../store/require-positive.ts';
import { DirectoryLock } from './directory-lock.ts';
import { causeOf } from './file-cause.ts';
import { isCallRow, isTrace } from './file-rows.ts';
import { makeDirectory } from './make-directory.ts';
import { quiet } from './quiet.ts';
import { RowFile, type RowFileHealth, toFailureMessage } from './row-file.ts';

export { type LossReason, type RowFileHealth } from './row-file.ts';
export { checkDirectory, type DirectoryCheck } from './check-directory.ts';
export { type FrameFile, startFrameFile } from './frame-file.ts';

/** Where history is kept, and its bounds. */
export interface JsonlOptions {
  /** Made with mode 0700 where it is not there. */
  readonly directory: string;
  /** Most rows of a file; the full one before it is kept beside it. Default 5,000. */
  readonly maxRows?: number;
  /** Most bytes of a file. Default 50 MiB. */
  readonly maxBytes?: number;
  /** How long rows wait to be written together, in milliseconds. Default 100. */
  readonly flushMillis?: number;
  /** How often what was written is made to survive a power cut, in milliseconds. Default 5,000. */
  readonly syncMillis?: number;
  /** Most rows of each file that wait to be written. Default 10,000. */
  readonly maxQueuedRows?: number;
  /** About how many bytes of each file may wait to be written. Default 16 MiB. */
  readonly maxQueuedBytes?: number;
  /** Told once when writing begins to fail, for another reason than before, and when it works again. */
  readonly onChange?: (change: JsonlChange) => void;
  /** Told of each row that will never be written; it may be called while a row is recorded, and must be quick. */
  readonly onDropped?: (file: JsonlFile) => void;
  /** Told when this process has become the one that writes to the directory, and the store has what was there. */
  readonly onOwner?: () => void;
}

/** `audit.jsonl` or `traces.jsonl`. */
export type JsonlFile = 'audit' | 'traces';

/** Writing began to fail, or works again. */
export interface JsonlChange {
  readonly state: 'ok' | 'failing';
  /** For the one who runs the gateway: which file, why, and what happens with rows meanwhile. */
  readonly message: string;
}

/** What was read at the start. */
export interface SeedReport {
  readonly calls: number;
  readonly traces: number;
  /** Lines that were none: torn by a killed process, or damaged. */
  readonly skipped: number;
}

/** History on disk. */
export interface JsonlHistory {
  /** Settles when the rows of earlier processes are in the store, or can't be; never rejects. */
  readonly seeded: Promise<SeedReport>;
  health(): { readonly audit: RowFileHealth; readonly traces: RowFileHealth };
  /** Writes what waits. */
  flush(): Promise<void>;
  /** Stops listening to the store, writes what waits, and lets another process have the directory. */
  close(): Promise<void>;
}

const RETRY_MILLIS = 2000;
const MEBIBYTE = 1024 * 1024;

/**
 * Keeps the calls and traces of a store in `audit.jsonl` and `traces.jsonl`: it seeds the store with what is there, then
 * writes each row that is appended, in batches. Nothing here is on the way of a request: a directory that is full,
 * read-only, or another process's costs rows on disk, which are counted, and no call.
 *
 * @throws {RangeError} When a bound is not a positive integer.
 */
export function startJsonl(store: CallStore, options: JsonlOptions): JsonlHistory {
  return new Jsonl(store, options);
}

class Jsonl implements JsonlHistory {
  readonly seeded: Promise<SeedReport>;
  readonly #store: CallStore;
  readonly #directory: string;
  readonly #audit: RowFile;
  readonly #traces: RowFile;
  readonly #lock: DirectoryLock;
  readonly #subscription: { close(): void };
  readonly #flushMillis: number;
  readonly #onChange: (change: JsonlChange) => void;
  readonly #onOwner: (event: undefined) => void;
  readonly #syncTimer: NodeJS.Timeout;
  #flushTimer: NodeJS.Timeout | undefined;
  #isOwner = false;
  #isClosed = false;
  #report: SeedReport | undefined;
  #opening: Promise<void> | undefined;
  #nextTry = 0;
  #failure: string | undefined;

  constructor(store: CallStore, options: JsonlOptions) {
    const { directory, flushMillis = 100, syncMillis = 5000 } = options;
    this.#store = store;
    this.#onChange = quiet(options.onChange);
    this.#onOwner = quiet(options.onOwner);
    this.#directory = directory;
    this.#flushMillis = flushMillis;
    this.#audit = createFile('audit', options);
    this.#traces = createFile('traces', options);
    this.#lock = new DirectoryLock(directory);
    this.#subscription = store.subscribe(['calls', 'traces'], (event) => {
      if (event.type === 'row' && (event.kind === 'calls' || event.kind === 'traces')) {
        (event.kind === 'calls' ? this.#audit : this.#traces).push(event);
        this.#flushSoon();
      }
    });
    this.#syncTimer = setInterval(() => void this.#sync(), syncMillis);
    this.#syncTimer.unref();
    this.seeded = this.#open().then(() => this.#report ?? { calls: 0, traces: 0, skipped: 0 });
  }

  health(): { readonly audit: RowFileHealth; readonly traces: RowFileHealth } {
    return { audit: this.#audit.health(), traces: this.#traces.health() };
  }

  async flush(): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    if (this.#isOwner && !(await this.#lock.isHeld())) {
      this.#isOwner = false;
      this.#nextTry = 0;
    }
    await this.#open();
    if (this.#isOwner) {
      await Promise.all([this.#audit.flush(), this.#traces.flush()]);
    }
    if (this.#audit.queued + this.#traces.queued > 0) {
      this.#flushSoon();
    }
  }

  async close(): Promise<void> {
    this.#subscription.close();
    clearInterval(this.#syncTimer);
    this.#nextTry = 0;
    await this.flush();
    this.#isClosed = true;
    clearTimeout(this.#flushTimer);
    if (this.#isOwner) {
      this.#isOwner = false;
      await Promise.all([this.#audit.flush({ isLast: true }), this.#traces.flush({ isLast: true })]);
      await Promise.all([this.#audit.sync(), this.#traces.sync()]);
      await Promise.all([this.#audit.close(), this.#traces.close()]);
      await this.#lock.release().catch(() => undefined);
    }
  }

  #flushSoon(): void {
    if (this.#flushTimer === undefined && !this.#isClosed) {
      this.#flushTimer = setTimeout(() => {
        this.#flushTimer = undefined;
        void this.flush();
      }, this.#flushMillis);
      this.#flushTimer.unref();
    }
  }

  async #sync(): Promise<void> {
    if (this.#isOwner) {
      await Promise.all([this.#audit.sync(), this.#traces.sync(), this.#lock.refresh().catch(() => undefined)]);
    }
  }

  /** Becomes the one that writes, and seeds the store the first time; tries again every two seconds at most. */
  #open(): Promise<void> {
    if (this.#isOwner || Date.now() < this.#nextTry) {
      return this.#opening ?? Promise.resolve();
    }
    this.#opening ??= this.#tryToOpen()
      .catch((error: unknown) => this.#note(causeOf(error)))
      .finally(() => {
        this.#opening = undefined;
        this.#nextTry = Date.now() + RETRY_MILLIS;
      });
    return this.#opening;
  }

  async #tryToOpen(): Promise<void> {
    const isOwner = await this.#acquire();
    if (isOwner === 'held') {
      return;
    }
    if (isOwner === 'own') {
      this.#note(undefined);
    }
    this.#report ??= await this.#seed();
    this.#isOwner = isOwner === 'own';
    if (this.#isOwner) {
      this.#onOwner(undefined);
    }
  }

  async #acquire(): Promise<'own' | 'held' | 'failed'> {
    try {
      await makeDirectory(this.#directory);
      const result = await this.#lock.acquire();
      if (result.ok) {
        return 'own';
      }
      this.#note(`${result.holder} writes to it; give each gateway a directory of its own`);
      return 'held';
    } catch (error) {
      this.#note(causeOf(error));
      return 'failed';
    }
  }

  /** Notes why nobody can write to the directory, or that it works; tells what changed, once. */
  #note(cause: string | undefined): void {
    this.#audit.note(cause);
    this.#traces.note(cause);
    if (cause === this.#failure) {
      return;
    }
    this.#failure = cause;
    this.#onChange(
      cause === undefined
        ? { state: 'ok', message: `${this.#directory} is written again.` }
        : { state: 'failing', message: toFailureMessage(this.#directory, cause) },
    );
  }

  async #seed(): Promise<SeedReport> {
    const calls: readonly CallRow[] = await this.#audit.read(isCallRow);
    const traces: readonly Trace[] = await this.#traces.read(isTrace);
    this.#store.seed('calls', calls);
    this.#store.seed('traces', traces);
    const skipped = this.#audit.health().skipped_lines + this.#traces.health().skipped_lines;
    return { calls: calls.length, traces: traces.length, skipped };
  }
}

function createFile(name: JsonlFile, options: JsonlOptions): RowFile {
  const { maxRows = 5000, maxBytes = 50 * MEBIBYTE } = options;
  const onChange = quiet(options.onChange);
  const onDropped = quiet(options.onDropped);
  const { maxQueuedRows = 10_000, maxQueuedBytes = 16 * MEBIBYTE } = options;
  requirePositive({ maxRows, maxBytes, maxQueuedRows, maxQueuedBytes });
  return new RowFile({
    path: join(options.directory, `${name}.jsonl`),
    bounds: { maxRows, maxBytes },
    queue: { maxRows: maxQueuedRows, maxBytes: maxQueuedBytes },
    onChange: (state, message) => onChange({ state, message }),
    onDropped: () => onDropped(name),
  });
}
