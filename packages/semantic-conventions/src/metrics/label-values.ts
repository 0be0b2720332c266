// The closed sets that label values come from: no label has a value that somebody outside made up.

/** Stands for a tool name that only a caller made up. */
export const LABEL_UNKNOWN = '_unknown';
/** Stands for the values that came after an instrument's series budget was used up. */
export const LABEL_OTHER = '_other';
/** Stands for a value outside its closed set (OTel semantic conventions). */
export const VALUE_OTHER = '_OTHER';

/** Whether a call did what was asked: `success` for the outcomes ok and late_ok, else `error`. */
export const TOOL_CALL_STATUSES = ['success', 'error'] as const;
/** One of {@link TOOL_CALL_STATUSES}. */
export type ToolCallStatus = (typeof TOOL_CALL_STATUSES)[number];

/** Where the time of one call went: waiting, in the gateway itself, in the upstream. */
export const CALL_PHASES = ['queue', 'gateway', 'upstream'] as const;
/** One of {@link CALL_PHASES}. */
export type CallPhase = (typeof CALL_PHASES)[number];

/** What became of a wish for an asynchronous job. */
export const JOB_RESULTS = ['accepted', 'queue_full', 'rejected'] as const;
/** One of {@link JOB_RESULTS}. */
export type JobResult = (typeof JOB_RESULTS)[number];

/** `ws` is reserved: documented, never emitted. */
export const NOTIFICATION_CHANNELS = ['sse', 'stdio'] as const;
/** One of {@link NOTIFICATION_CHANNELS}. */
export type NotificationChannel = (typeof NOTIFICATION_CHANNELS)[number];

/** How an election for the gateway port ended for this gateway. */
export const ELECTION_OUTCOMES = ['won', 'yielded', 'lost'] as const;
/** One of {@link ELECTION_OUTCOMES}. */
export type ElectionOutcome = (typeof ELECTION_OUTCOMES)[number];

/** Why an instance was removed from the registry. */
export const EVICTION_REASONS = ['stale', 'ghost', 'probe_fail', 'host_died'] as const;
/** One of {@link EVICTION_REASONS}. */
export type EvictionReason = (typeof EVICTION_REASONS)[number];

/** What a health probe of an upstream found. */
export const PROBE_OUTCOMES = ['ready', 'booting', 'unreachable'] as const;
/** One of {@link PROBE_OUTCOMES}. */
export type ProbeOutcome = (typeof PROBE_OUTCOMES)[number];

/** Which part of governance acted. */
export const GOVERNANCE_CATEGORIES = ['policy', 'rate-limit', 'middleware'] as const;
/** One of {@link GOVERNANCE_CATEGORIES}. */
export type GovernanceCategory = (typeof GOVERNANCE_CATEGORIES)[number];
/** What it did to the operation; `error`: the check itself failed. */
export const GOVERNANCE_OUTCOMES = ['denied', 'throttled', 'error'] as const;
/** One of {@link GOVERNANCE_OUTCOMES}. */
export type GovernanceOutcome = (typeof GOVERNANCE_OUTCOMES)[number];
/** The pairs of category and outcome that occur. */
export const GOVERNANCE_EVENTS: readonly (readonly [GovernanceCategory, GovernanceOutcome])[] = [
  ['policy', 'denied'],
  ['rate-limit', 'throttled'],
  ['middleware', 'error'],
];

/** What went wrong at an upstream, or on the way to it. */
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
/** One of {@link BACKEND_ERROR_KINDS}. */
export type BackendErrorKind = (typeof BACKEND_ERROR_KINDS)[number];

/** Whether a search found anything. */
export const SEARCH_RESULTS = ['zero', 'nonzero'] as const;
/** One of {@link SEARCH_RESULTS}. */
export type SearchResult = (typeof SEARCH_RESULTS)[number];

/** Operations that use a search hit. */
export const SEARCH_FOLLOWUP_KINDS = ['describe', 'load_skill', 'call'] as const;
/** One of {@link SEARCH_FOLLOWUP_KINDS}. */
export type SearchFollowupKind = (typeof SEARCH_FOLLOWUP_KINDS)[number];

/** Rank of the hit that was used, from 1; the buckets are exclusive (1, 2–3, 4–5, beyond). */
export const RANK_BUCKETS = ['top1', 'top3', 'top5', 'beyond5', 'unknown'] as const;
/** One of {@link RANK_BUCKETS}. */
export type RankBucket = (typeof RANK_BUCKETS)[number];

/** What an upstream is at this moment. */
export const UPSTREAM_STATES = ['ready', 'booting', 'unreachable', 'stale', 'quarantined', 'disabled'] as const;
/** One of {@link UPSTREAM_STATES}. */
export type UpstreamState = (typeof UPSTREAM_STATES)[number];

/** Why a call was refused; the first reason counts. */
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
/** One of {@link REJECTION_REASONS}. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** What is put into quarantine. */
export const QUARANTINE_SCOPES = ['server', 'tool'] as const;
/** One of {@link QUARANTINE_SCOPES}. */
export type QuarantineScope = (typeof QUARANTINE_SCOPES)[number];
/** What happened to something in quarantine. */
export const QUARANTINE_ACTIONS = ['quarantined', 'lifted', 'changed', 'approved'] as const;
/** One of {@link QUARANTINE_ACTIONS}. */
export type QuarantineAction = (typeof QUARANTINE_ACTIONS)[number];

/** How the refresh of an OAuth token ended. */
export const OAUTH_REFRESH_RESULTS = ['success', 'failed_network', 'failed_invalid_grant', 'failed_other'] as const;
/** One of {@link OAUTH_REFRESH_RESULTS}. */
export type OauthRefreshResult = (typeof OAUTH_REFRESH_RESULTS)[number];

/** Long-lived streams to clients: a GET stream, an answer to a POST, `subscriptions/listen`. */
export const STREAM_KINDS = ['get', 'post', 'subscription'] as const;
/** One of {@link STREAM_KINDS}. */
export type StreamKind = (typeof STREAM_KINDS)[number];

/** Why a session with a client ended; `deleted`: by the client itself. */
export const SESSION_END_REASONS = ['deleted', 'idle', 'evicted', 'shutdown'] as const;
/** One of {@link SESSION_END_REASONS}. */
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

/** What an answer answers, where its size is counted. */
export const RESPONSE_SURFACES = ['tools_list', 'search', 'describe', 'call'] as const;
/** One of {@link RESPONSE_SURFACES}. */
export type ResponseSurface = (typeof RESPONSE_SURFACES)[number];

/** Values of `network.transport` (OTel semantic conventions): `pipe` for stdio, `tcp` for HTTP. */
export const NETWORK_TRANSPORTS = ['pipe', 'tcp', 'unix', 'quic', 'udp'] as const;
/** One of {@link NETWORK_TRANSPORTS}. */
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
  'tasks/update',
  'tools/call',
  'tools/list',
] as const;
/** One of {@link MCP_METHODS}. */
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
  '-32020',
  '-32021',
  '-32022',
  '-32042',
  '_OTHER',
] as const;
/** One of {@link MCP_ERROR_TYPES}. */
export type McpErrorType = (typeof MCP_ERROR_TYPES)[number];
