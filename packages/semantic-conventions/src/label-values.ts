/** The closed sets that label values come from (contract `metrics.md`, rule 2). */

/** Stands for a tool name that only a caller made up. */
export const LABEL_UNKNOWN = '_unknown';
/** Stands for the values that came after an instrument's series budget was used up. */
export const LABEL_OTHER = '_other';
/** Stands for a value outside its closed set (OTel semantic conventions). */
export const VALUE_OTHER = '_OTHER';

export const TOOL_CALL_STATUSES = ['success', 'error'] as const;
export type ToolCallStatus = (typeof TOOL_CALL_STATUSES)[number];

/** Where the time of one call went: waiting, in the gateway itself, in the upstream. */
export const CALL_PHASES = ['queue', 'gateway', 'upstream'] as const;
export type CallPhase = (typeof CALL_PHASES)[number];

export const JOB_RESULTS = ['accepted', 'queue_full', 'rejected'] as const;
export type JobResult = (typeof JOB_RESULTS)[number];

/** `ws` is reserved: documented, never emitted. */
export const NOTIFICATION_CHANNELS = ['sse', 'stdio'] as const;
export type NotificationChannel = (typeof NOTIFICATION_CHANNELS)[number];

export const ELECTION_OUTCOMES = ['won', 'yielded', 'lost'] as const;
export type ElectionOutcome = (typeof ELECTION_OUTCOMES)[number];

export const EVICTION_REASONS = ['stale', 'ghost', 'probe_fail', 'host_died'] as const;
export type EvictionReason = (typeof EVICTION_REASONS)[number];

export const PROBE_OUTCOMES = ['ready', 'booting', 'unreachable'] as const;
export type ProbeOutcome = (typeof PROBE_OUTCOMES)[number];

export const GOVERNANCE_CATEGORIES = ['policy', 'rate-limit', 'middleware'] as const;
export type GovernanceCategory = (typeof GOVERNANCE_CATEGORIES)[number];
export const GOVERNANCE_OUTCOMES = ['denied', 'throttled', 'error'] as const;
export type GovernanceOutcome = (typeof GOVERNANCE_OUTCOMES)[number];
/** The pairs that occur (contract `metrics.md`, rule 9). */
export const GOVERNANCE_EVENTS: readonly (readonly [GovernanceCategory, GovernanceOutcome])[] = [
  ['policy', 'denied'],
  ['rate-limit', 'throttled'],
  ['middleware', 'error'],
];

export const BACKEND_ERROR_KINDS = [
  'transport',
  'unreachable',
  'booting',
  'timeout',
  'http_4xx',
  'http_5xx',
  'invalid_json',
  'jsonrpc',
  'empty_result',
  'circuit_open',
  'other',
] as const;
export type BackendErrorKind = (typeof BACKEND_ERROR_KINDS)[number];

export const SEARCH_RESULTS = ['zero', 'nonzero'] as const;
export type SearchResult = (typeof SEARCH_RESULTS)[number];

export const SEARCH_FOLLOWUP_KINDS = ['describe', 'load_skill', 'call'] as const;
export type SearchFollowupKind = (typeof SEARCH_FOLLOWUP_KINDS)[number];

export const RANK_BUCKETS = ['top1', 'top3', 'top5', 'beyond5', 'unknown'] as const;
export type RankBucket = (typeof RANK_BUCKETS)[number];

export const UPSTREAM_STATES = ['ready', 'booting', 'unreachable', 'stale', 'quarantined', 'disabled'] as const;
export type UpstreamState = (typeof UPSTREAM_STATES)[number];

export const REJECTION_REASONS = [
  'read-only',
  'quarantined',
  'dcc-allowlist',
  'skill-allowlist',
  'tool-allowlist',
  'quota',
  'concurrency',
  'queue_full',
  'circuit_open',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

export const QUARANTINE_SCOPES = ['server', 'tool'] as const;
export type QuarantineScope = (typeof QUARANTINE_SCOPES)[number];
export const QUARANTINE_ACTIONS = ['quarantined', 'lifted', 'changed', 'approved'] as const;
export type QuarantineAction = (typeof QUARANTINE_ACTIONS)[number];

export const OAUTH_REFRESH_RESULTS = ['success', 'failed_network', 'failed_invalid_grant', 'failed_other'] as const;
export type OauthRefreshResult = (typeof OAUTH_REFRESH_RESULTS)[number];

export const STREAM_KINDS = ['get', 'post', 'subscription'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export const SESSION_END_REASONS = ['deleted', 'idle', 'evicted', 'shutdown'] as const;
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

export const RESPONSE_SURFACES = ['tools_list', 'search', 'describe', 'call'] as const;
export type ResponseSurface = (typeof RESPONSE_SURFACES)[number];

/** Values of `network.transport` (OTel semantic conventions): `pipe` for stdio, `tcp` for HTTP. */
export const NETWORK_TRANSPORTS = ['pipe', 'tcp', 'unix', 'quic', 'udp'] as const;
export type NetworkTransport = (typeof NETWORK_TRANSPORTS)[number];

/** Methods and notifications of the Model Context Protocol, 2024-11-05 to 2026-07-28; any other is `_OTHER`. */
export const MCP_METHODS = [
  'completion/complete',
  'elicitation/create',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/elicitation/complete',
  'notifications/initialized',
  'notifications/message',
  'notifications/progress',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
  'notifications/subscriptions/acknowledged',
  'notifications/tasks/status',
  'notifications/tools/list_changed',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/directory/read',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'roots/list',
  'sampling/createMessage',
  'server/discover',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tools/call',
  'tools/list',
] as const;
export type McpMethod = (typeof MCP_METHODS)[number];

/**
 * Values of `error.type` on MCP metrics: outcome words, the codes of JSON-RPC and MCP errors, `_OTHER`.
 * Absent on success.
 */
export const MCP_ERROR_TYPES = [
  'tool_error',
  'protocol_error',
  'timeout',
  'cancelled',
  'denied',
  'throttled',
  'bad_request',
  'unknown_tool',
  'backend_unreachable',
  'host_busy',
  'host_died',
  'internal',
  '-32700',
  '-32600',
  '-32601',
  '-32602',
  '-32603',
  '-32000',
  '-32001',
  '-32002',
  '-32003',
  '-32004',
  '-32042',
  '_OTHER',
] as const;
export type McpErrorType = (typeof MCP_ERROR_TYPES)[number];
