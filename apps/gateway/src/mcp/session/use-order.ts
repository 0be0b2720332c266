import type { SessionRecord } from './session-records.ts';

/** Sessions in the order in which they give way: those that nobody has used, then those unused longest. */
export class UseOrder {
  readonly #unused = new Set<string>();
  readonly #used = new Map<string, number>();

  get size(): number {
    return this.#unused.size + this.#used.size;
  }

  /** Adds a session, or notes its use. */
  put({ id, isUsed, lastUsedAt }: SessionRecord): void {
    this.delete(id);
    if (isUsed) {
      this.#used.set(id, lastUsedAt);
    } else {
      this.#unused.add(id);
    }
  }

  delete(id: string): void {
    this.#unused.delete(id);
    this.#used.delete(id);
  }

  /** The session that gives way first, unless it was used after `inUseSince`. */
  first(inUseSince: number): string | undefined {
    const [unused] = this.#unused;
    if (unused !== undefined) {
      return unused;
    }
    const [oldest] = this.#used;
    return oldest !== undefined && oldest[1] <= inUseSince ? oldest[0] : undefined;
  }
}
