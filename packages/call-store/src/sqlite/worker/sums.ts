import { stats, type Stats } from '../../analytics/stats.ts';
import { type TopRow, toTopRows } from '../../analytics/top-rows.ts';
import type { CallRow } from '../../rows/call-row.ts';
import type { TraceRow } from '../../rows/trace-row.ts';
import type { CallsBeside, StatsInput } from '../messages.ts';
import { KEPT_COLUMNS } from './kept-columns.ts';
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
  const rows = readCalls(reader, words, reader.conditionOf('calls', times, without));
  const tokens = readTokens(reader, words, reader.conditionOf('traces', times, withoutTraces));
  return stats([...rows, ...calls], { ...options, traces: [...tokens, ...traces] });
}

/** What all calls say of each instance. */
export function totalsOf(reader: RowReader, words: Words, { calls, without }: CallsBeside): readonly TopRow[] {
  words.refresh();
  const rows = readCalls(reader, words, reader.conditionOf('calls', {}, without));
  return toTopRows([...rows, ...calls], ({ instance_id: id }) => id);
}

type Condition = ReturnType<RowReader['conditionOf']>;

function readCalls(reader: RowReader, words: Words, condition: Condition): readonly CallRow[] {
  const columns = SUMMED.map((field) => columnOf('calls', field));
  const isWord = SUMMED.map((field) => KEPT_COLUMNS.calls.find((each) => each.field === field)?.storage === 'word');
  const rows: CallRow[] = [];
  for (const [millis, ...values] of reader.columns({ kind: 'calls', columns: ['r.millis', ...columns], condition })) {
    const row: Record<string, unknown> = { timestamp: new Date(Number(millis)).toISOString() };
    for (const [index, field] of SUMMED.entries()) {
      const value = values[index];
      if (value !== null) {
        row[field] = isWord[index] === true ? words.read(value) : value;
      }
    }
    row['success'] = row['success'] === 1;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the members that sums are made of
    rows.push(row as unknown as CallRow);
  }
  return rows;
}

type TokenRow = Pick<TraceRow, 'operation' | 'output_tokens' | 'timestamp'>;

/** The tokens of searches and descriptions. */
function readTokens(reader: RowReader, words: Words, condition: Condition): readonly TokenRow[] {
  const operation = columnOf('traces', 'operation');
  return (['search', 'describe'] as const).flatMap((name) => {
    const ofName = { sql: `${operation} = ?`, parameters: [words.idOf(name) ?? name] };
    const columns = ['r.millis', columnOf('traces', 'output_tokens')];
    const rows = reader.columns({ kind: 'traces', columns, condition: join([condition, ofName], 'AND') });
    return Array.from(rows, ([millis, tokens]) => ({
      operation: name,
      output_tokens: Number(tokens),
      timestamp: new Date(Number(millis)).toISOString(),
    }));
  });
}

function columnOf(kind: 'calls' | 'traces', field: string): string {
  return `r."${KEPT_COLUMNS[kind].find((each) => each.field === field)?.field ?? 'seq'}"`;
}
