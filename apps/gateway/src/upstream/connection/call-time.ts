import { unlessAborted } from '../../protocol/unless-aborted.ts';
import { cancelled, type FailedHop, timedOut } from '../hop/failures.ts';
import type { TimeRenewal } from '../hop/hop.ts';
import type { AdmittedHop } from '../upstream.ts';

/** A call, and when its time is over: what has to be done for it first takes of that time. */
export interface CallTime {
  readonly admitted: AdmittedHop;
  /** By `performance.now()`, in milliseconds. */
  readonly deadline: number;
  /** How progress moves it; absent: it does not. */
  readonly renewal: TimeRenewal | undefined;
}

/** The time of a call runs from now. */
export function startTime(admitted: AdmittedHop): CallTime {
  const { timeoutMillis: windowMillis, maxTimeoutMillis } = admitted.hop;
  const now = performance.now();
  const maxMillis = maxTimeoutMillis === undefined ? undefined : Math.max(maxTimeoutMillis, windowMillis);
  return {
    admitted,
    deadline: now + admitted.timeoutMillis,
    renewal: maxMillis === undefined ? undefined : { windowMillis, maxMillis, until: now + maxMillis },
  };
}

/**
 * Waits for what a call needs first: no longer than its time, and no longer than its caller stays.
 *
 * @param work Gets a signal that aborts when the call waits no longer.
 */
export async function inTime<T>(
  { admitted, deadline }: CallTime,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | FailedHop> {
  const { hop, timeoutMillis } = admitted;
  const waiting = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<FailedHop>();
  const timer = setTimeout(() => resolve(timedOut(timeoutMillis)), Math.max(0, deadline - performance.now()));
  const done = work(waiting.signal).then((value) => ({ ok: true, value }) as const);
  try {
    return await unlessAborted<{ readonly ok: true; readonly value: T } | FailedHop>(
      Promise.race([done, late]),
      hop.signal,
      cancelled,
    );
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}
