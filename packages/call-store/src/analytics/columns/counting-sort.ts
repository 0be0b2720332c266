/** Indexes in the order of their keys. */
export interface Grouped {
  readonly order: Uint32Array;
  /** Where those of each key begin, and, as the last one, where all end. */
  readonly begins: Uint32Array;
}

/** Puts indexes in the order of their keys; those of the same key stay in theirs. @param count All keys are less. */
export function countingSort(indexes: Uint32Array, keys: Uint32Array, count: number): Grouped {
  const begins = beginsOf(indexes, keys, count);
  const next = begins.slice();
  const order = new Uint32Array(indexes.length);
  for (let place = 0; place < indexes.length; place += 1) {
    const index = indexes[place] ?? 0;
    const key = keys[index] ?? 0;
    const free = next[key] ?? 0;
    order[free] = index;
    next[key] = free + 1;
  }
  return { order, begins };
}

function beginsOf(indexes: Uint32Array, keys: Uint32Array, count: number): Uint32Array {
  const begins = new Uint32Array(count + 1);
  for (let place = 0; place < indexes.length; place += 1) {
    const after = (keys[indexes[place] ?? 0] ?? 0) + 1;
    begins[after] = (begins[after] ?? 0) + 1;
  }
  for (let key = 1; key <= count; key += 1) {
    begins[key] = (begins[key] ?? 0) + (begins[key - 1] ?? 0);
  }
  return begins;
}
