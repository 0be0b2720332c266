import { RingBuffer } from '@dcc-mcp/bounds';

/** Keys of rows that were let go which a small ring remembers, too: whoever comes back wants to know how many it missed. */
const LEAST_REMEMBERED = 1_000;

/** How many rows were let go, and the keys of the last ones. */
export class GoneKeys {
  readonly #keys: RingBuffer<string>;
  #count = 0;

  /** @param capacity Of the ring that lets rows go. @throws {RangeError} When it is not a positive integer. */
  constructor(capacity: number) {
    this.#keys = new RingBuffer(Math.max(capacity, LEAST_REMEMBERED));
  }

  get count(): number {
    return this.#count;
  }

  add(id: string): void {
    this.#count += 1;
    this.#keys.push(id);
  }

  /** How many of them are newer than the row `id`; exact as far back as keys are remembered. */
  after(id: string): number {
    const [oldest] = this.#keys;
    if (oldest === undefined) {
      return 0;
    }
    return oldest > id ? this.#count : this.#keys.toArray().filter((each) => each > id).length;
  }
}
