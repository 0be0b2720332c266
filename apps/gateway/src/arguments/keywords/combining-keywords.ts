import type { JsonValue } from '../../protocol/json-rpc.ts';
import { type Failure, FailureList, type Path } from '../schema/failure-list.ts';
import { type Check, evaluate, fail, type SchemaNode, type Visit, visitQuietly } from '../schema/schema-node.ts';
import type { WorkBudget } from '../schema/work-budget.ts';
import { type KeywordPlace, type Keywords, listOf, misused } from './keyword.ts';

/** Keywords that judge the same value by other schemas. */
export const COMBINING_KEYWORDS: Keywords = [
  ['allOf', allOf],
  ['anyOf', anyOf],
  ['oneOf', oneOf],
  ['not', not],
  ['if', ifThenElse],
];

function compileAll(value: JsonValue, place: KeywordPlace): readonly SchemaNode[] {
  const schemas = listOf(value, place);
  if (schemas.length === 0) {
    throw misused(place, 'a list of schemas');
  }
  return schemas.map((schema) => place.compile(schema));
}

function allOf(value: JsonValue, place: KeywordPlace): Check {
  const nodes = compileAll(value, place);
  return (given, visit) => {
    let isValid = true;
    for (const node of nodes) {
      isValid = evaluate(node, given, visit) && isValid;
      if (!isValid && visit.failures?.isFull !== false) {
        return false;
      }
    }
    return isValid;
  };
}

function anyOf(value: JsonValue, place: KeywordPlace): Check {
  const nodes = compileAll(value, place);
  return (given, visit) => {
    const failures: FailureList[] = [];
    let isValid = false;
    for (const node of nodes) {
      const own = visit.failures && new FailureList();
      isValid = evaluate(node, given, { ...visit, failures: own }) || isValid;
      if (isValid && !visit.run.isTracking) {
        return true;
      }
      if (own !== undefined) {
        failures.push(own);
      }
    }
    return isValid || failBranches(visit, failures, 'must match a schema in anyOf');
  };
}

function oneOf(value: JsonValue, place: KeywordPlace): Check {
  const nodes = compileAll(value, place);
  return (given, visit) => {
    const failures: FailureList[] = [];
    let matches = 0;
    for (const node of nodes) {
      const own = visit.failures && new FailureList();
      matches += evaluate(node, given, { ...visit, failures: own, mustKnow: true }) ? 1 : 0;
      if (matches > 1) {
        return fail(visit, 'must match exactly one schema in oneOf, and matches several');
      }
      if (own !== undefined) {
        failures.push(own);
      }
    }
    return matches === 1 || failBranches(visit, failures, 'must match exactly one schema in oneOf');
  };
}

/** Where one branch alone would hold with a mended value, that is what is wrong; else all of it is, and nothing is mended. */
function failBranches(visit: Visit, branches: readonly FailureList[], message: string): false {
  const { failures, run } = visit;
  if (failures === undefined) {
    return false;
  }
  const mendable = branches.filter((branch) => branch.isMendable);
  const [first, ...others] = mendable;
  if (first !== undefined && others.every((other) => isSameMending(first.items, other.items, run.budget))) {
    run.budget.spend(first.items.length);
    first.items.forEach((failure) => failures.add(failure));
    return false;
  }
  for (const { items } of branches) {
    run.budget.spend(items.length);
    items.forEach(({ path, message: reason }) => failures.add({ path, message: reason }));
  }
  return fail(visit, message);
}

/** Branches that ask for the same at the same places: a value of `number`, or of `integer`. */
function isSameMending(a: readonly Failure[], b: readonly Failure[], budget: WorkBudget): boolean {
  return (
    a.length === b.length &&
    a.every(({ path, edit }, index) => {
      const other = b[index];
      return edit?.kind === other?.edit?.kind && isSamePlace(path, other?.path, budget);
    })
  );
}

/** Places below the value that all branches judge: from there on up, they are one and the same. */
function isSamePlace(a: Path | undefined, b: Path | undefined, budget: WorkBudget): boolean {
  let [left, right] = [a, b];
  while (left !== right) {
    budget.spend();
    if (left === undefined || right === undefined || left.key !== right.key) {
      return false;
    }
    [left, right] = [left.parent, right.parent];
  }
  return true;
}

function not(value: JsonValue, place: KeywordPlace): Check {
  const node = place.compile(value);
  return (given, visit) =>
    !evaluate(node, given, { ...visitQuietly(visit), seen: undefined }) || fail(visit, 'must NOT be valid');
}

function ifThenElse(value: JsonValue, place: KeywordPlace): Check {
  const condition = place.compile(value);
  const { then, else: otherwise } = place.schema;
  const whenTrue = then === undefined ? undefined : place.compile(then);
  const whenFalse = otherwise === undefined ? undefined : place.compile(otherwise);
  return (given, visit) => {
    const node = evaluate(condition, given, visitQuietly(visit)) ? whenTrue : whenFalse;
    return node === undefined || evaluate(node, given, visit);
  };
}
