import { isRecord } from '@dcc-mcp/request-context';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isCallRow, isTrace } from '../../jsonl/file-rows.ts';
import { toTraceRow } from '../../rows/trace-row.ts';
import type { IndexedKind } from '../messages.ts';
import { MAX_MOVES, toLookupKey, toSequence } from '../row-sequence.ts';
import { columnsIn, type KeptColumn, SEARCHED_PATHS } from './kept-columns.ts';
import { TEXT_BREAK } from './query-sql.ts';
import type { Words } from './words.ts';

type Value = string | number | null;

/** Adds rows of one list. */
export class RowWriter {
  readonly #kind: IndexedKind;
  readonly #words: Words;
  readonly #columns: Readonly<Record<KeptColumn['table'], readonly KeptColumn[]>>;
  readonly #row: StatementSync;
  readonly #more: StatementSync;
  readonly #body: StatementSync;
  readonly #detail: StatementSync;
  readonly #idAt: StatementSync;
  #refused = 0;

  constructor(database: DatabaseSync, kind: IndexedKind, words: Words) {
    this.#kind = kind;
    this.#words = words;
    this.#columns = { r: columnsIn(kind, 'r'), m: columnsIn(kind, 'm') };
    const names = (table: KeptColumn['table']): readonly string[] => this.#columns[table].map(({ column }) => column);
    this.#row = insert(database, kind, ['seq', 'millis', ...names('r')]);
    this.#more = insert(database, `${kind}_more`, ['seq', 'request_key', 'trace_key', ...names('m'), 'texts']);
    this.#body = insert(database, `${kind}_body`, ['seq', 'body']);
    this.#detail = insert(database, 'traces_detail', ['seq', 'detail']);
    this.#idAt = database.prepare(`SELECT body ->> 'row_id' AS id FROM ${kind}_body WHERE seq = ?`);
  }

  /** Rows that can't be kept. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether a row is there; `false` too for an id that is none of ours. */
  has(rowId: string): boolean {
    const sequence = toSequence(rowId);
    return sequence !== undefined && this.#placeFor(rowId, sequence) === undefined;
  }

  /** Adds the row of a line of JSON, unless it is there; says whether it did. */
  add(line: string): boolean {
    const row = read(line, this.#kind);
    const sequence = row === undefined ? undefined : toSequence(row.row_id);
    if (row === undefined || sequence === undefined) {
      this.#refused += 1;
      return false;
    }
    const place = this.#placeFor(row.row_id, sequence);
    if (place === undefined) {
      return false;
    }
    const listed = 'spans' in row ? toTraceRow(row) : row;
    const millis = Date.parse(row.timestamp);
    const keys = [toLookupKey(row.request_id), toLookupKey(row.trace_id)];
    this.#row.run(place, Number.isNaN(millis) ? null : millis, ...this.#valuesIn(listed, 'r'));
    this.#more.run(place, ...keys, ...this.#valuesIn(listed, 'm'), searchedTexts(listed, this.#kind));
    this.#body.run(place, 'spans' in row ? JSON.stringify(listed) : line);
    if ('spans' in row) {
      const { started_at: startedAt, spans, input, output, agent_context: agentContext } = row;
      const detail = { started_at: startedAt, spans, input, output, agent_context: agentContext };
      this.#detail.run(place, JSON.stringify(detail));
    }
    return true;
  }

  /** Where a row goes; nowhere when it is there already. */
  #placeFor(rowId: string, sequence: number): number | undefined {
    for (let place = sequence; place < sequence + MAX_MOVES; place += 1) {
      const there = this.#idAt.get(place);
      if (there === undefined) {
        return place;
      }
      if (there['id'] === rowId) {
        return undefined;
      }
    }
    return undefined;
  }

  #valuesIn(row: object, table: KeptColumn['table']): readonly Value[] {
    return this.#columns[table].map((column) => this.#store(valueAt(row, column.path), column));
  }

  #store(value: unknown, { field, storage }: KeptColumn): Value {
    switch (storage) {
      case 'number':
        return typeof value === 'number' ? value : null;
      case 'flag':
        return typeof value === 'boolean' ? Number(value) : null;
      case 'text':
        return typeof value === 'string' ? value : null;
      case 'word':
      case 'closed':
      default:
        return typeof value === 'string' ? this.#words.store(value, { field, isClosed: storage === 'closed' }) : null;
    }
  }
}

function insert(database: DatabaseSync, table: string, columns: readonly string[]): StatementSync {
  return database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
}

function read(line: string, kind: IndexedKind) {
  try {
    const value: unknown = JSON.parse(line);
    if (kind === 'calls') {
      return isCallRow(value) ? value : undefined;
    }
    return isTrace(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a bare word is looked for in, in lower case. */
function searchedTexts(row: object, kind: IndexedKind): string {
  const texts: string[] = [];
  for (const path of SEARCHED_PATHS[kind]) {
    const value = valueAt(row, path);
    if (typeof value === 'string') {
      texts.push(value.toLowerCase());
    }
  }
  return texts.join(TEXT_BREAK);
}

function valueAt(row: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), row);
}
