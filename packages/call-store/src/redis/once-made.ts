import type { LateRow } from '../store/call-store.ts';
import { withoutPayloads } from '../store/rings/payload-hold.ts';

/** A late row that two look at: it is made once, by whoever is first. */
export class OnceMade<Row extends object> {
  #late: Pick<LateRow<Row>, 'make' | 'payloads'> | undefined;
  #row: Row | undefined;

  constructor(late: Pick<LateRow<Row>, 'make' | 'payloads'>) {
    this.#late = late;
  }

  /** @throws Whatever `make` throws, each time. */
  read(): Row {
    if (this.#late !== undefined) {
      this.#row = this.#late.make();
      this.#late = undefined;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above, the first time
    return this.#row as Row;
  }

  /** Lets its payloads go. */
  forget(): void {
    if (this.#late === undefined) {
      this.#row = this.#row && withoutPayloads(this.#row);
    } else {
      this.#late.payloads?.forget();
    }
  }
}
