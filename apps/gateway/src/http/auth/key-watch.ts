import type { Log } from '../../protocol/log.ts';

/** How it stands with the keys that tokens are checked with. */
export interface KeyState {
  readonly state: 'ok' | 'failing';
  /** Since when, in epoch milliseconds. */
  readonly since: number;
  readonly lastError?: string;
}

/** Says once when the keys of the issuer can't be had, and once when they can again: until then no JWT gets in. */
export class KeyWatch {
  #state: KeyState | undefined;
  readonly #url: string;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(url: string, { log, now }: { readonly log: Log; readonly now: () => number }) {
    // Without a query, which may hold a key.
    const { origin, pathname } = new URL(url);
    this.#url = origin + pathname;
    this.#log = log;
    this.#now = now;
  }

  /** `undefined` before the keys were asked for. */
  get state(): KeyState | undefined {
    return this.#state;
  }

  /** @param failure Why the keys could not be had; absent: they were. */
  saw(failure: string | undefined): void {
    const was = this.#state?.state;
    if (failure === undefined) {
      this.#state = was === 'ok' ? this.#state : { state: 'ok', since: this.#now() };
      if (was === 'failing') {
        this.#log(`the keys of ${this.#url} are there again: tokens of its issuer are let in`);
      }
      return;
    }
    const since = was === 'failing' ? (this.#state?.since ?? this.#now()) : this.#now();
    this.#state = { state: 'failing', since, lastError: failure };
    if (was !== 'failing') {
      this.#log(
        `the keys of ${this.#url} can not be had (${failure}): no token of its issuer is let in until they can`,
        {
          severity: 'error',
        },
      );
    }
  }
}
