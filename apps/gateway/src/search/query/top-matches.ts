import type { SearchMatch } from '../index/search-match.ts';

/** Keeps the best `capacity` matches and counts all. Order: score descending, then slug. */
export class TopMatches {
  readonly #capacity: number;
  #kept: SearchMatch[] = [];
  #total = 0;
  /** Worst match that is kept for sure; worse ones need not be looked at. */
  #bar: SearchMatch | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of matches seen. */
  get total(): number {
    return this.#total;
  }

  push(match: SearchMatch): void {
    this.#total += 1;
    if (this.#bar !== undefined && compareMatches(match, this.#bar) > 0) {
      return;
    }
    this.#kept.push(match);
    // Cutting back at twice the capacity makes the cost of a push constant on average.
    if (this.#kept.length >= Math.max(64, this.#capacity * 2)) {
      this.#cut();
    }
  }

  ranked(): readonly SearchMatch[] {
    return this.#kept.toSorted(compareMatches).slice(0, this.#capacity);
  }

  #cut(): void {
    this.#kept = this.#kept.toSorted(compareMatches).slice(0, this.#capacity);
    if (this.#kept.length === this.#capacity) {
      this.#bar = this.#kept.at(-1);
    }
  }
}

function compareMatches(a: SearchMatch, b: SearchMatch): number {
  return b.score - a.score || (a.record.slug < b.record.slug ? -1 : a.record.slug > b.record.slug ? 1 : 0);
}
