import {
  AGENT_PACKET_SCHEMA,
  type AgentPacket,
  BUNDLE_SCHEMA,
  type DebugBundle,
  type IssueReport,
  ISSUE_REPORT_SCHEMA,
} from '@dcc-mcp/call-store/analytics';
import { ERROR_KINDS } from '@dcc-mcp/semantic-conventions';
import { z } from 'zod';
import { callRow, count, culprit, millis, outcome, policy } from './call-schema.ts';
import { contentionEvent, sessionEvent } from './event-schema.ts';
import { links, type Members, transport } from './identity-schema.ts';
import { searchRow } from './search-schema.ts';
import { trace } from './trace-schema.ts';

const ids = z.array(z.string());

const rootCause = z
  .strictObject({
    outcome,
    kind: z.enum(ERROR_KINDS).optional(),
    who: culprit,
    message: z.string(),
  })
  .meta({ id: 'RootCause', description: 'Absent where the request went well.' });

const bundle = z
  .strictObject({
    schema: z.literal(BUNDLE_SCHEMA),
    lookup_id: z.string(),
    request_id: z.string(),
    trace_id: z.string(),
    request_ids: ids,
    root_cause: rootCause.optional(),
    calls: z.array(callRow),
    traces: z.array(trace.omit({ events: true, requests: true })),
    searches: z.array(searchRow),
    events: z.array(sessionEvent),
    contention: z.array(contentionEvent),
    instance: z.looseObject({ instance_id: z.string() }).optional(),
    previous_failures: z.array(callRow).max(5),
    previous_calls: z.array(callRow).max(5),
    policy: policy.optional(),
    client: z.looseObject({ transport }),
    hints: z.array(z.string()),
    omitted: z.array(z.string()).meta({ description: 'What is not in it, one sentence each.' }),
    links,
  } satisfies Members<DebugBundle>)
  .meta({ id: 'DebugBundle' });

export const bundleAnswer: z.ZodType = bundle;

export const traceContextAnswer: z.ZodType = z
  .strictObject({
    lookup_id: z.string(),
    row_id: z.string(),
    request_id: z.string(),
    trace_id: z.string(),
    span_id: z.string(),
    parent_span_id: z.string().optional(),
    parent_request_id: z.string().optional(),
    caller_trace_id: z.string().optional(),
    session_id: z.string().optional(),
    turn_id: z.string().optional(),
    row_ids: ids.meta({ description: 'Of all that is listed: several requests may have one request id.' }),
    request_ids: ids,
    search_ids: ids,
    job_ids: ids,
    links,
  })
  .meta({ id: 'TraceContext' });

export const agentPacketAnswer: z.ZodType = z
  .strictObject({
    schema: z.literal(AGENT_PACKET_SCHEMA),
    lookup_id: z.string(),
    trace_id: z.string(),
    request_id: z.string(),
    request_ids: ids,
    status: z.enum(['ok', 'err']),
    outcome,
    tool: z.string().optional(),
    dcc_type: z.string().optional(),
    transport,
    total_ms: millis.optional(),
    span_count: count.optional(),
    root_cause: rootCause.optional(),
    tokens: z.strictObject({ input: count.optional(), output: count.optional() }),
    hints: z.array(z.string()),
    links,
    privacy_note: z.string(),
  } satisfies Members<AgentPacket>)
  .meta({ id: 'AgentPacket' });

export const issueReportAnswer: z.ZodType = z
  .strictObject({
    schema: z.literal(ISSUE_REPORT_SCHEMA),
    report_type: z.enum(['github_issue_public_safe', 'github_issue_debug_json']),
    title: z.string(),
    body: z.string().meta({ description: 'Markdown.' }),
    suggested_labels: z.array(z.string()),
    summary: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    bundle: bundle.optional(),
    excluded: z.array(z.string()),
    links,
    privacy_note: z.string(),
  } satisfies Members<IssueReport>)
  .meta({ id: 'IssueReport' });
