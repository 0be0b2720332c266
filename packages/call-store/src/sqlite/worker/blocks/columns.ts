import { isRecord } from '@dcc-mcp/request-context';
import { pathOf, type QueryField } from '../../../query/fields/query-field.ts';
import { QUERY_FIELDS } from '../../../query/fields/query-fields.ts';
import { INDEXED_KINDS, type IndexedKind } from '../../messages.ts';

/** What lies at one place of all rows of a list. */
export interface Column {
  /** Its number in the file. */
  readonly number: number;
  /** `numbers` and `times` (milliseconds since the epoch) lie as they are, `values` as the numbers of different ones. */
  readonly storage: 'numbers' | 'times' | 'values';
  readonly path: readonly string[];
  /** Whether a bare word is searched in it. */
  readonly isSearched: boolean;
}

/** The columns of the lists: one for each place that a query can name. */
export const COLUMNS: Readonly<Record<IndexedKind, readonly Column[]>> = {
  calls: columnsOf('calls'),
  traces: columnsOf('traces'),
};

const BY_FIELD = Object.fromEntries(
  INDEXED_KINDS.map((kind) => [
    kind,
    new Map(Object.entries(QUERY_FIELDS[kind]).map(([name, field]) => [name, columnAt(kind, pathOf(name, field))])),
  ]),
);

/** The column of a field; absent where the list has no such field. */
export function columnOf(kind: IndexedKind, field: string): Column | undefined {
  return BY_FIELD[kind]?.get(field);
}

function columnAt(kind: IndexedKind, path: readonly string[]): Column | undefined {
  return COLUMNS[kind].find((column) => toPlace(column.path) === toPlace(path));
}

/** Two fields may be names of one place. */
function columnsOf(kind: IndexedKind): readonly Column[] {
  const places = Map.groupBy(Object.entries(QUERY_FIELDS[kind]), ([name, field]) => toPlace(pathOf(name, field)));
  return Array.from(places.values(), (fields, number): Column => {
    const [[name, first] = ['', { type: 'text' } satisfies QueryField]] = fields;
    return {
      number,
      storage: storageOf(first),
      path: pathOf(name, first),
      isSearched: fields.some(([, { isSearched }]) => isSearched === true),
    };
  });
}

function toPlace(path: readonly string[]): string {
  return path.join('\n');
}

function storageOf({ type }: QueryField): Column['storage'] {
  switch (type) {
    case 'number':
    case 'duration':
    case 'bytes':
      return 'numbers';
    case 'time':
      return 'times';
    case 'flag':
    case 'enum':
    case 'text':
    default:
      return 'values';
  }
}

/** What a row has in a column. */
export function valueAt(row: object, { path }: Pick<Column, 'path'>): unknown {
  let value: unknown = row;
  for (const key of path) {
    value = isRecord(value) ? value[key] : undefined;
  }
  return value;
}

/** The number in a column of numbers or times; `NaN` where there is none. */
export function numberAt(row: object, column: Column): number {
  const value = valueAt(row, column);
  if (column.storage === 'times') {
    return typeof value === 'string' ? Date.parse(value) : Number.NaN;
  }
  return typeof value === 'number' ? value : Number.NaN;
}
