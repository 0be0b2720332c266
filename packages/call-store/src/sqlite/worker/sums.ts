import { stats, type Stats } from '../../analytics/stats.ts';
import { type TopRow, toTopRows } from '../../analytics/top-rows.ts';
import type { QueryTerm } from '../../query/query-ast.ts';
import type { CallRow } from '../../rows/call-row.ts';
import type { TraceRow } from '../../rows/trace-row.ts';
import type { CallsBeside, IndexedKind, StatsInput } from '../messages.ts';
import { type Block, valuesIn } from './blocks/block.ts';
import { columnOf } from './blocks/columns.ts';
import type { RowReader } from './read-rows.ts';
import type { Selection } from './selected-rows.ts';

/** What reads each list. */
type Readers = Readonly<Record<IndexedKind, RowReader>>;

/** The members of a call that sums are made of. */
const SUMMED = [
  'tool',
  'instance_id',
  'dcc_type',
  'agent_name',
  'agent_id',
  'actor_name',
  'actor_id',
  'client_platform',
  'outcome',
  'success',
  'duration_ms',
  'queue_ms',
  'gateway_ms',
  'upstream_ms',
  'input_tokens',
  'output_tokens',
  'timestamp',
] as const satisfies readonly (keyof CallRow)[];

/** Statistics of the calls of some time: here, where they are, and on no request's way. */
export function statsOf(readers: Readers, input: StatsInput): Stats {
  const { options, calls, without, traces, withoutTraces } = input;
  const times = { sinceMillis: options.since, untilMillis: options.until };
  const rows = readMembers<CallRow>({ readers, kind: 'calls', selection: { ...times, without } }, SUMMED);
  const tokens = readTokens(readers, { ...times, without: withoutTraces });
  return stats([...rows, ...calls], { ...options, traces: [...tokens, ...traces] });
}

/** What all calls say of each instance. */
export function totalsOf(readers: Readers, { calls, without }: CallsBeside): readonly TopRow[] {
  const members = ['instance_id', 'success', 'duration_ms', 'output_tokens'] as const;
  const rows = readMembers<CallRow>({ readers, kind: 'calls', selection: { without } }, members);
  return toTopRows([...rows, ...calls], ({ instance_id: id }) => id);
}

type TokenRow = Pick<TraceRow, 'operation' | 'output_tokens' | 'timestamp'>;

/** The tokens of searches and descriptions. */
function readTokens(readers: Readers, times: Selection): readonly TokenRow[] {
  const selection = { ...times, query: { anyOf: [operationIs('search'), operationIs('describe')] } };
  return readMembers<TokenRow>({ readers, kind: 'traces', selection }, ['operation', 'output_tokens', 'timestamp']);
}

function operationIs(value: TraceRow['operation']): readonly QueryTerm[] {
  return [{ kind: 'comparison', field: 'operation', operator: '=', value }];
}

interface Reading {
  readonly readers: Readers;
  readonly kind: IndexedKind;
  readonly selection: Selection;
}

/** The rows of a list with these members, which sums are made of. */
function readMembers<Row>(
  { readers, kind, selection }: Reading,
  names: readonly (keyof Row & string)[],
): readonly Row[] {
  const { selected } = readers[kind];
  const rows: object[] = selected.loose(selection).map(({ row }) => row);
  for (const { block, mask } of selected.inBlocks(selection)) {
    const columns = names.map((name) => [name, membersOf(block, kind, name)] as const);
    for (let index = 0; index < block.rows; index += 1) {
      if (mask?.[index] !== 0) {
        rows.push(toRow(columns, index));
      }
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the members that sums are made of
  return rows as unknown as readonly Row[];
}

type Member = (index: number) => unknown;

function toRow(columns: readonly (readonly [string, Member])[], index: number): object {
  const row: Record<string, unknown> = {};
  for (const [name, read] of columns) {
    const value = read(index);
    if (value !== undefined) {
      row[name] = value;
    }
  }
  return row;
}

/** What the rows of a block have in one column. */
function membersOf(block: Block, kind: IndexedKind, name: string): Member {
  const column = columnOf(kind, name);
  if (column === undefined) {
    throw new RangeError(`${name} has no column`);
  }
  if (column.storage === 'values') {
    const found = block.values(column.number);
    if (found === undefined) {
      return () => undefined;
    }
    const values = valuesIn(found);
    const { places } = found;
    return places === undefined ? () => values[0] : (index) => values[(places[index] ?? 0) - 1];
  }
  const numbers = block.numbers(column.number);
  const toValue = column.storage === 'times' ? (millis: number) => new Date(millis).toISOString() : Number;
  return (index) => {
    const number = numbers?.[index] ?? Number.NaN;
    return Number.isNaN(number) ? undefined : toValue(number);
  };
}
