import type { JsonValue } from '../../protocol/json-rpc.ts';
import { CanonicalTexts } from '../schema/counted-equality.ts';
import {
  type Check,
  evaluate,
  fail,
  type SchemaNode,
  type Visit,
  visitMember,
  visitQuietly,
} from '../schema/schema-node.ts';
import { countOf, type Keyword, type KeywordPlace, type Keywords, listOf, misused } from './keyword.ts';

/** Keywords that judge lists and their items, in the order in which they run. */
export const ARRAY_KEYWORDS: Keywords = [
  ['minItems', size('fewer', (count, limit) => count >= limit)],
  ['maxItems', size('more', (count, limit) => count <= limit)],
  ['uniqueItems', uniqueItems],
  ['prefixItems', (value, place) => tuple(listOf(value, place), place)],
  ['items', items],
  ['additionalItems', additionalItems],
  ['contains', contains],
];

type ArrayCheck = (given: readonly JsonValue[], visit: Visit) => boolean;

/** The check of a list; other values are none of its business. */
export function arrayCheck(check: ArrayCheck): Check {
  return (given, visit) => !Array.isArray(given) || check(given, visit);
}

function size(word: 'fewer' | 'more', compare: (count: number, limit: number) => boolean): Keyword {
  return (value, place) => {
    const limit = countOf(value, place);
    return arrayCheck(
      (given, visit) => compare(given.length, limit) || fail(visit, `must NOT have ${word} than ${limit} items`),
    );
  };
}

function uniqueItems(value: JsonValue, place: KeywordPlace): Check | undefined {
  if (typeof value !== 'boolean') {
    throw misused(place, 'true or false');
  }
  return value
    ? arrayCheck((given, visit) => isUnique(given, visit) || fail(visit, 'must not have equal items'))
    : undefined;
}

function isUnique(given: readonly JsonValue[], { run: { budget } }: Visit): boolean {
  budget.spend(given.length);
  const texts = new CanonicalTexts(budget);
  return new Set(given.map((item) => texts.of(item))).size === given.length;
}

function tuple(schemas: readonly JsonValue[], place: KeywordPlace): Check {
  const nodes = schemas.map((schema) => place.compile(schema));
  return arrayCheck((given, visit) => {
    let isValid = true;
    for (const [index, node] of nodes.entries()) {
      const item = given[index];
      isValid = (item === undefined || evaluate(node, item, visitMember(visit, index))) && isValid;
    }
    visit.seen?.addItemsBefore(nodes.length);
    return isValid;
  });
}

/** Before 2020-12, a list of schemas is a tuple. */
function items(value: JsonValue, place: KeywordPlace): Check {
  if (Array.isArray(value)) {
    return tuple(listOf(value, place), place);
  }
  const { prefixItems } = place.schema;
  return rest(place.compile(value), Array.isArray(prefixItems) ? prefixItems.length : 0);
}

function additionalItems(value: JsonValue, place: KeywordPlace): Check | undefined {
  const node = place.compile(value);
  const { items: first } = place.schema;
  return Array.isArray(first) ? rest(node, first.length) : undefined;
}

/** All items from `start` on. */
export function rest(node: SchemaNode, start: number): Check {
  return arrayCheck((given, visit) => {
    let isValid = true;
    for (let index = start; index < given.length && visit.failures?.isFull !== true; index += 1) {
      isValid = judgeItem(node, index, { given, visit }) && isValid;
    }
    visit.seen?.addItemsBefore(Infinity);
    return isValid;
  });
}

/** Judges one item. */
export function judgeItem(
  node: SchemaNode,
  index: number,
  { given, visit }: { readonly given: readonly JsonValue[]; readonly visit: Visit },
): boolean {
  const item = given[index];
  return item === undefined || evaluate(node, item, visitMember(visit, index));
}

function contains(value: JsonValue, place: KeywordPlace): Check {
  const node = place.compile(value);
  const { minContains = 1, maxContains = Infinity } = place.schema;
  const least = countOf(minContains, { keyword: 'minContains' });
  const most = maxContains === Infinity ? Infinity : countOf(maxContains, { keyword: 'maxContains' });
  const marksSeen = place.dialect === '2020-12';
  return arrayCheck((given, visit) => {
    let count = 0;
    for (const [index, item] of given.entries()) {
      if (evaluate(node, item, visitQuietly(visitMember(visit, index)))) {
        count += 1;
        if (marksSeen) {
          visit.seen?.addItem(index);
        }
      }
    }
    const range = most === Infinity ? `at least ${least}` : `${least} to ${most}`;
    return (count >= least && count <= most) || fail(visit, `must contain ${range} valid items`);
  });
}
