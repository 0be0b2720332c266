import { BoundedMap, RingBuffer } from '@dcc-mcp/bounds';

const MAX_TOOLS = 2000;
const REMEMBERED_CALLS = 200;
const PERCENTILE = 0.95;
const MIN_SLOW_MILLIS = 1000;

/**
 * Says which calls are slow: those longer than `slowMillis`, and those longer than a second that are also longer than the
 * 95th percentile of the tool's own last 200 calls.
 */
export class SlowCalls {
  readonly #slowMillis: number;
  readonly #durations = new BoundedMap<string, RingBuffer<number>>({ maxEntries: MAX_TOOLS });

  /** @param slowMillis `admin.slowMs`. Default 1,000. */
  constructor(slowMillis: number = 1000) {
    this.#slowMillis = slowMillis;
  }

  /** Notes one call of a tool and says whether it was slow among those before it. */
  note(tool: string, durationMillis: number): boolean {
    // As long as there is room nobody has to leave, and the order of use is nobody's concern.
    const isFull = this.#durations.size === MAX_TOOLS;
    const last = isFull ? this.#durations.get(tool) : this.#durations.peek(tool);
    const isSlow = durationMillis > this.#slowMillis || (last !== undefined && isSlowAmong(last, durationMillis));
    if (last === undefined) {
      const first = new RingBuffer<number>(REMEMBERED_CALLS);
      first.push(durationMillis);
      this.#durations.set(tool, first);
    } else {
      last.push(durationMillis);
    }
    return isSlow;
  }
}

function isSlowAmong(durations: RingBuffer<number>, millis: number): boolean {
  if (millis <= MIN_SLOW_MILLIS || durations.size === 0) {
    return false;
  }
  const sorted = durations.toArray().toSorted((a, b) => a - b);
  const rank = Math.ceil(PERCENTILE * sorted.length) - 1;
  return millis > (sorted[rank] ?? Number.POSITIVE_INFINITY);
}
