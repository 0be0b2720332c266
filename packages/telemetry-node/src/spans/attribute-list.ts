import { diag, type AnyValue, type Attributes } from '@opentelemetry/api';
import { cleanValue, keysOf } from './clean-values.ts';
import { type KeySet, NO_KEYS } from './key-set.ts';
import type { SharedAttributes, SharedSets } from './shared-attributes.ts';
import type { AttributeTransform } from './span-redaction.ts';

/** Limits of one list (OpenTelemetry specification, "Attribute Limits"). */
export interface AttributeLimits {
  /** Attributes past it are dropped and counted. */
  readonly maxCount: number;
  /** Longer texts are cut, in UTF-16 units; above zero, as `toValueLengthLimit` gives it. */
  readonly maxValueLength: number;
  /** What was shared by the spans before. */
  readonly shared: SharedSets;
}

/** From here on a key is looked up instead of searched. */
const MAX_SEARCHED = 64;

/**
 * The attributes of one span: those that it shares with others, then its own, each in the order in which they were set. Its
 * own lie in two lists and not in an object: an object with fifty keys that differ from span to span takes five times as long
 * to fill and to read.
 */
export class AttributeList {
  readonly shared: SharedAttributes[] = [];
  readonly keys: string[] = [];
  readonly values: AnyValue[] = [];
  droppedCount = 0;
  readonly #limits: AttributeLimits;
  #sharedKeys: KeySet = NO_KEYS;
  #index: Map<string, number> | undefined;

  constructor(limits: AttributeLimits) {
    this.#limits = limits;
  }

  /**
   * Adds an attribute, or replaces the one of that name.
   *
   * @returns False when key or value is none that OpenTelemetry knows, and nothing changed.
   */
  set(key: string, value: AnyValue): boolean {
    if (value === undefined) {
      return true;
    }
    if (typeof key !== 'string' || key.length === 0) {
      return isInvalid('An attribute without a key');
    }
    if (this.#sharedKeys.has(key)) {
      this.#unshare();
    }
    const at = this.#find(key);
    if (at === -1 && this.#sharedKeys.size + this.keys.length >= this.#limits.maxCount) {
      this.droppedCount += 1;
      return true;
    }
    const kept = clean(value, this.#limits.maxValueLength);
    if (kept === undefined) {
      return isInvalid(`The value of the attribute "${key}"`);
    }
    if (at === -1) {
      this.#add(key, kept);
    } else {
      this.values[at] = kept;
    }
    return true;
  }

  /** Adds what a span starts with; here an invalid attribute counts as dropped, as in the SDK. */
  setFirst(attributes: Attributes): void {
    this.setAll(attributes, () => {
      this.droppedCount += 1;
    });
  }

  /** Adds each of `attributes`; of a frozen object it holds what all spans have that are given it. Never throws, whatever they are. */
  setAll(attributes: Attributes, onInvalid?: () => void): void {
    if (typeof attributes !== 'object' || attributes === null) {
      return;
    }
    const shared = this.#limits.shared.find(attributes);
    if (shared !== undefined && this.#addShared(shared)) {
      return;
    }
    for (const key of keysOf(attributes)) {
      if (!this.#setFrom(attributes, key)) {
        onInvalid?.();
      }
    }
  }

  /** Puts what `transform` gives in place of each value; nothing that was dropped before comes back. */
  transform(transform: AttributeTransform): void {
    const { keys, values, shared } = this;
    shared.forEach((attributes, at) => {
      shared[at] = attributes.transformed(transform);
    });
    let kept = 0;
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at] ?? '';
      const value = transform(key, values[at]);
      if (value === undefined) {
        continue;
      }
      keys[kept] = key;
      values[kept] = value;
      kept += 1;
    }
    if (kept === keys.length) {
      return;
    }
    keys.length = kept;
    values.length = kept;
    this.#index = undefined;
  }

  /** The same as an object of its own, as other exporters read it. */
  toAttributes(): Attributes {
    const own = this.keys.map((key, at) => [key, this.values[at]] as const);
    return Object.fromEntries([...this.shared.flatMap((shared) => shared.entries()), ...own]);
  }

  /** @returns False when one of them is set, or not all have room, and nothing changed. */
  #addShared(shared: SharedAttributes): boolean {
    const { keySet } = shared;
    const union = this.#sharedKeys.union(keySet);
    if (union === false || union.size + this.keys.length > this.#limits.maxCount) {
      return false;
    }
    if (this.keys.some((key) => keySet.has(key))) {
      return false;
    }
    this.shared.push(shared);
    this.#sharedKeys = union;
    return true;
  }

  /** Makes what is shared its own, before a part of it changes. */
  #unshare(): void {
    const entries = this.shared.flatMap((shared) => shared.entries());
    this.shared.length = 0;
    this.#sharedKeys = NO_KEYS;
    this.#index = undefined;
    this.keys.unshift(...entries.map(([key]) => key));
    this.values.unshift(...entries.map(([, value]) => value));
  }

  #setFrom(attributes: Attributes, key: string): boolean {
    let value: AnyValue;
    try {
      value = attributes[key];
    } catch {
      return isInvalid(`The value of the attribute "${key}"`);
    }
    return this.set(key, value);
  }

  #find(key: string): number {
    const { keys } = this;
    const { length } = keys;
    if (length < MAX_SEARCHED) {
      for (let at = 0; at < length; at += 1) {
        if (keys[at] === key) {
          return at;
        }
      }
      return -1;
    }
    this.#index ??= new Map(keys.map((known, at) => [known, at]));
    return this.#index.get(key) ?? -1;
  }

  #add(key: string, value: AnyValue): void {
    this.#index?.set(key, this.keys.length);
    this.keys.push(key);
    this.values.push(value);
  }
}

function clean(value: AnyValue, maxLength: number): AnyValue {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'string' && value.length <= maxLength) {
    return value;
  }
  // Anything else is rare enough for the SDK's own rules, copies and cuts.
  return cleanValue(value, maxLength);
}

function isInvalid(what: string): false {
  diag.warn(`${what} is not valid; it is left out`);
  return false;
}
