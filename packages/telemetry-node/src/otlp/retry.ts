import { isCollectorAbsent, type ExportFailure } from '../health/export-failure.ts';

/** The wait before the second try, and the shortest before any later one. */
const INITIAL_BACKOFF_MILLIS = 1_000;
const MAX_BACKOFF_MILLIS = 5_000;
const BACKOFF_MULTIPLIER = 1.5;
/** Waits are drawn out by up to this part, so that many processes don't come back at once. */
const JITTER = 0.2;
/** A collector that asks for a day is asked again after five minutes all the same. */
const MAX_WISH_MILLIS = 300_000;
/** What is left of the deadline for the last try: this part of what remains, at most this long. */
const LAST_TRY_PART = 0.25;
const LAST_TRY_MILLIS = 1_000;
/** Where the deadline is shorter than the first wait, the second try comes earlier, but not earlier than this. */
const MIN_FIRST_WAIT_MILLIS = 100;

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

/**
 * Milliseconds to wait before the next try, `undefined` to give up: the larger of the backoff and of what the collector
 * asked for, cut so that a last try fits before the deadline (OTLP, "Failures"; the backoff is OpenTelemetry JS's own).
 */
export function decideRetry(situation: RetrySituation): number | undefined {
  const { retries, failure, remainingMillis, isClosing, random } = situation;
  if (!failure.isRetryable || (isClosing && isCollectorAbsent(failure))) {
    return undefined;
  }
  const backoff = Math.min(INITIAL_BACKOFF_MILLIS * BACKOFF_MULTIPLIER ** retries, MAX_BACKOFF_MILLIS);
  const wish = Math.min(failure.retryAfterMillis ?? 0, MAX_WISH_MILLIS);
  const wait = Math.max(backoff * (1 + JITTER * random), wish);
  const latest = remainingMillis - Math.min(remainingMillis * LAST_TRY_PART, LAST_TRY_MILLIS);
  if (wait <= latest) {
    return wait;
  }
  return latest >= (retries === 0 ? MIN_FIRST_WAIT_MILLIS : INITIAL_BACKOFF_MILLIS) ? latest : undefined;
}
