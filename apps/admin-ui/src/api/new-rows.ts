/** New rows as they are shown together. */
export interface TakenRows<Row> {
  /** Oldest first. */
  readonly rows: readonly Row[];
  /** How many came, also those that were let go. */
  readonly count: number;
  /** They don't meet the rows below them: what is between is on the page at `next`. */
  readonly cut?: RowCut | undefined;
}

/** The page below the last row; there is none without a place. */
export interface RowCut {
  readonly next: string | undefined;
}

/** Rows that came and are not shown yet: the newest so many, however long a reader looks at one. */
export class NewRows<Row extends object> {
  cut: RowCut | undefined;
  readonly #keyOf: (row: Row) => string;
  readonly #placeOf: (row: Row) => string | undefined;
  readonly #most: number;
  #rows: Row[] = [];
  #gone = 0;

  constructor(
    { keyOf, placeOf }: { readonly keyOf: (row: Row) => string; readonly placeOf: (row: Row) => string | undefined },
    most: number,
  ) {
    this.#keyOf = keyOf;
    this.#placeOf = placeOf;
    this.#most = most;
  }

  get count(): number {
    return this.#rows.length + this.#gone;
  }

  add(row: Row): void {
    this.#rows.push(row);
    if (this.#rows.length > this.#most) {
      this.#rows.shift();
      this.#gone += 1;
    }
  }

  /** Rows that came before those of which there is word, or are some of them; oldest first. */
  addMissed(missed: readonly Row[]): void {
    const known = new Set(missed.map(this.#keyOf));
    const all = [...missed, ...this.#rows.filter((row) => !known.has(this.#keyOf(row)))];
    this.#rows = all.slice(-this.#most);
    this.#gone = all.length - this.#rows.length;
  }

  takeAll(): TakenRows<Row> {
    const [rows, count] = [this.#rows, this.count];
    const [oldest] = rows;
    const cut = this.#gone > 0 && oldest !== undefined ? { next: this.#placeOf(oldest) } : this.cut;
    this.#rows = [];
    this.#gone = 0;
    this.cut = undefined;
    return { rows, count, cut };
  }
}
