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
 * @param work Is told by its argument whether the call still waits.
 */
export function inTime<T>(
  { admitted, deadline }: CallTime,
  work: (isAwaited: () => boolean) => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | FailedHop> {
  const { hop, timeoutMillis } = admitted;
  const { signal } = hop;
  if (signal?.aborted === true) {
    return Promise.resolve(cancelled());
  }
  return new Promise((resolve, reject) => {
    let isAwaited = true;
    const leave = (): void => {
      isAwaited = false;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const end = (outcome: { readonly ok: true; readonly value: T } | FailedHop): void => {
      leave();
      resolve(outcome);
    };
    const onAbort = (): void => end(cancelled());
    const timer = setTimeout(() => end(timedOut(timeoutMillis)), Math.max(0, deadline - performance.now()));
    signal?.addEventListener('abort', onAbort, { once: true });
    work(() => isAwaited).then(
      (value) => end({ ok: true, value }),
      (error: unknown) => {
        leave();
        reject(error);
      },
    );
  });
}
