import { join } from 'node:path';
import { makeDirectory } from '../jsonl/make-directory.ts';
import { quiet } from '../jsonl/quiet.ts';
import type { CallStore } from '../store/call-store.ts';
import { requirePositive } from '../store/require-positive.ts';
import type { RowKinds } from '../store/row-kinds.ts';
import { IndexQueue, type QueuedRow } from './index-queue.ts';
import { type FileAside, type FileState, INDEXED_KINDS, type IndexedKind, type WorkerCalls } from './messages.ts';
import { WorkerThread } from './worker-thread.ts';

/** Where the index is, and its bounds. */
export interface IndexOptions {
  /** Holds `audit.db`; made with mode 0700 where it is not there. */
  readonly directory: string;
  /** Most rows of each list. Default 1,000,000. */
  readonly maxRows?: number;
  /** Most bytes that are in use in the file. Default 1 GiB. */
  readonly maxBytes?: number;
  /** How long rows wait to be written together, in milliseconds. Default 100. */
  readonly flushMillis?: number;
  /** Most rows that wait to be written. Default 10,000. */
  readonly maxQueuedRows?: number;
  /** About how many bytes of them may wait: payloads of traces count. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /**
   * Rows of which what filters read is made at once: as few as can be read one by one meanwhile, as many as make that worth
   * while. Default 4,096, at most 65,535.
   */
  readonly blockRows?: number;
  /** Told once when the index begins to fail, for another reason than before, and when it works again. */
  readonly onChange?: (change: IndexChange) => void;
  /** Told of each row that will never be in the file; it may be called while a row is recorded, and must be quick. */
  readonly onDropped?: () => void;
}

/** The index began to fail, works again, or begins anew. */
export interface IndexChange {
  readonly state: 'ok' | 'failing';
  readonly severity: 'info' | 'warning';
  /** For the one who runs the gateway. */
  readonly message: string;
}

/** How the index is. */
export interface IndexHealth {
  readonly state: 'ok' | 'failing';
  readonly file: string;
  /** Calls and traces in the file. */
  readonly rows: number;
  /** Most of both. */
  readonly capacity: number;
  /** Bytes of the file that are in use. */
  readonly bytes: number;
  /** Most of them. */
  readonly max_bytes: number;
  /** Rows that wait to be written. */
  readonly queued: number;
  /** Rows of this process that will never be in the file. */
  readonly dropped: number;
  /** Rows that were let go since the start to make room. */
  readonly pruned: number;
  readonly last_error?: string;
}

const WHY_ASIDE: Readonly<Record<FileAside['why'], string>> = {
  damaged: 'was damaged',
  foreign: 'was a database of another program or of another version',
};
const RETRY_MILLIS = 2000;
/** Threads that read end when nobody has asked for so long. */
const IDLE_MILLIS = 60_000;
/** A batch of so many goes at once. */
const FULL_BATCH = 500;
const MEBIBYTE = 1024 * 1024;
const MILLION = 1_000_000;

/**
 * Keeps the calls and traces of a store in `audit.db`, by threads of their own: rows are handed over in batches, and nothing
 * of it is on the way of a request. A file that can't be opened, is damaged, or finds no room costs rows in it, which are
 * counted, and no call.
 */
