import type { BackendErrorKind, ErrorKind } from '@dcc-mcp/semantic-conventions';
import type { HopFailure, HopResult } from '../upstream.ts';

/** A hop that came to nothing. */
export type FailedHop = HopResult & { readonly ok: false };

type FailureDetails = Omit<HopFailure, 'kind' | 'message'>;

/** A hop that failed. */
export function failed(kind: ErrorKind, message: string, details: FailureDetails = {}): FailedHop {
  return { ok: false, failure: { kind, message, ...details } };
}

/**
 * The time of the call is over while the upstream worked.
 *
 * @param hint What the upstream did instead of answering.
 */
export function timedOut(timeoutMillis: number, hint?: string): FailedHop {
  return timeout(`No answer within ${timeoutMillis} ms`, hint);
}

/** The same for a call whose upstream reported progress, which then ceased, or took as long as a call may in all. */
export function timedOutDespiteProgress(
  { windowMillis, maxMillis }: { readonly windowMillis: number; readonly maxMillis: number },
  isLongest: boolean,
): FailedHop {
  const message = isLongest
    ? `No answer within ${maxMillis} ms, the longest time of a call that reports progress`
    : `No answer within ${windowMillis} ms of its last progress`;
  return failed('timeout', message, { backendErrorKind: 'timeout', isFinalWording: true });
}

/** The same for a call that its upstream has made a task of, from when on it had another time. */
export function timedOutAsTask(timeoutMillis: number): FailedHop {
  const message = `No answer within ${timeoutMillis} ms since the call became a task`;
  return failed('timeout', message, { backendErrorKind: 'timeout', isFinalWording: true });
}

/** The same for a call that had to wait for its slot first: the upstream had less time than the call. */
export function timedOutAfterQueue(timeoutMillis: number, waitedMillis: number, hint?: string): FailedHop {
  const waited = Math.round(waitedMillis);
  const rest = Math.max(0, timeoutMillis - waited);
  const message = `No answer within ${timeoutMillis} ms: the call waited ${waited} ms in the queue of this upstream, which then had ${rest} ms`;
  return timeout(message, hint);
}

function timeout(message: string, hint: string | undefined): FailedHop {
  const isHinted = hint !== undefined;
  return failed('timeout', isHinted ? `${message}; ${hint}` : message, {
    backendErrorKind: 'timeout',
    ...(isHinted ? { hint } : {}),
  });
}

/** The time of the call is over before it could be sent; the upstream has not heard of it. */
export function timedOutInQueue(timeoutMillis: number, queueWaitMillis: number): FailedHop {
  const message = `No free slot within ${timeoutMillis} ms: the call waited ${Math.round(queueWaitMillis)} ms in the queue of this upstream, where earlier calls still run`;
  return failed('timeout', message, { queueWaitMillis });
}

/** The same for a call that had its slot, whose caller did not say in time what goes with it. */
export function timedOutUnsent(timeoutMillis: number, queueWaitMillis: number): FailedHop {
  const message = `The call could not be sent within ${timeoutMillis} ms: the process of its caller was too slow`;
  return failed('timeout', message, { queueWaitMillis, isFinalWording: true });
}

/** The gateway stops before the call has ended. */
export function shuttingDown(details: FailureDetails = {}): FailedHop {
  return failed('not-ready', 'The gateway is shutting down', details);
}

/** The caller no longer wants the answer. */
export function cancelled(): FailedHop {
  return failed('cancelled', 'The caller cancelled the request');
}

/** The same before the call could be sent. */
export function cancelledInQueue(queueWaitMillis: number): FailedHop {
  return failed('cancelled', 'The caller cancelled the request while it waited in the queue', { queueWaitMillis });
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
