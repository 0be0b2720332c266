import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { type Failure, FailureList } from '../schema/failure-list.ts';
import { type CompiledSchema, compileSchema } from '../schema/schema-compiler.ts';
import { evaluate, type Run } from '../schema/schema-node.ts';
import { Uncheckable, WorkBudget } from '../schema/work-budget.ts';

/** What a check found. */
export interface CheckResult {
  readonly failures: readonly Failure[];
  /** What of the schema could not be checked; the rest was. */
  readonly unchecked: string | undefined;
}

/** A tool's schema at work: all checks together are bound by one budget. */
export interface SchemaChecker {
  readonly budget: WorkBudget;
  /** @throws {Uncheckable} When it takes too much. */
  check(value: JsonValue): CheckResult;
}

/** What came of the work with a schema; nothing, for a reason that lies in the schema or in the work that it takes. */
export type WithSchema<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'skipped'; readonly reason: string };

/** A schema that is ready, or why it never will be. */
type Prepared = CompiledSchema | { readonly reason: string };

// By the schema object itself: what is kept goes when the catalog drops the tool, so the cache is as large as the catalog.
const prepared = new WeakMap<object, Prepared>();

const EVERYTHING_HOLDS: CheckResult = { failures: [], unchecked: undefined };

/** Works with a tool's schema, within bounds; the schema is compiled at its first use. Without one, everything holds. */
export function withSchema<T>(schema: unknown, work: (checker: SchemaChecker) => T): WithSchema<T> {
  if (schema === undefined) {
    return { kind: 'done', value: work({ budget: WorkBudget.ofCheck(), check: () => EVERYTHING_HOLDS }) };
  }
  if (!isJsonObject(schema)) {
    return { kind: 'skipped', reason: 'the schema is no JSON Schema: it is not an object' };
  }
  const compiled = prepare(schema);
  if ('reason' in compiled) {
    return { kind: 'skipped', reason: compiled.reason };
  }
  const budget = WorkBudget.ofCheck();
  return unlessUncheckable<WithSchema<T>>(
    () => ({ kind: 'done', value: work({ budget, check: (value) => check(compiled, value, budget) }) }),
    ({ message }) => ({ kind: 'skipped', reason: message }),
  );
}

function check({ node, isTracking, scope }: CompiledSchema, value: JsonValue, budget: WorkBudget): CheckResult {
  const run: Run = { budget, isTracking, unchecked: undefined };
  const failures = new FailureList();
  evaluate(node, value, { run, path: undefined, failures, mustKnow: false, seen: undefined, scope });
  return { failures: failures.items, unchecked: run.unchecked };
}

function prepare(schema: JsonObject): Prepared {
  const known = prepared.get(schema);
  if (known !== undefined) {
    return known;
  }
  const made = unlessUncheckable<Prepared>(
    () => compileSchema(schema, WorkBudget.ofCompilation()),
    ({ message }) => ({ reason: message }),
  );
  prepared.set(schema, made);
  return made;
}

/** A `RangeError` is a stack, or a text, that is longer than it can be: the schema and the value are the reason. */
function unlessUncheckable<T>(work: () => T, otherwise: (error: Error) => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Uncheckable || error instanceof RangeError) {
      return otherwise(error);
    }
    throw error;
  }
}
