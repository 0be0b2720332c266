import type { TokenRecord } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

/** {@link TokenStore} of one process: for a gateway without a folder of its own. */
export class MemoryTokenStore implements TokenStore {
  readonly #records = new Map<string, { readonly record: TokenRecord; readonly version: string }>();
  readonly #last = new Map<string, Promise<unknown>>();
  #changes = 0;

  async read(key: string): Promise<TokenRecord | undefined> {
    return this.#records.get(key)?.record;
  }

  async write(key: string, record: TokenRecord): Promise<void> {
    this.#changes += 1;
    this.#records.set(key, { record, version: String(this.#changes) });
  }

  async remove(key: string): Promise<boolean> {
    return this.#records.delete(key);
  }

  async version(key: string): Promise<string | undefined> {
    return this.#records.get(key)?.version;
  }

  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) {
        this.#last.delete(key);
      }
    }
  }
}
