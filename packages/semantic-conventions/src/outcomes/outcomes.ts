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
  'instance-conflict',
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

type Ending = readonly [outcome: Outcome, httpStatus: number];

// Bundlers are told so that who needs the words alone does not get the facts.
/* @__NO_SIDE_EFFECTS__ */
function final([outcome, httpStatus]: Ending, recommendedNextAction: string): ErrorKindFacts {
  return { outcome, httpStatus, retryable: false, recommendedNextAction };
}

/* @__NO_SIDE_EFFECTS__ */
function retryable([outcome, httpStatus]: Ending, recommendedNextAction: string): ErrorKindFacts {
  return { outcome, httpStatus, retryable: true, recommendedNextAction };
}

/** The one map that joins error kinds, outcomes and HTTP statuses. */
export const ERROR_KIND_FACTS: Readonly<Record<ErrorKind, ErrorKindFacts>> = {
  'unknown-slug': final(['unknown_tool', 404], 'Search again and use a tool_slug from its hits.'),
  ambiguous: final(['bad_request', 409], 'Name one of the candidates by its full tool_slug.'),
  'skill-not-loaded': final(['bad_request', 409], 'Call load_skill for this skill, then call the tool again.'),
  'invalid-params': final(['bad_request', 400], 'Describe the tool and send arguments that match its inputSchema.'),
  'bad-request': final(['bad_request', 400], 'Correct the named field of the request and send it again.'),
  unauthorized: final(['denied', 401], 'Send a valid bearer token.'),
  forbidden: final(['denied', 403], 'Use a credential that is allowed to do this.'),
  'policy-denied': final(['denied', 403], 'Choose a tool that the policy allows, or ask the operator.'),
  throttled: retryable(['throttled', 429], 'Wait as long as Retry-After says, then send the request again.'),
  'host-busy': retryable(['host_busy', 503], 'Wait until the host is free, then send the request again.'),
  'not-ready': retryable(['backend_unreachable', 503], 'Wait until the host is ready, then send the request again.'),
  'instance-offline': final(
    ['backend_unreachable', 410],
    'Search again for a live instance; do not replay a call that changes something.',
  ),
  'instance-conflict': final(
    ['bad_request', 409],
    'Deregister the instance first, or register it with the token that it was registered with.',
  ),
  'queue-full': retryable(['host_busy', 503], 'Wait a moment, then send the request again.'),
  timeout: final(
    ['timeout', 504],
    'Check what the tool did before calling it again, or allow it more time: timeoutMs of its server in mcpServers.',
  ),
  'host-died': final(['host_died', 502], 'Check the state of the host; do not replay a call that changes something.'),
  'backend-error': final(
    ['protocol_error', 502],
    'Read the backend error; the server behind the tool answered wrongly.',
  ),
  'schema-unavailable': retryable(
    ['protocol_error', 502],
    'Try again later; the server behind the tool did not give its schema.',
  ),
  'payload-too-large': final(['bad_request', 413], 'Send a smaller request.'),
  'thread-affinity-violation': final(['bad_request', 409], 'Call the tool the way its thread affinity asks for.'),
  'unsafe-backend-target': final(['denied', 403], 'Register an address that the operator allows.'),
  'backend-unreachable': retryable(
    ['backend_unreachable', 502],
    'Check that the server behind the tool runs, then send the request again.',
  ),
  'circuit-open': retryable(
    ['backend_unreachable', 503],
    'Wait until the circuit closes, then send the request again.',
  ),
  cancelled: final(['cancelled', 499], 'Nothing; the request was cancelled.'),
  'tool-error': final(['tool_error', 200], "Read the tool's output and correct the arguments."),
  internal: final(['internal', 500], 'Report the request_id to the operator.'),
};

/** `instance-offline` for an instance that was never registered, instead of one that left. */
export const INSTANCE_NEVER_REGISTERED: ErrorKindFacts = final(
  ['unknown_tool', 404],
  'List the instances and use the id of a live one.',
);
