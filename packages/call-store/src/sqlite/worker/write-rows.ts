import { isRecord } from '@dcc-mcp/request-context';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isCallRow, isTrace } from '../../jsonl/file-rows.ts';
import { toTraceRow } from '../../rows/trace-row.ts';
import type { IndexedKind } from '../messages.ts';
import { MAX_MOVES, toLookupKey, toSequence } from '../row-sequence.ts';
import { KEPT_COLUMNS, type KeptColumn, SEARCHED_PATHS } from './kept-columns.ts';
import { TEXT_BREAK } from './query-sql.ts';
import type { Words } from './words.ts';

type Value = string | number | null;

/** Adds rows of one list. */
export class RowWriter {
  readonly #kind: IndexedKind;
  readonly #words: Words;
  readonly #row: StatementSync;
  readonly #body: StatementSync;
  readonly #detail: StatementSync;
  readonly #idAt: StatementSync;
  #refused = 0;

  constructor(database: DatabaseSync, kind: IndexedKind, words: Words) {
    this.#kind = kind;
    this.#words = words;
    const columns = KEPT_COLUMNS[kind].map(({ column }) => column);
    const all = ['seq', 'millis', ...columns, 'request_key', 'trace_key'];
    this.#row = database.prepare(`INSERT INTO ${kind} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`);
    this.#body = database.prepare(`INSERT INTO ${kind}_body (seq, texts, body) VALUES (?, ?, ?)`);
    this.#detail = database.prepare('INSERT INTO traces_detail (seq, detail) VALUES (?, ?)');
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
    this.#row.run(...this.#columnsOf(listed, place));
    const body = 'spans' in row ? JSON.stringify(listed) : line;
    this.#body.run(place, searchedTexts(listed, this.#kind), body);
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

  #columnsOf(
    row: { readonly timestamp: string; readonly request_id: string; readonly trace_id: string },
    place: number,
  ): Value[] {
    const millis = Date.parse(row.timestamp);
    const values: Value[] = [place, Number.isNaN(millis) ? null : millis];
    for (const column of KEPT_COLUMNS[this.#kind]) {
      values.push(this.#store(valueAt(row, column.path), column));
    }
    values.push(toLookupKey(row.request_id), toLookupKey(row.trace_id));
    return values;
  }

  #store(value: unknown, { storage }: KeptColumn): Value {
    switch (storage) {
      case 'number':
        return typeof value === 'number' ? value : null;
      case 'flag':
        return typeof value === 'boolean' ? Number(value) : null;
      case 'word':
      default:
        return typeof value === 'string' ? this.#words.store(value) : null;
    }
  }
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
