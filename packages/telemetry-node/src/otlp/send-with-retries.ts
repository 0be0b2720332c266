import type { ShutdownSignals } from '../export/exporter.ts';
import type { ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import { decideRetry } from './retry.ts';

export interface RetryOptions {
  /** Bound of all tries together; 0 means none. */
  readonly boundMillis: number;
  readonly signals: ShutdownSignals;
  /** Told of a failure that is still being retried, once a retry has failed as well. */
  readonly onRetryFailed?: ((failure: ExportFailure) => void) | undefined;
}

/**
 * Sends until the collector has taken the batch, refused it for good, or the bound has passed. One rule for every exporter
 * of this package.
 *
 * @param send One try; its argument is its bound in milliseconds, 0 means none.
 */
export async function sendWithRetries(
  send: (timeoutMillis: number) => Promise<ExportOutcome>,
  { boundMillis, signals, onRetryFailed }: RetryOptions,
): Promise<ExportOutcome> {
  const deadline = boundMillis === 0 ? Infinity : performance.now() + boundMillis;
  let said: ExportOutcome | undefined;
  for (let retries = 0; ; retries += 1) {
    const remaining = deadline - performance.now();
    const outcome = await send(remaining === Infinity ? 0 : Math.max(Math.ceil(remaining), 1));
    if (outcome.ok) {
      return outcome;
    }
    if (said !== undefined && outcome.failure.cause === 'timeout' && performance.now() >= deadline) {
      // The last try was cut short by the deadline: what the collector said before is the reason.
      return said;
    }
    said = outcome;
    const wait = decideRetry({
      retries,
      failure: outcome.failure,
      remainingMillis: deadline - performance.now(),
      isClosing: signals.closing.aborted,
      random: Math.random(),
    });
    if (wait === undefined || signals.aborted.aborted) {
      return outcome;
    }
    if (retries > 0) {
      onRetryFailed?.(outcome.failure);
    }
    await pause(wait, signals);
    if (signals.aborted.aborted) {
      return outcome;
    }
  }
}

/** Waits; the beginning of shutdown ends a wait that has not begun to be cheap. */
function pause(millis: number, signals: ShutdownSignals): Promise<void> {
  const signal = signals.closing.aborted ? signals.aborted : signals.closing;
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, millis).unref();
    signal.addEventListener('abort', end);
  });
}
