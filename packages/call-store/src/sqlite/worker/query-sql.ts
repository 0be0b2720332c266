import type { ComparisonTerm, Query, QueryTerm, TextTerm } from '../../query/query-ast.ts';
import type { QueryOperator } from '../../query/query-field.ts';
import type { IndexedKind } from '../messages.ts';
import { MAX_MOVES, toLookupKey, toSequence } from '../row-sequence.ts';
import { KEPT_COLUMNS, type KeptColumn } from './kept-columns.ts';
import { OK_WORD, type Words } from './words.ts';

/** A condition on a row `r`, on more of it `m`, on what is shown of it `b`. Values stand in `parameters` alone. */
export interface SqlCondition {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
  /** Tables beside `r`. */
  readonly uses?: readonly ('m' | 'b')[];
}

/** What a query is made into SQL with. */
export interface SqlContext {
  readonly kind: IndexedKind;
  readonly words: Words;
  /** Notes a term that SQL can't answer; `holds(number, body)` answers it then. */
  readonly ask: (term: QueryTerm) => number;
}

const ALL: SqlCondition = { sql: '1', parameters: [] };
const NONE: SqlCondition = { sql: '0', parameters: [] };
/** Between the searched texts of a row. */
export const TEXT_BREAK = '\n';

/** A query as a condition that holds for exactly the rows that `toPredicate` holds for. */
export function toSqlCondition(query: Query, context: SqlContext): SqlCondition {
  const [first, ...others] = query.anyOf;
  if (first === undefined) {
    return ALL;
  }
  const alternatives = [first, ...others].map((terms) =>
    join(
      terms.map((term) => toCondition(term, context)),
      'AND',
    ),
  );
  return join(alternatives, 'OR');
}

/** All of several conditions, or one of them. */
export function join(conditions: readonly SqlCondition[], connective: 'AND' | 'OR'): SqlCondition {
  const [only] = conditions;
  if (only === undefined) {
    return ALL;
  }
  return conditions.length === 1
    ? only
    : {
        sql: conditions.map(({ sql }) => `(${sql})`).join(` ${connective} `),
        parameters: conditions.flatMap(({ parameters }) => parameters),
        uses: conditions.flatMap(({ uses = [] }) => uses),
      };
}

function toCondition(term: QueryTerm, context: SqlContext): SqlCondition {
  if (term.kind === 'text') {
    return searched(term, context);
  }
  const column = KEPT_COLUMNS[context.kind].find(({ field }) => field === term.field);
  return (column === undefined ? byKey(term, context) : onColumn(term, column, context)) ?? askRow(term, context);
}

/** A bare word is looked for in all searched texts at once; one with a break in it could be found across two of them. */
function searched(term: TextTerm, context: SqlContext): SqlCondition {
  const found = { sql: 'instr(m.texts, ?) > 0', parameters: [term.text.toLowerCase()], uses: ['m'] } as const;
  return term.text.includes(TEXT_BREAK) ? join([found, askRow(term, context)], 'AND') : found;
}

/** What has no column: the text of the row is looked through before it is read. */
function askRow(term: QueryTerm, context: SqlContext): SqlCondition {
  const asked = { sql: 'holds(?, b.body)', parameters: [context.ask(term)], uses: ['b'] } as const;
  if (term.kind === 'text' || term.operator !== '=' || typeof term.value !== 'string') {
    return asked;
  }
  const written = JSON.stringify(term.value).slice(1, -1);
  return join([{ sql: 'instr(b.body, ?) > 0', parameters: [written], uses: ['b'] }, asked], 'AND');
}

/** Fields that have an index instead of a column. */
function byKey(term: ComparisonTerm, context: SqlContext): SqlCondition | undefined {
  const { field, operator, value } = term;
  if (field === 'timestamp' && typeof value === 'number') {
    return compared('r.millis', operator, value);
  }
  if (operator !== '=' || typeof value !== 'string') {
    return undefined;
  }
  const sequence = field === 'row_id' ? toSequence(value) : undefined;
  if (sequence !== undefined) {
    const near = { sql: 'r.seq BETWEEN ? AND ?', parameters: [sequence, sequence + MAX_MOVES] };
    return join([near, askRow(term, context)], 'AND');
  }
  const column = LOOKUPS[field];
  // Several ids may have one key.
  return column === undefined ? undefined : join([keyed(context.kind, column, value), askRow(term, context)], 'AND');
}

