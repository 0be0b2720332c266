import type { Approvals } from './approvals.ts';
import { EMPTY_LEDGER, type Ledger } from './ledger.ts';

/** Approvals in the memory of this process, which end with it. */
export class MemoryApprovals implements Approvals {
  #ledger: Ledger = EMPTY_LEDGER;
  #changes = 0;

  async read(): Promise<Ledger> {
    return this.#ledger;
  }

  async update(change: (ledger: Ledger) => Ledger): Promise<Ledger> {
    const next = change(this.#ledger);
    if (next !== this.#ledger) {
      this.#ledger = next;
      this.#changes += 1;
    }
    return next;
  }

  async revision(): Promise<string> {
    return String(this.#changes);
  }
}
