import type { ErrorObject, ValidateFunction } from 'ajv';
import { isJsonObject, type JsonObject } from '../protocol/json-rpc.ts';
import { toCheckableSchema } from './checkable-schema.ts';
import { compileSchema, UncheckablePattern } from './schema-compiler.ts';
import { isAffordable } from './schema-cost.ts';

/** One thing that is wrong with the arguments of a call. */
export interface ArgumentFailure {
  /** JSON Pointer into the arguments; empty for the arguments as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What a tool's input schema can say about arguments; `none` when there is no schema, or one too costly to check. */
export type SchemaValidator =
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'checks'; readonly check: (args: JsonObject) => readonly ArgumentFailure[] };

const MAX_FAILURES = 10;
const NONE: SchemaValidator = { kind: 'none' };

// By the schema object itself: a validator goes when the catalog drops its tool, so the cache is as large as the catalog.
const validators = new WeakMap<object, SchemaValidator>();

/** The validator of a schema, compiled at its first use. */
export function schemaValidator(schema: unknown): SchemaValidator {
  if (schema === undefined) {
    return NONE;
  }
  if (!isJsonObject(schema)) {
    return { kind: 'invalid', reason: 'inputSchema is not an object' };
  }
  const known = validators.get(schema);
  if (known !== undefined) {
    return known;
  }
  const validator = compile(schema);
  validators.set(schema, validator);
  return validator;
}

function compile(schema: JsonObject): SchemaValidator {
  try {
    if (!isAffordable(schema)) {
      return NONE;
    }
    const validate = compileLinear(schema);
    return { kind: 'checks', check: (args) => check(validate, args) };
  } catch (error) {
    return { kind: 'invalid', reason: error instanceof Error ? error.message : 'it does not compile' };
  }
}

function compileLinear(schema: JsonObject): ValidateFunction {
  try {
    return compileSchema(schema);
  } catch (error) {
    if (!(error instanceof UncheckablePattern)) {
      throw error;
    }
    return compileSchema(toCheckableSchema(schema));
  }
}

function check(validate: ValidateFunction, args: JsonObject): readonly ArgumentFailure[] {
  try {
    if (validate(args)) {
      return [];
    }
  } catch {
    // Only a nesting deeper than the stack gets here.
    return [{ path: '', message: 'is nested too deeply' }];
  }
  return dedupe((validate.errors ?? []).map(toFailure)).slice(0, MAX_FAILURES);
}

function toFailure(error: ErrorObject): ArgumentFailure {
  const params: Record<string, unknown> = error.params;
  const missing = params['missingProperty'];
  if (error.keyword === 'required' && typeof missing === 'string') {
    return { path: `${error.instancePath}/${escapePointer(missing)}`, message: 'is required' };
  }
  const extra = params['additionalProperty'] ?? params['unevaluatedProperty'];
  if (typeof extra === 'string') {
    return { path: `${error.instancePath}/${escapePointer(extra)}`, message: 'is not a property of the tool' };
  }
  return { path: error.instancePath, message: toMessage(error, params) };
}

function toMessage(error: ErrorObject, params: Record<string, unknown>): string {
  const allowed = params['allowedValues'];
  if (Array.isArray(allowed)) {
    return `must be one of ${JSON.stringify(allowed.slice(0, 20))}`;
  }
  if (error.keyword === 'const') {
    return `must be ${JSON.stringify(params['allowedValue'])}`;
  }
  if (error.keyword === 'uniqueItems') {
    return 'must not have equal items';
  }
  return error.message ?? `does not satisfy ${error.keyword}`;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function dedupe(failures: readonly ArgumentFailure[]): readonly ArgumentFailure[] {
  return [...new Map(failures.map((failure) => [`${failure.path} ${failure.message}`, failure])).values()];
}
