import { truncateUtf8 } from '@dcc-mcp/bounds';
import { LABEL_OTHER, LABEL_UNKNOWN, type MetricLabel } from '@dcc-mcp/semantic-conventions';
import type { Attributes } from '@opentelemetry/api';

/** Values of labels by name; a label left out or `undefined` is absent from the series. */
export type LabelValues = Readonly<Record<string, string | undefined>>;

/** One series: its attributes, always the same object, and whether it stands for values past the budget. */
export interface Series {
  readonly attributes: Attributes;
  readonly isOverflow: boolean;
}

/** Options of {@link SeriesTable}. */
export interface SeriesTableOptions {
  /** The labels of the instrument; one with `values` is closed, one without is open. */
  readonly labels: readonly MetricLabel[];
  /** Bound in series over the life of the process. */
  readonly maxSeries: number;
  /** Series of them kept free for `_unknown`, `_other` and absent values where their number can't be told; default 128. */
  readonly reservedSeries?: number;
}

const MAX_LABEL_BYTES = 512;
const RESERVED_SERIES = 128;
const MAX_RESERVED_PRODUCT = 16;

/** How many series one set of open values can have, when that is known and small. */
function closedProduct(labels: readonly MetricLabel[]): number | undefined {
  const product = labels.reduce((total, label) => total * (label.values?.length ?? 1), 1);
  return product <= MAX_RESERVED_PRODUCT ? product : undefined;
}

/**
 * Gives out the series of one instrument, never more than `maxSeries` over the life of the process. Sets of open
 * values are admitted first come, first served; `_unknown` always has a place. What comes later shares the series whose
 * open labels are `_other`, closed labels kept.
 */
export class SeriesTable {
  readonly #labels: readonly MetricLabel[];
  readonly #closed: readonly (ReadonlySet<string> | undefined)[];
  readonly #series = new Map<string, Series>();
  readonly #admitted = new Set<string>();
  readonly #maxAdmitted: number;
  readonly #isCountedByTuple: boolean;

  constructor({ labels, maxSeries, reservedSeries = RESERVED_SERIES }: SeriesTableOptions) {
    this.#labels = labels;
    this.#closed = labels.map((label) => label.values && new Set(label.values));
    const product = closedProduct(labels);
    this.#isCountedByTuple = product !== undefined;
    // A tuple of open values is let in with all its closed combinations, or not at all.
    const room = product === undefined ? maxSeries - reservedSeries : Math.floor(maxSeries / product) - 2;
    this.#maxAdmitted = Math.max(0, room);
  }

  /** How many series it has given out. */
  get size(): number {
    return this.#series.size;
  }

  /** The series for `values`, or `undefined` when a value is not one its label may have. */
  series(values: LabelValues): Series | undefined {
    const row = this.#readRow(values);
    if (row === undefined) {
      return undefined;
    }
    const key = JSON.stringify(row);
    const known = this.#series.get(key);
    if (known !== undefined) {
      return known;
    }
    return this.#isAdmitted(row, key) ? this.#add(key, row) : this.#overflow(row);
  }

  #readRow(values: LabelValues): (string | undefined)[] | undefined {
    const row: (string | undefined)[] = [];
    for (const [index, { name }] of this.#labels.entries()) {
      const value: unknown = values[name];
      if (value !== undefined && (typeof value !== 'string' || this.#closed[index]?.has(value) === false)) {
        return undefined;
      }
      row.push(value === undefined ? undefined : truncateUtf8(value, MAX_LABEL_BYTES).text);
    }
    return row;
  }

  #isAdmitted(row: readonly (string | undefined)[], key: string): boolean {
    const open = row.filter((_, index) => this.#closed[index] === undefined);
    const isReserved = open.every((value) => value === undefined || value === LABEL_UNKNOWN || value === LABEL_OTHER);
    if (isReserved) {
      return true;
    }
    const tuple = this.#isCountedByTuple ? JSON.stringify(open) : key;
    if (this.#admitted.has(tuple)) {
      return true;
    }
    if (this.#admitted.size >= this.#maxAdmitted) {
      return false;
    }
    this.#admitted.add(tuple);
    return true;
  }

  #overflow(row: readonly (string | undefined)[]): Series {
    const folded = row.map((value, index) =>
      value === undefined || this.#closed[index] !== undefined ? value : LABEL_OTHER,
    );
    const key = JSON.stringify(folded);
    return this.#series.get(key) ?? this.#add(key, folded);
  }

  #add(key: string, row: readonly (string | undefined)[]): Series {
    const isOverflow = row.some((value, index) => value === LABEL_OTHER && this.#closed[index] === undefined);
    const attributes: Attributes = {};
    for (const [index, { name }] of this.#labels.entries()) {
      const value = row[index];
      if (value !== undefined) {
        attributes[name] = value;
      }
    }
    const series: Series = { attributes: Object.freeze(attributes), isOverflow };
    this.#series.set(key, series);
    return series;
  }
}
