// arguments/: the arguments of a call, read, mended where it is beyond doubt and checked against the tool's schema.
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { type Failure, toPointer } from '../schema/failure-list.ts';
import type { ArgumentsForm } from './argument-form.ts';
import { MadeLists, mend, type Mending, toMendings } from './coercion.ts';
import { type CheckResult, type SchemaChecker, withSchema } from './schema-checker.ts';

/** One thing that is wrong with the arguments of a call. */
export interface ArgumentFailure {
  /** JSON Pointer into the arguments; empty for the arguments as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Arguments that may travel, as they do. */
export interface CheckedArguments {
  readonly value: JsonObject;
  /** The same as they came, but for what was coerced. */
  readonly raw: RawJson;
  /** JSON Pointers of the values that were coerced. */
  readonly coerced: readonly string[];
  /** Why they were not checked, or not all of them. */
  readonly skipped: string | undefined;
}

/** The arguments, or what is wrong with them. */
export type ArgumentValidation =
  | ({ readonly ok: true } & CheckedArguments)
  | { readonly ok: false; readonly message: string; readonly failures: readonly ArgumentFailure[] };

/** Rounds of coercion: a value may become a list, then the item in it a number. */
const MAX_ROUNDS = 4;
/** Failures that a caller is told of, and that are looked at for them: several may say the same. */
const MAX_TOLD = 10;
const MAX_LOOKED_AT = 100;
const NONE: readonly string[] = [];

export interface ValidationOptions {
  /** Whether scalars that came in the wrong type are made what the schema asks for. */
  readonly coerces: boolean;
}

interface GivenArguments {
  readonly value: JsonObject;
  readonly raw: RawJson;
}

/** Arguments after their last check. */
interface Outcome extends CheckResult {
  readonly sent: GivenArguments;
  readonly mendings: readonly Mending[];
  readonly lists: MadeLists;
}

/**
 * Checks the arguments of a call against the tool's input schema before the hop, and mends them where their types are
 * wrong and their meaning is beyond doubt. A schema that can't be compiled, or takes too much work, refuses nothing: such
 * arguments are sent as they came.
 */
export function validateArguments(
  record: ToolRecord,
  form: ArgumentsForm,
  { coerces }: ValidationOptions,
): ArgumentValidation {
  if (!form.ok) {
    return { ok: false, message: form.message, failures: [{ path: '', message: form.message }] };
  }
  const verdict = withSchema(record.tool['inputSchema'], (checker) => checkAndMend(form, checker, coerces));
  if (verdict.kind === 'skipped') {
    return { ...form, coerced: [], skipped: verdict.reason };
  }
  const { failures, unchecked, sent, mendings, lists } = verdict.value;
  return failures.length === 0
    ? { ...sent, ok: true, coerced: toCoerced(mendings, lists), skipped: unchecked }
    : refuse(record, failures, lists);
}

function checkAndMend(given: GivenArguments, checker: SchemaChecker, coerces: boolean): Outcome {
  const mendings: Mending[] = [];
  const lists = new MadeLists();
  let sent = given;
  for (let round = 0; ; round += 1) {
    const result = checker.check(sent.value);
    const found = coerces && round < MAX_ROUNDS ? toMendings(result.failures) : [];
    const raw = found.length === 0 ? undefined : mend(sent.raw, found, checker.budget);
    if (raw?.object === undefined) {
      return { ...result, sent, mendings, lists };
    }
    sent = { raw, value: raw.object };
    mendings.push(...found);
    found.forEach((mending) => lists.add(mending));
  }
}

/** A list that we made of a value is nothing that the caller knows of: what is wrong in it is wrong with that value. */
function refuse(record: ToolRecord, found: readonly Failure[], lists: MadeLists): ArgumentValidation {
  const failures = found.slice(0, MAX_LOOKED_AT).map(({ path, message }): ArgumentFailure => {
    const list = lists.above(path);
    return list === undefined
      ? { path: toPointer(path), message }
      : { path: toPointer(list), message: 'must be array' };
  });
  const unique = [...new Map(failures.map((failure) => [`${failure.path} ${failure.message}`, failure])).values()];
  const told = unique.slice(0, MAX_TOLD);
  const list = told.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
  return { ok: false, message: `Invalid arguments for ${record.backendTool}: ${list}`, failures: told };
}

function toCoerced(mendings: readonly Mending[], lists: MadeLists): readonly string[] {
  return mendings.length === 0 ? NONE : [...new Set(mendings.map(({ path }) => toPointer(lists.above(path) ?? path)))];
}