/** Rows whose request or trace may be the one of that id. */
export function keyed(kind: IndexedKind, column: string, id: string): SqlCondition {
  return { sql: `r.seq IN (SELECT seq FROM ${kind}_more WHERE ${column} = ?)`, parameters: [toLookupKey(id)] };
}

const LOOKUPS: Readonly<Record<string, string>> = { request_id: 'request_key', trace_id: 'trace_key' };

function onColumn(term: ComparisonTerm, column: KeptColumn, { words }: SqlContext): SqlCondition | undefined {
  const condition = onName(term, column, words);
  return column.table === 'r' || condition === undefined ? condition : { ...condition, uses: ['m'] };
}

function onName(term: ComparisonTerm, column: KeptColumn, words: Words): SqlCondition | undefined {
  const { operator, value } = term;
  const name = nameOf(column);
  if (column.storage === 'number') {
    return typeof value === 'number' ? compared(name, operator, value) : undefined;
  }
  if (column.storage === 'flag') {
    return typeof value === 'boolean' ? flagged(name, operator, value) : undefined;
  }
  if (typeof value !== 'string') {
    return undefined;
  }
  const isContained = operator === '~' || operator === '!~';
  const positive = isContained ? contains(column, value, words) : equal(column, value, words);
  if (operator === '=' || operator === '~') {
    return positive;
  }
  return operator === '!=' || operator === '!~' ? not(positive) : undefined;
}

const COMPARED: Readonly<Partial<Record<QueryOperator, string>>> = {
  '=': '=',
  '!=': 'IS NOT',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
};

function compared(name: string, operator: QueryOperator, value: number): SqlCondition | undefined {
  const sql = COMPARED[operator];
  return sql === undefined ? undefined : { sql: `${name} ${sql} ?`, parameters: [value] };
}

/** Written out, so that SQLite sees that the index of failed rows will do. */
function flagged(name: string, operator: QueryOperator, value: boolean): SqlCondition | undefined {
  const sql = operator === '=' ? '=' : operator === '!=' ? 'IS NOT' : undefined;
  return sql === undefined ? undefined : { sql: `${name} ${sql} ${value ? 1 : 0}`, parameters: [] };
}

function not({ sql, ...rest }: SqlCondition): SqlCondition {
  return { ...rest, sql: `(${sql}) IS NOT TRUE` };
}

function equal(column: KeptColumn, value: string, words: Words): SqlCondition {
  const name = nameOf(column);
  const plain: readonly SqlCondition[] = isPlain(column, words) ? [{ sql: `${name} = ?`, parameters: [value] }] : [];
  const id = column.storage === 'text' ? undefined : words.idOf(value);
  if (id === undefined) {
    return plain[0] ?? NONE;
  }
  const found = { sql: `${name} = ?`, parameters: [id] };
  // Said again, so that SQLite sees that the index of other outcomes will do.
  const failed = { sql: `${name} = ? AND ${name} <> ${OK_WORD}`, parameters: [id] };
  return join([column.field === 'outcome' && id !== OK_WORD ? failed : found, ...plain], 'OR');
}

function contains(column: KeptColumn, value: string, words: Words): SqlCondition {
  const name = nameOf(column);
  const wanted = value.toLowerCase();
  const ids = column.storage === 'text' ? [] : words.idsWhere((text) => text.toLowerCase().includes(wanted));
  const found: readonly SqlCondition[] =
    ids.length === 0 ? [] : [{ sql: `${name} IN (SELECT value FROM json_each(?))`, parameters: [JSON.stringify(ids)] }];
  const plain: readonly SqlCondition[] = isPlain(column, words)
    ? [{ sql: `typeof(${name}) = 'text' AND contains(${name}, ?)`, parameters: [wanted] }]
    : [];
  return found.length + plain.length === 0 ? NONE : join([...found, ...plain], 'OR');
}

/** Whether texts stand in the column themselves. */
function isPlain({ field, storage }: KeptColumn, words: Words): boolean {
  return storage === 'text' || words.isPlain(field);
}

function nameOf({ table, column }: KeptColumn): string {
  return `${table}.${column}`;
}
