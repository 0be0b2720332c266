import type { OperationTrail } from '../../record/operation-trail.ts';
import type { KeptItem } from './kept-operation.ts';
import { repackTogether } from './packed.ts';

const NO_ITEMS: readonly KeptItem[] = [];

/** Items of batches, from their own end until that of their batch: they are packed once, for their rows and for its trace. */
export class ItemsOfBatches {
  readonly #items = new WeakMap<OperationTrail, KeptItem[]>();

  /** @param batch The trail of the batch. */
  add(batch: OperationTrail, item: KeptItem): void {
    const items = this.#items.get(batch);
    if (items === undefined) {
      this.#items.set(batch, [item]);
    } else {
      items.push(item);
    }
  }

  /** Those of a batch, in memory of its own. */
  of(batch: OperationTrail): readonly KeptItem[] {
    return apart(this.#items.get(batch) ?? NO_ITEMS);
  }
}

/** A batch may stay longer than its items, and must not hold the memory of what is packed beside them. */
export function apart(items: readonly KeptItem[]): readonly KeptItem[] {
  if (items.length === 0) {
    return NO_ITEMS;
  }
  const { packed } = repackTogether(items.map(({ kept }) => kept.packed));
  return items.map(({ kept, isExported }, index) => ({
    kept: kept.repacked(packed[index] ?? kept.packed),
    isExported,
  }));
}
