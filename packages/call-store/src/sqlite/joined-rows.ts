import type { CallStore, ListRequest, RowFilter, RowList } from '../store/call-store.ts';
import { DEFAULT_LIMIT, matcherOf, toListed } from '../store/list-rows.ts';
import type { ListedRows, RowKinds } from '../store/row-kinds.ts';
import type { FileState, IndexedKind, StoredRow } from './messages.ts';
import type { RowIndex } from './row-index.ts';
import { toSequence } from './row-sequence.ts';

/** Rows of the first page of a scan, and of the largest: whoever looks for one row does not read thousands. */
const SCAN_ROWS = { first: 32, most: 512, mostWhole: 64 } as const;
/** Rows of other processes of which it is remembered whether the file has them. */
const MAX_FOREIGN = 20_000;
/** How much larger each page is than the one before it. */
const GROWTH = 4;

/** Rows that the file has not, newest first, and the ids of those that it may get meanwhile. */
export interface Beside<Row> {
  readonly rows: readonly Row[];
  readonly without: readonly string[];
  /** How many there are that a filter was held against. */
  readonly scanned: number;
}

/** The rows of the memory and of the file as one list, newest first: a row that is in both is told of once. */
export class JoinedRows {
  readonly #memory: CallStore;
  readonly #index: RowIndex;
  /** Rows of other processes that were asked for, by whether the file has them: one that has not never will. */
  readonly #foreign: Record<IndexedKind, ReadonlyMap<string, boolean>> = { calls: new Map(), traces: new Map() };

  constructor(memory: CallStore, index: RowIndex) {
    this.#memory = memory;
    this.#index = index;
  }

  /** What the file says; `undefined` where it can't be asked. */
  async fromFile<Value>(ask: (state: FileState) => Promise<Value>): Promise<Value | undefined> {
    const state = this.#index.readable;
    try {
      return state === undefined ? undefined : await ask(state);
    } catch {
      // The index has noted why.
      return undefined;
    }
  }

