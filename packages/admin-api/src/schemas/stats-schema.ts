import { type Stats, STATS_RANGES, type TopError, type TopRow } from '@dcc-mcp/call-store/analytics';
import { ERROR_KINDS } from '@dcc-mcp/semantic-conventions';
import { z } from 'zod';
import { count, culprit, millis, outcome } from './call-schema.ts';
import { type Members, time } from './identity-schema.ts';

const rate = z.number().min(0).max(1);
const spread = z.strictObject({ p50: millis, p95: millis });

const topRow = z
  .strictObject({
    name: z.string(),
    count,
    failed: count,
    failure_rate: rate,
    mean_ms: millis,
    p95_ms: millis,
    output_tokens: count,
  } satisfies Members<TopRow>)
  .meta({ id: 'TopRow' });

const top = z.array(topRow).max(10);

const topError = z
  .strictObject({
    outcome,
    kind: z.enum(ERROR_KINDS),
    message_hash: z.string().meta({
      description:
        'Of q, with outcome and kind: outcome=… error.kind=… error.message_hash=… gives exactly these calls.',
    }),
    message: z.string().meta({ description: 'What the newest of them said.' }),
    who: culprit,
    count,
    tools: count.meta({ description: 'How many different tools they called.' }),
    first_at: time,
    last_at: time,
  } satisfies Members<TopError>)
  .meta({ id: 'TopError' });

const bucket = z.strictObject({ t: time, calls: count, failed: count, p50: millis.optional(), p95: millis.optional() });

export const statsAnswer: z.ZodType = z
  .strictObject({
    range: z.enum(Object.keys(STATS_RANGES)),
    since: time,
    until: time,
    total_calls: count,
    successful_calls: count,
    failed_calls: count,
    success_rate: rate.optional().meta({ description: 'Absent where nothing was called.' }),
    by_outcome: z.partialRecord(outcome, count),
    latency_ms: z
      .strictObject({ min: millis, mean: millis, p50: millis, p95: millis, p99: millis, max: millis })
      .optional()
      .meta({ description: 'Nearest rank; absent where nothing was called.' }),
    phases_ms: z.strictObject({ queue: spread.optional(), gateway: spread.optional(), upstream: spread.optional() }),
    tokens: z.strictObject({ input: count, output: count, tools_list: count, search: count, describe: count }),
    top_tools: top,
    top_instances: top,
    top_app_types: top,
    top_agents: top,
    top_actors: top,
    top_client_platforms: top,
    slowest_tools: top,
    failing_tools: top,
    top_errors: z.array(topError).max(10).meta({ description: 'What most calls failed with.' }),
    unused_tools_count: count.meta({ description: 'Registered tools that nobody called in this time.' }),
    timeseries: z.array(bucket).length(60),
    retained_since: time.optional(),
    complete: z.boolean().meta({ description: 'False where the range reaches further back than what is retained.' }),
  } satisfies Members<Stats>)
  .meta({ id: 'Stats' });
