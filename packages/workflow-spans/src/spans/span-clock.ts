/**
 * The time of one request: starts at the wall clock, goes on with the monotonic one.
 *
 * The SDK starts each span at a whole millisecond, so that a child can seem to end after its parent, which Jaeger takes
 * for clock skew. Spans of one request share one of these instead, and their order is the order in which things happened.
 */
export class SpanClock {
  readonly #originMillis: number;

  constructor() {
    const elapsed = performance.now();
    const wall = Date.now();
    // The process's start is known to the microsecond; the wall clock, which may have been set since, to the millisecond.
    const exact = Math.min(Math.max(performance.timeOrigin + elapsed, wall), wall + LAST_OF_MILLISECOND);
    this.#originMillis = exact - elapsed;
  }

  /** Milliseconds since the epoch, with fractions. */
  now(): number {
    return this.#originMillis + performance.now();
  }
}

const LAST_OF_MILLISECOND = 0.999;
