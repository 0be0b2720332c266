import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json-rpc.ts';
import { toLinearRegex } from './linear-regex.ts';

// Below these keys stand maps whose names are the author's, not keywords.
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
// Below these stand values, not schemas.
const VALUES = new Set(['const', 'enum', 'default', 'examples', 'required', '$schema', '$id', 'description', 'title']);

/**
 * The schema without what can't be checked in linear time: `pattern` with look-around or back-references, and
 * `patternProperties` named by one (with the keywords that depend on it). What is left out stays the upstream's to check.
 */
export function toCheckableSchema(schema: JsonObject): JsonObject {
  const checkable: Record<string, JsonValue | undefined> = {};
  const unchecked = hasUncheckableNames(schema);
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'pattern' && typeof value === 'string' && toLinearRegex(value) === undefined) {
      continue;
    }
    if (unchecked && (key === 'additionalProperties' || key === 'unevaluatedProperties')) {
      continue;
    }
    checkable[key] = toCheckableValue(key, value);
  }
  return checkable;
}

function hasUncheckableNames(schema: JsonObject): boolean {
  const patterns = schema['patternProperties'];
  return isJsonObject(patterns) && Object.keys(patterns).some((pattern) => toLinearRegex(pattern) === undefined);
}

function toCheckableValue(key: string, value: JsonValue | undefined): JsonValue | undefined {
  if (VALUES.has(key)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: JsonValue) => (isJsonObject(item) ? toCheckableSchema(item) : item));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  if (!SCHEMA_MAPS.has(key)) {
    return toCheckableSchema(value);
  }
  const entries = Object.entries(value).filter(
    ([name]) => key !== 'patternProperties' || toLinearRegex(name) !== undefined,
  );
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, isJsonObject(entry) ? toCheckableSchema(entry) : entry]),
  );
}
