import { Ajv, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject, JsonValue } from '../protocol/json-rpc.ts';
import { toLinearRegex, type LinearRegex } from './linear-regex.ts';

// An ajv instance keeps something of every schema it has compiled; a new one now and then bounds that.
const MAX_COMPILED = 256;
// Formats are checked by backtracking expressions of ajv-formats; some are quadratic in the length of the text.
const MAX_FORMAT_LENGTH = 2_048;

/** Thrown while compiling a schema with a pattern that can't be checked in linear time. */
export class UncheckablePattern extends Error {
  override readonly name = 'UncheckablePattern';
}

type Dialect = 'draft-07' | '2020-12';

const compilers = new Map<Dialect, { readonly ajv: Ajv; compiled: number }>();

/**
 * Compiles a schema: 2020-12, or draft-07 (and the drafts before it) where `$schema` says so. What one server's schema
 * declares never reaches another's.
 *
 * @throws {UncheckablePattern} When a pattern has no linear form.
 * @throws {Error} When it is no JSON Schema.
 */
export function compileSchema(schema: JsonObject): ValidateFunction {
  const dialect = readDialect(schema);
  const prepared = toSelfContained(schema);
  const shared = takeShared(dialect);
  if (!declaresNames(schema)) {
    return shared.compile(prepared);
  }
  // ajv keeps the names a schema declares for all later ones, so such a schema gets an instance of its own; the shared
  // one still checks it, because the meta-schemas are most of what an instance costs.
  void shared.validateSchema(prepared, true);
  return createAjv(dialect, { validateSchema: false, meta: false }).compile(prepared);
}

function takeShared(dialect: Dialect): Ajv {
  let compiler = compilers.get(dialect);
  if (compiler === undefined || compiler.compiled >= MAX_COMPILED) {
    compiler = { ajv: createAjv(dialect), compiled: 0 };
    compilers.set(dialect, compiler);
  }
  compiler.compiled += 1;
  return compiler.ajv;
}

/** True when the schema names itself or a part of itself; a property of such a name counts, too, and only costs time. */
function declaresNames(schema: JsonObject): boolean {
  return /"\$(?:id|anchor|dynamicAnchor|recursiveAnchor)"/.test(JSON.stringify(schema));
}

function readDialect(schema: JsonObject): Dialect {
  const declared = schema['$schema'];
  return typeof declared === 'string' && /draft-0[3-7]/.test(declared) ? 'draft-07' : '2020-12';
}

/**
 * Without `$schema`: ajv refuses a dialect it has no meta-schema of, and the keywords that tools use mean the same in
 * all of them. Without `$async`: it would make the check a promise. With an `$id`: without one, ajv can't resolve
 * `$ref: "#"` unless it keeps the schema for good.
 */
function toSelfContained(schema: JsonObject): JsonObject {
  const { $schema: _, $async: __, ...rest } = schema;
  return { $id: 'https://tool.invalid/', ...rest };
}

function createAjv(dialect: Dialect, more: Options = {}): Ajv {
  const options: Options = {
    strict: false,
    allErrors: true,
    logger: false,
    addUsedSchema: false,
    // Optimizing the code of a check takes longer than all checks it will ever make.
    code: { optimize: false, regExp: Object.assign(linearRegex, { code: 'new RegExp' }) },
    ...more,
  };
  const ajv = dialect === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  boundFormats(ajv);
  // The built-in check compares every item with every other.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: hasUniqueItems });
  return ajv;
}

function linearRegex(pattern: string): LinearRegex {
  const regex = toLinearRegex(pattern);
  if (regex === undefined) {
    throw new UncheckablePattern(`no linear form of the pattern ${pattern}`);
  }
  return regex;
}

function boundFormats(ajv: Ajv): void {
  for (const [name, format] of Object.entries(ajv.formats)) {
    if (format instanceof RegExp) {
      ajv.addFormat(name, (text: string) => text.length > MAX_FORMAT_LENGTH || format.test(text));
    } else if (typeof format === 'function') {
      ajv.addFormat(name, (text: string) => text.length > MAX_FORMAT_LENGTH || format(text));
    }
  }
}

function hasUniqueItems(isAsked: boolean, items: readonly JsonValue[]): boolean {
  return !isAsked || new Set(items.map(toComparable)).size === items.length;
}

function toComparable(value: JsonValue): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(sortKeys(value)) : value;
}

function sortKeys(value: JsonValue | undefined): unknown {
  if (Array.isArray(value)) {
    return value.map((item: JsonValue) => sortKeys(item));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sortKeys(entry)]),
  );
}
