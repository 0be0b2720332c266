import { asList, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json-rpc.ts';

// Compiling takes some ten microseconds for each subschema, and it holds up everything else.
const MAX_SUBSCHEMAS = 5_000;
const MAX_LENGTH = 128 * 1024;

/**
 * False for a schema that would hold up the gateway: too long, or one whose local references unfold to too many
 * subschemas (twenty definitions that each refer twice to the next are a million checks). Such a schema is left to its
 * upstream.
 *
 * @throws {RangeError} When it is nested deeper than the stack.
 */
export function isAffordable(schema: JsonObject): boolean {
  return JSON.stringify(schema).length <= MAX_LENGTH && new SchemaCost(schema).total() <= MAX_SUBSCHEMAS;
}

/** Counts the subschemas of a schema with its references unfolded. */
class SchemaCost {
  readonly #root: JsonObject;
  /** By reference; 1 while it is being counted: recursion is bounded by the arguments. */
  readonly #known = new Map<string, number>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  total(): number {
    return this.#count(this.#root);
  }

  #count(value: JsonValue | undefined): number {
    if (!isJsonObject(value)) {
      return this.#sum(asList(value));
    }
    const reference = value['$ref'];
    const referred = typeof reference === 'string' ? this.#countReference(reference) : 0;
    // Definitions cost where they are referred to.
    const { $defs: _, definitions: __, ...own } = value;
    return 1 + referred + this.#sum(Object.values(own));
  }

  #sum(values: readonly (JsonValue | undefined)[]): number {
    let sum = 0;
    for (const value of values) {
      sum += this.#count(value);
    }
    return sum;
  }

  #countReference(reference: string): number {
    const known = this.#known.get(reference);
    if (known !== undefined) {
      return known;
    }
    this.#known.set(reference, 1);
    const cost = this.#count(this.#resolve(reference));
    this.#known.set(reference, cost);
    return cost;
  }

  #resolve(reference: string): JsonValue | undefined {
    if (!reference.startsWith('#/')) {
      return undefined;
    }
    let value: JsonValue | undefined = this.#root;
    for (const key of reference.slice(2).split('/')) {
      if (!isJsonObject(value)) {
        return undefined;
      }
      value = value[key.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return value;
  }
}
