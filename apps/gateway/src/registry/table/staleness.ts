import type { RegisteredFacts } from '../../upstream/upstream.ts';

/** How often an instance says that it lives, which the gateway asks of it: three times in its time to live (whole seconds, at least one). */
export function heartbeatIntervalSecs(ttlSecs: number): number {
  return Math.max(1, Math.floor(ttlSecs / 3));
}

/** A heartbeat may be late by half of its interval. */
const LATE = 1.5;

/**
 * When a registered instance will have been silent for longer than `afterMillis`, and for longer than it had to be;
 * `undefined` where it says nothing of itself.
 */
export function staleAfter({ heartbeatAt, ttlSecs }: RegisteredFacts, afterMillis: number): number | undefined {
  if (heartbeatAt === undefined) {
    return undefined;
  }
  const onTime = ttlSecs === undefined ? 0 : heartbeatIntervalSecs(ttlSecs) * LATE * 1000;
  return heartbeatAt + Math.max(afterMillis, onTime);
}
