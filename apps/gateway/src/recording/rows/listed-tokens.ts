import { estimateTokens } from '@dcc-mcp/call-store';

const MINUTE_MILLIS = 60_000;
/** Minutes of a week, the longest range of statistics. */
const MAX_MINUTES = 10_080;

/** What lists of tools cost models to read, by the minute: a list is no row. */
export class ListedTokens {
  readonly #now: () => number;
  readonly #onNote: (bytes: number) => void;
  /** Tokens by the minute since the epoch, oldest first. */
  readonly #byMinute = new Map<number, number>();

  /** @param now Epoch milliseconds. @param onNote Told of each list. */
  constructor(now: () => number, onNote: (bytes: number) => void = () => {}) {
    this.#now = now;
    this.#onNote = onNote;
  }

  /** One list of so many bytes was sent. */
  note(bytes: number): void {
    this.#onNote(bytes);
    const minute = minuteOf(this.#now());
    this.#byMinute.set(minute, (this.#byMinute.get(minute) ?? 0) + estimateTokens(bytes));
    const [oldest] = this.#byMinute.keys();
    if (this.#byMinute.size > MAX_MINUTES && oldest !== undefined) {
      this.#byMinute.delete(oldest);
    }
  }

  /** Estimated tokens of the minutes that the two times (epoch milliseconds) lie in, and of those between. */
  between(sinceMillis: number, untilMillis: number): number {
    const [since, until] = [minuteOf(sinceMillis), minuteOf(untilMillis)];
    let sum = 0;
    for (const [minute, tokens] of this.#byMinute) {
      sum += minute >= since && minute <= until ? tokens : 0;
    }
    return sum;
  }
}

function minuteOf(millis: number): number {
  return Math.floor(millis / MINUTE_MILLIS);
}
