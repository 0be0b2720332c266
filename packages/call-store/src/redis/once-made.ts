import type { LateRow } from '../store/call-store.ts';
import { withoutPayloads } from '../store/payload-hold.ts';

/** A late row that two look at: it is made once, by whoever is first. */
export class OnceMade<Row extends object> {
  #make: (() => Row) | undefined;
  #forget: (() => void) | undefined;
  #row: Row | undefined;

  constructor({ make, payloads }: Pick<LateRow<Row>, 'make' | 'payloads'>) {
    this.#make = make;
    this.#forget = payloads?.forget;
  }

  /** @throws Whatever `make` throws, each time. */
  read(): Row {
    if (this.#make !== undefined) {
      this.#row = this.#make();
      this.#make = undefined;
      this.#forget = undefined;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above, the first time
    return this.#row as Row;
  }

  /** Lets its payloads go. */
  forget(): void {
    if (this.#make === undefined) {
      this.#row = this.#row && withoutPayloads(this.#row);
    } else {
      this.#forget?.();
    }
  }
}
