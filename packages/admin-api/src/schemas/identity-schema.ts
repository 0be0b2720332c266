import type { RowAttribution, RowIdentity } from '@dcc-mcp/call-store';
import { z } from 'zod';

/** A schema for each member of a row: one that is forgotten is a type error. */
export type Members<Row> = Readonly<Record<keyof Row, z.ZodType>>;

const trust = z.enum(['self_reported', 'header', 'auth', 'server_derived', 'trusted_proxy']);

/** A time as rows have it: RFC 3339 in UTC with milliseconds. */
export const time = z.iso.datetime({ precision: 3 });
/** How a request came in. */
export const transport = z.enum(['rest', 'mcp']);

/** The agent of a caller, as far as it is known. */
export const agent = {
  agent_id: z.string().optional(),
  agent_name: z.string().optional(),
  agent_kind: z.string().optional(),
  agent_version: z.string().optional(),
  agent_model: z.string().optional(),
  agent_model_provider: z.string().optional(),
};

/** An identity of its caller, as far as it is known. */
const attribution = {
  ...agent,
  actor_id: z.string().optional(),
  actor_name: z.string().optional(),
  actor_email_hash: z.string().optional(),
  client_platform: z.string().optional(),
  client_os: z.string().optional(),
  client_host: z.string().optional(),
  auth_subject: z.string().optional(),
  source_ip: z.string().optional(),
  forwarded_for: z.array(z.string()).optional(),
} satisfies Members<RowAttribution>;

/** The members that every row of a request has. */
export const identity = {
  row_id: z.string().meta({ description: 'UUID version 7: unique, ordered by time, the cursor of pages.' }),
  timestamp: time,
  request_id: z.string(),
  jsonrpc_id: z.string().optional(),
  trace_id: z.string(),
  span_id: z.string(),
  parent_span_id: z.string().optional(),
  parent_request_id: z.string().optional(),
  caller_trace_id: z.string().optional(),
  trace_sampled: z.boolean().meta({ description: 'Whether its spans are exported.' }),
  trace_carrier: z.enum(['meta', 'header', 'none']),
  session_id: z.string().optional(),
  session_source: z.string().optional(),
  turn_id: z.string().optional(),
  transport,
  mcp_transport: z.enum(['http', 'stdio']).optional(),
  protocol_version: z.string().optional(),
  ...attribution,
  attribution_trust: z
    .partialRecord(z.enum(Object.keys(attribution)), trust)
    .meta({ description: 'How far each field of the caller can be believed.' }),
  service_instance_id: z
    .string()
    .optional()
    .meta({ description: 'service.instance.id of the gateway, where several tell of their rows.' }),
} satisfies Members<RowIdentity>;

/** Addresses by name. */
export const links = z.record(z.string(), z.string());
