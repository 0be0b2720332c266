import { StreamLog } from './stream-log.ts';

/** Of all streams of one session: less than may wait for a reader, so that what was missed can be told at once. */
const MAX_BYTES = 192 * 1024;
/** Streams of one session that have ended and can still be taken up again. */
const MAX_ENDED = 32;
/** How long that is for one whose client was there at the end: the last bytes may have been lost on their way. */
const READ_MILLIS = 30_000;
/** How long for one whose client had gone. */
const UNREAD_MILLIS = 5 * 60_000;
/** The key of the stream beside all requests. */
const STANDALONE = 'get';
const EVENT_ID = /^(get|post-\d{1,15})(?:@([0-9a-f]{8}))?\.(\d{1,15})$/;

/** The eight hex digits of the gateway that said an event; `undefined` where its id names none. */
export function gatewayOfEvent(eventId: string): string | undefined {
  return EVENT_ID.exec(eventId)?.[2];
}

/** Where a client left a stream. */
export interface LeftStream {
  readonly log: StreamLog;
  /** The number of the last event that it has. */
  readonly after: number;
  readonly isStandalone: boolean;
}

/** What the event streams of one session said. Bounded; the oldest of what has ended goes first. */
export class SessionLogs {
  readonly #now: () => number;
  readonly #tag: string;
  readonly #logs = new Map<string, StreamLog>();
  #bytes = 0;
  #last = 0;

  /**
   * @param now Epoch milliseconds.
   * @param gateway Eight hex digits that tell the gateways apart which serve the session; absent where there is one.
   */
  constructor(now: () => number, gateway?: string) {
    this.#now = now;
    this.#tag = gateway === undefined ? '' : `@${gateway}`;
  }

  /** The log of the stream beside all requests, where its client has ever opened one. */
  get standalone(): StreamLog | undefined {
    return this.#logs.get(STANDALONE);
  }

  /** The same, made where there is none. */
  openStandalone(): StreamLog {
    return this.standalone ?? this.#open(STANDALONE);
  }

  /** The log of the stream that answers one request. */
  open(): StreamLog {
    this.#last += 1;
    return this.#open(`post-${this.#last}`);
  }

  /**
   * The stream that `eventId` is of. `unknown`: it is none of ours. `gone`: it has ended, and nothing of it is kept.
   * `elsewhere`: another gateway said it in answer to a request.
   */
  find(eventId: string): LeftStream | 'unknown' | 'gone' | 'elsewhere' {
    const [, key = '', gateway, number] = EVENT_ID.exec(eventId) ?? [];
    if (number === undefined) {
      return 'unknown';
    }
    const isStandalone = key === STANDALONE;
    if (gateway !== undefined && `@${gateway}` !== this.#tag) {
      return isStandalone ? 'unknown' : 'elsewhere';
    }
    const log = isStandalone ? this.openStandalone() : this.#logs.get(key);
    return log === undefined ? 'gone' : { log, after: Number(number), isStandalone };
  }

  /** Forgets what nobody will come back for. */
  sweep(): void {
    const now = this.#now();
    for (const log of this.#logs.values()) {
      const { ending } = log;
      if (ending !== undefined && now - ending.at > (ending.wasRead ? READ_MILLIS : UNREAD_MILLIS)) {
        this.#forget(log);
      }
    }
  }

  /** Ends every reader's stream. */
  close(): void {
    this.#logs.forEach((log) => log.end());
    this.#logs.clear();
  }

  #open(key: string): StreamLog {
    const log: StreamLog = new StreamLog({
      key,
      tag: this.#tag,
      now: this.#now,
      onBytes: (change) => {
        this.#bytes += change;
        this.#makeRoom(log);
      },
    });
    this.#logs.set(key, log);
    this.#boundEnded();
    return log;
  }

  #boundEnded(): void {
    const ended = [...this.#logs.values()].filter(({ ending }) => ending !== undefined);
    ended.slice(0, Math.max(0, ended.length - MAX_ENDED)).forEach((log) => this.#forget(log));
  }

  /** What has ended gives way to what goes on, and of that the stream that says more to itself. */
  #makeRoom(talker: StreamLog): void {
    for (const log of this.#bytes > MAX_BYTES ? [...this.#logs.values()] : []) {
      if (this.#bytes > MAX_BYTES && log !== talker && log.ending !== undefined) {
        this.#forget(log);
      }
    }
    while (this.#bytes > MAX_BYTES && talker.forgetOldest()) {
      // one event after the other
    }
  }

  #forget(log: StreamLog): void {
    this.#logs.delete(log.key);
    this.#bytes -= log.bytes;
  }
}
