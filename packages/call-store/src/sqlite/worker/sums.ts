import { stats, type Stats } from '../../analytics/stats.ts';
import { type TopRow, toTopRows } from '../../analytics/top-rows.ts';
import type { CallRow } from '../../rows/call-row.ts';
import type { TraceRow } from '../../rows/trace-row.ts';
import type { CallsBeside, IndexedKind, StatsInput } from '../messages.ts';
import { KEPT_COLUMNS, type KeptColumn } from './kept-columns.ts';
import { join } from './query-sql.ts';
import type { RowReader } from './read-rows.ts';
import type { Words } from './words.ts';

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
] as const satisfies readonly (keyof CallRow)[];

/** Statistics of the calls of some time: here, where they are, and on no request's way. */
export function statsOf(reader: RowReader, words: Words, input: StatsInput): Stats {
  const { options, calls, without, traces, withoutTraces } = input;
  const times = { sinceMillis: options.since, untilMillis: options.until };
  words.refresh();
  const rows = readCalls({ reader, words, condition: reader.conditionOf('calls', times, without) }, SUMMED);
  const tokens = readTokens({ reader, words, condition: reader.conditionOf('traces', times, withoutTraces) });
  return stats([...rows, ...calls], { ...options, traces: [...tokens, ...traces] });
}

/** What all calls say of each instance. */
export function totalsOf(reader: RowReader, words: Words, { calls, without }: CallsBeside): readonly TopRow[] {
  words.refresh();
  const condition = reader.conditionOf('calls', {}, without);
  const rows = readCalls({ reader, words, condition }, ['instance_id', 'success', 'duration_ms', 'output_tokens']);
  return toTopRows([...rows, ...calls], ({ instance_id: id }) => id);
}

type Condition = ReturnType<RowReader['conditionOf']>;
type Summed = (typeof SUMMED)[number];

interface Reading {
  readonly reader: RowReader;
  readonly words: Words;
  readonly condition: Condition;
}

function readCalls({ reader, words, condition }: Reading, fields: readonly Summed[]): readonly CallRow[] {
  const kept = fields.map((field) => columnOf('calls', field));
  const columns = ['r.millis', ...kept.map(({ table, column }) => `${table}.${column}`)];
  const rows: CallRow[] = [];
  for (const values of reader.columns({ kind: 'calls', columns, condition })) {
    const row: Record<string, unknown> = { timestamp: new Date(Number(values[0])).toISOString() };
    for (let index = 0; index < kept.length; index += 1) {
      const value = values[index + 1];
      const storage = kept[index]?.storage;
      if (value !== null) {
        row[fields[index] ?? ''] =
          storage === 'word' || storage === 'closed' ? words.read(value) : storage === 'flag' ? value === 1 : value;
      }
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the members that sums are made of
    rows.push(row as unknown as CallRow);
  }
  return rows;
}

type TokenRow = Pick<TraceRow, 'operation' | 'output_tokens' | 'timestamp'>;

/** The tokens of searches and descriptions. */
function readTokens({ reader, words, condition }: Reading): readonly TokenRow[] {
  return (['search', 'describe'] as const).flatMap((name) => {
    const ofName = { sql: `r."operation" = ?`, parameters: [words.idOf(name) ?? name] };
    const columns = ['r.millis', 'r."output_tokens"'];
    const rows = reader.columns({ kind: 'traces', columns, condition: join([condition, ofName], 'AND') });
    return Array.from(rows, ([millis, tokens]) => ({
      operation: name,
      output_tokens: Number(tokens),
      timestamp: new Date(Number(millis)).toISOString(),
    }));
  });
}

function columnOf(kind: IndexedKind, field: string): KeptColumn {
  const column = KEPT_COLUMNS[kind].find((each) => each.field === field);
  if (column === undefined) {
    throw new RangeError(`${field} has no column`);
  }
  return column;
}
