import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { causeOf } from '../../jsonl/file-cause.ts';
import {
  type FileAside,
  type FileState,
  INDEXED_KINDS,
  type IndexedKind,
  type RowsToAdd,
  type WorkerAnswer,
  type WorkerCalls,
  type WorkerQuestion,
  type WorkerSettings,
} from '../messages.ts';
import { BlockMaker } from './blocks/make-blocks.ts';
import { isNoGood, openForReading, openForWriting, type OpenFile, type Sqlite } from './database.ts';
import { facetOf } from './facet-of.ts';
import { Pruner } from './prune-rows.ts';
import { RowReader } from './read-rows.ts';
import { statsOf, totalsOf } from './sums.ts';
import { RowWriter } from './write-rows.ts';

type Batch = Readonly<Record<IndexedKind, RowsToAdd>>;

/** What works on an open file. */
interface Opened {
  readonly file: OpenFile;
  readonly writers: Readonly<Record<IndexedKind, RowWriter>>;
  readonly blocks: Readonly<Record<IndexedKind, BlockMaker>>;
  readonly pruner: Pruner;
}

/** What reads in it. */
interface Reading {
  readonly file: OpenFile;
  readonly readers: Readonly<Record<IndexedKind, RowReader>>;
}

/** The end of the index that works on the file. */
class IndexWorker implements WorkerCalls {
  readonly #sqlite: Sqlite;
  readonly #settings: WorkerSettings;
  readonly #pruned: Record<IndexedKind, number> = { calls: 0, traces: 0 };
  #opened: Opened | undefined;
  #reading: Reading | undefined;
  #aside: FileAside | undefined;

  constructor(sqlite: Sqlite, settings: WorkerSettings) {
    this.#sqlite = sqlite;
    this.#settings = settings;
  }

  open(): FileState {
    this.#close();
    return this.#state(this.#writing());
  }

  write(batch: Batch): FileState {
    try {
      return this.#write(this.#writing(), batch);
    } catch (error) {
      if (!isNoGood(error)) {
        throw error;
      }
      // The file is put aside when it is opened again, which looks at all of it.
      this.#close();
      return this.#write(this.#writing(), batch);
    }
  }

  missing({ kind, ids }: { readonly kind: IndexedKind; readonly ids: readonly string[] }): readonly string[] {
    const { writers } = this.#writing();
    return ids.filter((id) => !writers[kind].has(id));
  }

  read(request: Parameters<WorkerCalls['read']>[0]): ReturnType<WorkerCalls['read']> {
    return this.#consistently(({ readers }) => readers[request.kind].read(request));
  }

  find({ kind, id }: { readonly kind: IndexedKind; readonly id: string }): ReturnType<WorkerCalls['find']> {
    return this.#consistently(({ readers }) => readers[kind].find(id));
  }

  facet(input: Parameters<WorkerCalls['facet']>[0]): ReturnType<WorkerCalls['facet']> {
    return this.#consistently(({ readers }) => facetOf(readers[input.kind], input));
  }

  stats(input: Parameters<WorkerCalls['stats']>[0]): ReturnType<WorkerCalls['stats']> {
    return this.#consistently(({ readers }) => statsOf(readers, input));
  }

  totals(input: Parameters<WorkerCalls['totals']>[0]): ReturnType<WorkerCalls['totals']> {
    return this.#consistently(({ readers }) => totalsOf(readers, input));
  }

  close(): undefined {
    this.#close();
  }

