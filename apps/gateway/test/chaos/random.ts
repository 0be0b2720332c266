// Choices that come again with the same seed.

export interface Random {
  /** From 0 to below `bound`. */
  integer(bound: number): number;
  pick<T>(items: readonly T[]): T | undefined;
  /** True once in `times`. */
  once(times: number): boolean;
}

/** Mulberry32: small, and even enough to choose troubles. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (bound: number): number => Math.floor(next() * bound);
  return { integer, pick: (items) => items[integer(items.length)], once: (times) => integer(times) === 0 };
}
