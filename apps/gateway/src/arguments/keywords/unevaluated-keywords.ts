import type { JsonValue } from '../../protocol/json-rpc.ts';
import { namesOf } from '../schema/counted-equality.ts';
import type { Check } from '../schema/schema-node.ts';
import { arrayCheck, judgeItem } from './array-keywords.ts';
import type { KeywordPlace, Keywords } from './keyword.ts';
import { judgeExtra, objectCheck } from './object-keywords.ts';

/** Keywords that judge what none of those before them has. */
export const UNEVALUATED_KEYWORDS: Keywords = [
  ['unevaluatedItems', unevaluatedItems],
  ['unevaluatedProperties', unevaluatedProperties],
];

function unevaluatedItems(value: JsonValue, place: KeywordPlace): Check {
  const node = place.compile(value);
  return arrayCheck((given, visit) => {
    visit.run.budget.spend(given.length);
    let isValid = true;
    for (const index of given.keys()) {
      if (visit.seen?.hasItem(index) === false) {
        isValid = judgeItem(node, index, { given, visit }) && isValid;
      }
    }
    visit.seen?.addItemsBefore(Infinity);
    return isValid;
  });
}

function unevaluatedProperties(value: JsonValue, place: KeywordPlace): Check {
  const node = place.compile(value);
  return objectCheck((given, visit) => {
    let isValid = true;
    for (const name of namesOf(given, visit.run.budget)) {
      if (visit.seen?.hasName(name) === false) {
        isValid = judgeExtra(node, name, { given, visit }) && isValid;
      }
    }
    return isValid;
  });
}
