import { createGrouper } from '../../analytics/columns/call-groups.ts';
import { columnsOf, joinColumns, type RowColumns } from '../../analytics/columns/row-columns.ts';
import { type Stats, statsOf as statsOfColumns, type TokensRow } from '../../analytics/stats.ts';
import { type TopRow, topRowsOf } from '../../analytics/tops/top-rows.ts';
import type { QueryTerm } from '../../query/query-ast.ts';
import type { CallRow } from '../../rows/call-row.ts';
import type { TraceRow } from '../../rows/trace-row.ts';
import type { CallsBeside, IndexedKind, StatsInput } from '../messages.ts';
import { columnsOfBlock } from './blocks/block-columns.ts';
import type { RowReader } from './read-rows.ts';
import type { Selection } from './selected-rows.ts';

/** What reads each list. */
type Readers = Readonly<Record<IndexedKind, RowReader>>;

/** Statistics of the calls of some time: here, where they are, and on no request's way. */
export function statsOf(readers: Readers, input: StatsInput): Stats {
  const { options, calls, without, traces, withoutTraces } = input;
  const times = { sinceMillis: options.since, untilMillis: options.until };
  const counted = { anyOf: [operationIs('search'), operationIs('describe')] };
  return statsOfColumns(
    {
      calls: columnsIn<CallRow>({ readers, kind: 'calls', beside: calls }, { ...times, without }),
      traces: columnsIn<TokensRow>(
        { readers, kind: 'traces', beside: [...traces] },
        { ...times, without: withoutTraces, query: counted },
      ),
    },
    options,
  );
}

/** What all calls say of each instance. */
export function totalsOf(readers: Readers, { calls, without }: CallsBeside): readonly TopRow[] {
  const all = columnsIn<CallRow>({ readers, kind: 'calls', beside: calls }, { without });
  return topRowsOf(createGrouper(all), all.values('instance_id'));
}

function operationIs(value: TraceRow['operation']): readonly QueryTerm[] {
  return [{ kind: 'comparison', field: 'operation', operator: '=', value }];
}

interface Source<Row> {
  readonly readers: Readers;
  readonly kind: IndexedKind;
  /** Rows that the file has not. */
  readonly beside: readonly Row[];
}

/** The rows of a list that are asked for, and those beside it, by columns. */
function columnsIn<Row extends { readonly timestamp: string }>(
  { readers, kind, beside }: Source<Row>,
  selection: Selection,
): RowColumns<Row> {
  const { selected } = readers[kind];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was written to that list was a row of it
  const loose = selected.loose(selection).map(({ row }) => row) as unknown as readonly Row[];
  const blocks = Array.from(selected.inBlocks(selection), ({ block, mask }) => columnsOfBlock<Row>(kind, block, mask));
  return joinColumns([...blocks, columnsOf([...loose, ...beside])]);
}
