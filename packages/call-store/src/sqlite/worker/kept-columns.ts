import { pathOf, type QueryField } from '../../query/query-field.ts';
import { QUERY_FIELDS } from '../../query/query-fields.ts';
import type { IndexedKind } from '../messages.ts';

/** How a value lies in its column: as it is, as 0 or 1, or as the number of a word. */
export type Storage = 'number' | 'flag' | 'word';

/** A field that has a column of its own; all others are looked up in the row. */
export interface KeptColumn {
  readonly field: string;
  readonly column: string;
  readonly storage: Storage;
  readonly path: readonly string[];
}

/** Texts that are asked for often, and of which there are few different ones. */
const WORDS: ReadonlySet<string> = new Set([
  'operation',
  'tool',
  'tool_label',
  'dcc_type',
  'instance_id',
  'skill_name',
  'outcome',
  'status',
  'error.kind',
  'policy.outcome',
  'transport',
  'session_id',
  'agent_id',
  'agent_name',
  'actor_id',
  'actor_name',
  'client_platform',
  'search.rank_bucket',
]);

/** Those that are asked for most often. */
const FIRST: readonly string[] = ['outcome', 'success', 'tool', 'duration_ms', 'total_ms', 'instance_id', 'dcc_type'];

/** What the columns of a list are, the ones that are asked for most often first: SQLite reads a row from its start. */
export const KEPT_COLUMNS: Readonly<Record<IndexedKind, readonly KeptColumn[]>> = {
  calls: columnsOf('calls'),
  traces: columnsOf('traces'),
};

/** Where the texts stand that a bare word is looked for in. */
export const SEARCHED_PATHS: Readonly<Record<IndexedKind, readonly (readonly string[])[]>> = {
  calls: searchedPaths('calls'),
  traces: searchedPaths('traces'),
};

function searchedPaths(kind: IndexedKind): readonly (readonly string[])[] {
  return Object.entries(QUERY_FIELDS[kind]).flatMap(([name, field]) =>
    field.isSearched === true ? [pathOf(name, field)] : [],
  );
}

function columnsOf(kind: IndexedKind): readonly KeptColumn[] {
  return Object.entries(QUERY_FIELDS[kind])
    .flatMap(([field, each]) => {
      const storage = storageOf(field, each);
      return storage === undefined
        ? []
        : [{ field, column: `"${field.replace('.', '__')}"`, storage, path: pathOf(field, each) }];
    })
    .toSorted((one, other) => placeOf(one.field) - placeOf(other.field));
}

function placeOf(field: string): number {
  const place = FIRST.indexOf(field);
  return place === -1 ? FIRST.length : place;
}

function storageOf(field: string, { type }: QueryField): Storage | undefined {
  switch (type) {
    case 'number':
    case 'duration':
    case 'bytes':
      return 'number';
    case 'flag':
      return 'flag';
    case 'enum':
    case 'text':
      return WORDS.has(field) ? 'word' : undefined;
    case 'time':
    default:
      return undefined;
  }
}
