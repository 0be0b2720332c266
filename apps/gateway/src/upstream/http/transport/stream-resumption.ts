import type { Hop } from '../../hop/hop.ts';
import { HttpExchange, type HttpEnding } from '../exchange/http-exchange.ts';

/** How often a stream that brings nothing new is taken up again before the call is given up. */
const MAX_FRUITLESS_TRIES = 5;
const DEFAULT_RETRY_MILLIS = 1_000;
/** Bounds of the server's wish: it must not make the gateway go round, nor let the call wait for nothing. */
const MIN_RETRY_MILLIS = 100;
const MAX_RETRY_MILLIS = 60_000;

export interface StreamResumptionOptions {
  readonly hop: Hop;
  readonly maxBytes: number;
  readonly open: (exchange: HttpExchange, lastEventId: string) => void;
  readonly onEvent: (data: string) => void;
  /** Called when the call can't be saved; `ending` is how the last stream ended. */
  readonly onGiveUp: (ending: HttpEnding) => void;
}

/**
 * Takes the broken stream of a call up again from its last event, until the answer is there
 * (MCP 2025-11-25, "Resumability and redelivery"; SEP-1699).
 */
export class StreamResumption {
  readonly #options: StreamResumptionOptions;
  #lastEventId: string | undefined;
  #retryMillis: number;
  #fruitless = 0;
  #exchange: HttpExchange | undefined;

  constructor(broken: HttpExchange, ending: HttpEnding, options: StreamResumptionOptions) {
    this.#options = options;
    this.#lastEventId = broken.lastEventId;
    this.#retryMillis = broken.retryMillis ?? DEFAULT_RETRY_MILLIS;
    this.#next(ending);
  }

  #next(ending: HttpEnding): void {
    const { hop, onGiveUp } = this.#options;
    if (this.#lastEventId === undefined || this.#fruitless >= MAX_FRUITLESS_TRIES) {
      onGiveUp(ending);
      return;
    }
    const pause = Math.min(Math.max(this.#retryMillis, MIN_RETRY_MILLIS), MAX_RETRY_MILLIS);
    const timer = setTimeout(() => this.#open(), pause);
    hop.whenEnded(() => {
      clearTimeout(timer);
      this.#exchange?.abort();
    });
  }

  #open(): void {
    const { hop, maxBytes, onEvent, open } = this.#options;
    const from = this.#lastEventId;
    if (from === undefined || hop.isEnded) {
      return;
    }
    const exchange = new HttpExchange({ maxBytes, onEvent, onEnd: (ending) => this.#onEnd(exchange, ending) });
    this.#exchange = exchange;
    open(exchange, from);
  }

  #onEnd(exchange: HttpExchange, ending: HttpEnding): void {
    if (this.#options.hop.isEnded) {
      return;
    }
    const isFruitless = exchange.lastEventId === undefined || exchange.lastEventId === this.#lastEventId;
    this.#fruitless = isFruitless ? this.#fruitless + 1 : 0;
    this.#lastEventId = exchange.lastEventId ?? this.#lastEventId;
    this.#retryMillis = exchange.retryMillis ?? this.#retryMillis;
    this.#next(ending);
  }
}
