/** A sum that was counted here and not yet told to the SDK. */
export interface PendingSum {
  flush(): void;
}

/**
 * Sums that wait for the next collection. The SDK asks its observable callbacks before it collects anything, so what is
 * handed over in one of them is in that very collection; until then counting is an addition instead of a look-up by
 * serialized attributes, which is most of what `Counter.add` costs.
 */
export class PendingSums {
  readonly #pending: PendingSum[] = [];
  #isOpen = true;

  /** Whether sums may wait; after `close` each must be handed over at once. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Notes a sum to be handed over at the next collection. */
  add(sum: PendingSum): void {
    this.#pending.push(sum);
  }

  /** Hands all of them over. */
  flush(): void {
    for (const sum of this.#pending) {
      sum.flush();
    }
    this.#pending.length = 0;
  }

  /** Hands all of them over; from now on nobody will ask any more. */
  close(): void {
    this.#isOpen = false;
    this.flush();
  }
}
