import {
  TRACE_OPERATIONS,
  type TraceDetail,
  type TracePayload,
  type TraceRow,
  type TraceSpan,
} from '@dcc-mcp/call-store';
import { z } from 'zod';
import { count, ending, millis, outcome, sizes } from './call-schema.ts';
import { sessionEvent } from './event-schema.ts';
import { identity, links, type Members, time } from './identity-schema.ts';

const operation = z.enum(TRACE_OPERATIONS);

const members = {
  ...identity,
  operation,
  tool: z.string().optional(),
  dcc_type: z.string().optional(),
  instance_id: z.string().optional(),
  subject: z.string().optional().meta({
    description: 'Of a request without a tool: the words of a search, the skills to load, the slug that no tool has.',
  }),
  item_count: count.optional().meta({ description: 'Of a batch: how many of its calls ran.' }),
  ...ending,
  total_ms: millis,
  span_count: count,
  slowest_span_name: z.string(),
  slowest_span_ms: millis,
  ...sizes,
  total_tokens: count,
  is_slow: z.boolean(),
  links,
} satisfies Members<TraceRow>;

/** What the list shows of a request. */
export const traceRow = z.strictObject(members).meta({ id: 'TraceRow' });

const span = z
  .strictObject({
    span_id: z.string(),
    parent_span_id: z.string().optional(),
    name: z.string(),
    kind: z.string(),
    started_ms: z.number().meta({ description: 'From the start of the trace.' }),
    duration_ms: millis,
    ok: z.boolean(),
    outcome: outcome.optional(),
    exported: z.literal(false).optional().meta({ description: 'False for a phase inside the gateway.' }),
    attributes: z.record(z.string(), z.unknown()),
  } satisfies Members<TraceSpan>)
  .meta({ id: 'TraceSpan' });

const payload = z
  .strictObject({
    content: z.string(),
    mime_type: z.string(),
    truncated: z.boolean(),
    original_size: count,
    estimated_tokens: count,
    redactions: count,
    dropped: z
      .literal(true)
      .optional()
      .meta({ description: 'The content was let go to make room for that of newer requests.' }),
  } satisfies Members<TracePayload>)
  .meta({ id: 'Payload', description: 'Redacted, then cut: 16 KiB of an input, 64 KiB of an output.' });

const request = z.strictObject({ row_id: z.string(), request_id: z.string(), operation, outcome });

/** One request as it ran. */
export const trace = z
  .strictObject({
    ...members,
    started_at: time,
    spans: z.array(span),
    input: payload.optional(),
    output: payload.optional(),
    agent_context: z.record(z.string(), z.unknown()).optional(),
    events: z.array(sessionEvent),
    requests: z.array(request).meta({
      description:
        'Every retained request of the same trace, and those that have the id that was asked for, oldest first.',
    }),
  } satisfies Members<TraceDetail & { readonly events: unknown }>)
  .meta({ id: 'Trace' });
