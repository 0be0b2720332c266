import { setImmediate } from 'node:timers/promises';
import { causeOf } from './file-cause.ts';
import type { FileBounds } from './jsonl-lines.ts';
import { RotatingFile } from './rotating-file.ts';
import { type QueueBounds, RowQueue } from './row-queue.ts';
import { forgetText, lineOf, type RowToWrite } from './row-text.ts';

/** Why rows were not written. */
export type LossReason = 'queue_full' | 'not_writable' | 'too_large' | 'unserializable';

/** How a file is. */
export interface RowFileHealth {
  readonly state: 'ok' | 'failing';
  /** Where the newest rows are written to. */
  readonly file: string;
  /** Rows on disk, with those of the full file beside it. */
  readonly rows: number;
  /** Most rows of one file; there are at most two. */
  readonly capacity: number;
  readonly bytes: number;
  /** Rows that wait to be written. */
  readonly queued: number;
  /** Rows of this process that will never be written. */
  readonly dropped: number;
  /** The same by reason; those that did not occur are absent. */
  readonly dropped_by: Readonly<Partial<Record<LossReason, number>>>;
  /** Lines that could not be read when the process began: torn or damaged ones. */
  readonly skipped_lines: number;
  readonly last_error?: string;
}

/** What a {@link RowFile} is made of. */
export interface RowFileOptions {
  readonly path: string;
  readonly bounds: FileBounds;
  readonly queue: QueueBounds;
  /** Told when writing begins to fail, for another reason than before, and when it works again. */
  readonly onChange: (state: 'ok' | 'failing', message: string) => void;
  /** Told of each row that will never be written. */
  readonly onDropped: () => void;
}

const RETRY_MILLIS = 2000;
/** What is made into text in one go: a few milliseconds of work. */
const BATCH: QueueBounds = { maxRows: 500, maxBytes: 4 * 1024 * 1024 };

/** One file of rows and the queue before it. */
export class RowFile {
  readonly #file: RotatingFile;
  readonly #queue: RowQueue;
  readonly #options: RowFileOptions;
  readonly #dropped: Partial<Record<LossReason, number>> = {};
  /** Lines that are made and not yet written. */
  #pending: readonly string[] = [];
  #skipped = 0;
  #failure: string | undefined;
  #retryAt = 0;
  #writing: Promise<void> | undefined;

  constructor(options: RowFileOptions) {
    this.#options = options;
    this.#file = new RotatingFile(options.path, options.bounds);
    this.#queue = new RowQueue(options.queue);
  }

  get queued(): number {
    return this.#queue.size + this.#pending.length;
  }

  /** Puts a row into the queue, or counts it where that is full. */
  push(row: RowToWrite): void {
    if (!this.#queue.push(row)) {
      this.#drop(this.#failure === undefined ? 'queue_full' : 'not_writable');
    }
  }

  /** The rows of earlier processes, oldest first; what is no row is counted. Never rejects. */
  async read<Row>(isRow: (value: unknown) => value is Row): Promise<readonly Row[]> {
    const { lines, rest, errors } = await this.#file.read();
    // What keeps the directory from being used is the better reason.
    errors.filter(() => this.#failure === undefined).forEach((error) => this.fail(error));
    const rows: Row[] = [];
    for (const [index, line] of lines.entries()) {
      this.#keep(parse(line), isRow, rows);
      if (index % BATCH.maxRows === 0) {
        await setImmediate();
      }
    }
    if (rest !== '' && this.#keep(parse(rest), isRow, rows)) {
      this.#file.keepRest(rest);
    }
    await this.#file.shrink(lines).catch((error: unknown) => this.fail(error));
    return rows;
  }

  #keep<Row>(value: unknown, isRow: (value: unknown) => value is Row, rows: Row[]): boolean {
    if (isRow(value)) {
      rows.push(value);
      return true;
    }
    this.#skipped += 1;
    return false;
  }

  /** Writes what waits; a file that fails is tried again after two seconds. Never rejects; two at once are one. */
  flush({ isLast = false }: { readonly isLast?: boolean } = {}): Promise<void> {
    if (Date.now() < this.#retryAt && !isLast) {
      return Promise.resolve();
    }
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async sync(): Promise<void> {
    await this.#file.sync().catch((error: unknown) => this.fail(error));
  }

  async close(): Promise<void> {
    await this.#file.close().catch((error: unknown) => this.fail(error));
  }

  /** Notes what the whole directory suffers from, or that it is over; whoever knows that tells it. */
  note(cause: string | undefined): void {
    this.#failure = cause;
    this.#retryAt = 0;
  }

  /** Notes why nothing can be written, and tells once. */
  fail(error: unknown): void {
    const cause = causeOf(error);
    this.#retryAt = Date.now() + RETRY_MILLIS;
    if (cause !== this.#failure) {
      this.#failure = cause;
      this.#options.onChange('failing', toFailureMessage(this.#options.path, cause));
    }
  }

  health(): RowFileHealth {
    const { path, bounds } = this.#options;
    const lost = Object.values(this.#dropped).reduce((sum, count) => sum + count, 0);
    return {
      state: this.#failure === undefined ? 'ok' : 'failing',
      file: path,
      rows: this.#file.rows,
      capacity: bounds.maxRows,
      bytes: this.#file.bytes,
      queued: this.queued,
      dropped: lost,
      dropped_by: { ...this.#dropped },
      skipped_lines: this.#skipped,
      ...(this.#failure === undefined ? {} : { last_error: this.#failure }),
    };
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.queued > 0) {
        if (this.#pending.length === 0) {
          this.#pending = this.#queue.take(BATCH).flatMap((row) => this.#toLines(row));
        }
        await this.#file.append(this.#pending, (count) => {
          this.#pending = this.#pending.slice(count);
        });
        this.#recover();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #recover(): void {
    this.#retryAt = 0;
    if (this.#failure !== undefined) {
      this.#failure = undefined;
      this.#options.onChange('ok', `${this.#options.path} is written again.`);
    }
  }

  /** The line of a row; none for one that can't be written. */
  #toLines(row: RowToWrite): readonly string[] {
    const line = lineOf(row);
    forgetText(row);
    if (line === undefined || this.#isTooLarge(line)) {
      this.#drop(line === undefined ? 'unserializable' : 'too_large');
      return [];
    }
    return [line];
  }

  #isTooLarge(line: string): boolean {
    const { maxBytes } = this.#options.bounds;
    return line.length > maxBytes || (line.length * 3 > maxBytes && Buffer.byteLength(line) > maxBytes);
  }

  #drop(reason: LossReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    this.#options.onDropped();
  }
}

/** What is said of a file or directory that can't be written. */
export function toFailureMessage(path: string, cause: string): string {
  return `${path} can't be written: ${cause}. Calls go on; rows are kept in memory and written once it works again.`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