  #writing(): Opened {
    if (this.#opened?.file.isInPlace() === false) {
      this.#close();
    }
    this.#opened ??= this.#open();
    return this.#opened;
  }

  #open(): Opened {
    const file = openForWriting(this.#sqlite, this.#settings.path);
    this.#aside = file.aside ?? this.#aside;
    const { database } = file;
    const blocks = {
      calls: new BlockMaker(database, 'calls', this.#settings),
      traces: new BlockMaker(database, 'traces', this.#settings),
    };
    INDEXED_KINDS.forEach((kind) => makeAll(database, blocks[kind]));
    return {
      file,
      blocks,
      writers: { calls: new RowWriter(database, 'calls'), traces: new RowWriter(database, 'traces') },
      pruner: new Pruner(database, this.#settings, this.#pruned),
    };
  }

  #write(opened: Opened, batch: Batch): FileState {
    const { file, writers, blocks, pruner } = opened;
    const added = { calls: 0, traces: 0 };
    try {
      within(file.database, 'BEGIN IMMEDIATE', () => {
        for (const kind of INDEXED_KINDS) {
          const sequences = writers[kind].add(batch[kind]);
          blocks[kind].added(sequences);
          blocks[kind].make();
          added[kind] = sequences.length;
        }
      });
    } catch (error) {
      INDEXED_KINDS.forEach((kind) => blocks[kind].refresh());
      throw error;
    }
    INDEXED_KINDS.forEach((kind) => pruner.added(kind, added[kind]));
    pruner.prune().forEach((kind) => blocks[kind].pruned());
    return this.#state(opened);
  }

  #state({ pruner }: Opened): FileState {
    return {
      bytes: pruner.bytes,
      lists: { calls: pruner.state('calls'), traces: pruner.state('traces') },
      ...(this.#aside === undefined ? {} : { aside: this.#aside }),
    };
  }

  /** Reads in one transaction: what is counted is what is listed. */
  #consistently<Value>(read: (reading: Reading) => Value): Value {
    if (this.#reading?.file.isInPlace() === false) {
      this.#close();
    }
    this.#reading ??= this.#openReader();
    const reading = this.#reading;
    try {
      return within(reading.file.database, 'BEGIN', () => read(reading));
    } catch (error) {
      // Whoever holds a file that is no good keeps it from being begun anew.
      this.#close();
      throw error;
    }
  }

  #openReader(): Reading {
    const file = openForReading(this.#sqlite, this.#settings.path);
    const { database } = file;
    return { file, readers: { calls: new RowReader(database, 'calls'), traces: new RowReader(database, 'traces') } };
  }

  #close(): void {
    for (const each of [this.#opened, this.#reading]) {
      try {
        each?.file.database.close();
      } catch {
        // What can't be closed is let go.
      }
    }
    this.#opened = undefined;
    this.#reading = undefined;
  }
}

/** A file of another version has all its rows in none. */
function makeAll(database: DatabaseSync, blocks: BlockMaker): void {
  while (within(database, 'BEGIN IMMEDIATE', () => blocks.make())) {
    // One transaction for each: others may read meanwhile.
  }
}

function within<Value>(database: DatabaseSync, begin: string, work: () => Value): Value {
  database.exec(begin);
  try {
    const value = work();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    if (database.isTransaction) {
      database.exec('ROLLBACK');
    }
    throw error;
  }
}

function answer(worker: IndexWorker, { number, name, request }: WorkerQuestion): WorkerAnswer {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a question has the request of its name
    const value = (worker[name] as (request: unknown) => unknown).call(worker, request);
    return { number, ok: true, value };
  } catch (error) {
    return { number, ok: false, cause: causeOf(error) };
  }
}

async function main(): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by who started it
  const settings = workerData as WorkerSettings;
  const loaded = await import('node:sqlite').then(
    (sqlite) => ({ worker: new IndexWorker(sqlite, settings) }),
    () => undefined,
  );
  parentPort?.on('message', (question: WorkerQuestion) => {
    const told: WorkerAnswer =
      loaded === undefined
        ? { number: question.number, ok: false, cause: 'this Node has no node:sqlite; take 22.15 or newer' }
        : answer(loaded.worker, question);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
    parentPort?.postMessage(told);
    if (question.name === 'close') {
      parentPort?.close();
    }
  });
}

void main();
