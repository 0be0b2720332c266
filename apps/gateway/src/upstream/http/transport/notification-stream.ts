import { RetryTimer } from '../../hop/backoff.ts';
import { HttpExchange, type HttpEnding } from '../exchange/http-exchange.ts';

export interface NotificationStreamOptions {
  readonly maxMessageBytes: number;
  readonly random: () => number;
  open(exchange: HttpExchange, lastEventId: string | undefined): void;
  onData(data: string): void;
}

/**
 * The GET stream of a handshake-era session: what the upstream says outside of any call.
 *
 * Opened again with growing pauses when it breaks; a server without one (405) is not asked twice.
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
    const exchange = new HttpExchange({
      maxBytes: this.#options.maxMessageBytes,
      onStart: (status) => {
        this.#isOffered = status >= 200 && status < 300;
        if (this.#isOffered) {
          this.#retry.reset();
        }
      },
      onEvent: (data) => this.#options.onData(data),
      onEnd: (ending) => this.#onEnd(exchange, ending),
    });
    this.#exchange = exchange;
    this.#options.open(exchange, this.#lastEventId);
  }

  #onEnd(exchange: HttpExchange, ending: HttpEnding): void {
    this.#lastEventId = exchange.lastEventId ?? this.#lastEventId;
    const isRefused = ending.kind === 'ended' && !ending.isStream && ending.status < 500;
    if (this.#isClosed || isRefused) {
      return;
    }
    this.#retry.runLater(exchange.retryMillis);
  }
}
