import { pathOf, type QueryField } from '../../query/query-field.ts';
import { QUERY_FIELDS } from '../../query/query-fields.ts';
import type { IndexedKind } from '../messages.ts';

/** How a value lies in its column: as it is, as 0 or 1, or as the number of a word; those of a closed set always so. */
export type Storage = 'number' | 'text' | 'flag' | 'word' | 'closed';

/** A field that has a column of its own; all others are looked up in the row. */
export interface KeptColumn {
  readonly field: string;
  readonly column: string;
  /** `r` for the narrow table that filters read, `m` for the one with more of the row. */
  readonly table: 'r' | 'm';
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
  'agent_id',
  'agent_name',
  'actor_id',
  'actor_name',
  'client_platform',
  'search.rank_bucket',
]);

/** Texts that are asked for often, and that are different in most rows. */
const TEXTS: ReadonlySet<string> = new Set([
  'session_id',
  'turn_id',
  'parent_request_id',
  'caller_trace_id',
  'job_id',
  'search.search_id',
  'auth_subject',
  'source_ip',
]);

/** Those that are asked for most often: a table of them alone is read in a tenth of the time. */
const NARROW: ReadonlySet<string> = new Set([
  'outcome',
  'success',
  'tool',
  'duration_ms',
  'total_ms',
  'operation',
  'dcc_type',
  'instance_id',
  'agent_name',
  'session_id',
  'error.kind',
  'output_tokens',
]);

/** What has a column. */
export const KEPT_COLUMNS: Readonly<Record<IndexedKind, readonly KeptColumn[]>> = {
  calls: columnsOf('calls'),
  traces: columnsOf('traces'),
};

/** The columns of one of the tables of a list. */
export function columnsIn(kind: IndexedKind, table: KeptColumn['table']): readonly KeptColumn[] {
  return KEPT_COLUMNS[kind].filter((each) => each.table === table);
}

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
  return Object.entries(QUERY_FIELDS[kind]).flatMap(([field, each]) => {
    const storage = storageOf(field, each);
    const column = `"${field.replace('.', '__')}"`;
    return storage === undefined
      ? []
      : [{ field, column, table: NARROW.has(field) ? 'r' : 'm', storage, path: pathOf(field, each) } as const];
  });
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
      return WORDS.has(field) ? 'closed' : undefined;
    case 'text':
      return TEXTS.has(field) ? 'text' : WORDS.has(field) ? 'word' : undefined;
    case 'time':
    default:
      return undefined;
  }
}
