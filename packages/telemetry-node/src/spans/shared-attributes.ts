import type { AnyValue, Attributes } from '@opentelemetry/api';
import { cleanValue } from './clean-values.ts';
import { type KeySet, keySetOf } from './key-set.ts';
import type { AttributeTransform } from './span-redaction.ts';

type Entry = readonly [key: string, value: AnyValue];

/**
 * Attributes that many spans have in common. They are given as one frozen object each time, by which they are known: what is
 * the same for each call of a tool is cleaned, redacted and encoded once, and a span holds a reference.
 */
export class SharedAttributes {
  readonly keys: readonly string[];
  readonly values: readonly AnyValue[];
  readonly keySet: KeySet;
  #transform: AttributeTransform | undefined;
  #transformed: SharedAttributes = this;

  constructor(entries: readonly Entry[]) {
    this.keys = entries.map(([key]) => key);
    this.values = entries.map(([, value]) => value);
    this.keySet = keySetOf(this.keys);
  }

  entries(): readonly Entry[] {
    return this.keys.map((key, at) => [key, this.values[at]]);
  }

  /** The same with what `transform` gives in place of each value; it is asked once. */
  transformed(transform: AttributeTransform): SharedAttributes {
    if (this.#transform !== transform) {
      const entries = this.entries().map(([key, value]): Entry => [key, transform(key, value)]);
      this.#transformed = new SharedAttributes(entries.filter(([, value]) => value !== undefined));
      this.#transform = transform;
    }
    return this.#transformed;
  }
}

/** Finds what is shared by the object that it was given in, within one bound of texts. */
export class SharedSets {
  readonly #maxValueLength: number;
  readonly #byObject = new WeakMap<Attributes, SharedAttributes>();

  constructor(maxValueLength: number) {
    this.#maxValueLength = maxValueLength;
  }

  /** `undefined` for what may change, and for what holds something that is no attribute. Never throws. */
  find(attributes: Attributes): SharedAttributes | undefined {
    const known = this.#byObject.get(attributes);
    if (known !== undefined) {
      return known;
    }
    const shared = share(attributes, this.#maxValueLength);
    if (shared !== undefined) {
      this.#byObject.set(attributes, shared);
    }
    return shared;
  }
}

function share(attributes: Attributes, maxLength: number): SharedAttributes | undefined {
  try {
    if (!Object.isFrozen(attributes)) {
      return undefined;
    }
    const entries = Object.entries(Object.getOwnPropertyDescriptors(attributes)).map(
      ([key, { enumerable, value }]): Entry => [
        enumerable === true ? key : '',
        isConstant(value) ? cleanValue(value, maxLength) : undefined,
      ],
    );
    return entries.every(([key, value]) => key !== '' && value !== undefined)
      ? new SharedAttributes(entries)
      : undefined;
  } catch {
    return undefined; // a trap of a proxy threw
  }
}

/** Of objects a list of plain values alone: it is copied, and nothing in it can change. */
function isConstant(value: unknown): boolean {
  if (typeof value !== 'object') {
    return value !== undefined;
  }
  return Array.isArray(value) && Object.isFrozen(value) && value.every((item) => typeof item !== 'object');
}
