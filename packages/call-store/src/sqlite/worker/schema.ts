import { INDEXED_KINDS, type IndexedKind } from '../messages.ts';
import { toLookupKey } from '../row-sequence.ts';
import { columnsIn, SEARCHED_PATHS } from './kept-columns.ts';
import { OK_WORD } from './words.ts';

const TABLES: readonly string[] = [
  'CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL)',
  `INSERT INTO words (id, text) VALUES (${OK_WORD}, 'ok')`,
  ...INDEXED_KINDS.flatMap(tablesOf),
  'CREATE TABLE traces_detail (seq INTEGER PRIMARY KEY, detail TEXT NOT NULL)',
];

const MAX_VERSION = 0x7f_ff_ff_ff;

/**
 * Kept in the file; a file of another version is put aside and begun anew. It follows from what is in the file, so that
 * nobody forgets it.
 */
export const SCHEMA_VERSION: number = toLookupKey([...TABLES, JSON.stringify(SEARCHED_PATHS)].join(';')) & MAX_VERSION;

/** What makes a file. Rows are narrow, so that a filter reads little; what is shown of them lies apart. */
export const SCHEMA: string = [...TABLES, `PRAGMA user_version = ${SCHEMA_VERSION}`].join(';\n');

function tablesOf(kind: IndexedKind): readonly string[] {
  const columns = (table: 'r' | 'm'): string =>
    columnsIn(kind, table)
      .map(({ column }) => column)
      .join(', ');
  return [
    `CREATE TABLE ${kind} (seq INTEGER PRIMARY KEY, millis INTEGER, ${columns('r')})`,
    `CREATE TABLE ${kind}_more (seq INTEGER PRIMARY KEY, request_key INTEGER, trace_key INTEGER, ${columns('m')}, texts TEXT NOT NULL)`,
    `CREATE TABLE ${kind}_body (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)`,
    `CREATE INDEX ${kind}_millis ON ${kind} (millis)`,
    `CREATE INDEX ${kind}_request ON ${kind}_more (request_key)`,
    `CREATE INDEX ${kind}_trace ON ${kind}_more (trace_key)`,
    // Most rows went well: these two hold the others alone.
    `CREATE INDEX ${kind}_not_ok ON ${kind} (outcome) WHERE outcome <> ${OK_WORD}`,
    `CREATE INDEX ${kind}_failed ON ${kind} (success) WHERE success = 0`,
  ];
}
