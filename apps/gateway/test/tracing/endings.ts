// Every way a call can end, and what each surface must then say of it. Contract: context.md, spans.md, metrics.md rule 9.

/** Ways in where an ending cannot happen, with the reason. */
type Absent = Readonly<Record<string, string>>;

export interface Ending {
  /** Also the script of the upstream (`scripted-server.ts`), unless `script` says another. */
  readonly name: string;
  readonly what: string;
  readonly outcome: string;
  readonly kind?: string;
  /** HTTP status of a single REST call. */
  readonly http: number;
  readonly status: 'OK' | 'UNSET' | 'ERROR';
  /** Status of the hop's span; absent without a hop, `maybe` where a probe may have found out first. */
  readonly hop?: 'UNSET' | 'ERROR' | 'maybe';
  readonly script?: string;
  readonly upstream?: 'scripted' | 'doomed' | 'dying' | 'absent';
  /** More of the upstream's configuration. */
  readonly config?: object;
  readonly slug?: 'no-such-tool' | 'no-such-instance' | 'none';
  readonly arguments?: object;
  /** What is called before, on the same upstream, by REST; `busy` is not waited for. */
  readonly before?: { readonly outcome: 'ok' | 'error'; readonly isBusy?: true; readonly backendError?: string };
  readonly act?: 'cancel' | 'leave';
  readonly backendError?: string;
  readonly rejected?: string;
  readonly governance?: string;
  /** Label of `dcc_mcp_tool_calls_total` is `_unknown`. */
  readonly isUnknown?: true;
  /** What a client of `--expose all` sees, where it is not the envelope: the upstream's result, or a JSON-RPC error. */
  readonly exposed?: { readonly code?: number; readonly isError?: boolean };
  readonly absent?: Absent;
}

const NO_CANCEL: Absent = {
  rest: 'REST has no cancellation; leaving is late_ok',
  restbatch: 'REST has no cancellation; leaving is late_ok',
  instance: 'REST has no cancellation; leaving is late_ok',
};

const toolError = { outcome: 'tool_error', kind: 'tool-error', http: 200, status: 'ERROR', hop: 'ERROR' } as const;
const protocolError = {
  outcome: 'protocol_error',
  kind: 'backend-error',
  http: 502,
  status: 'ERROR',
  hop: 'ERROR',
} as const;

