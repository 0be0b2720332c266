import type { JsonValue } from '../../protocol/json-rpc.ts';
import type { Edit, FailureList, Path } from './failure-list.ts';
import { Seen } from './seen.ts';
import { BudgetExceeded, Uncheckable, type WorkBudget } from './work-budget.ts';

/** One keyword of a schema, ready to judge a value; what is wrong goes into the failures of the visit. */
export type Check = (value: JsonValue, visit: Visit) => boolean;

/** One schema, ready to judge values. Its checks are set once it is compiled: schemas refer to each other. */
export interface SchemaNode {
  readonly resource: SchemaResource;
  /** The schema `false`. */
  readonly isNever: boolean;
  /** `type`: where it does not hold, nothing else is asked of the value. */
  type: Check | undefined;
  /** In the order in which they must run: what asks for the members seen so far comes last. */
  checks: readonly Check[];
}

/** A schema with a URI of its own, and the names within it (JSON Schema 2020-12, "Schema Resources"). */
export interface SchemaResource {
  readonly uri: string;
  readonly root: JsonValue;
  readonly anchors: Map<string, JsonValue>;
  readonly dynamicAnchors: Map<string, JsonValue>;
}

/** The resources that an evaluation came through, the innermost first. */
export interface Scope {
  readonly resource: SchemaResource;
  readonly outer: Scope | undefined;
}

/** One check of some arguments. */
export interface Run {
  readonly budget: WorkBudget;
  /** Whether some keyword asks for the members that others have judged. */
  readonly isTracking: boolean;
  /** What of the schema could not be checked; the rest was. */
  unchecked: string | undefined;
}

/** What a value is judged in. */
export interface Visit {
  readonly run: Run;
  readonly path: Path | undefined;
  /** Absent where only the verdict counts. */
  readonly failures: FailureList | undefined;
  /** True where a keyword that is taken to hold, because it can't be checked, could make the whole fail. */
  readonly mustKnow: boolean;
  /** Absent where nobody asks for the members that are judged here. */
  readonly seen: Seen | undefined;
  /** Absent where no reference depends on the way of the evaluation. */
  readonly scope: Scope | undefined;
}

/** Judges `value` by `node`. @throws {Uncheckable} When that takes more than it may. */
export function evaluate(node: SchemaNode, value: JsonValue, visit: Visit): boolean {
  const { budget } = visit.run;
  budget.enter();
  const isValid = judge(node, value, visit);
  budget.leave();
  return isValid;
}

function judge(node: SchemaNode, value: JsonValue, outer: Visit): boolean {
  const visit = enter(node, outer);
  const { failures, run, seen } = visit;
  if (node.type !== undefined && !node.type(value, visit)) {
    return false;
  }
  let isValid = true;
  for (const check of node.checks) {
    run.budget.spend();
    if (!check(value, visit)) {
      isValid = false;
      if (failures === undefined || failures.isFull) {
        return false;
      }
    }
  }
  if (isValid && outer.seen !== undefined) {
    seen?.mergeInto(outer.seen, run.budget);
  }
  return isValid;
}

/** A schema sees what it and its parts have judged, not what stands beside it has. */
function enter({ resource }: SchemaNode, visit: Visit): Visit {
  const { scope, run } = visit;
  const isNewScope = scope !== undefined && scope.resource !== resource;
  if (!run.isTracking && !isNewScope) {
    return visit;
  }
  return {
    ...visit,
    seen: run.isTracking ? new Seen() : undefined,
    scope: isNewScope ? { resource, outer: scope } : scope,
  };
}

/** The visit of a member of the value of `visit`. */
export function visitMember({ run, path, failures, mustKnow, scope }: Visit, key: string | number): Visit {
  return { run, path: { parent: path, key }, failures, mustKnow, seen: undefined, scope };
}

/** A visit that asks for the verdict alone, and for a certain one. */
export function visitQuietly(visit: Visit): Visit {
  return { ...visit, failures: undefined, mustKnow: true };
}

/** Tells what is wrong with the value of `visit`. @returns False, the verdict. */
export function fail({ failures, path }: Visit, message: string, edit?: Edit): false {
  failures?.add({ path, message, edit });
  return false;
}

/** What `ask` says; undefined where it can't be known and the rest can do without. @throws {Uncheckable} Where it can't. */
export function askIfCheckable<T>(visit: Visit, ask: (budget: WorkBudget) => T): T | undefined {
  const { run, mustKnow } = visit;
  try {
    return ask(run.budget);
  } catch (error) {
    if (mustKnow || !(error instanceof Uncheckable) || error instanceof BudgetExceeded) {
      throw error;
    }
    run.unchecked ??= error.message;
    return undefined;
  }
}
