import type { BackendErrorKind, ErrorKind } from '@dcc-mcp/semantic-conventions';
import type { HopFailure, HopResult } from '../upstream.ts';

/** A hop that came to nothing. */
export type FailedHop = HopResult & { readonly ok: false };

type FailureDetails = Omit<HopFailure, 'kind' | 'message'>;

/** A hop that failed. */
export function failed(kind: ErrorKind, message: string, details: FailureDetails = {}): FailedHop {
  return { ok: false, failure: { kind, message, ...details } };
}

/** The time of the call is over, in the queue or while the upstream worked. */
export function timedOut(timeoutMillis: number, where: 'queue' | 'wire'): FailedHop {
  const message =
    where === 'queue'
      ? `No free slot within ${timeoutMillis} ms: earlier calls to this upstream still run`
      : `No answer within ${timeoutMillis} ms`;
  return failed('timeout', message, { backendErrorKind: 'timeout' });
}

/** The gateway stops before the call has ended. */
export function shuttingDown(): FailedHop {
  return failed('not-ready', 'The gateway is shutting down');
}

/** The caller no longer wants the answer. */
export function cancelled(): FailedHop {
  return failed('cancelled', 'The caller cancelled the request');
}

/** Nothing was sent: sending again is safe. */
export function unreachable(message: string, details: FailureDetails = {}): FailedHop {
  return failed('backend-unreachable', message, { ...details, backendErrorKind: 'unreachable' });
}

/** The upstream ended while it worked: what it did is not known. */
export function hostDied(message: string): FailedHop {
  return failed('host-died', message, { backendErrorKind: 'transport' });
}

/** The upstream answered with an error, or with what is no answer. */
export function badAnswer(kind: BackendErrorKind, message: string, details: FailureDetails = {}): FailedHop {
  return failed('backend-error', message, { ...details, backendErrorKind: kind });
}
