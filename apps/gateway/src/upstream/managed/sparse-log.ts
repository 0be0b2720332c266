/** Passes on the 1st, 2nd, 4th, 8th … line only: whoever babbles must not fill the log. */
export class SparseLog {
  readonly #write: (line: string) => void;
  #lines = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  log(text: string): void {
    this.#lines += 1;
    if (Number.isInteger(Math.log2(this.#lines))) {
      this.#write(this.#lines === 1 ? text : `${text} (line ${this.#lines} of this kind)`);
    }
  }
}
