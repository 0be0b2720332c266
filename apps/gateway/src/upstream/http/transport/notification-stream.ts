import { RetryTimer } from '../../hop/backoff.ts';
import { HttpExchange, type HttpEnding } from '../exchange/http-exchange.ts';

/** A stream that held this long starts its next series of tries from the shortest pause. */
const STABLE_AFTER_MILLIS = 10_000;
/** The longest pause that a server may wish for. */
const MAX_RETRY_MILLIS = 60_000;
/** Refusals that time may mend (Request Timeout, Too Many Requests); every other one below 500 is for good. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429]);

export interface NotificationStreamOptions {
  readonly maxMessageBytes: number;
  readonly random: () => number;
  open(exchange: HttpExchange, lastEventId: string | undefined): void;
  onData(data: string): void;
}

/**
 * The GET stream of a handshake-era session: what the upstream says outside of any call.
 *
 * Opened again with growing pauses when it ends, however orderly; a server without one (405) is not asked twice.
 */
export class NotificationStream {
  readonly #options: NotificationStreamOptions;
  #exchange: HttpExchange | undefined;
  readonly #retry: RetryTimer;
  #lastEventId: string | undefined;
  #isClosed = false;
  #isOffered: boolean | undefined;

  constructor(options: NotificationStreamOptions) {
    this.#options = options;
    this.#retry = new RetryTimer({ random: options.random }, () => this.#open());
    this.#open();
  }

  /** Whether the upstream has such a stream; unknown before its first answer. */
  get isOffered(): boolean | undefined {
    return this.#isOffered;
  }

  close(): void {
    this.#isClosed = true;
    this.#retry.cancel();
    this.#exchange?.abort();
  }

  #open(): void {
    let startedAt = Infinity;
    const exchange = new HttpExchange({
      maxBytes: this.#options.maxMessageBytes,
      onStart: (status) => {
        this.#isOffered = status >= 200 && status < 300 && exchange.isStream;
        startedAt = performance.now();
      },
      onEvent: (data) => this.#options.onData(data),
      onEnd: (ending) => {
        if (performance.now() - startedAt > STABLE_AFTER_MILLIS) {
          this.#retry.reset();
        }
        this.#onEnd(exchange, ending);
      },
    });
    this.#exchange = exchange;
    this.#options.open(exchange, this.#lastEventId);
  }

  #onEnd(exchange: HttpExchange, ending: HttpEnding): void {
    this.#lastEventId = exchange.lastEventId ?? this.#lastEventId;
    if (!this.#isClosed && !isRefusal(ending)) {
      this.#retry.runLater(Math.min(exchange.retryMillis ?? 0, MAX_RETRY_MILLIS));
    }
  }
}

/** Whether there is no such stream: it is refused, or the answer is something else. */
function isRefusal(ending: HttpEnding): boolean {
  return ending.kind === 'ended' && !ending.isStream && ending.status < 500 && !PASSING_STATUSES.has(ending.status);
}
