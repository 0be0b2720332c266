import type { RowIdentity } from '../../rows/row-identity.ts';
import type { QueryField, QueryFields } from './query-field.ts';

export const TEXT: QueryField = { type: 'text' };
export const SEARCHED: QueryField = { type: 'text', isSearched: true };
export const NUMBER: QueryField = { type: 'number' };
export const DURATION: QueryField = { type: 'duration' };
export const BYTES: QueryField = { type: 'bytes' };
export const FLAG: QueryField = { type: 'flag' };
export const TIME: QueryField = { type: 'time' };

/** A column with a closed set of values. */
export function oneOf(values: readonly string[]): QueryField {
  return { type: 'enum', values };
}

/** The columns that every row of a request has. */
export const IDENTITY_FIELDS: QueryFields & Readonly<Record<keyof RowIdentity, QueryField>> = {
  row_id: SEARCHED,
  timestamp: TIME,
  request_id: SEARCHED,
  jsonrpc_id: TEXT,
  trace_id: SEARCHED,
  span_id: TEXT,
  parent_span_id: TEXT,
  parent_request_id: SEARCHED,
  caller_trace_id: SEARCHED,
  trace_sampled: FLAG,
  trace_carrier: oneOf(['meta', 'header', 'none']),
  session_id: SEARCHED,
  session_source: oneOf(['protocol', 'header', 'agent', 'baggage', 'trace']),
  turn_id: TEXT,
  transport: oneOf(['rest', 'mcp']),
  mcp_transport: oneOf(['http', 'stdio']),
  protocol_version: TEXT,
  agent_id: SEARCHED,
  agent_name: SEARCHED,
  agent_kind: TEXT,
  agent_version: TEXT,
  agent_model: TEXT,
  agent_model_provider: TEXT,
  actor_id: SEARCHED,
  actor_name: SEARCHED,
  actor_email_hash: TEXT,
  client_platform: TEXT,
  client_os: TEXT,
  client_host: TEXT,
  auth_subject: TEXT,
  source_ip: TEXT,
  forwarded_for: TEXT,
  service_instance_id: TEXT,
  attribution_trust: oneOf(['self_reported', 'header', 'auth', 'server_derived', 'trusted_proxy']),
};
