/** Things by a path of label values; whoever adds to it keeps the number of paths bounded. */
export class SeriesTree<T> {
  readonly #branches = new Map<string | undefined, SeriesTree<T>>();
  /** What stands at the end of the path to here. */
  leaf: T | undefined;

  /** The subtree for one more value, if there is one. */
  find(value: string | undefined): SeriesTree<T> | undefined {
    return this.#branches.get(value);
  }

  /** The subtree for one more value, made when it is missing. */
  branch(value: string | undefined): SeriesTree<T> {
    const known = this.#branches.get(value);
    if (known !== undefined) {
      return known;
    }
    const branch = new SeriesTree<T>();
    this.#branches.set(value, branch);
    return branch;
  }
}
