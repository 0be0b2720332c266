import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { causeOf } from '../../jsonl/file-cause.ts';
import {
  type FileState,
  INDEXED_KINDS,
  type IndexedKind,
  type WorkerAnswer,
  type WorkerCalls,
  type WorkerQuestion,
  type WorkerSettings,
} from '../messages.ts';
import { isDamaged, openForReading, openForWriting, type OpenFile, type Sqlite } from './database.ts';
import { Pruner } from './prune-rows.ts';
import { RowReader } from './read-rows.ts';
import { statsOf, totalsOf } from './sums.ts';
import { Words } from './words.ts';
import { RowWriter } from './write-rows.ts';

/** What works on an open file. */
interface Opened {
  readonly file: OpenFile;
  readonly words: Words;
  readonly writers: Readonly<Record<IndexedKind, RowWriter>>;
  readonly pruner: Pruner;
}

/** What reads in it. */
interface Reading {
  readonly file: OpenFile;
  readonly words: Words;
  readonly reader: RowReader;
}

/** The end of the index that works on the file. */
class IndexWorker implements WorkerCalls {
  readonly #sqlite: Sqlite;
  readonly #settings: WorkerSettings;
  #opened: Opened | undefined;
  #reading: Reading | undefined;
  #aside: string | undefined;

  constructor(sqlite: Sqlite, settings: WorkerSettings) {
    this.#sqlite = sqlite;
    this.#settings = settings;
  }

  open(): FileState {
    this.#close();
    return this.#state(this.#writing());
  }

  write(batch: Readonly<Record<IndexedKind, readonly string[]>>): FileState {
    try {
      return this.#write(this.#writing(), batch);
    } catch (error) {
      if (!isDamaged(error)) {
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
    return this.#consistently(({ reader }) => reader.read(request));
  }

  find({ kind, id }: { readonly kind: IndexedKind; readonly id: string }): ReturnType<WorkerCalls['find']> {
    return this.#consistently(({ reader }) => reader.find(kind, id));
  }

  stats(input: Parameters<WorkerCalls['stats']>[0]): ReturnType<WorkerCalls['stats']> {
    return this.#consistently(({ reader, words }) => statsOf(reader, words, input));
  }

  totals(input: Parameters<WorkerCalls['totals']>[0]): ReturnType<WorkerCalls['totals']> {
    return this.#consistently(({ reader, words }) => totalsOf(reader, words, input));
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
    const words = new Words(database);
    return {
      file,
      words,
      writers: {
        calls: new RowWriter(database, 'calls', words),
        traces: new RowWriter(database, 'traces', words),
      },
      pruner: new Pruner(database, this.#settings),
    };
  }

  #write(opened: Opened, batch: Readonly<Record<IndexedKind, readonly string[]>>): FileState {
    const { file, words, writers, pruner } = opened;
    const added = { calls: 0, traces: 0 };
    try {
      within(file.database, 'BEGIN IMMEDIATE', () => {
        for (const kind of INDEXED_KINDS) {
          added[kind] = batch[kind].filter((line) => writers[kind].add(line)).length;
        }
      });
    } catch (error) {
      words.refresh({ isAnew: true });
      throw error;
    }
    INDEXED_KINDS.forEach((kind) => pruner.added(kind, added[kind]));
    pruner.prune();
    return this.#state(opened);
  }

  #state({ pruner, writers }: Opened): FileState {
    const stateOf = (kind: IndexedKind) => ({ ...pruner.state(kind), refused: writers[kind].refused });
    return {
      bytes: pruner.bytes,
      lists: { calls: stateOf('calls'), traces: stateOf('traces') },
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
    return within(reading.file.database, 'BEGIN', () => read(reading));
  }

  #openReader(): Reading {
    const file = openForReading(this.#sqlite, this.#settings.path);
    const words = new Words(file.database);
    return { file, words, reader: new RowReader(file.database, words) };
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
