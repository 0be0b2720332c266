import { setImmediate as breathe } from 'node:timers/promises';
import { toEntryText } from './entry-text.ts';
import { BACKGROUND_MILLIS, type RedisCommands } from './redis-commands.ts';
import { type ShareBounds, ShareQueue, type UnsharedRow } from './share-queue.ts';
import { SHARED_STREAMS } from './shared-streams.ts';

/** What {@link RowWriter} writes to, and its bounds. */
export interface RowWriterOptions {
  readonly commands: RedisCommands;
  /** Begins every key. */
  readonly keyPrefix: string;
  /** Of this process alone. */
  readonly process: string;
  /** Most entries of a stream, about. */
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  readonly flushMillis: number;
  readonly queue: ShareBounds;
  /** Told of each row that no other gateway will ever tell of. */
  readonly onDropped: () => void;
  /** Redis is there, and has nothing of this process any more. */
  readonly onForgotten: () => void;
}

interface Batch {
  readonly number: number;
  readonly rows: readonly UnsharedRow[];
  /** Four arguments for each row: its stream, key, text and detail. */
  readonly texts: readonly (string | Buffer)[];
}

/** A batch is a short piece of work for this process, and for Redis. */
const BATCH_ROWS = 128;
const BATCH_BYTES = 512 * 1024;
const RETRY_MILLIS = 1_000;
/** How long Redis remembers the last batch of a process that is silent. */
const BATCH_TTL_SECONDS = 604_800;

/**
 * Adds a batch at most once: the answer to one that was sent before may have been lost. KEYS are the last batch of the
 * process and the streams; ARGV its number, the seconds that it is remembered, most entries, the process, and four for each
 * row: which of KEYS, its key, its text, and its detail or nothing. Answers how many rows Redis refused.
 */
const ADD_BATCH = `
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
local refused = 0
for at = 5, #ARGV, 4 do
  local entry = {'XADD', KEYS[tonumber(ARGV[at])], 'MAXLEN', '~', ARGV[3], '*', 'g', ARGV[4], 'i', ARGV[at + 1], 'r', ARGV[at + 2]}
  if ARGV[at + 3] ~= '' then
    entry[#entry + 1] = 'd'
    entry[#entry + 1] = ARGV[at + 3]
  end
  local answer = redis.pcall(unpack(entry))
  if type(answer) == 'table' and answer.err then refused = refused + 1 end
end
return refused`;

/** Writes rows to streams, many at once and never while a request waits. While Redis is away they wait, up to a bound. */
export class RowWriter {
  readonly #options: RowWriterOptions;
  readonly #queue: ShareQueue;
  readonly #stopListening: () => void;
  /** It was sent, and nobody knows whether it arrived: nothing is sent before it. */
  #batch: Batch | undefined;
  #number = 0;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #failure: string | undefined;
  #written = 0;
  #dropped = 0;

  constructor(options: RowWriterOptions) {
    this.#options = options;
    this.#queue = new ShareQueue(options.queue, () => this.#drop(1));
    this.#stopListening = options.commands.onUp(() => void this.#rejoin());
  }

  /** Rows that others can read. */
  get written(): number {
    return this.#written;
  }

  /** Rows that others never will. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why the last try failed; absent where it worked. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Rows that others can't read yet, oldest first. */
  waiting(): readonly UnsharedRow[] {
    return [...(this.#batch?.rows ?? []), ...this.#queue.toArray()];
  }

  get queued(): number {
    return this.#queue.size + (this.#batch?.rows.length ?? 0);
  }

  /** On the way of a request. */
  push(row: UnsharedRow): void {
    this.#queue.push(row);
    if (this.#timer === undefined && this.#options.commands.isUp) {
      this.#flushIn(this.#options.flushMillis);
    }
  }

  /** Writes what waits; resolves when nothing does any more, or Redis is away. Never rejects. */
  flush(): Promise<void> {
    this.#working ??= this.#writeAll().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  /** Writes what waits, and then no more. What can't be written is dropped. */
  async close(): Promise<void> {
    // One that is underway may have looked before the last row came.
    await this.flush();
    await this.flush();
    this.#stopListening();
    clearTimeout(this.#timer);
    this.#drop(this.queued);
  }

  #flushIn(millis: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, millis);
    this.#timer.unref();
  }

  async #writeAll(): Promise<void> {
    const { commands } = this.#options;
    while (commands.isUp && (this.#batch ??= this.#nextBatch()) !== undefined) {
      try {
        await this.#write(this.#batch);
      } catch (error) {
        this.#failure = error instanceof Error ? error.message : String(error);
        if (commands.isUp && this.#timer === undefined) {
          this.#flushIn(RETRY_MILLIS);
        }
        return;
      }
      // Requests go first.
      await breathe();
    }
  }

  async #write(batch: Batch): Promise<void> {
    const { commands, keyPrefix, process, maxEntries } = this.#options;
    const keys = [this.#marker(), ...SHARED_STREAMS.map((stream) => `${keyPrefix}:${stream}`)];
    const facts = [batch.number, BATCH_TTL_SECONDS, maxEntries].map(String);
    const command = ['EVAL', ADD_BATCH, String(keys.length), ...keys, ...facts, process, ...batch.texts];
    const answer = Number(await commands.send(command, { deadlineMillis: BACKGROUND_MILLIS }));
    const refused = Number.isSafeInteger(answer) ? answer : 0;
    this.#batch = undefined;
    this.#written += batch.rows.length - refused;
    this.#drop(refused);
    this.#failure = refused === 0 ? undefined : `Redis refused ${refused} of ${batch.rows.length} rows`;
  }

  /** Takes rows out of the queue and makes them. */
  #nextBatch(): Batch | undefined {
    const rows: UnsharedRow[] = [];
    const texts: (string | Buffer)[] = [];
    let bytes = 0;
    while (rows.length < BATCH_ROWS && bytes < BATCH_BYTES) {
      const next = this.#queue.shift();
      if (next === undefined) {
        break;
      }
      const text = this.#textOf(next);
      if (text === undefined) {
        this.#drop(1);
        continue;
      }
      rows.push(next);
      // Keys of a script count from 1, and the first is none of a stream.
      texts.push(String(SHARED_STREAMS.indexOf(next.stream) + 2), next.id, text.row, text.detail ?? '');
      bytes += text.row.length + (text.detail?.length ?? 0);
    }
    if (rows.length === 0) {
      return undefined;
    }
    this.#number += 1;
    return { number: this.#number, rows, texts };
  }

  #textOf({ read }: UnsharedRow): ReturnType<typeof toEntryText> {
    try {
      return toEntryText(read(), this.#options.maxEntryBytes);
    } catch {
      // The row can't be made: whoever looks at it here is told why.
      return undefined;
    }
  }

  /** Redis answers again: a new one, or one that lost its memory, knows nothing of this process. */
  async #rejoin(): Promise<void> {
    const { commands, onForgotten } = this.#options;
    try {
      const isNew = this.#written === 0 && this.#batch === undefined;
      const known = await commands.send(['GET', this.#marker()], { deadlineMillis: BACKGROUND_MILLIS });
      if (!isNew && (known === null || known === undefined)) {
        onForgotten();
      }
    } catch {
      // It went again; it is asked when it is back.
      return;
    }
    await this.flush();
  }

  #marker(): string {
    return `${this.#options.keyPrefix}:batch:${this.#options.process}`;
  }

  #drop(rows: number): void {
    this.#dropped += rows;
    for (let row = 0; row < rows; row += 1) {
      this.#options.onDropped();
    }
  }
}
