import type { JsonValue } from '../../protocol/json-rpc.ts';
import type { Edit } from '../schema/failure-list.ts';

/** The text of a JSON number (RFC 8259); bounded, because nobody writes longer ones. */
const NUMBER = /^-?(?:0|[1-9]\d{0,99})(?:\.\d{1,99})?(?:[eE][+-]?\d{1,3})?$/;

/**
 * What makes `value` one of `types`, where there is one way only: `"1"` for a number, `"true"` for a boolean, a value
 * alone for a list of such values.
 */
export function editToType(types: ReadonlySet<unknown>, value: JsonValue): Edit | undefined {
  const scalar = typeof value === 'string' && isScalarOf(types, value) ? value : undefined;
  const canBeItem = types.has('array') && isAlone(value);
  if (scalar !== undefined) {
    return canBeItem ? undefined : { kind: 'unquote', text: scalar };
  }
  return canBeItem ? { kind: 'wrap' } : undefined;
}

/**
 * As {@link editToType}, for a schema that names its values and no type.
 *
 * @param texts The numbers and booleans among them, as they are written.
 */
export function editToOneOf(texts: ReadonlySet<string>, value: JsonValue): Edit | undefined {
  return typeof value === 'string' && texts.has(value) && value !== 'null'
    ? { kind: 'unquote', text: value }
    : undefined;
}

function isScalarOf(types: ReadonlySet<unknown>, text: string): boolean {
  if (types.has('boolean') && (text === 'true' || text === 'false')) {
    return true;
  }
  if (!NUMBER.test(text) || !Number.isFinite(Number(text))) {
    return false;
  }
  return types.has('number') || (types.has('integer') && Number.isInteger(Number(text)));
}

/** Characters of white space that may stand before the list that a text holds. */
const MAX_SPACE = 64;

/** A text that holds a list means that list; nothing is no item. */
function isAlone(value: JsonValue): boolean {
  return typeof value === 'string'
    ? !value.slice(0, MAX_SPACE).trimStart().startsWith('[')
    : value !== null && !Array.isArray(value);
}
