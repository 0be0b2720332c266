import type { DatabaseSync } from 'node:sqlite';
import { INDEXED_KINDS, type IndexedKind, type ListState, type WorkerSettings } from '../messages.ts';
import { Blocks } from './blocks/block.ts';
import { columnsInFile, placeOfColumn } from './schema.ts';

/** Rows that go in one transaction: short enough that a batch of new ones does not wait. */
const CHUNK_ROWS = 1000;
/** Chunks after one batch; the next batch goes on. */
const MAX_CHUNKS = 4;

const TABLES: Readonly<Record<IndexedKind, readonly string[]>> = {
  calls: ['calls_body', 'calls_late'],
  traces: ['traces_detail', 'traces_body', 'traces_late'],
};

/** Lets the oldest rows go where there are too many, or too many bytes of them. */
export class Pruner {
  readonly #database: DatabaseSync;
  readonly #settings: WorkerSettings;
  readonly #rows: Record<IndexedKind, number>;
  readonly #pruned: Record<IndexedKind, number>;

  /** @param pruned Counts the rows that go; whoever opens the file again goes on with it. */
  constructor(database: DatabaseSync, settings: WorkerSettings, pruned: Record<IndexedKind, number>) {
    this.#database = database;
    this.#settings = settings;
    this.#pruned = pruned;
    this.#rows = { calls: this.#count('calls'), traces: this.#count('traces') };
  }

  /** Bytes of the file that are in use. */
  get bytes(): number {
    const { used } = this.#get(
      'SELECT (page_count - freelist_count) * page_size AS used FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
    );
    return Number(used);
  }

  state(kind: IndexedKind): ListState {
    const { oldest, at } = this.#get(
      `SELECT seq AS oldest, body ->> 'timestamp' AS at FROM ${kind}_body ORDER BY seq LIMIT 1`,
    );
    return {
      rows: this.#rows[kind],
      pruned: this.#pruned[kind],
      ...(typeof oldest === 'number' ? { oldest } : {}),
      ...(typeof at === 'string' ? { oldestMillis: Date.parse(at) } : {}),
    };
  }

  /** Counts rows that were added. */
  added(kind: IndexedKind, rows: number): void {
    this.#rows[kind] += rows;
  }

  /** The lists that rows went from. */
  prune(): ReadonlySet<IndexedKind> {
    const pruned = new Set<IndexedKind>();
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
      const kind = this.#next();
      if (kind === undefined) {
        break;
      }
      this.#drop(kind);
      pruned.add(kind);
    }
    return pruned;
  }

  #next(): IndexedKind | undefined {
    const tooMany = INDEXED_KINDS.find((kind) => this.#rows[kind] > this.#settings.maxRows);
    if (tooMany !== undefined || this.bytes <= this.#settings.maxBytes) {
      return tooMany;
    }
    // The list whose oldest row is the older one.
    const [first] = INDEXED_KINDS.filter((kind) => this.#rows[kind] > 0).toSorted(
      (one, other) => (this.state(one).oldest ?? 0) - (this.state(other).oldest ?? 0),
    );
    return first;
  }

  #drop(kind: IndexedKind): void {
    // Of few large rows not all at once.
    const most = Math.max(1, Math.min(CHUNK_ROWS, Math.ceil(this.#rows[kind] / 10)));
    const past = this.#rows[kind] - this.#settings.maxRows;
    const count = past > 0 ? Math.min(most, past) : most;
    const { last } = this.#get(
      `SELECT max(seq) AS last FROM (SELECT seq FROM ${kind}_body ORDER BY seq LIMIT ${count})`,
    );
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const table of TABLES[kind]) {
        this.#database.prepare(`DELETE FROM ${table} WHERE seq <= ?`).run(Number(last));
      }
      this.#dropBlocks(kind, Number(last));
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#rows[kind] -= count;
    this.#pruned[kind] += count;
  }

  /** A block goes with the last of its rows; until then it says which of them are gone. */
  #dropBlocks(kind: IndexedKind, last: number): void {
    const blocks = this.#database.prepare(`SELECT id FROM ${kind}_block WHERE last <= ?`).all(last);
    const dropColumn = this.#database.prepare(`DELETE FROM ${kind}_column WHERE place = ?`);
    for (const { id } of blocks) {
      columnsInFile(kind).forEach((column) => dropColumn.run(placeOfColumn(column, Number(id))));
      this.#database.prepare(`DELETE FROM ${kind}_block WHERE id = ?`).run(Number(id));
    }
    // Rows that came late may be older than what went before them.
    this.#database.prepare(`UPDATE ${kind}_block SET cut = max(?1, coalesce(cut, ?1)) WHERE first <= ?1`).run(last);
  }

  /** The rows of blocks are not counted one by one, but in those that lost some. */
  #count(kind: IndexedKind): number {
    const { loose, late } = this.#get(
      `SELECT (SELECT count(*) FROM ${kind}_late) AS late,
         (SELECT count(*) FROM ${kind}_body WHERE seq > (SELECT coalesce(max(last), 0) FROM ${kind}_block)) AS loose`,
    );
    return new Blocks(this.#database, kind)
      .all()
      .reduce((sum, block) => sum + block.rowsLeft(), Number(loose) + Number(late));
  }

  #get(sql: string): Record<string, unknown> {
    return this.#database.prepare(sql).get() ?? {};
  }
}
