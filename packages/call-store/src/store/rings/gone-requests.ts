import type { TokensRow } from '../../analytics/stats.ts';
import { activityOfTrace } from '../../rows/activity.ts';
import type { Trace, TraceOperation } from '../../rows/trace-row.ts';
import { GoneKeys } from './gone-keys.ts';
import type { RingEntry } from './row-ring.ts';

const MINUTE_MILLIS = 60_000;
/** Minutes of a week, the longest range of statistics. */
const MAX_MINUTES = 10_080;

/** Operations whose calls have rows of their own. */
const LISTED: ReadonlySet<TraceOperation | undefined> = new Set<TraceOperation>(['call', 'call_batch']);

/** What is known of traces that were let go: calls push out what no other list tells of. */
export class GoneRequests {
  readonly #fed: GoneKeys;
  /** By operation and minute. */
  readonly #tokens = { search: new Map<number, TokensRow>(), describe: new Map<number, TokensRow>() };

  /** @param capacity Of the ring of traces. @throws {RangeError} When it is not a positive integer. */
  constructor(capacity: number) {
    this.#fed = new GoneKeys(capacity);
  }

  /** Those that were entries of the feed. */
  get fed(): Pick<GoneKeys, 'count' | 'after'> {
    return this.#fed;
  }

  /** What searches and descriptions cost models to read, summed by the minute. */
  tokens(): readonly TokensRow[] {
    const { search, describe } = this.#tokens;
    return [...search.values(), ...describe.values()];
  }

  /** A trace had to leave; that of a call is not made for this. */
  add(entry: RingEntry<Trace>): void {
    if (LISTED.has(entry.operation)) {
      return;
    }
    const { id, row } = entry;
    if (activityOfTrace(row) !== undefined) {
      this.#fed.add(id);
    }
    this.addTokens(row);
  }

  /** The same of one that an earlier process had: nothing else of it is counted. */
  addTokens({ operation, output_tokens: tokens, timestamp }: TokensRow): void {
    if (operation !== 'search' && operation !== 'describe') {
      return;
    }
    const minutes = this.#tokens[operation];
    const minute = Math.floor(Date.parse(timestamp) / MINUTE_MILLIS);
    const before = minutes.get(minute)?.output_tokens ?? 0;
    // The time of the last one: a range that has it has the whole sum.
    minutes.set(minute, { operation, output_tokens: before + tokens, timestamp });
    const [oldest] = minutes.keys();
    if (minutes.size > MAX_MINUTES && oldest !== undefined) {
      minutes.delete(oldest);
    }
  }
}
