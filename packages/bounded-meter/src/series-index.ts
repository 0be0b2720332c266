import { SeriesTable, type LabelValues, type Series, type SeriesTableOptions } from './series-table.ts';

/** Options of {@link SeriesIndex}. */
export interface SeriesIndexOptions<T> extends SeriesTableOptions {
  /** Makes what is kept for a series, once. */
  readonly create: (series: Series) => T;
}

/** Finds what is kept for the series of label values, never for more series than the budget has room for. */
export class SeriesIndex<T> {
  readonly #names: readonly string[];
  readonly #create: (series: Series) => T;
  readonly #table: SeriesTable;
  readonly #kept = new Map<Series, T>();
  /** The way to a series by its own label values, without reading and checking them again. */
  readonly #shortcuts = new SeriesTree<T>();
  #isClosed = false;

  constructor({ create, ...table }: SeriesIndexOptions<T>) {
    this.#names = table.labels.map(({ name }) => name);
    this.#create = create;
    this.#table = new SeriesTable(table);
  }

  /** How many series were given out. */
  get size(): number {
    return this.#table.size;
  }

  /** What is kept for the series of `labels`; `undefined` when a value is not one that its label may have. */
  find(labels: LabelValues): T | undefined {
    let tree: SeriesTree<T> | undefined = this.#shortcuts;
    for (const name of this.#names) {
      tree = tree?.find(labels[name]);
    }
    return tree?.leaf ?? (this.#isClosed ? undefined : this.#findLong(labels));
  }

  /** From now on only series are found that were found before. */
  close(): void {
    this.#isClosed = true;
  }

  #findLong(labels: LabelValues): T | undefined {
    const series = this.#table.series(labels);
    if (series === undefined) {
      return undefined;
    }
    const kept = this.#kept.get(series) ?? this.#keep(series);
    // A value that was cut or folded has no shortcut: there is no end to such values.
    if (this.#names.every((name) => labels[name] === series.attributes[name])) {
      let tree = this.#shortcuts;
      for (const name of this.#names) {
        tree = tree.branch(labels[name]);
      }
      tree.leaf = kept;
    }
    return kept;
  }

  #keep(series: Series): T {
    const kept = this.#create(series);
    this.#kept.set(series, kept);
    return kept;
  }
}

/** Things by a path of label values; whoever adds to it keeps the number of paths bounded. */
class SeriesTree<T> {
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