export const ENDINGS: readonly Ending[] = [
  { name: 'ok', what: 'success', outcome: 'ok', http: 200, status: 'OK', hop: 'UNSET' },
  {
    name: 'nested',
    what: 'success: false that is nested or a text',
    outcome: 'ok',
    http: 200,
    status: 'OK',
    hop: 'UNSET',
  },
  { name: 'iserror', what: 'isError', ...toolError, exposed: { isError: true } },
  { name: 'structured', what: 'structured success: false', ...toolError, exposed: {} },
  { name: 'textual', what: 'success: false as JSON text', ...toolError, exposed: {} },
  { name: 'escaped', what: 'success: false as JSON text with an escaped key', ...toolError, exposed: {} },
  { name: 'rpcerror', what: 'a JSON-RPC error', ...protocolError, backendError: 'jsonrpc', exposed: { code: -32603 } },
  { name: 'http500', what: 'HTTP 500', ...protocolError, backendError: 'http_5xx' },
  { name: 'http403', what: 'HTTP 403', ...protocolError, backendError: 'http_4xx' },
  { name: 'garbage', what: 'an answer that is no JSON', ...protocolError, backendError: 'invalid_json' },
  {
    name: 'notool',
    what: 'a tool the instance does not have',
    outcome: 'unknown_tool',
    kind: 'unknown-slug',
    http: 404,
    status: 'UNSET',
    slug: 'no-such-tool',
    isUnknown: true,
    exposed: { code: -32602 },
  },
  {
    name: 'noinstance',
    what: 'an instance never registered',
    outcome: 'unknown_tool',
    kind: 'instance-offline',
    http: 404,
    status: 'UNSET',
    slug: 'no-such-instance',
    isUnknown: true,
    exposed: { code: -32602 },
  },
  {
    name: 'badargs',
    what: 'arguments against the schema',
    outcome: 'bad_request',
    kind: 'invalid-params',
    http: 400,
    status: 'UNSET',
    arguments: { n: 'seven' },
  },
  {
    name: 'badbody',
    what: 'a request without its tool',
    outcome: 'bad_request',
    kind: 'bad-request',
    http: 400,
    status: 'UNSET',
    slug: 'none',
    isUnknown: true,
    absent: {
      mcpbatch: 'a wrong item refuses the whole batch: no call reaches the operation',
      restbatch: 'a wrong item refuses the whole batch: no call reaches the operation',
      exposed: 'the name is a field of tools/call itself: JSON-RPC -32602, no operation',
    },
  },
  {
    name: 'hang',
    what: 'no answer in time',
    outcome: 'timeout',
    kind: 'timeout',
    http: 504,
    status: 'ERROR',
    hop: 'ERROR',
    config: { timeoutMs: 1_000 },
    backendError: 'timeout',
  },
  {
    name: 'refused',
    what: 'a dead upstream',
    outcome: 'backend_unreachable',
    kind: 'backend-unreachable',
    http: 502,
    status: 'ERROR',
    hop: 'maybe',
    upstream: 'doomed',
    backendError: 'unreachable',
  },
  {
    name: 'absent',
    what: 'an upstream that was never there',
    outcome: 'backend_unreachable',
    kind: 'backend-unreachable',
    http: 502,
    status: 'ERROR',
    upstream: 'absent',
    backendError: 'unreachable',
    isUnknown: true,
  },
  {
    name: 'died',
    what: 'a host that dies in the call',
    outcome: 'host_died',
    kind: 'host-died',
    http: 502,
    status: 'ERROR',
    hop: 'ERROR',
    upstream: 'dying',
    backendError: 'transport',
  },
  {
    name: 'booting',
    what: 'a host that is starting again',
    outcome: 'backend_unreachable',
    kind: 'not-ready',
    http: 503,
    status: 'ERROR',
    upstream: 'dying',
    before: { outcome: 'error', backendError: 'transport' },
    backendError: 'booting',
  },
  {
    name: 'full',
    what: 'a full queue',
    outcome: 'host_busy',
    kind: 'queue-full',
    http: 503,
    status: 'ERROR',
    script: 'held',
    config: { concurrency: 1, queue: 0 },
    before: { outcome: 'ok', isBusy: true },
    rejected: 'queue_full',
  },
  {
    name: 'circuit',
    what: 'an open circuit',
    outcome: 'backend_unreachable',
    kind: 'circuit-open',
    http: 503,
    status: 'ERROR',
    script: 'http500',
    before: { outcome: 'error', backendError: 'http_5xx' },
    backendError: 'circuit_open',
    rejected: 'circuit_open',
  },
  {
    name: 'denied',
    what: 'a tool the policy hides',
    outcome: 'denied',
    kind: 'policy-denied',
    http: 403,
    status: 'UNSET',
    script: 'ok',
    rejected: 'dcc-allowlist',
    governance: 'policy denied',
  },
  {
    name: 'cancelled',
    what: 'a caller that cancels',
    outcome: 'cancelled',
    kind: 'cancelled',
    http: 499,
    status: 'UNSET',
    hop: 'ERROR',
    script: 'hang',
    act: 'cancel',
    absent: NO_CANCEL,
  },
  {
    name: 'gone',
    what: 'a caller that leaves',
    outcome: 'late_ok',
    http: 200,
    status: 'UNSET',
    hop: 'UNSET',
    script: 'held',
    act: 'leave',
    absent: { modern: 'leaving is cancelling in MCP 2026-07-28' },
  },
];

/** Needs a gateway of its own, because a rate counts for every call. */
export const THROTTLED: Ending = {
  name: 'throttled',
  what: 'too many calls in a minute',
  outcome: 'throttled',
  kind: 'throttled',
  http: 429,
  status: 'UNSET',
  script: 'ok',
  rejected: 'quota',
  governance: 'rate-limit throttled',
};
