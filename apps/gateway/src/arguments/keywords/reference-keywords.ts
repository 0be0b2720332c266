import type { JsonValue } from '../../protocol/json-rpc.ts';
import { type Check, evaluate } from '../schema/schema-node.ts';
import { type KeywordPlace, type Keywords, misused } from './keyword.ts';

/** Keywords that name another schema. */
export const REFERENCE_KEYWORDS: Keywords = [
  ['$ref', reference],
  ['$dynamicRef', dynamicReference],
  ['$recursiveRef', dynamicReference],
];

function reference(value: JsonValue, place: KeywordPlace): Check {
  const node = place.resolve(textOf(value, place));
  return (given, visit) => evaluate(node, given, visit);
}

function dynamicReference(value: JsonValue, place: KeywordPlace): Check {
  const resolve = place.resolveDynamically(textOf(value, place));
  return (given, visit) => evaluate(resolve(visit), given, visit);
}

function textOf(value: JsonValue, place: KeywordPlace): string {
  if (typeof value !== 'string') {
    throw misused(place, 'a text');
  }
  return value;
}
