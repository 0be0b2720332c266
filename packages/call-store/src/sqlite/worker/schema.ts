import { INDEXED_KINDS, type IndexedKind } from '../messages.ts';
import { toLookupKey } from '../row-sequence.ts';
import { COLUMNS } from './blocks/columns.ts';

/** The tables of rows, by their names: a row is added as the text that is shown of it, and no more. */
export const ROW_TABLES: Readonly<Record<string, string>> = {
  calls_body: 'CREATE TABLE calls_body (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)',
  traces_body: 'CREATE TABLE traces_body (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)',
  traces_detail: 'CREATE TABLE traces_detail (seq INTEGER PRIMARY KEY, detail TEXT NOT NULL)',
};

/** What filters read is made of some thousand rows at once: a block, of which each column lies by itself. */
const BLOCK_TABLES: readonly string[] = INDEXED_KINDS.flatMap((kind) => [
  `CREATE TABLE ${kind}_block (id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, rows INTEGER, since INTEGER, until INTEGER, cut INTEGER)`,
  // Classes come first: what stands behind a long text is reached through all of its pages.
  `CREATE TABLE ${kind}_column (place INTEGER PRIMARY KEY, classes INTEGER, words TEXT, codes BLOB)`,
  // Rows that came after later ones were made a block of.
  `CREATE TABLE ${kind}_late (seq INTEGER PRIMARY KEY)`,
]);

const MAX_VERSION = 0x7f_ff_ff_ff;
const TABLES = [...Object.values(ROW_TABLES), ...BLOCK_TABLES];

/**
 * Kept in the file; of a file of another version only the rows are kept, and blocks are made of them anew. It follows from
 * what is in the file, so that nobody forgets it.
 */
export const SCHEMA_VERSION: number = toLookupKey([...TABLES, JSON.stringify(COLUMNS)].join(';')) & MAX_VERSION;

const SET_VERSION = `PRAGMA user_version = ${SCHEMA_VERSION}`;

/** What makes a file. */
export const SCHEMA: string = [...TABLES, SET_VERSION].join(';\n');
/** What makes one of a file that has nothing but the tables of rows. */
export const BLOCK_SCHEMA: string = [...BLOCK_TABLES, SET_VERSION].join(';\n');

/** Columns of a block: those of {@link COLUMNS} by their number, and these. */
export const SEQUENCES = 200;
export const REQUEST_KEYS = 201;
export const TRACE_KEYS = 202;
/** A column of a block has one whole number for both: columns of one number lie together. */
const MAX_BLOCKS = 2 ** 40;

/** The numbers of all columns of a list. */
export function columnsInFile(kind: IndexedKind): readonly number[] {
  return [...COLUMNS[kind].map(({ number }) => number), SEQUENCES, REQUEST_KEYS, TRACE_KEYS];
}

/** Where a column of a block lies. */
export function placeOfColumn(column: number, block: number): number {
  return column * MAX_BLOCKS + block;
}
