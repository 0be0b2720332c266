import type { SearchRow, SearchRowFollowUp } from '@dcc-mcp/call-store';
import type { SearchStats } from '@dcc-mcp/call-store/analytics';
import { SEARCH_FOLLOWUP_KINDS } from '@dcc-mcp/semantic-conventions';
import { z } from 'zod';
import { page } from './answer-schemas.ts';
import { count, millis } from './call-schema.ts';
import { identity, links, type Members } from './identity-schema.ts';

const rate = z.number().min(0).max(1).optional();
const rank = z.int().positive();

const hit = z.strictObject({ tool_slug: z.string(), rank, score: z.number(), match_reasons: z.array(z.string()) });

const followUp = z.strictObject({
  kind: z.enum(SEARCH_FOLLOWUP_KINDS),
  timestamp: z.string(),
  request_id: z.string(),
  trace_id: z.string(),
  tool_slug: z.string().optional(),
  selected_rank: rank.optional(),
  success: z.boolean(),
  elapsed_ms: millis,
} satisfies Members<SearchRowFollowUp>);

/** One search and what came of it. */
export const searchRow = z
  .strictObject({
    ...identity,
    search_id: z.string(),
    kind: z.enum(['fuzzy', 'exact']),
    ranker_version: z.string(),
    index_generation: count,
    query_preview: z.string(),
    query_hash: z.string(),
    filters: z.record(z.string(), z.unknown()),
    total: count,
    zero_results: z.boolean(),
    reformulation_of: z.string().optional(),
    hits: z.array(hit).max(25),
    followups: z.array(followUp).max(32),
    first_success_ms: millis.optional(),
    links,
  } satisfies Members<SearchRow>)
  .meta({ id: 'SearchRow' });

const stats = z
  .strictObject({
    total_searches: count,
    zero_result_count: count,
    zero_result_rate: rate,
    selected_count: count.meta({ description: 'Searches of which a hit was described, loaded or called.' }),
    hit_rate_at_1: rate,
    hit_rate_at_3: rate,
    hit_rate_at_5: rate,
    mean_selected_rank: z.number().min(1).optional(),
    describe_after_search_rate: rate,
    load_after_search_rate: rate,
    call_after_search_rate: rate,
    success_after_search_rate: rate,
    reformulation_count: count,
    reformulation_rate: rate,
    time_to_first_success_ms: z.strictObject({ p50: millis, p95: millis }).optional(),
  } satisfies Members<SearchStats>)
  .meta({ id: 'SearchStats', description: 'Rates are of all retained searches, and absent where there are none.' });

export const searchTelemetryAnswer: z.ZodType = z
  .strictObject({
    stats,
    top_zero_result_queries: z.array(z.strictObject({ query_preview: z.string(), count, last_at: z.string() })).max(20),
    never_selected_tools: z.array(z.string()).max(20),
    ...page,
    searches: z.array(searchRow),
  })
  .meta({ id: 'SearchTelemetry' });
