import type { BackendErrorKind, ErrorKind } from '@dcc-mcp/semantic-conventions';
import type { HopFailure, HopResult } from '../upstream.ts';

/** A hop that came to nothing. */
export type FailedHop = HopResult & { readonly ok: false };

type FailureDetails = Omit<HopFailure, 'kind' | 'message' | 'backendErrorKind'>;

/** A hop that failed; `backendErrorKind` is undefined where the upstream is not to blame. */
export function failed(
  kind: ErrorKind,
  backendErrorKind: BackendErrorKind | undefined,
  message: string,
  details: FailureDetails = {},
): FailedHop {
  return {
    ok: false,
    failure: { kind, message, ...(backendErrorKind === undefined ? {} : { backendErrorKind }), ...details },
  };
}

/** The time of the call is over, in the queue or while the upstream worked. */
export function timedOut(timeoutMillis: number, where: 'queue' | 'wire'): FailedHop {
  const message =
    where === 'queue'
      ? `No free slot within ${timeoutMillis} ms: earlier calls to this upstream still run`
      : `No answer within ${timeoutMillis} ms`;
  return failed('timeout', 'timeout', message);
}

/** The caller no longer wants the answer. */
export function cancelled(): FailedHop {
  return failed('cancelled', undefined, 'The caller cancelled the request');
}

/** Nothing was sent: sending again is safe. */
export function unreachable(message: string): FailedHop {
  return failed('backend-unreachable', 'unreachable', message);
}

/** The upstream ended while it worked: what it did is not known. */
export function hostDied(message: string): FailedHop {
  return failed('host-died', 'transport', message);
}

/** The upstream answered with what is no answer. */
export function badAnswer(kind: 'invalid_json' | 'jsonrpc' | 'empty_result' | 'other', message: string): FailedHop {
  return failed('backend-error', kind, message);
}