  /** What only the memory has of a list. */
  async beside<K extends IndexedKind>(kind: K, { lists }: FileState, filter: RowFilter): Promise<Beside<RowKinds[K]>> {
    const waiting = this.#index.waiting(kind);
    const { shared } = this.#memory;
    const { oldest = Number.POSITIVE_INFINITY } = lists[kind];
    const matches = matcherOf(kind, filter);
    const without = waiting.map(({ row_id: id }) => id);
    const ids = new Set(without);
    const rows = waiting.filter((row) => matches(row));
    const foreign: RowKinds[K][] = [];
    let scanned = waiting.length;
    const isBeside = (id: string): boolean => this.#index.isLost(kind, id) || (toSequence(id) ?? -1) < oldest;
    const isForeign = (id: string): boolean => shared?.isForeign(kind, id) === true;
    const isWanted = (id: string): boolean => !ids.has(id) && (isBeside(id) || isForeign(id));
    for await (const row of this.#memory.scan(kind, {}, isWanted)) {
      const isCounted = isWanted(row.row_id);
      scanned += Number(isCounted);
      if (isCounted && matches(row)) {
        (isBeside(row.row_id) ? rows : foreign).push(row);
      }
    }
    return { rows: newestFirst([...rows, ...(await this.#notInFile(kind, foreign))]), without, scanned };
  }

  /** An earlier process may have written to this file what others tell of, too. */
  async #notInFile<K extends IndexedKind>(kind: K, rows: readonly RowKinds[K][]): Promise<readonly RowKinds[K][]> {
    if (rows.length === 0) {
      return rows;
    }
    const known = this.#foreign[kind];
    const unknown = rows.map(({ row_id: id }) => id).filter((id) => !known.has(id));
    const missing = new Set(unknown.length === 0 ? [] : await this.#index.ask('missing', { kind, ids: unknown }));
    const isInFile = ({ row_id: id }: RowKinds[K]): boolean => known.get(id) ?? !missing.has(id);
    const rowsBeside = rows.filter((row) => !isInFile(row));
    // As many are remembered as were told of the last times.
    const recent = [...known, ...unknown.map((id) => [id, !missing.has(id)] as const)].slice(-MAX_FOREIGN);
    this.#foreign[kind] = new Map(recent);
    return rowsBeside;
  }

  /** One page of both. @throws {Error} When the file can't be asked. */
  async page<K extends IndexedKind>(kind: K, request: ListRequest, state: FileState): Promise<RowList<ListedRows[K]>> {
    const { limit = DEFAULT_LIMIT, cursor } = request;
    const { rows: beside, without, scanned } = await this.beside(kind, state, request);
    const read = { ...request, kind, limit: limit + 1, without, isWhole: false, isCounted: true };
    const { rows: stored, ...counted } = await this.#index.ask('read', read);
    const ofMemory = beside.filter(({ row_id: id }) => cursor === undefined || id < cursor);
    const all = merge(ofMemory, stored.map(toRow<K>));
    const rows = all.slice(0, limit).map((row) => toListed(kind, row));
    const last = rows.at(-1);
    const dropped = state.lists[kind].pruned;
    return {
      total: counted.total + beside.length,
      returned: rows.length,
      scanned: counted.scanned + scanned,
      rows,
      ...(all.length > limit && last !== undefined ? { next_cursor: last.row_id } : {}),
      ...(dropped === 0 ? {} : { dropped }),
    };
  }

  /** All of both; where the file stops to answer, what the memory has beyond that. */
  async *scan<K extends IndexedKind>(
    kind: K,
    filter: RowFilter,
    state: FileState,
  ): AsyncGenerator<RowKinds[K], void, undefined> {
    const { rows: beside, without } = await this.beside(kind, state, filter);
    const read = { ...filter, kind, without, isWhole: true, isCounted: false };
    let waiting: readonly RowKinds[K][] = beside;
    let cursor: string | undefined;
    let limit: number = SCAN_ROWS.first;
    for (;;) {
      const request = { ...read, limit, ...(cursor === undefined ? {} : { cursor }) };
      const answer = await this.fromFile(() => this.#index.ask('read', request));
      if (answer === undefined) {
        // What the memory has beyond the last row is told of all the same.
        yield* this.#scanMemory(kind, filter, cursor);
        return;
      }
      const page = answer.rows.map(toRow<K>);
      const last = page.at(-1);
      const isEnd = page.length < limit || last === undefined;
      const due = isEnd ? waiting : waiting.filter(({ row_id: id }) => id > last.row_id);
      yield* merge(due, page);
      if (isEnd) {
        return;
      }
      waiting = waiting.slice(due.length);
      cursor = last.row_id;
      limit = Math.min(limit * GROWTH, kind === 'traces' ? SCAN_ROWS.mostWhole : SCAN_ROWS.most);
    }
  }

  async *#scanMemory<K extends IndexedKind>(
    kind: K,
    filter: RowFilter,
    before: string | undefined,
  ): AsyncGenerator<RowKinds[K], void, undefined> {
    for await (const row of this.#memory.scan(kind, filter)) {
      if (before === undefined || row.row_id < before) {
        yield row;
      }
    }
  }
}

/** A row as the file gives it; whoever asked knows of which list. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a text does not say what it holds
export function toRow<K extends IndexedKind>({ body, detail }: StoredRow): RowKinds[K] {
  const row: object = JSON.parse(body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was written to that list was a row of it
  return (detail === undefined ? row : { ...row, ...(JSON.parse(detail) as object) }) as RowKinds[K];
}

/** Two lists as one, newest first. */
function merge<Row extends { readonly row_id: string }>(one: readonly Row[], other: readonly Row[]): readonly Row[] {
  return one.length === 0 ? other : newestFirst([...one, ...other]);
}

/** In the order of lists. */
export function newestFirst<Row extends { readonly row_id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.row_id < other.row_id ? 1 : -1));
}
