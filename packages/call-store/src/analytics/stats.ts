import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { CallRow } from '../rows/call-row.ts';
import { present } from '../rows/present.ts';
import type { TraceRow } from '../rows/trace-row.ts';
import { ascending, numbersAt } from './columns/ascending.ts';
import { type CallGroup, countBy, createGrouper, type Grouper } from './columns/call-groups.ts';
import { columnsOf, either, type RowColumns, type Values } from './columns/row-columns.ts';
import { mean, percentile, sum } from './percentile.ts';
import { type TopError, topErrorsOf } from './tops/top-errors.ts';
import { type TopRow, topOf, topRowsOf } from './tops/top-rows.ts';

/** Lengths of time that statistics are made of, in milliseconds. */
export const STATS_RANGES = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
/** One of {@link STATS_RANGES}. */
export type StatsRange = keyof typeof STATS_RANGES;

/** What statistics read of a trace. */
export type TokensRow = Pick<TraceRow, 'operation' | 'output_tokens' | 'timestamp'>;

/** What {@link stats} is made of, beside calls. Times are milliseconds since the epoch. */
export interface StatsOptions {
  readonly range: StatsRange;
  /** Inclusive. */
  readonly since: number;
  /** Inclusive. */
  readonly until: number;
  /** From when on calls are retained; absent where none is. */
  readonly retainedSince?: number | undefined;
  /** Requests of the same time: the tokens of searches and descriptions are theirs. */
  readonly traces?: Iterable<TokensRow>;
  /** Those of the lists of tools of the same time, which are no rows; default 0. */
  readonly toolsListTokens?: number | undefined;
  /** Slugs of all registered tools. */
  readonly toolSlugs?: readonly string[];
}

/** In milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** A sixtieth of the range. */
export interface StatsBucket {
  /** Its begin. */
  readonly t: string;
  readonly calls: number;
  readonly failed: number;
  /** Absent where nothing was called. */
  readonly p50?: number;
  readonly p95?: number;
}

