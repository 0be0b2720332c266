import type { CallRow } from '@dcc-mcp/call-store';
import { ERROR_KINDS, OUTCOMES, RANK_BUCKETS } from '@dcc-mcp/semantic-conventions';
import { z } from 'zod';
import { identity, links, type Members } from './identity-schema.ts';

/** How it ended, decided once. */
export const outcome = z.enum(OUTCOMES);
/** Whose a failure is. */
export const culprit = z.enum(['gateway', 'upstream', 'client', 'policy']);
/** What policy or a limit said. */
export const policy = z.strictObject({
  outcome: z.enum(['allowed', 'denied', 'throttled']),
  reason: z.string().optional(),
});
/** In milliseconds. */
export const millis = z.number().nonnegative();
/** A count of things. */
export const count = z.int().nonnegative();

const error = z.strictObject({
  kind: z.enum(ERROR_KINDS),
  message: z.string(),
  message_hash: z.string().optional().meta({
    description: 'The same for messages that differ in their values alone: numbers, ids, paths, quoted texts.',
  }),
  retryable: z.boolean(),
});

const search = z.strictObject({
  search_id: z.string(),
  selected_rank: z.int().positive().optional(),
  score: z.number().optional(),
  rank_bucket: z.enum(RANK_BUCKETS),
});

/** How a row says that it ended. */
export const ending = {
  outcome,
  success: z.boolean(),
  status: z.enum(['ok', 'err']),
};

/** What it cost to read. */
export const sizes = {
  input_bytes: count,
  output_bytes: count,
  input_tokens: count,
  output_tokens: count,
};

/** One call of a tool. */
export const callRow = z
  .strictObject({
    ...identity,
    operation: z.literal('call'),
    batch_index: count.optional(),
    tool: z.string().meta({ description: 'The tool_slug; _unknown where there is none.' }),
    tool_label: z.string(),
    backend_tool: z.string().optional(),
    dcc_type: z.string().optional(),
    instance_id: z.string().optional(),
    skill_name: z.string().optional(),
    ...ending,
    error: error.optional(),
    duration_ms: millis,
    queue_ms: millis.optional(),
    gateway_ms: millis.optional(),
    upstream_ms: millis.optional(),
    retries: count.optional(),
    ...sizes,
    search: search.optional(),
    policy: policy.optional(),
    job_id: z.string().optional(),
    links,
  } satisfies Members<CallRow>)
  .meta({ id: 'CallRow', description: 'One call, as dcc_mcp_tool_calls_total counts it.' });
