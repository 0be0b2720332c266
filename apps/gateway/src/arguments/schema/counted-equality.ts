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

/** A text that is the same for equal values, and for no others. */
export function toCanonicalText(value: JsonValue | undefined, budget: WorkBudget): string {
  budget.spend();
  if (typeof value === 'string') {
    spendOnText(value, budget);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item: JsonValue) => toCanonicalText(item, budget)).join()}]`;
  }
  if (!isJsonObject(value)) {
    return JSON.stringify(value) ?? '';
  }
  const members = namesOf(value, budget)
    .toSorted()
    .map((name) => `${toCanonicalText(name, budget)}:${toCanonicalText(value[name], budget)}`);
  return `{${members.join()}}`;
}
