import { isCollectorAbsent, type ExportFailure } from '../health/export-failure.ts';

const MAX_RETRIES = 5;
const INITIAL_BACKOFF_MILLIS = 1_000;
const MAX_BACKOFF_MILLIS = 5_000;
const BACKOFF_MULTIPLIER = 1.5;
const JITTER = 0.2;

export interface RetrySituation {
  /** Retries already made. */
  readonly retries: number;
  readonly failure: ExportFailure;
  /** Time left for this batch; `Infinity` when it has no bound. */
  readonly remainingMillis: number;
  readonly isClosing: boolean;
  /** From 0 to 1. */
  readonly random: number;
}

/** Milliseconds to wait before the next try, `undefined` to give up (OTLP, "Failures"; the backoff is OpenTelemetry JS's own). */
export function decideRetry(situation: RetrySituation): number | undefined {
  const { retries, failure, remainingMillis, isClosing, random } = situation;
  if (!failure.isRetryable || retries >= MAX_RETRIES) {
    return undefined;
  }
  if (isClosing && isCollectorAbsent(failure)) {
    return undefined;
  }
  const backoff = Math.min(INITIAL_BACKOFF_MILLIS * BACKOFF_MULTIPLIER ** retries, MAX_BACKOFF_MILLIS);
  const wait = failure.retryAfterMillis ?? backoff * (1 - JITTER + 2 * JITTER * random);
  return wait < remainingMillis ? wait : undefined;
}
