/** How many operations each principal may run at once. */
export class PrincipalLimit {
  readonly #max: number;
  readonly #running = new Map<string, number>();

  /** @param max At least 1. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @returns What ends the operation, or `undefined` when the principal has too many. */
  enter(principal: string): (() => void) | undefined {
    const running = this.#running.get(principal) ?? 0;
    if (running >= this.#max) {
      return undefined;
    }
    this.#running.set(principal, running + 1);
    return () => this.#leave(principal);
  }

  #leave(principal: string): void {
    const running = (this.#running.get(principal) ?? 1) - 1;
    if (running === 0) {
      this.#running.delete(principal);
    } else {
      this.#running.set(principal, running);
    }
  }
}
