import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { namesOf } from '../schema/counted-equality.ts';
import { FailureList } from '../schema/failure-list.ts';
import { LinearRegex } from '../schema/linear-regex.ts';
import {
  askIfCheckable,
  type Check,
  evaluate,
  fail,
  type SchemaNode,
  type Visit,
  visitMember,
} from '../schema/schema-node.ts';
import { countOf, entriesOf, type Keyword, type KeywordPlace, type Keywords, namesIn } from './keyword.ts';

/** Keywords that judge objects and their members, in the order in which they run. */
export const OBJECT_KEYWORDS: Keywords = [
  ['required', required],
  ['minProperties', size('fewer', (count, limit) => count >= limit)],
  ['maxProperties', size('more', (count, limit) => count <= limit)],
  ['propertyNames', propertyNames],
  ['dependentRequired', dependent],
  ['dependentSchemas', dependent],
  ['dependencies', dependent],
  ['properties', properties],
  ['patternProperties', patternProperties],
  ['additionalProperties', additionalProperties],
];

type ObjectCheck = (given: JsonObject, visit: Visit) => boolean;

/** The check of an object; other values are none of its business. Only own members count: `constructor` is none. */
export function objectCheck(check: ObjectCheck): Check {
  return (given, visit) => !isJsonObject(given) || check(given, visit);
}

function required(value: JsonValue, place: KeywordPlace): Check | undefined {
  const names = place.dialect === 'draft-04' && typeof value === 'boolean' ? [] : namesIn(value, place);
  return objectCheck((given, visit) => {
    visit.run.budget.spend(names.length);
    let isValid = true;
    for (const name of names) {
      if (!Object.hasOwn(given, name)) {
        isValid = fail(visitMember(visit, name), 'is required');
      }
    }
    return isValid;
  });
}

function size(word: 'fewer' | 'more', compare: (count: number, limit: number) => boolean): Keyword {
  return (value, place) => {
    const limit = countOf(value, place);
    const message = `must NOT have ${word} than ${limit} properties`;
    return objectCheck(
      (given, visit) => compare(namesOf(given, visit.run.budget).length, limit) || fail(visit, message),
    );
  };
}

function propertyNames(value: JsonValue, place: KeywordPlace): Check {
  const node = place.compile(value);
  return objectCheck((given, visit) => {
    let isValid = true;
    for (const name of namesOf(given, visit.run.budget)) {
      const member = visitMember(visit, name);
      const failures = visit.failures && new FailureList();
      if (!evaluate(node, name, { ...member, failures })) {
        isValid = fail(member, `has a name that is not allowed: ${failures?.items[0]?.message}`);
      }
    }
    return isValid;
  });
}

/** What a member asks of the object that it stands in: names beside it, or a schema of the whole. */
function dependent(value: JsonValue, place: KeywordPlace): Check {
  const demands = entriesOf(value, place).map(([name, demand]) => {
    const check = Array.isArray(demand)
      ? namesBeside(name, namesIn(demand, place))
      : schemaOfWhole(place.compile(demand));
    return [name, check] as const;
  });
  return objectCheck((given, visit) => {
    visit.run.budget.spend(demands.length);
    const failed = demands.filter(([name, check]) => Object.hasOwn(given, name) && !check(given, visit));
    return failed.length === 0;
  });
}

function namesBeside(name: string, names: readonly string[]): ObjectCheck {
  return (given, visit) => {
    visit.run.budget.spend(names.length);
    const missing = names.filter((other) => !Object.hasOwn(given, other));
    missing.forEach((other) => fail(visitMember(visit, other), `is required beside ${name}`));
    return missing.length === 0;
  };
}

function schemaOfWhole(node: SchemaNode): ObjectCheck {
  return (given, visit) => evaluate(node, given, visit);
}

function properties(value: JsonValue, place: KeywordPlace): Check {
  const nodes = entriesOf(value, place).map(([name, schema]) => [name, place.compile(schema)] as const);
  return objectCheck((given, visit) => {
    visit.run.budget.spend(nodes.length);
    let isValid = true;
    for (const [name, node] of nodes) {
      if (Object.hasOwn(given, name)) {
        isValid = judgeMember(node, name, { given, visit }) && isValid;
      }
    }
    return isValid;
  });
}

interface Judged {
  readonly given: JsonObject;
  readonly visit: Visit;
}

/** Judges one member, which has then been seen. A member without a value is not sent, so nothing is wrong with it. */
export function judgeMember(node: SchemaNode, name: string, { given, visit }: Judged): boolean {
  visit.seen?.addName(name);
  const member = given[name];
  return member === undefined || evaluate(node, member, visitMember(visit, name));
}

interface NamePattern {
  readonly regex: LinearRegex;
  readonly node: SchemaNode;
}

function patternsOf(value: JsonValue, place: KeywordPlace): readonly NamePattern[] {
  return entriesOf(value, place).map(([source, schema]) => ({
    regex: new LinearRegex(source),
    node: place.compile(schema),
  }));
}

/** Whether a name matches; undefined where that can't be known, and nothing may be said about the member then. */
function matches({ regex }: NamePattern, name: string, visit: Visit): boolean | undefined {
  return askIfCheckable(visit, (budget) => regex.test(name, budget));
}

function patternProperties(value: JsonValue, place: KeywordPlace): Check {
  const patterns = patternsOf(value, place);
  return objectCheck((given, visit) => {
    let isValid = true;
    for (const name of namesOf(given, visit.run.budget)) {
      for (const pattern of patterns) {
        if (matches(pattern, name, visit) === true) {
          isValid = judgeMember(pattern.node, name, { given, visit }) && isValid;
        }
      }
    }
    return isValid;
  });
}

function additionalProperties(value: JsonValue, place: KeywordPlace): Check {
  const node = place.compile(value);
  const { properties: named = {}, patternProperties: patterned = {} } = place.schema;
  const names = new Set(entriesOf(named, { keyword: 'properties' }).map(([name]) => name));
  const patterns = patternsOf(patterned, place);
  return objectCheck((given, visit) => {
    let isValid = true;
    for (const name of namesOf(given, visit.run.budget)) {
      if (!names.has(name) && !patterns.some((pattern) => matches(pattern, name, visit) !== false)) {
        isValid = judgeExtra(node, name, { given, visit }) && isValid;
      }
    }
    return isValid;
  });
}

/** Judges a member that no other keyword speaks of. */
export function judgeExtra(node: SchemaNode, name: string, judged: Judged): boolean {
  return node.isNever
    ? fail(visitMember(judged.visit, name), 'is not a property of the tool')
    : judgeMember(node, name, judged);
}
