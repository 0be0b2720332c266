import { pathOf, type QueryField, type QueryFields, type QueryOperator } from './fields/query-field.ts';
import type { ComparisonTerm, Query, QueryTerm } from './query-ast.ts';
import { derivation } from './values/derived-value.ts';

/** Whether a row is asked for. */
export type RowPredicate = (row: object) => boolean;

type Getter = (row: object) => unknown;
type Test = (value: unknown) => boolean;

/**
 * A query as a function. A value that is absent is equal to nothing and contains nothing: only `!=` and `!~` hold for it.
 * For a list one of its items has to match, for `!=` and `!~` none may.
 */
export function toPredicate(query: Query, fields: QueryFields): RowPredicate {
  const alternatives = query.anyOf.map((terms) => terms.map((term) => toTest(term, fields)));
  const [only] = alternatives;
  if (only === undefined) {
    return () => true;
  }
  if (alternatives.length === 1) {
    return (row) => holdsAll(only, row);
  }
  return (row) => alternatives.some((tests) => holdsAll(tests, row));
}

function holdsAll(tests: readonly RowPredicate[], row: object): boolean {
  for (const test of tests) {
    if (!test(row)) {
      return false;
    }
  }
  return true;
}

function toTest(term: QueryTerm, fields: QueryFields): RowPredicate {
  if (term.kind === 'text') {
    return searchTest(term.text, fields);
  }
  const field = fields[term.field];
  return field === undefined ? () => false : comparisonTest(term, field);
}

function searchTest(text: string, fields: QueryFields): RowPredicate {
  const contains = overItems(containsTest(text));
  const getters = Object.entries(fields)
    .filter(([, field]) => field.isSearched === true)
    .map(([name, field]) => getterOf(pathOf(name, field)));
  return (row) => {
    for (const get of getters) {
      if (contains(get(row))) {
        return true;
      }
    }
    return false;
  };
}

const POSITIVE: Readonly<Partial<Record<QueryOperator, QueryOperator>>> = { '!=': '=', '!~': '~' };

function comparisonTest({ field: name, operator, value }: ComparisonTerm, field: QueryField): RowPredicate {
  const get = valueGetter(name, field);
  const positive = POSITIVE[operator];
  const test = overItems(testOf(positive ?? operator, value, field));
  return positive === undefined ? (row) => test(get(row)) : (row) => !test(get(row));
}

function testOf(operator: QueryOperator, value: string | number | boolean, field: QueryField): Test {
  if (operator === '~') {
    return containsTest(String(value));
  }
  if (typeof value !== 'number') {
    return operator === '=' ? (found) => found === value : () => false;
  }
  const compare = ORDERS[operator];
  const read = field.type === 'time' ? readTime : readNumber;
  return (found) => {
    const number = read(found);
    return number !== undefined && compare(number, value);
  };
}

const ORDERS: Readonly<Record<QueryOperator, (found: number, value: number) => boolean>> = {
  '=': (found, value) => found === value,
  '>': (found, value) => found > value,
  '>=': (found, value) => found >= value,
  '<': (found, value) => found < value,
  '<=': (found, value) => found <= value,
  '!=': (found, value) => found !== value,
  '~': () => false,
  '!~': () => false,
};

function readNumber(found: unknown): number | undefined {
  return typeof found === 'number' ? found : undefined;
}

function readTime(found: unknown): number | undefined {
  const millis = typeof found === 'string' ? Date.parse(found) : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis;
}

function containsTest(text: string): Test {
  const wanted = text.toLowerCase();
  return (found) => typeof found === 'string' && found.toLowerCase().includes(wanted);
}

/** A list, or a record of words, holds when one of its items does. */
function overItems(test: Test): Test {
  return (found) => {
    if (typeof found !== 'object' || found === null) {
      return test(found);
    }
    return Object.values(found).some(test);
  };
}

/** What is compared of a row. */
function valueGetter(name: string, field: QueryField): Getter {
  const get = getterOf(pathOf(name, field));
  const derive = derivation(field);
  return (row) => derive(get(row));
}

/** What stands in a row where a path leads. */
export function getterOf(path: readonly string[]): Getter {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    return (row) => memberOf(row, first);
  }
  return (row) => path.reduce(membersOf, row);
}

/** Of a list, the members of its items. */
function membersOf(value: unknown, key: string): unknown {
  return Array.isArray(value) ? value.flatMap((item) => memberOf(item, key) ?? []) : memberOf(value, key);
}

/** Names come from a table of ours, so that none is one that every object inherits. */
function memberOf(value: unknown, key: string): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object has members by name
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
