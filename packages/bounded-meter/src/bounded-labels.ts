import { LABEL_OTHER, LABEL_UNKNOWN } from '@dcc-mcp/semantic-conventions';

/** Options of {@link createBoundedLabels}. */
export interface BoundedLabelsOptions {
  /** Whether the value is in the catalog. Asked once for each value that is admitted, each time for the others. */
  readonly isKnown: (value: string) => boolean;
  /** Bound in values over the life of the process. */
  readonly maxValues: number;
  /** Told each time a known value had to be answered with `_other`. */
  readonly onOverflow?: () => void;
}

/** Turns what callers say into label values of which there can't be too many. */
export interface BoundedLabels {
  /** `value` itself; `_unknown` when it is absent or not in the catalog; `_other` when the bound was used up before. */
  label(value: string | undefined): string;
  /** How many values have a label of their own. */
  readonly size: number;
}

/**
 * Bounds the values of one label: values of a catalog are admitted first come, first served, and stay admitted;
 * made-up ones take no room, however many there are.
 */
export function createBoundedLabels(options: BoundedLabelsOptions): BoundedLabels {
  const { isKnown, maxValues, onOverflow } = options;
  const admitted = new Set<string>();
  function label(value: string | undefined): string {
    if (value !== undefined && admitted.has(value)) {
      return value;
    }
    if (typeof value !== 'string' || !isKnown(value)) {
      return LABEL_UNKNOWN;
    }
    if (admitted.size >= maxValues) {
      onOverflow?.();
      return LABEL_OTHER;
    }
    admitted.add(value);
    return value;
  }
  return {
    label,
    get size() {
      return admitted.size;
    },
  };
}
