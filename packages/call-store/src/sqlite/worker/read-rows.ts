import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QueryTerm } from '../../query/query-ast.ts';
import { QUERY_FIELDS } from '../../query/query-fields.ts';
import { type RowPredicate, toPredicate } from '../../query/query-predicate.ts';
import type { RowFilter } from '../../store/call-store.ts';
import type { IndexedKind, ReadAnswer, ReadRequest, StoredRow } from '../messages.ts';
import { MAX_MOVES, toSequence } from '../row-sequence.ts';
import { join, keyed, type SqlCondition, toSqlCondition } from './query-sql.ts';
import type { Words } from './words.ts';

/** Reads rows of both lists, newest first. */
export class RowReader {
  readonly #database: DatabaseSync;
  readonly #words: Words;
  readonly #statements = new Map<string, StatementSync>();
  /** What SQL asks back while it runs. */
  #asked: RowPredicate[] = [];

  constructor(database: DatabaseSync, words: Words) {
    this.#database = database;
    this.#words = words;
    database.function('holds', { deterministic: true }, (number, body) =>
      Number(this.#asked[Number(number)]?.(parseObject(body)) ?? false),
    );
    database.function('contains', { deterministic: true }, (text, wanted) =>
      Number(String(text).toLowerCase().includes(String(wanted))),
    );
  }

  /** One page, and how many match in all. */
  read(request: ReadRequest): ReadAnswer {
    const { kind, cursor, limit, without, isWhole, isCounted } = request;
    this.#words.refresh();
    const matching = this.conditionOf(kind, request, without);
    const before = cursor === undefined ? [] : [{ sql: 'r.seq < ?', parameters: [toSequence(cursor) ?? 0] }];
    const rows = this.#page(kind, join([matching, ...before], 'AND'), { limit, isWhole });
    // A page that is not full has them all.
    const isAll = cursor === undefined && rows.length < limit;
    return { rows, total: isAll ? rows.length : isCounted ? this.#count(kind, matching) : 0 };
  }

  /** Rows whose row id, request id or trace id may be `id`: whoever asks looks again. */
  find(kind: IndexedKind, id: string): readonly StoredRow[] {
    const sequence = toSequence(id) ?? -MAX_MOVES;
    const near = { sql: 'r.seq BETWEEN ? AND ?', parameters: [sequence, sequence + MAX_MOVES] };
    const condition = join([near, keyed(kind, 'request_key', id), keyed(kind, 'trace_key', id)], 'OR');
    return this.#page(kind, condition, { limit: -1, isWhole: true });
  }

  /** Columns of all rows that match. */
  *columns(wanted: {
    readonly kind: IndexedKind;
    readonly columns: readonly string[];
    readonly condition: SqlCondition;
  }): Iterable<readonly unknown[]> {
    const { kind, columns, condition } = wanted;
    const uses = columns.some((column) => column.startsWith('m.')) ? (['m'] as const) : [];
    const from = tablesOf(kind, [...uses, ...(condition.uses ?? [])]);
    const statement = this.#prepare(`SELECT ${columns.join(', ')} FROM ${from} WHERE ${condition.sql}`);
    statement.setReturnArrays(true);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows are arrays, as was said above
    yield* statement.iterate(...condition.parameters) as unknown as Iterable<readonly unknown[]>;
  }

  /** What a filter asks of rows. */
  conditionOf(kind: IndexedKind, filter: RowFilter, without: readonly string[]): SqlCondition {
    const { sinceMillis, untilMillis, query } = filter;
    const terms: QueryTerm[] = [];
    const ask = (term: QueryTerm): number => terms.push(term) - 1;
    const conditions = [
      ...(query === undefined ? [] : [toSqlCondition(query, { kind, words: this.#words, ask })]),
      ...bound('r.millis >= ?', sinceMillis),
      ...bound('r.millis <= ?', untilMillis),
      ...excluding(without),
    ];
    this.#asked = terms.map((term) => toPredicate({ anyOf: [[term]] }, QUERY_FIELDS[kind]));
    return join(conditions, 'AND');
  }

  #count(kind: IndexedKind, { sql, parameters, uses = [] }: SqlCondition): number {
    const { total } =
      this.#prepare(`SELECT count(*) AS total FROM ${tablesOf(kind, uses)} WHERE ${sql}`).get(...parameters) ?? {};
    return Number(total);
  }

  #page(
    kind: IndexedKind,
    { sql, parameters, uses = [] }: SqlCondition,
    { limit, isWhole }: { readonly limit: number; readonly isWhole: boolean },
  ): readonly StoredRow[] {
    const hasDetail = isWhole && kind === 'traces';
    const detail = hasDetail ? 'LEFT JOIN traces_detail d ON d.seq = r.seq' : '';
    const from = `${tablesOf(kind, [...uses, 'b'])} ${detail}`;
    const statement = this.#prepare(
      `SELECT b.body AS body${hasDetail ? ', d.detail AS detail' : ''} FROM ${from} WHERE ${sql} ORDER BY r.seq DESC LIMIT ?`,
    );
    return statement.all(...parameters, limit).map(toStoredRow);
  }

  /** A page asks for the same as the one before it. */
  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      return known;
    }
    if (this.#statements.size >= MAX_STATEMENTS) {
      this.#statements.clear();
    }
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function tablesOf(kind: IndexedKind, uses: NonNullable<SqlCondition['uses']>): string {
  const more = uses.includes('m') ? ` JOIN ${kind}_more m ON m.seq = r.seq` : '';
  const body = uses.includes('b') ? ` JOIN ${kind}_body b ON b.seq = r.seq` : '';
  return `${kind} r${more}${body}`;
}

function toStoredRow({ body, detail }: Readonly<Record<string, unknown>>): StoredRow {
  return typeof detail === 'string' ? { body: String(body), detail } : { body: String(body) };
}

const MAX_STATEMENTS = 50;

function bound(sql: string, millis: number | undefined): readonly SqlCondition[] {
  if (millis === undefined) {
    return [];
  }
  return [{ sql, parameters: [millis] }];
}

function excluding(rowIds: readonly string[]): readonly SqlCondition[] {
  const sequences = rowIds.map(toSequence).filter((sequence) => sequence !== undefined);
  return sequences.length === 0
    ? []
    : [{ sql: 'r.seq NOT IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(sequences)] }];
}

function parseObject(body: unknown): object {
  const row: unknown = JSON.parse(String(body));
  return typeof row === 'object' && row !== null ? row : {};
}
