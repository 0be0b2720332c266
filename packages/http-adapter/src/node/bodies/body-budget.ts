/** Bytes of a body that are read whatever else is held: a flood of large bodies must not keep small ones out. */
export const FREE_BYTES = 65_536;

/** How many bytes of request bodies one server holds at a time, from their arrival to the answer. */
export class BodyBudget {
  readonly #maxBytes: number;
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Opens the account of one request. */
  open(): BodyAccount {
    let readBytes = 0;
    let heldBytes = 0;
    return {
      take: (bytes) => {
        readBytes += bytes;
        const more = Math.max(0, readBytes - FREE_BYTES) - heldBytes;
        if (this.#heldBytes + more > this.#maxBytes) {
          return false;
        }
        heldBytes += more;
        this.#heldBytes += more;
        return true;
      },
      release: () => {
        this.#heldBytes -= heldBytes;
        heldBytes = 0;
      },
    };
  }
}

/** What one request holds. */
export interface BodyAccount {
  /** @returns False where the server holds too much already. */
  take(bytes: number): boolean;
  /** Gives everything back. */
  release(): void;
}
