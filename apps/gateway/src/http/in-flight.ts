import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { App } from './app.ts';
import { isEventStream, type Reply } from './reply.ts';

/** Counts work that is not answered yet, each piece once, so that a stop can wait for it. Open streams are not work. */
export class InFlight {
  #count = 0;
  /** Of these, what had begun before new work was refused. */
  #underway = 0;
  #onIdle: (() => void) | undefined;
  readonly #draining = new AbortController();

  /** True once new work is refused. */
  get isDraining(): boolean {
    return this.#draining.signal.aborted;
  }

  /** Fires when new work begins to be refused. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /** Pieces of work that are to be finished: probes that come while nothing new is taken are none. */
  get underway(): number {
    return this.#underway;
  }

  /** Refuses new work from now on. */
  drain(): void {
    this.#draining.abort();
  }

  /** Begins one piece of work; the function given back ends it. */
  begin(): () => void {
    const share = this.isDraining ? 0 : 1;
    this.#count += 1;
    this.#underway += share;
    let isOpen = true;
    return () => {
      if (isOpen) {
        isOpen = false;
        this.#count -= 1;
        this.#underway -= share;
        if (this.#count === 0) {
          this.#onIdle?.();
        }
      }
    };
  }

  /** Counts a request over HTTP until its answer is written. */
  async track(http: HttpContext, app: App): Promise<Reply> {
    const end = this.begin();
    const reply = await app(http);
    if (reply.whenAnswered !== undefined) {
      void reply.whenAnswered.then(end);
    } else if (isEventStream(reply)) {
      end();
    } else {
      http.onEnd(end);
    }
    return reply;
  }

  /** Resolves when nothing runs any more, or with false when something still does after `timeoutMillis`. */
  whenIdle(timeoutMillis: number): Promise<boolean> {
    if (this.#count === 0) {
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMillis);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
