import { isFaceted, pathOf, type QueryField, type QueryFields } from '../query/fields/query-field.ts';
import { getterOf } from '../query/query-predicate.ts';
import { derivation } from '../query/values/derived-value.ts';

/** Which values. */
export interface FacetOptions {
  /** A field of the list: a text, one of a closed set, or a flag. */
  readonly field: string;
  /** Only values that contain this, upper and lower case alike. */
  readonly contains?: string;
  /** Most values of the answer. Default 20. */
  readonly limit?: number;
}

/** A value, and how many rows have it. */
export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** The most frequent values of a field. */
export interface Facet {
  /** How many different ones there are. */
  readonly total: number;
  /** The most frequent first; those that as many rows have by name. */
  readonly values: readonly FacetValue[];
  /** False where there are so many different ones that those of older rows were not counted. */
  readonly complete: boolean;
}

const DEFAULT_LIMIT = 20;
/** Different values that are counted. */
const MAX_DIFFERENT = 20_000;

/** @throws {RangeError} When there is no such field, or it is a number or time. */
export function facetField(fields: QueryFields, name: string): QueryField {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined || !isFaceted(field)) {
    throw new RangeError(`there is no field ${name} whose values can be counted`);
  }
  return field;
}

/**
 * Counts rows by what they have in a field: as many for a value as `field=value` asks for. Of a list each item counts once.
 */
export class FacetCounts {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;
  readonly #contains: string;
  readonly #get: (row: object) => unknown;
  readonly #derive: (found: unknown) => unknown;
  readonly #type: 'string' | 'boolean';
  #isComplete = true;

  /** @throws {RangeError} As {@link facetField}. */
  constructor(fields: QueryFields, { field: name, contains = '', limit = DEFAULT_LIMIT }: FacetOptions) {
    const field = facetField(fields, name);
    this.#limit = limit;
    this.#contains = contains.toLowerCase();
    this.#get = getterOf(pathOf(name, field));
    this.#derive = derivation(field);
    this.#type = field.type === 'flag' ? 'boolean' : 'string';
  }

  countRow(row: object): void {
    this.count(this.#get(row), 1);
  }

  /** @param found What so many rows have where the field is. */
  count(found: unknown, rows: number): void {
    if (typeof found === 'object' && found !== null) {
      new Set(Object.values(found).map(this.#derive)).forEach((item) => this.#add(item, rows));
    } else {
      this.#add(this.#derive(found), rows);
    }
  }

  #add(value: unknown, rows: number): void {
    const text = String(value);
    const isAsked = this.#contains === '' || text.toLowerCase().includes(this.#contains);
    if (typeof value !== this.#type || !isAsked) {
      return;
    }
    const known = this.#counts.get(text);
    if (known === undefined && this.#counts.size >= MAX_DIFFERENT) {
      this.#isComplete = false;
      return;
    }
    this.#counts.set(text, (known ?? 0) + rows);
  }

  toFacet(): Facet {
    let values: FacetValue[] = [];
    let last: FacetValue | undefined;
    for (const [value, count] of this.#counts) {
      const next = { value, count };
      // Most are not among them. Sorted now and then: ids from new to old each go before those that were counted already.
      if (last === undefined || mostFirst(next, last) < 0) {
        values.push(next);
      }
      if (values.length >= 2 * this.#limit) {
        values = values.toSorted(mostFirst).slice(0, this.#limit);
        last = values.at(-1);
      }
    }
    values = values.toSorted(mostFirst).slice(0, this.#limit);
    return { total: this.#counts.size, values, complete: this.#isComplete };
  }
}

function mostFirst(one: FacetValue, other: FacetValue): number {
  return other.count - one.count || (one.value < other.value ? -1 : 1);
}
