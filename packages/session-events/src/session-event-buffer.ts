import { RingBuffer } from '@dcc-mcp/bounds';
import { MAX_MESSAGE_BYTES, toBoundedEvent } from './bounded-event.ts';
import { ChangeSignal } from './change-signal.ts';
import type { NewSessionEvent, SessionEvent } from './session-event.ts';
import { issueOfRead, type SessionEventsRead } from './session-events-read.ts';

/** Bounds and clock of a {@link SessionEventBuffer}. */
export interface SessionEventBufferOptions {
  /** Events kept; a positive integer. Default 1,000. */
  readonly capacity?: number;
  /** Bound of a message, in bytes; 1 to 16,384. Default 4,096. */
  readonly maxMessageBytes?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Told of what a listener of {@link SessionEventBuffer.onChange} threw. */
  readonly onError?: (error: unknown) => void;
}

/** What a read answers. */
export interface SessionEventPage {
  /** As it was asked for. */
  readonly cursor: number;
  /** The cursor to go on with: the id of the last event of this page, else `cursor`. */
  readonly next_cursor: number;
  /** Id of the oldest event that is retained; absent while there is none. */
  readonly oldest_cursor?: number;
  /** Id of the newest event; absent while there is none. */
  readonly newest_cursor?: number;
  readonly retained_count: number;
  /** Events that were let go since the start, or were lost before they came. */
  readonly dropped_count: number;
  /** Events between `cursor` and the last of this page that were let go before they could be read. */
  readonly missed: number;
  /** Oldest first. */
  readonly events: readonly SessionEvent[];
}

const DEFAULT_LIMIT = 100;
const CHANGE_INTERVAL_MILLIS = 250;
const NANOS_PER_MILLI = 1_000_000n;

/** The newest events of one session or instance. Reading never removes; the oldest leave when it is full. */
export class SessionEventBuffer {
  readonly instanceId: string;
  readonly #events: RingBuffer<SessionEvent>;
  readonly #maxMessageBytes: number;
  readonly #now: () => number;
  readonly #changes: ChangeSignal;
  readonly #waiting = new Set<() => void>();
  #lastId = 0;
  #skipped = 0;
  #lastNanos = 0n;

  /** @throws {RangeError} When a bound is out of range. */
  constructor(instanceId: string, options: SessionEventBufferOptions = {}) {
    const { capacity = 1000, maxMessageBytes = 4096, now = Date.now, onError = () => undefined } = options;
    if (!Number.isInteger(maxMessageBytes) || maxMessageBytes < 1 || maxMessageBytes > MAX_MESSAGE_BYTES) {
      throw new RangeError(`maxMessageBytes must be an integer from 1 to ${MAX_MESSAGE_BYTES}, got ${maxMessageBytes}`);
    }
    this.instanceId = instanceId;
    this.#events = new RingBuffer(capacity);
    this.#maxMessageBytes = maxMessageBytes;
    this.#now = now;
    this.#changes = new ChangeSignal(CHANGE_INTERVAL_MILLIS, onError);
  }

  /**
   * Adds an event and gives what is kept of it.
   *
   * @throws {RangeError} When its level is none of the five, or its time is none.
   * @throws {TypeError} When its source, stream, level or message is no text. Metadata and ids that are none are left out.
   */
  append(event: NewSessionEvent): SessionEvent {
    const bounded = toBoundedEvent(event, this.#maxMessageBytes);
    const nanos = event.timestamp_ns === undefined ? this.#nextNanos() : toNanos(event.timestamp_ns);
    this.#lastId += 1;
    const kept: SessionEvent = {
      id: this.#lastId,
      timestamp: toTimestamp(nanos),
      timestamp_ns: String(nanos),
      ...bounded,
      instance_id: this.instanceId,
    };
    this.#events.push(kept);
    this.#waiting.forEach((wake) => wake());
    this.#changes.raise();
    return kept;
  }

  /**
   * Says that events were lost before they came here: readers are told of them as of those that left for want of room.
   *
   * @param count A whole number, not below 0.
   * @throws {RangeError} When it is none.
   */
  skip(count: number): void {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`count must be a whole number from 0, got ${count}`);
    }
    this.#lastId += count;
    this.#skipped += count;
  }

  /**
   * Events behind a cursor, in order.
   *
   * @throws {RangeError} When the cursor or the limit is out of range; the message names it.
   */
  read(request: SessionEventsRead = {}): SessionEventPage {
    const issue = issueOfRead(request);
    if (issue !== undefined) {
      throw new RangeError(issue);
    }
    const { cursor = 0, limit = DEFAULT_LIMIT } = request;
    const retained = this.#events.toArray();
    const oldest = retained[0]?.id;
    const start = firstBehind(retained, cursor);
    const events = retained.slice(start, start + limit);
    const next = events.at(-1)?.id ?? cursor;
    return {
      cursor,
      next_cursor: next,
      ...(oldest === undefined ? {} : { oldest_cursor: oldest, newest_cursor: retained.at(-1)?.id ?? oldest }),
      retained_count: retained.length,
      dropped_count: this.#events.dropped + this.#skipped,
      missed: next - cursor - events.length,
      events,
    };
  }

  /**
   * As {@link read}; where nothing is there yet, waits for an event for `waitMs`, or until `signal` is aborted. It answers
   * then too, with an empty page.
   *
   * @throws {RangeError} As `read`.
   */
  async readOrWait(request: SessionEventsRead = {}, signal?: AbortSignal): Promise<SessionEventPage> {
    const page = this.read(request);
    const { waitMs = 0 } = request;
    if (page.events.length > 0 || waitMs === 0 || signal?.aborted === true) {
      return page;
    }
    await this.#nextEvent(waitMs, signal);
    return this.read(request);
  }

  /** All that is retained, oldest first. */
  retained(): readonly SessionEvent[] {
    return this.#events.toArray();
  }

  /** Calls `listener` when events came: at once after a quiet time, then at most every 250 ms, until `close`. */
  onChange(listener: () => void): { close(): void } {
    return this.#changes.listen(listener);
  }

  #nextEvent(millis: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, millis);
    this.#waiting.add(resolve);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    });
  }

  /** The clock knows milliseconds: events of the same one follow each other by a nanosecond. It never goes back. */
  #nextNanos(): bigint {
    const nanos = BigInt(Math.floor(this.#now())) * NANOS_PER_MILLI;
    this.#lastNanos = nanos > this.#lastNanos ? nanos : this.#lastNanos + 1n;
    return this.#lastNanos;
  }
}

/** The place of the first event with a greater id. */
function firstBehind(events: readonly SessionEvent[], cursor: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.id ?? Infinity) > cursor) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** The end of the year 9999, which RFC 3339 has no digits beyond. */
const MAX_NANOS = 253_402_300_800_000_000_000n;

/** A number is no such text: it does not hold that many digits. */
function toNanos(digits: unknown): bigint {
  const nanos = typeof digits === 'string' && /^\d{1,21}$/.test(digits) ? BigInt(digits) : MAX_NANOS;
  if (nanos >= MAX_NANOS) {
    const given = typeof digits === 'string' ? `"${digits.slice(0, 64)}"` : `a ${typeof digits}`;
    throw new RangeError(`timestamp_ns must be nanoseconds since the epoch in digits, got ${given}`);
  }
  return nanos;
}

function toTimestamp(nanos: bigint): string {
  const seconds = new Date(Number(nanos / NANOS_PER_MILLI)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}