/** What the calls of some time say; a value of nothing is absent. Percentiles are of nearest rank. */
export interface Stats {
  readonly range: StatsRange;
  readonly since: string;
  readonly until: string;
  readonly total_calls: number;
  readonly successful_calls: number;
  readonly failed_calls: number;
  /** 0 … 1. */
  readonly success_rate?: number;
  readonly by_outcome: Readonly<Partial<Record<Outcome, number>>>;
  readonly latency_ms?: Spread & {
    readonly min: number;
    readonly mean: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly phases_ms: { readonly queue?: Spread; readonly gateway?: Spread; readonly upstream?: Spread };
  readonly tokens: {
    readonly input: number;
    readonly output: number;
    readonly tools_list: number;
    readonly search: number;
    readonly describe: number;
  };
  readonly top_tools: readonly TopRow[];
  readonly top_instances: readonly TopRow[];
  readonly top_app_types: readonly TopRow[];
  readonly top_agents: readonly TopRow[];
  readonly top_actors: readonly TopRow[];
  readonly top_client_platforms: readonly TopRow[];
  /** By p95. */
  readonly slowest_tools: readonly TopRow[];
  /** By failed calls, those with any. */
  readonly failing_tools: readonly TopRow[];
  /** What most calls failed with. */
  readonly top_errors: readonly TopError[];
  readonly unused_tools_count: number;
  readonly timeseries: readonly StatsBucket[];
  readonly retained_since?: string;
  /** False where the range reaches further back than what is retained. */
  readonly complete: boolean;
}

/** What the calls from `since` to `until` say; others are left out. */
export function stats(rows: Iterable<CallRow>, options: StatsOptions): Stats {
  const within = <Row extends { readonly timestamp: string }>(all: Iterable<Row>): RowColumns<Row> =>
    columnsOf([...all].filter((row) => isWithin(row, options)));
  return statsOf({ calls: within(rows), traces: within(options.traces ?? []) }, options);
}

function isWithin({ timestamp }: { readonly timestamp: string }, { since, until }: StatsOptions): boolean {
  const at = Date.parse(timestamp);
  return at >= since && at <= until;
}

/** What statistics are made of. */
export interface StatsColumns {
  readonly calls: RowColumns<CallRow>;
  readonly traces: RowColumns<TokensRow>;
}

/** The same of rows that lie by columns, all of which are from `since` to `until`. */
export function statsOf({ calls, traces }: StatsColumns, options: Omit<StatsOptions, 'traces'>): Stats {
  const { range, since, until, retainedSince } = options;
  const groupsOf = createGrouper(calls);
  const [all] = groupsOf({ places: new Uint32Array(calls.rows), groups: 1 });
  const failed = all?.failed ?? 0;
  const tools = topRowsOf(groupsOf, calls.values('tool'));
  return present({
    range,
    since: time(since),
    until: time(until),
    total_calls: calls.rows,
    successful_calls: calls.rows - failed,
    failed_calls: failed,
    success_rate: calls.rows === 0 ? undefined : (calls.rows - failed) / calls.rows,
    by_outcome: countOutcomes(calls.values('outcome')),
    latency_ms: all && latencyOf(all),
    phases_ms: phasesOf(calls),
    tokens: { ...callTokens(calls), tools_list: options.toolsListTokens ?? 0, ...traceTokens(traces) },
    ...toolsOf(tools),
    ...topsOf(calls, groupsOf),
    top_errors: topErrorsOf(calls),
    unused_tools_count: unusedTools(tools, options.toolSlugs ?? []),
    timeseries: timeseriesOf(calls.times(), options, groupsOf),
    retained_since: retainedSince === undefined ? undefined : time(retainedSince),
    complete: retainedSince !== undefined && since >= retainedSince,
  });
}

function countOutcomes({ different, places }: Values<Outcome>): Stats['by_outcome'] {
  const counts = countBy({ places, groups: different.length });
  const entries = different.map((outcome, place) => [outcome, counts[place] ?? 0] as const);
  return Object.fromEntries(entries.filter(([outcome, count]) => outcome !== undefined && count > 0));
}

function spreadOf(ascendingly: ArrayLike<number>): Spread | undefined {
  const [p50, p95] = [percentile(ascendingly, 0.5), percentile(ascendingly, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}

function latencyOf({ durations }: CallGroup): Stats['latency_ms'] {
  const [spread, average] = [spreadOf(durations), mean(durations)];
  const [min, max, p99] = [durations[0], durations.at(-1), percentile(durations, 0.99)];
  return spread === undefined || average === undefined || min === undefined || max === undefined || p99 === undefined
    ? undefined
    : { min, mean: average, ...spread, p99, max };
}

function phasesOf(calls: RowColumns<CallRow>): Stats['phases_ms'] {
  const phase = (name: 'queue_ms' | 'gateway_ms' | 'upstream_ms'): Spread | undefined => {
    const millis = calls.numbers(name);
    return spreadOf(numbersAt(millis, ascending(millis)));
  };
  return present({ queue: phase('queue_ms'), gateway: phase('gateway_ms'), upstream: phase('upstream_ms') });
}

function callTokens(calls: RowColumns<CallRow>): Pick<Stats['tokens'], 'input' | 'output'> {
  return { input: sum(calls.numbers('input_tokens')), output: sum(calls.numbers('output_tokens')) };
}

function traceTokens(traces: RowColumns<TokensRow>): Pick<Stats['tokens'], 'search' | 'describe'> {
  const { different, places } = traces.values('operation');
  const tokens = traces.numbers('output_tokens');
  const of = (operation: TokensRow['operation']): number =>
    sum(tokens.filter((_, row) => different[places[row] ?? 0] === operation));
  return { search: of('search'), describe: of('describe') };
}

type Tools = Pick<Stats, 'top_tools' | 'slowest_tools' | 'failing_tools'>;

function toolsOf(tools: readonly TopRow[]): Tools {
  return {
    top_tools: topOf(tools, ({ count }) => count),
    slowest_tools: topOf(tools, ({ p95_ms: millis }) => millis),
    failing_tools: topOf(
      tools.filter(({ failed }) => failed > 0),
      ({ failed }) => failed,
    ),
  };
}

type Tops = Pick<Stats, 'top_instances' | 'top_app_types' | 'top_agents' | 'top_actors' | 'top_client_platforms'>;

function topsOf(calls: RowColumns<CallRow>, groupsOf: Grouper): Tops {
  const most = (names: Values<string | undefined>): readonly TopRow[] =>
    topOf(topRowsOf(groupsOf, names), ({ count }) => count);
  return {
    top_instances: most(calls.values('instance_id')),
    top_app_types: most(calls.values('dcc_type')),
    top_agents: most(either(calls.values('agent_name'), calls.values('agent_id'))),
    top_actors: most(either(calls.values('actor_name'), calls.values('actor_id'))),
    top_client_platforms: most(calls.values('client_platform')),
  };
}

function unusedTools(tools: readonly TopRow[], slugs: readonly string[]): number {
  const used = new Set(tools.map(({ name }) => name));
  return slugs.filter((slug) => !used.has(slug)).length;
}

const BUCKETS = 60;

function timeseriesOf(
  times: Float64Array,
  { since, until }: Pick<StatsOptions, 'since' | 'until'>,
  groupsOf: Grouper,
): readonly StatsBucket[] {
  const width = Math.max(1, (until - since) / BUCKETS);
  // `until` itself belongs to the last one.
  const places = new Uint32Array(times.map((at) => Math.min(BUCKETS - 1, Math.floor((at - since) / width))));
  return groupsOf({ places, groups: BUCKETS }).map((calls, index) => toBucket(calls, time(since + index * width)));
}

function toBucket({ count, failed, durations }: CallGroup, begin: string): StatsBucket {
  return { t: begin, calls: count, failed, ...spreadOf(durations) };
}

function time(millis: number): string {
  return new Date(millis).toISOString();
}
