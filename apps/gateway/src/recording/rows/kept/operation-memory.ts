import { KeptCallers } from './kept-caller.ts';
import { ItemsOfBatches } from './kept-items.ts';
import { type Packed, packAlone, Packer, repackAlone, type Unpacked } from './packed.ts';

/** How long something stays. */
export interface Staying {
  /** Whether it leaves in the order in which it came. What may stay longer must not hold the memory of those around it. */
  readonly isPassing: boolean;
}

/** Where operations are kept until their rows are made: what comes one after the other lies side by side. */
export class OperationMemory {
  readonly callers: KeptCallers = new KeptCallers();
  readonly items: ItemsOfBatches = new ItemsOfBatches();
  /** Of operations that leave in the order in which they came, their facts. */
  readonly facts: Shelf = new Shelf();
  /** And their content: it leaves sooner. */
  readonly content: Shelf = new Shelf();
}

/** Packs side by side what passes, and alone what may stay. */
export class Shelf {
  readonly #packer = new Packer();

  pack(unpacked: Unpacked, { isPassing }: Staying): Packed {
    return isPassing ? this.#packer.pack(unpacked) : packAlone(unpacked);
  }

  /** The same of what is packed elsewhere. */
  repack(packed: Packed, { isPassing }: Staying): Packed {
    return isPassing ? this.#packer.repack(packed) : repackAlone(packed);
  }
}