export class RowIndex {
  /** Most rows of each list. */
  readonly maxRows: number;
  readonly #store: CallStore;
  readonly #directory: string;
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #flushMillis: number;
  readonly #queue: IndexQueue;
  readonly #onChange: (change: IndexChange) => void;
  readonly #writer: WorkerThread;
  readonly #reader: WorkerThread;
  /** Sums of many rows take a while: pages don't wait for them. */
  readonly #summer: WorkerThread;
  readonly #subscription: { close(): void };
  #state: FileState | undefined;
  #failure: string | undefined;
  #isOpen = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  /** Rows that are appended to the store from now on wait for {@link open}. @throws {RangeError} When a bound is not a positive integer. */
  constructor(store: CallStore, options: IndexOptions) {
    const { directory, maxRows = MILLION, maxBytes = 1024 * MEBIBYTE, flushMillis = 100 } = options;
    const { maxQueuedRows = 10_000, maxQueuedBytes = 64 * MEBIBYTE, blockRows = 4096 } = options;
    requirePositive({ maxRows, maxBytes, flushMillis, maxQueuedRows, maxQueuedBytes, blockRows });
    this.#store = store;
    this.#directory = directory;
    this.#path = join(directory, 'audit.db');
    this.maxRows = maxRows;
    this.#maxBytes = maxBytes;
    this.#flushMillis = flushMillis;
    const onDropped = quiet<undefined>(options.onDropped);
    this.#queue = new IndexQueue({ maxRows: maxQueuedRows, maxBytes: maxQueuedBytes }, () => onDropped(undefined));
    this.#onChange = quiet(options.onChange);
    const settings = { path: this.#path, maxRows, maxBytes, blockRows };
    this.#writer = new WorkerThread(settings);
    this.#reader = new WorkerThread(settings, IDLE_MILLIS);
    this.#summer = new WorkerThread(settings, IDLE_MILLIS);
    this.#subscription = store.subscribe(['calls', 'traces'], (event) => {
      if (event.type === 'row' && (event.kind === 'calls' || event.kind === 'traces')) {
        this.#push(event);
      }
    });
  }

  /** What is in the file; absent where that is not known, or it can't be read. */
  get readable(): FileState | undefined {
    return this.#failure === undefined ? this.#state : undefined;
  }

  /** Opens the file and adds what the store has and the file has not. Never rejects; what fails is tried again. */
  open(): Promise<void> {
    if (!this.#isOpen && !this.#isClosed) {
      this.#isOpen = true;
      this.#work();
    }
    return this.#working;
  }

  /** Asks what is in the file. @throws {Error} With the cause in a few words. */
  async ask<Name extends 'read' | 'find' | 'missing' | 'facet' | 'stats' | 'totals'>(
    name: Name,
    request: Parameters<WorkerCalls[Name]>[0],
  ): Promise<ReturnType<WorkerCalls[Name]>> {
    const isPage = name === 'read' || name === 'find';
    const thread = name === 'missing' ? this.#writer : isPage ? this.#reader : this.#summer;
    try {
      return await thread.ask(name, request);
    } catch (error) {
      this.#fail(error);
      this.#flushSoon(RETRY_MILLIS);
      throw error;
    }
  }

  /** Rows that wait to be written: they may be in the file at any moment. */
  waiting<K extends IndexedKind>(kind: K): readonly RowKinds[K][] {
    return this.#queue.waiting(kind);
  }

  /** Whether a row will never be in the file, as far as anybody knows. */
  isLost(kind: IndexedKind, rowId: string): boolean {
    return this.#queue.isLost(kind, rowId);
  }

  health(): IndexHealth {
    const lists = this.#state?.lists;
    const sum = (member: 'rows' | 'pruned'): number =>
      INDEXED_KINDS.reduce((all, kind) => all + (lists?.[kind][member] ?? 0), 0);
    return {
      state: this.#failure === undefined ? 'ok' : 'failing',
      file: this.#path,
      rows: sum('rows'),
      capacity: this.maxRows * INDEXED_KINDS.length,
      bytes: this.#state?.bytes ?? 0,
      max_bytes: this.#maxBytes,
      queued: this.#queue.size,
      dropped: this.#queue.losses,
      pruned: sum('pruned'),
      ...(this.#failure === undefined ? {} : { last_error: this.#failure }),
    };
  }

  /** Writes what waits. Never rejects. */
  async flush(): Promise<void> {
    if (this.#isOpen && !this.#isClosed) {
      this.#work();
      await this.#working;
    }
  }

  /** Stops listening to the store, writes what waits, and ends the threads. */
  async close(): Promise<void> {
    this.#subscription.close();
    clearTimeout(this.#timer);
    await this.flush();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#reader, this.#summer, this.#writer].map((thread) => thread.close()));
  }

  #push(entry: QueuedRow): void {
    this.#queue.push(entry);
    if (this.#isOpen) {
      this.#flushSoon(this.#flushMillis);
      if (this.#queue.size === FULL_BATCH && this.#failure === undefined) {
        this.#work();
      }
    }
  }

  #flushSoon(millis: number): void {
    if (this.#timer === undefined && !this.#isClosed) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#work();
      }, millis);
      this.#timer.unref();
    }
  }

  /** One thing after the other. */
  #work(): void {
    this.#working = this.#working.then(() => this.#writeAll());
  }

  /** Opens, adds what is missing, and writes what waits; never rejects. */
  async #writeAll(): Promise<void> {
    try {
      if (this.#state === undefined || this.#failure !== undefined) {
        await this.#reopen();
      }
      while (this.#queue.size > 0) {
        const batch = this.#queue.batch();
        this.#learn(await this.#writer.ask('write', batch.rows));
        this.#queue.done(batch);
      }
      this.#recover();
    } catch (error) {
      this.#fail(error);
      this.#flushSoon(RETRY_MILLIS);
    }
  }

  async #reopen(): Promise<void> {
    await makeDirectory(this.#directory);
    const state = await this.#writer.ask('open', undefined);
    for (const kind of INDEXED_KINDS) {
      // What other files gave the store, this one may not know.
      const rows = await rowsOf(this.#store, kind);
      const ids = await this.#writer.ask('missing', { kind, ids: rows.map(({ row_id: id }) => id) });
      const missing = new Set(ids);
      this.#queue.adopt(rows.filter(({ row_id: id }) => missing.has(id)).map((row) => ({ kind, id: row.row_id, row })));
    }
    this.#learn(state);
  }

  /** It works again once what waited is written: a file on a full disk can be opened. */
  #recover(): void {
    if (this.#failure !== undefined) {
      this.#failure = undefined;
      this.#onChange({ state: 'ok', severity: 'info', message: `${this.#path} is written again.` });
    }
  }

  #learn(state: FileState): void {
    const { aside } = state;
    if (aside !== undefined && aside.path !== this.#state?.aside?.path) {
      this.#onChange({
        state: 'ok',
        severity: 'warning',
        message: `${this.#path} ${WHY_ASIDE[aside.why]}; it lies in ${aside.path} now, and a new one is begun with what is known.`,
      });
    }
    this.#state = state;
  }

  #fail(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    if (cause !== this.#failure && !this.#isClosed) {
      this.#failure = cause;
      this.#onChange({
        state: 'failing',
        severity: 'warning',
        message: `${this.#path} can't be used: ${cause}. Calls go on; lists reach as far back as the memory until it works again.`,
      });
    }
  }
}

async function rowsOf<K extends IndexedKind>(store: CallStore, kind: K): Promise<readonly RowKinds[K][]> {
  const rows: RowKinds[K][] = [];
  for await (const row of store.scan(kind)) {
    rows.push(row);
  }
  return rows;
}
