import type { ErrorKind, Outcome } from '@dcc-mcp/semantic-conventions';
import type { RowError } from '../rows/call-row.ts';

/** Whose a failure is. */
export type Culprit = 'gateway' | 'upstream' | 'client' | 'policy';

/** Why a request failed. */
export interface RootCause {
  readonly outcome: Outcome;
  readonly kind?: ErrorKind;
  readonly who: Culprit;
  readonly message: string;
}

type Failed = Exclude<Outcome, 'ok' | 'late_ok'>;

const CAUSES: Readonly<Record<Failed, { readonly who: Culprit; readonly message: string; readonly hint: string }>> = {
  timeout: {
    who: 'upstream',
    message: 'The server did not answer in time.',
    hint: 'See what the server did meanwhile: its output, and the share of upstream_ms. Raise timeoutMs where the tool needs longer.',
  },
  tool_error: {
    who: 'upstream',
    message: 'The tool said that it failed.',
    hint: 'Read the output of the tool and the lines that its server wrote at that time.',
  },
  backend_unreachable: {
    who: 'upstream',
    message: 'The server could not be reached.',
    hint: 'See the card of the instance: last_error and since. Start the server, or correct its address.',
  },
  host_died: {
    who: 'upstream',
    message: 'The server ended while the call ran.',
    hint: 'Read the last lines that the server wrote. The call may have run in part.',
  },
  protocol_error: {
    who: 'upstream',
    message: 'The server answered with something that is no MCP.',
    hint: 'Ask the server without the gateway; update it where it answers the same.',
  },
  bad_request: {
    who: 'client',
    message: 'The request was not valid.',
    hint: 'Describe the tool and send arguments that its schema allows.',
  },
  unknown_tool: {
    who: 'client',
    message: 'There is no tool of that name.',
    hint: 'Search for the tool and use the slug of a hit; load its skill where it has one.',
  },
  cancelled: {
    who: 'client',
    message: 'The caller gave up before the answer came.',
    hint: 'See how long the caller waits, and where the time of this call went.',
  },
  denied: {
    who: 'policy',
    message: 'The policy does not allow this call.',
    hint: 'See /v1/debug/governance for what is allowed.',
  },
  throttled: {
    who: 'policy',
    message: 'A limit was reached.',
    hint: 'Try again later, or raise the limit: see /v1/debug/governance.',
  },
  internal: {
    who: 'gateway',
    message: 'The gateway failed.',
    hint: 'Report this to the project: the issue report beside this has what is needed.',
  },
  host_busy: {
    who: 'gateway',
    message: 'The queue of the instance was full.',
    hint: 'See what else ran at that time; try again later, or raise concurrency or the queue of the instance.',
  },
};

/** Why a request failed, and whose that is; absent where it did not. */
export function rootCause({
  outcome,
  error,
}: {
  readonly outcome: Outcome;
  readonly error?: RowError;
}): RootCause | undefined {
  if (outcome === 'ok' || outcome === 'late_ok') {
    return undefined;
  }
  const { who, message } = CAUSES[outcome];
  return {
    outcome,
    ...(error === undefined ? {} : { kind: error.kind }),
    who,
    message: error === undefined || error.message === '' ? message : error.message,
  };
}

/** Whose a failure of that outcome is; absent where it is none. */
export function culpritOf(outcome: Outcome): Culprit | undefined {
  return outcome === 'ok' || outcome === 'late_ok' ? undefined : CAUSES[outcome].who;
}

/** What to look at next. */
export function hintsFor(outcome: Outcome): readonly string[] {
  return outcome === 'ok' || outcome === 'late_ok' ? [] : [CAUSES[outcome].hint];
}

/** The same for all failures of an outcome: it says nothing of the request. */
export function messageFor(outcome: Outcome): string {
  return outcome === 'ok' || outcome === 'late_ok' ? 'The request went well.' : CAUSES[outcome].message;
}
