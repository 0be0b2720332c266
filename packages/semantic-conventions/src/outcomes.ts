/** Outcome of a call, decided once: the same word in span, metric, audit row, trace row and page. */
export const OUTCOMES = [
  'ok',
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
  'late_ok',
  'internal',
] as const;

/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/** What went wrong, finer than the outcome: `error.kind` of an answer and `dcc_mcp.error.kind` of a span. */
export const ERROR_KINDS = [
  'unknown-slug',
  'ambiguous',
  'skill-not-loaded',
  'invalid-params',
  'bad-request',
  'unauthorized',
  'forbidden',
  'policy-denied',
  'throttled',
  'host-busy',
  'not-ready',
  'instance-offline',
  'queue-full',
  'timeout',
  'host-died',
  'backend-error',
  'schema-unavailable',
  'payload-too-large',
  'thread-affinity-violation',
  'unsafe-backend-target',
  'backend-unreachable',
  'circuit-open',
  'cancelled',
  'tool-error',
  'internal',
] as const;

/** One of {@link ERROR_KINDS}. */
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** What a kind means to everyone who meets it. */
export interface ErrorKindFacts {
  readonly outcome: Outcome;
  /** HTTP status over REST. 200 for `tool-error`: the transport did its work. */
  readonly httpStatus: number;
  /** True when the same request may succeed later and can't have run: safe to send again. */
  readonly retryable: boolean;
  /** What the caller should do next, one sentence. */
  readonly recommendedNextAction: string;
}

function facts(outcome: Outcome, httpStatus: number, retryable: boolean, next: string): ErrorKindFacts {
  return { outcome, httpStatus, retryable, recommendedNextAction: next };
}

/** The one map that joins error kinds, outcomes and HTTP statuses. */
export const ERROR_KIND_FACTS: Readonly<Record<ErrorKind, ErrorKindFacts>> = {
  'unknown-slug': facts('unknown_tool', 404, false, 'Search again and use a tool_slug from its hits.'),
  ambiguous: facts('bad_request', 409, false, 'Name one of the candidates by its full tool_slug.'),
  'skill-not-loaded': facts('bad_request', 409, false, 'Call load_skill for this skill, then call the tool again.'),
  'invalid-params': facts(
    'bad_request',
    400,
    false,
    'Describe the tool and send arguments that match its inputSchema.',
  ),
  'bad-request': facts('bad_request', 400, false, 'Correct the named field of the request and send it again.'),
  unauthorized: facts('denied', 401, false, 'Send a valid bearer token.'),
  forbidden: facts('denied', 403, false, 'Use a credential that is allowed to do this.'),
  'policy-denied': facts('denied', 403, false, 'Choose a tool that the policy allows, or ask the operator.'),
  throttled: facts('throttled', 429, true, 'Wait as long as Retry-After says, then send the request again.'),
  'host-busy': facts('host_busy', 503, true, 'Wait until the host is free, then send the request again.'),
  'not-ready': facts('backend_unreachable', 503, true, 'Wait until the host is ready, then send the request again.'),
  'instance-offline': facts(
    'backend_unreachable',
    410,
    false,
    'Search again for a live instance; do not replay a call that changes something.',
  ),
  'queue-full': facts('host_busy', 503, true, 'Wait a moment, then send the request again.'),
  timeout: facts('timeout', 504, false, 'Check what the tool did before calling it again, or allow it more time.'),
  'host-died': facts(
    'host_died',
    502,
    false,
    'Check the state of the host; do not replay a call that changes something.',
  ),
  'backend-error': facts(
    'protocol_error',
    502,
    false,
    'Read the backend error; the server behind the tool answered wrongly.',
  ),
  'schema-unavailable': facts(
    'protocol_error',
    502,
    true,
    'Try again later; the server behind the tool did not give its schema.',
  ),
  'payload-too-large': facts('bad_request', 413, false, 'Send a smaller request.'),
  'thread-affinity-violation': facts('bad_request', 409, false, 'Call the tool the way its thread affinity asks for.'),
  'unsafe-backend-target': facts('denied', 403, false, 'Register an address that the operator allows.'),
  'backend-unreachable': facts(
    'backend_unreachable',
    502,
    true,
    'Check that the server behind the tool runs, then send the request again.',
  ),
  'circuit-open': facts(
    'backend_unreachable',
    503,
    true,
    'Wait until the circuit closes, then send the request again.',
  ),
  cancelled: facts('cancelled', 499, false, 'Nothing; the request was cancelled.'),
  'tool-error': facts('tool_error', 200, false, "Read the tool's output and correct the arguments."),
  internal: facts('internal', 500, false, 'Report the request_id to the operator.'),
};

/** `instance-offline` for an instance that was never registered, instead of one that left. */
export const INSTANCE_NEVER_REGISTERED: ErrorKindFacts = facts(
  'unknown_tool',
  404,
  false,
  'List the instances and use the id of a live one.',
);
