import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { WorkBudget } from './work-budget.ts';

/** Characters that are copied in the time of one step. */
const CHARACTERS_PER_STEP = 64;

/** Characters that are compared in the time of one step. */
const COMPARED_PER_STEP = 1_024;

/** Spends what comparing `value` with another one costs, where it is a text. */
export function spendOnComparing(value: JsonValue | undefined, budget: WorkBudget): void {
  if (typeof value === 'string' && value.length > COMPARED_PER_STEP) {
    budget.spend(Math.ceil(value.length / COMPARED_PER_STEP));
  }
}

/** Spends what a copy of `text` costs. */
function spendOnText(text: string, budget: WorkBudget): void {
  if (text.length > CHARACTERS_PER_STEP) {
    budget.spend(Math.ceil(text.length / CHARACTERS_PER_STEP));
  }
}

/** The names of an object's own members, in their order. */
export function namesOf(value: JsonObject, budget: WorkBudget): readonly string[] {
  const names = Object.keys(value);
  budget.spend(names.length);
  return names;
}

/** Whether two values are the same JSON (JSON Schema 2020-12, "Instance Equality"). */
export function isEqual(a: JsonValue | undefined, b: JsonValue | undefined, budget: WorkBudget): boolean {
  budget.spend();
  spendOnComparing(a, budget);
  if (a === b) {
    return true;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: JsonValue, index) => isEqual(item, b[index], budget));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) {
    return false;
  }
  const names = namesOf(a, budget);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name], budget))
  );
}

/**
 * Gives texts that are the same for equal values, and for no others. An integer whose digits a double does not hold equals
 * no other: which one it was nobody can tell any more, and ids of 64 bits are seldom the same.
 */
export class CanonicalTexts {
  readonly #budget: WorkBudget;
  #inexact = 0;

  constructor(budget: WorkBudget) {
    this.#budget = budget;
  }

  of(value: JsonValue | undefined): string {
    const budget = this.#budget;
    budget.spend();
    if (typeof value === 'string') {
      spendOnText(value, budget);
      return JSON.stringify(value);
    }
    if (Array.isArray(value)) {
      return `[${value.map((item: JsonValue) => this.of(item)).join()}]`;
    }
    if (isJsonObject(value)) {
      const names = namesOf(value, budget).toSorted();
      return `{${names.map((name) => `${this.of(name)}:${this.of(value[name])}`).join()}}`;
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      this.#inexact += 1;
      return `#${this.#inexact}`;
    }
    return JSON.stringify(value) ?? '';
  }
}
