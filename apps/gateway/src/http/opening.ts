/** The time between the port that is open and the servers that are known: work that comes meanwhile waits. */
export class Opening {
  #opened: PromiseWithResolvers<void> | undefined;

  /** What work waits for; `undefined` where nothing has to be waited for. */
  get wait(): Promise<void> | undefined {
    return this.#opened?.promise;
  }

  /** Lets work wait from now on. */
  hold(): void {
    this.#opened ??= Promise.withResolvers();
  }

  /** Lets it in. */
  open(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }
}
