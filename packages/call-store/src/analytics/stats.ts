import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { CallRow } from '../rows/call-row.ts';
import { present } from '../rows/present.ts';
import type { TraceRow } from '../rows/trace-row.ts';
import { mean, percentile, sortNumbers } from './percentile.ts';
import { type TopRow, topOf, toTopRows } from './top-rows.ts';

/** Lengths of time that statistics are made of, in milliseconds. */
export const STATS_RANGES = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
/** One of {@link STATS_RANGES}. */
export type StatsRange = keyof typeof STATS_RANGES;

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
  readonly traces?: Iterable<Pick<TraceRow, 'operation' | 'output_tokens' | 'timestamp'>>;
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
  readonly unused_tools_count: number;
  readonly timeseries: readonly StatsBucket[];
  readonly retained_since?: string;
  /** False where the range reaches further back than what is retained. */
  readonly complete: boolean;
}

/** What the calls from `since` to `until` say; others are left out. */
export function stats(rows: Iterable<CallRow>, options: StatsOptions): Stats {
  const { range, since, until, retainedSince } = options;
  const calls = [...rows].filter((row) => isWithin(row, options));
  const successful = calls.filter(({ success }) => success).length;
  return present({
    range,
    since: time(since),
    until: time(until),
    total_calls: calls.length,
    successful_calls: successful,
    failed_calls: calls.length - successful,
    success_rate: calls.length === 0 ? undefined : successful / calls.length,
    by_outcome: countOutcomes(calls),
    latency_ms: latencyOf(calls),
    phases_ms: phasesOf(calls),
    tokens: tokensOf(calls, options),
    ...topsOf(calls),
    unused_tools_count: unusedTools(calls, options.toolSlugs ?? []),
    timeseries: timeseriesOf(calls, since, until),
    retained_since: retainedSince === undefined ? undefined : time(retainedSince),
    complete: retainedSince !== undefined && since >= retainedSince,
  });
}

function isWithin({ timestamp }: { readonly timestamp: string }, { since, until }: StatsOptions): boolean {
  const at = Date.parse(timestamp);
  return at >= since && at <= until;
}

function countOutcomes(calls: readonly CallRow[]): Stats['by_outcome'] {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of calls) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function spreadOf(sorted: readonly number[]): Spread | undefined {
  const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}

function latencyOf(calls: readonly CallRow[]): Stats['latency_ms'] {
  const sorted = sortNumbers(calls.map(({ duration_ms: millis }) => millis));
  const [spread, average] = [spreadOf(sorted), mean(sorted)];
  const [min, max, p99] = [sorted[0], sorted.at(-1), percentile(sorted, 0.99)];
  return spread === undefined || average === undefined || min === undefined || max === undefined || p99 === undefined
    ? undefined
    : { min, mean: average, ...spread, p99, max };
}

function phasesOf(calls: readonly CallRow[]): Stats['phases_ms'] {
  const phase = (name: 'queue_ms' | 'gateway_ms' | 'upstream_ms'): Spread | undefined =>
    spreadOf(sortNumbers(calls.map((call) => call[name]).filter((millis) => millis !== undefined)));
  return present({ queue: phase('queue_ms'), gateway: phase('gateway_ms'), upstream: phase('upstream_ms') });
}

function tokensOf(calls: readonly CallRow[], options: StatsOptions): Stats['tokens'] {
  const tokens = { input: 0, output: 0, tools_list: options.toolsListTokens ?? 0, search: 0, describe: 0 };
  for (const call of calls) {
    tokens.input += call.input_tokens;
    tokens.output += call.output_tokens;
  }
  for (const trace of options.traces ?? []) {
    if ((trace.operation === 'search' || trace.operation === 'describe') && isWithin(trace, options)) {
      tokens[trace.operation] += trace.output_tokens;
    }
  }
  return tokens;
}

type Tops = Pick<
  Stats,
  | 'top_tools'
  | 'top_instances'
  | 'top_app_types'
  | 'top_agents'
  | 'top_actors'
  | 'top_client_platforms'
  | 'slowest_tools'
  | 'failing_tools'
>;

function topsOf(calls: readonly CallRow[]): Tops {
  const tools = toTopRows(calls, ({ tool }) => tool);
  const most = (nameOf: (call: CallRow) => string | undefined): readonly TopRow[] =>
    topOf(toTopRows(calls, nameOf), ({ count }) => count);
  return {
    top_tools: topOf(tools, ({ count }) => count),
    top_instances: most(({ instance_id: id }) => id),
    top_app_types: most(({ dcc_type: type }) => type),
    top_agents: most(({ agent_name: name, agent_id: id }) => name ?? id),
    top_actors: most(({ actor_name: name, actor_id: id }) => name ?? id),
    top_client_platforms: most(({ client_platform: platform }) => platform),
    slowest_tools: topOf(tools, ({ p95_ms: millis }) => millis),
    failing_tools: topOf(
      tools.filter(({ failed }) => failed > 0),
      ({ failed }) => failed,
    ),
  };
}

function unusedTools(calls: readonly CallRow[], slugs: readonly string[]): number {
  const used = new Set(calls.map(({ tool }) => tool));
  return slugs.filter((slug) => !used.has(slug)).length;
}

const BUCKETS = 60;

function timeseriesOf(calls: readonly CallRow[], since: number, until: number): readonly StatsBucket[] {
  const width = Math.max(1, (until - since) / BUCKETS);
  const buckets = Array.from({ length: BUCKETS }, (): CallRow[] => []);
  for (const call of calls) {
    // `until` itself belongs to the last one.
    const index = Math.min(BUCKETS - 1, Math.floor((Date.parse(call.timestamp) - since) / width));
    buckets[index]?.push(call);
  }
  return buckets.map((bucket, index) => toBucket(bucket, time(since + index * width)));
}

function toBucket(calls: readonly CallRow[], begin: string): StatsBucket {
  const failed = calls.filter(({ success }) => !success).length;
  const spread = spreadOf(sortNumbers(calls.map(({ duration_ms: millis }) => millis)));
  return { t: begin, calls: calls.length, failed, ...spread };
}

function time(millis: number): string {
  return new Date(millis).toISOString();
}
