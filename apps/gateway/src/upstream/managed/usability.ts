import { cancelled, failed, unreachable } from '../hop/failures.ts';
import type { HopFailure, UpstreamStatus } from '../upstream.ts';

/** Why an upstream without a connection can't take a call at this moment. */
export function whyNotUsable({ readiness, lastError }: UpstreamStatus, isClosed: boolean): HopFailure {
  if (isClosed) {
    return failed('not-ready', undefined, 'The gateway is shutting down').failure;
  }
  if (readiness === 'disabled') {
    return unreachable('The upstream is disabled in the configuration').failure;
  }
  return readiness === 'unreachable'
    ? unreachable(`The upstream can not be reached: ${lastError ?? 'no connection'}`).failure
    : failed('not-ready', 'booting', 'The upstream is still starting').failure;
}

/** Waits for an upstream to become usable, but not longer than the caller stays. */
export function unlessAborted(
  usable: Promise<HopFailure | undefined>,
  signal: AbortSignal | undefined,
): Promise<HopFailure | undefined> {
  if (signal === undefined) {
    return usable;
  }
  const left = new Promise<HopFailure>((resolve) => {
    signal.addEventListener('abort', () => resolve(cancelled().failure), { once: true });
  });
  return Promise.race([usable, left]);
}
