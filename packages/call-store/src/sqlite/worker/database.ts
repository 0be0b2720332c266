import { closeSync, existsSync, fchmodSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { FileAside } from '../messages.ts';
import { BLOCK_SCHEMA, ROW_TABLES, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** The class, which not every Node has. */
export interface Sqlite {
  readonly DatabaseSync: typeof DatabaseSync;
}

const FILE_MODE = 0o600;
/** How long one process waits for another one's write, in milliseconds. */
const BUSY_MILLIS = 2000;
const JOURNAL_BYTES = 8 * 1024 * 1024;
/** A row is some hundred bytes to some ten thousand: larger pages are fewer to write. Of a new file alone. */
const PAGE_BYTES = 16 * 1024;
/** Of pages that are written to again: the ends of tables and the places of random ids. */
const CACHE_KIBIBYTES = 16 * 1024;
/** SQLite's own words for files that are no good: SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED: ReadonlySet<unknown> = new Set([11, 26]);
const PRIMARY_CODE = 0xff;

/** A file that is open. */
export interface OpenFile {
  readonly database: DatabaseSync;
  /** What was in its place; absent where that was a good file, or none. */
  readonly aside?: FileAside;
  /** Whether the file is still the one of that name: somebody may have removed or replaced it. */
  isInPlace(): boolean;
}

/** Whether a file is no good, whatever is done with it. */
export function isNoGood(error: unknown): boolean {
  return whyNoGood(error) !== undefined;
}

function whyNoGood(error: unknown): FileAside['why'] | undefined {
  if (error instanceof ForeignFile) {
    return 'foreign';
  }
  return isDamaged(error) ? 'damaged' : undefined;
}

function isDamaged(error: unknown): boolean {
  return (
    error instanceof DamagedFile ||
    (error instanceof Error &&
      'errcode' in error &&
      typeof error.errcode === 'number' &&
      DAMAGED.has(error.errcode & PRIMARY_CODE))
  );
}

class DamagedFile extends Error {}
/** A sound database, of something else. */
class ForeignFile extends Error {}

/** Opens the file for writing, and makes it where there is none; one that is no good is put aside. */
export function openForWriting(sqlite: Sqlite, path: string): OpenFile {
  try {
    return open(sqlite, path);
  } catch (error) {
    const why = whyNoGood(error);
    if (why === undefined) {
      throw error;
    }
    const aside: FileAside = { path: `${path}.${why}`, why };
    return { ...openAside(sqlite, path, aside.path), aside };
  }
}

/** Puts a file aside, in place of the one before it, and begins anew. */
function openAside(sqlite: Sqlite, path: string, aside: string): OpenFile {
  renameSync(path, aside);
  for (const ending of ['-wal', '-shm']) {
    rmSync(`${path}${ending}`, { force: true });
  }
  return open(sqlite, path);
}

/** Opens the file for reading. */
export function openForReading(sqlite: Sqlite, path: string): OpenFile {
  const database = new sqlite.DatabaseSync(path, { readOnly: true });
  // Not as memory of the system: a file that somebody cuts off, or a disk that fails, would end the process (SIGBUS).
  database.exec(
    `PRAGMA busy_timeout = ${BUSY_MILLIS}; PRAGMA query_only = 1; PRAGMA mmap_size = 0; PRAGMA cache_size = -8192`,
  );
  return { database, isInPlace: placeOf(path) };
}

function open(sqlite: Sqlite, path: string): OpenFile {
  makeFile(path);
  const database = new sqlite.DatabaseSync(path);
  try {
    database.exec(
      [
        `PRAGMA busy_timeout = ${BUSY_MILLIS}`,
        `PRAGMA page_size = ${PAGE_BYTES}`,
        'PRAGMA journal_mode = WAL',
        `PRAGMA wal_autocheckpoint = ${JOURNAL_BYTES / PAGE_BYTES}`,
        'PRAGMA synchronous = NORMAL',
        `PRAGMA journal_size_limit = ${JOURNAL_BYTES}`,
        `PRAGMA cache_size = -${CACHE_KIBIBYTES}`,
      ].join('; '),
    );
    prepare(database);
    return { database, isInPlace: placeOf(path) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite gives the files beside it the same mode. What keeps a file from being made is said better here than by SQLite. */
function makeFile(path: string): void {
  const file = openSync(path, 'a', FILE_MODE);
  try {
    fchmodSync(file, FILE_MODE);
  } finally {
    closeSync(file);
  }
}

function prepare(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  const tables = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']);
  if (version === 0 && tables === 0) {
    database.exec(`BEGIN;\n${SCHEMA};\nCOMMIT`);
    return;
  }
  if (version !== SCHEMA_VERSION) {
    keepRows(database, version);
  }
  const check = database.prepare('PRAGMA quick_check(1)').get();
  if (check?.['quick_check'] !== 'ok') {
    throw new DamagedFile(String(check?.['quick_check']));
  }
}

/** Of a file of another version the rows stay, where they lie as they do now; all else is made of them anew. */
function keepRows(database: DatabaseSync, version: number): void {
  const tables = database.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`).all();
  const found = tables.map(({ name, sql }) => ({ name: String(name), sql }));
  if (
    !Object.entries(ROW_TABLES).every(([name, sql]) => found.some((table) => table.name === name && table.sql === sql))
  ) {
    throw new ForeignFile(`it is of version ${version}`);
  }
  const others = found.filter(({ name }) => !Object.hasOwn(ROW_TABLES, name) && !name.startsWith('sqlite_'));
  const drops = others.map(({ name }) => `DROP TABLE "${name}"`);
  database.exec(['BEGIN', ...drops, BLOCK_SCHEMA, 'COMMIT'].join(';\n'));
}

function placeOf(path: string): () => boolean {
  const { ino, dev } = statSync(path);
  return () => {
    const now = existsSync(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    return now?.ino === ino && now.dev === dev;
  };
}
