import { SEARCHED } from '../../../query/fields/identity-fields.ts';
import type { QueryOperator } from '../../../query/fields/query-field.ts';
import { QUERY_FIELDS } from '../../../query/fields/query-fields.ts';
import type { ComparisonTerm, Query, QueryTerm, TextTerm } from '../../../query/query-ast.ts';
import { toPredicate } from '../../../query/query-predicate.ts';
import type { IndexedKind } from '../../messages.ts';
import { type Block, type BlockValues, type Mask, valuesIn } from './block.ts';
import { type Column, columnOf, COLUMNS } from './columns.ts';
import { classesOf } from './text-classes.ts';

/** Says which rows of a block are asked for. */
export type Masker = (block: Block) => Mask;

/** A query as masks that hold for exactly the rows that `toPredicate` holds for. */
export function toMasker({ anyOf }: Query, kind: IndexedKind): Masker {
  const alternatives = anyOf.map((terms) => allOf(terms.map((term) => toTermMasker(term, kind))));
  return alternatives.length === 0 ? (block) => block.mask(true) : anyOfThem(alternatives);
}

/** What no row is left of is not read any further. */
function allOf(maskers: readonly Masker[]): Masker {
  return (block) => {
    let mask: Mask | undefined;
    for (const masker of maskers) {
      if (mask?.includes(1) === false) {
        break;
      }
      const own = masker(block);
      mask = mask === undefined ? own : and(mask, own);
    }
    return mask ?? block.mask(true);
  };
}

function anyOfThem(maskers: readonly Masker[]): Masker {
  const [first, ...others] = maskers;
  return (block) => others.reduce((mask, masker) => or(mask, masker(block)), first?.(block) ?? block.mask(false));
}

function toTermMasker(term: QueryTerm, kind: IndexedKind): Masker {
  if (term.kind === 'text') {
    return textMasker(term, kind);
  }
  const column = columnOf(kind, term.field);
  if (column === undefined) {
    return (block) => block.mask(false);
  }
  const positive = POSITIVE[term.operator];
  if (positive !== undefined) {
    const masker = toTermMasker({ ...term, operator: positive }, kind);
    return (block) => not(masker(block));
  }
  return column.storage === 'values' ? valueMasker(term, kind, column) : numberMasker(term, column);
}

const POSITIVE: Readonly<Partial<Record<QueryOperator, QueryOperator>>> = { '!=': '=', '!~': '~' };

const ORDERS: Readonly<Partial<Record<QueryOperator, (found: number, value: number) => boolean>>> = {
  '=': (found, value) => found === value,
  '>': (found, value) => found > value,
  '>=': (found, value) => found >= value,
  '<': (found, value) => found < value,
  '<=': (found, value) => found <= value,
};

/** `NaN`, which stands for no number, is in no order with any. */
function numberMasker({ operator, value }: ComparisonTerm, column: Column): Masker {
  const holds = ORDERS[operator];
  return (block) => {
    const mask = block.mask(false);
    const numbers = block.numbers(column.number);
    if (holds === undefined || numbers === undefined || typeof value !== 'number') {
      return mask;
    }
    for (let index = 0; index < mask.length; index += 1) {
      mask[index] = Number(holds(numbers[index] ?? Number.NaN, value));
    }
    return mask;
  };
}

function valueMasker(term: ComparisonTerm, kind: IndexedKind, column: Column): Masker {
  const holds = toPredicate({ anyOf: [[term]] }, QUERY_FIELDS[kind]);
  const isDerived = QUERY_FIELDS[kind][term.field]?.derived !== undefined;
  // What is said of a text need not stand in it.
  const sought = new SoughtText(isDerived ? '' : String(term.value), term.operator === '=');
  return (block) => {
    const mask = block.mask(false);
    const values = block.values(column.number, sought.classes);
    if (values !== undefined && sought.mayBeIn(values.words)) {
      markValues(values, mask, (value) => holds(rowWith(column.path, value)));
    }
    return mask;
  };
}

/** A bare word is looked for in all searched columns. */
function textMasker({ text }: TextTerm, kind: IndexedKind): Masker {
  const sought = new SoughtText(text, false);
  const columns = COLUMNS[kind].filter(({ isSearched }) => isSearched);
  const holds = toPredicate({ anyOf: [[{ kind: 'text', text }]] }, { value: SEARCHED });
  return (block) => {
    const mask = block.mask(false);
    for (const column of columns) {
      const values = block.values(column.number, sought.classes);
      if (values !== undefined && sought.mayBeIn(values.words)) {
        markValues(values, mask, (value) => holds({ value }));
      }
    }
    return mask;
  };
}

/** A text that has to stand in the words of a column: most columns are told by it that no row of them is asked for. */
class SoughtText {
  /** See {@link classesOf}. */
  readonly classes: number;
  readonly #written: string;
  readonly #isWhole: boolean;

  constructor(text: string, isWhole: boolean) {
    this.#isWhole = isWhole;
    this.#written = isWhole ? written(text) : writtenSmall(text);
    this.classes = classesOf(this.#written.toLowerCase());
  }

  mayBeIn(words: string): boolean {
    return (this.#isWhole ? words : words.toLowerCase()).includes(this.#written);
  }
}

/** A half of a surrogate pair is written otherwise when it stands alone: such a text is looked for in all words. */
function written(text: string): string {
  return text.isWellFormed() ? JSON.stringify(text).slice(1, -1) : '';
}

/** What a sigma is in lower case depends on the letters beside it (Unicode, Final_Sigma), and `\n` ends with one in JSON. */
function writtenSmall(text: string): string {
  return /[Σσς]/.test(text) ? '' : written(text.toLowerCase());
}

/** A row that has nothing but this value. */
function rowWith([first = '', ...rest]: readonly string[], value: unknown): object {
  return { [first]: rest.reduceRight((inner, key) => ({ [key]: inner }), value) };
}

function markValues(found: BlockValues, mask: Mask, holds: (value: unknown) => boolean): void {
  const { places } = found;
  const marks = Uint8Array.from([0, ...valuesIn(found).map((value) => Number(holds(value)))]);
  if (!marks.includes(1)) {
    return;
  }
  for (let index = 0; index < mask.length; index += 1) {
    mask[index] = (mask[index] ?? 0) | (marks[places === undefined ? 1 : (places[index] ?? 0)] ?? 0);
  }
}

/** Rows that are in both; the first mask is changed. */
export function and(mask: Mask, other: Mask): Mask {
  for (let index = 0; index < mask.length; index += 1) {
    mask[index] = (mask[index] ?? 0) & (other[index] ?? 0);
  }
  return mask;
}

function or(mask: Mask, other: Mask): Mask {
  for (let index = 0; index < mask.length; index += 1) {
    mask[index] = (mask[index] ?? 0) | (other[index] ?? 0);
  }
  return mask;
}

function not(mask: Mask): Mask {
  for (let index = 0; index < mask.length; index += 1) {
    mask[index] = 1 - (mask[index] ?? 0);
  }
  return mask;
}
