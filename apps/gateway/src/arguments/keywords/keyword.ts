import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { Check, SchemaNode, Visit } from '../schema/schema-node.ts';
import { Uncheckable } from '../schema/work-budget.ts';

/** What a keyword can ask of the schema that it stands in while it is compiled. */
export interface KeywordPlace {
  readonly keyword: string;
  /** The keyword and those beside it. */
  readonly schema: JsonObject;
  readonly dialect: Dialect;
  compile(schema: JsonValue | undefined): SchemaNode;
  /** What a reference means. @throws {Uncheckable} When it leads nowhere. */
  resolve(reference: string): SchemaNode;
  /** What a dynamic reference means in a scope. @throws {Uncheckable} As `resolve`. */
  resolveDynamically(reference: string): (visit: Visit) => SchemaNode;
}

/** What differs between the drafts, as far as tools use them. */
export type Dialect = 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12';

/** Compiles one keyword; undefined for one that says nothing. @throws {Uncheckable} When its value is none. */
export type Keyword = (value: JsonValue, place: KeywordPlace) => Check | undefined;

/** Keywords by their name. */
export type Keywords = readonly (readonly [name: string, keyword: Keyword])[];

/** A keyword, as a message names it. */
export type NamedKeyword = Pick<KeywordPlace, 'keyword'>;

export function misused({ keyword }: NamedKeyword, expected: string): Uncheckable {
  return new Uncheckable(`the schema is no JSON Schema: ${keyword} must be ${expected}`);
}

export function numberOf(value: JsonValue, place: NamedKeyword): number {
  if (typeof value !== 'number') {
    throw misused(place, 'a number');
  }
  return value;
}

export function countOf(value: JsonValue, place: NamedKeyword): number {
  if (typeof value !== 'number' || value < 0 || !Number.isInteger(value)) {
    throw misused(place, 'a count');
  }
  return value;
}

export function listOf(value: JsonValue, place: NamedKeyword): readonly JsonValue[] {
  if (!Array.isArray(value)) {
    throw misused(place, 'a list');
  }
  return value;
}

export function namesIn(value: JsonValue, place: NamedKeyword): readonly string[] {
  const names = listOf(value, place);
  if (!names.every((name) => typeof name === 'string')) {
    throw misused(place, 'a list of names');
  }
  return names;
}

export function entriesOf(
  value: JsonValue,
  place: NamedKeyword,
): readonly (readonly [string, JsonValue | undefined])[] {
  if (!isJsonObject(value)) {
    throw misused(place, 'an object');
  }
  return Object.entries(value);
}
