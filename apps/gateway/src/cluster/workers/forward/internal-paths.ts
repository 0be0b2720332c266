import { primaryPath, workerPath } from './internal-address.ts';

/** Where the processes of one gateway listen for each other, by what they are called among gateways. */
export class InternalPaths {
  /** What makes a path of the base of them all. */
  readonly #paths = new Map<string, (base: string) => string>();

  /** The process that starts the others. */
  addPrimary(address: string): void {
    this.#paths.set(address, primaryPath);
  }

  addWorker(address: string): void {
    this.#paths.set(address, (base) => workerPath(base, address));
  }

  delete(address: string): void {
    this.#paths.delete(address);
  }

  /** The path of the one whose address begins so. @param base Absent: nobody listens yet. */
  find(base: string | undefined, beginning: string): string | undefined {
    const address = [...this.#paths.keys()].find((each) => each.startsWith(beginning));
    return base === undefined || address === undefined ? undefined : this.#paths.get(address)?.(base);
  }
}
