import { FRAME_LEGS, type TrafficFrame } from '@dcc-mcp/call-store';
import { z } from 'zod';
import type { CaptureStatus } from '../admin-sources.ts';
import { count } from './call-schema.ts';
import { links, type Members } from './identity-schema.ts';

const status = z.strictObject({
  state: z.enum(['captured', 'capture_disabled', 'capture_unavailable', 'filtered', 'no_traffic']).meta({
    description: 'No frames mean that there was no traffic in the state no_traffic alone.',
  }),
  message: z.string(),
  capture_enabled: z.boolean(),
  retained_frames: count,
  capacity: count,
  dropped: count,
  skipped_decisions: count.meta({ description: 'Frames that the filters left out.' }),
  redacted_paths: z.array(z.string()).meta({ description: 'What stands in no frame, or masked.' }),
  payload_policy: z.literal('metadata-only'),
} satisfies Members<CaptureStatus>);

const texts = z.record(z.string(), z.string());

const frame = z
  .strictObject({
    row_id: z.string(),
    timestamp: z.string(),
    request_id: z.string().optional(),
    jsonrpc_id: z.string().optional(),
    trace_id: z.string().optional(),
    span_id: z.string().optional(),
    session_id: z.string().optional(),
    direction: z.enum(['inbound', 'outbound']),
    leg: z.enum(FRAME_LEGS),
    transport: z.enum(['http', 'stdio']),
    method: z.string().optional().meta({ description: 'Of the message, or of the request that it answers.' }),
    tool: z.string().optional(),
    dcc_type: z.string().optional(),
    instance_id: z.string().optional(),
    http: z.strictObject({ method: z.string(), route: z.string(), status: count.optional() }).optional(),
    size_bytes: count,
    headers: texts,
    identity: texts.meta({ description: 'Who is known, each masked.' }),
  } satisfies Members<TrafficFrame>)
  .meta({ id: 'TrafficFrame' });

export const trafficAnswer: z.ZodType = z
  .strictObject({
    schema_version: z.literal(1),
    total: count,
    returned: count,
    frames: z.array(frame),
    next_cursor: z.string().optional(),
    dropped: count.optional(),
    capture_status: status,
    links,
  })
  .meta({ id: 'TrafficAnswer' });
