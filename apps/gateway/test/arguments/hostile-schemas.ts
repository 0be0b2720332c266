// Schemas, and arguments for them, that ask for more work than anyone has.
import type { JsonObject, JsonValue } from '../../src/protocol/json-rpc.ts';

/** A schema, arguments for it, and whether they can be checked all the same. */
export interface HostileSchema {
  readonly schema: JsonObject;
  readonly args: JsonObject;
}

/** `count` definitions that each refer twice to the one before, by references of any form. */
export function doubled(
  count: number,
  form: (name: string) => JsonObject,
  name: (name: string) => JsonObject = () => ({}),
): JsonObject {
  const definitions = Array.from({ length: count }, (_, i) => {
    const reference = form(`d${i}`);
    return [`d${i + 1}`, { ...name(`d${i + 1}`), allOf: [reference, reference] }] as const;
  });
  return { ...form(`d${count}`), $defs: { d0: { ...name('d0'), type: 'object' }, ...Object.fromEntries(definitions) } };
}

/** Conditions in each other, which two branches of a schema can hold. */
export function tree(depth: number, op: string): JsonObject {
  return depth === 0 ? { op, children: [] } : { op, children: [tree(depth - 1, op)] };
}

const branch = (op: string): JsonObject => ({
  type: 'object',
  properties: { op: { const: op }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
  required: ['op', 'children'],
});

function branches(keyword: 'anyOf' | 'oneOf'): JsonObject {
  return { properties: { q: { $ref: '#/$defs/node' } }, $defs: { node: { [keyword]: [branch('and'), branch('or')] } } };
}

function nested(depth: number, inner: JsonValue, wrap: (value: JsonValue) => JsonValue): JsonValue {
  let value = inner;
  for (let i = 0; i < depth; i += 1) {
    value = wrap(value);
  }
  return value;
}

const list = <T>(length: number, item: (index: number) => T): T[] => Array.from({ length }, (_, index) => item(index));
const members = (length: number, value: (index: number) => JsonValue): JsonObject =>
  Object.fromEntries(list(length, (index) => [`p${index}`, value(index)]));
const ofList = (schema: JsonObject): JsonObject => ({ properties: { list: { type: 'array', ...schema } } });
const ofText = (schema: JsonObject): JsonObject => ({ properties: { text: { type: 'string', ...schema } } });
const large: JsonValue = list(2_000, (i) => ({ i }));

/** More work than the budget: the call goes on unchecked. */
export const TOO_MUCH: Readonly<Record<string, HostileSchema>> = {
  'anyOf of two conditions, 25 deep': { schema: branches('anyOf'), args: { q: tree(25, 'or') } },
  'oneOf of two conditions, 25 deep': { schema: branches('oneOf'), args: { q: tree(25, 'and') } },
  'anyOf of two conditions, 250 deep': { schema: branches('anyOf'), args: { q: tree(250, 'xor') } },
  'references to definitions, doubled 29 times': { schema: doubled(29, (n) => ({ $ref: `#/$defs/${n}` })), args: {} },
  'references with an escape, doubled 29 times': { schema: doubled(29, (n) => ({ $ref: `#/%24defs/${n}` })), args: {} },
  'references to anchors, doubled 29 times': {
    schema: doubled(
      29,
      (n) => ({ $ref: `#${n}` }),
      (n) => ({ $anchor: n }),
    ),
    args: {},
  },
  'references to ids, doubled 29 times': {
    schema: doubled(
      29,
      (n) => ({ $ref: `https://example.com/${n}` }),
      (n) => ({ $id: `https://example.com/${n}` }),
    ),
    args: {},
  },
  'references to an id and a fragment, doubled 29 times': {
    schema: {
      $id: 'https://example.com/root',
      ...doubled(29, (n) => ({ $ref: `https://example.com/root#/$defs/${n}` })),
    },
    args: {},
  },
  'dynamic references, doubled 29 times': {
    schema: doubled(
      29,
      (n) => ({ $dynamicRef: `#${n}` }),
      (n) => ({ $dynamicAnchor: n }),
    ),
    args: {},
  },
  'if and else of references, doubled 29 times': {
    schema: {
      $ref: '#/$defs/d29',
      $defs: {
        d0: {},
        ...Object.fromEntries(
          list(29, (i) => [`d${i + 1}`, { if: { not: { $ref: `#/$defs/d${i}` } }, else: { $ref: `#/$defs/d${i}` } }]),
        ),
      },
    },
    args: {},
  },
  'a schema that is itself': { schema: { $ref: '#' }, args: { a: 1 } },
  'a schema that is not itself': { schema: { not: { not: { $ref: '#' } } }, args: {} },
  'not of references, doubled 29 times': {
    schema: {
      $ref: '#/$defs/d29',
      $defs: {
        d0: {},
        ...Object.fromEntries(
          list(29, (i) => [`d${i + 1}`, { anyOf: [{ not: { $ref: `#/$defs/d${i}` } }, { $ref: `#/$defs/d${i}` }] }]),
        ),
      },
    },
    args: {},
  },
  'unique items, 200,000 objects': {
    schema: ofList({ uniqueItems: true }),
    args: { list: list(200_000, (i) => ({ i })) },
  },
  'unique items, two large lists': {
    schema: ofList({ items: { allOf: list(40, () => ({ uniqueItems: true })) } }),
    args: { list: [large, large] },
  },
  'enum of large values': {
    schema: ofList({ items: { enum: list(100, (i) => [...(large as JsonValue[]), i]) } }),
    args: { list: list(20, () => [...(large as JsonValue[]), -1]) },
  },
  'const of a large value': {
    schema: ofList({ items: { const: large } }),
    args: { list: list(100, () => structuredClone(large)) },
  },
  'const of a large text': {
    schema: ofList({ items: { allOf: list(400, () => ({ const: 'a'.repeat(1_000_000) })) } }),
    args: { list: list(4, () => `${'a'.repeat(999_999)}b`.replace('b', 'a')) },
  },
  'branches that could be mended, deep down': {
    schema: {
      anyOf: list(40, () => ({
        properties: nested(100, { l: { items: { type: 'number' } } }, (inner) => ({ x: { properties: inner } })),
      })),
    },
    args: nested(100, { l: list(900, () => '1') }, (inner) => ({ x: inner })) as JsonObject,
  },
  'items, 300,000 of them': { schema: ofList({ items: { type: 'number' } }), args: { list: list(300_000, (i) => i) } },
  'contains, by every schema for every item': {
    schema: ofList({ allOf: list(500, () => ({ contains: { const: -1 }, minContains: 0 })) }),
    args: { list: list(5_000, (i) => i) },
  },
  'patternProperties for every member': {
    schema: { patternProperties: Object.fromEntries(list(500, (i) => [`^x{1,9}${i}$`, {}])) },
    args: members(5_000, () => 1),
  },
  'propertyNames of 5,000 members by 100 patterns': {
    schema: { propertyNames: { allOf: list(100, (i) => ({ pattern: `^p|${i}` })) } },
    args: members(5_000, () => 1),
  },
  'dependentSchemas of every member': {
    schema: { dependentSchemas: members(2_000, () => ({ additionalProperties: { type: 'number' } })) },
    args: members(2_000, (i) => i),
  },
  'unevaluatedProperties after many branches': {
    schema: { anyOf: list(300, () => ({ patternProperties: { '^p': {} } })), unevaluatedProperties: false },
    args: members(5_000, (i) => i),
  },
  'unevaluatedItems after many branches': {
    schema: ofList({ allOf: list(300, () => ({ contains: { type: 'number' } })), unevaluatedItems: false }),
    args: { list: list(5_000, (i) => i) },
  },
  'lengths of a large text by many schemas': {
    schema: ofText({ allOf: list(500, (i) => ({ maxLength: 700_000 + i })) }),
    args: { text: '😀'.repeat(600_000) },
  },
  'patterns over a large text': {
    schema: ofText({ allOf: list(500, (i) => ({ pattern: `(a|b|${i})*c$` })) }),
    args: { text: 'ab'.repeat(100_000) },
  },
  'patterns that are written out a thousand times': {
    schema: ofText({ allOf: list(100, (i) => ({ pattern: `(?:${'\\p{L}x'.repeat(190)}){1000}${i}` })) }),
    args: { text: 'a' },
  },
  'a large pattern over a text': {
    schema: ofText({ pattern: '([a-z]{1,300}[0-9]{1,150})$' }),
    args: { text: 'a1'.repeat(20_000) },
  },
  'formats of many texts': {
    schema: ofList({
      items: { allOf: ['email', 'url', 'uri', 'ipv6', 'regex'].map((format) => ({ anyOf: [{ format }, {}] })) },
    }),
    args: { list: list(5_000, (i) => `${'a-'.repeat(1_000)}@${i}`) },
  },
  'members by thousands, each judged by thousands': {
    schema: { allOf: list(2_000, () => ({ additionalProperties: { type: 'number' } })) },
    args: members(2_000, (i) => i),
  },
  'a schema nested 100,000 deep': {
    schema: nested(100_000, {}, (inner) => ({ properties: { x: inner } })) as JsonObject,
    args: {},
  },
  'a schema with 200,000 parts': { schema: { anyOf: list(200_000, () => ({ type: 'object' })) }, args: {} },
  'a schema with 200,000 names': { schema: { required: list(200_000, (i) => `p${i}`) }, args: {} },
  'a schema with 2,000 spellings of one large reference': {
    schema: {
      properties: members(2_000, (i) => ({
        $ref: `#/$defs/${'%61'.repeat(i % 50)}${'a'.repeat(50 - (i % 50))}/items`,
      })),
      $defs: { ['a'.repeat(50)]: { items: { enum: list(100_000, (i) => i) } } },
    },
    args: { p1: 1 },
  },
};

/** What is no schema, or refers to what is not there: the call goes on unchecked. */
export const NOT_COMPILED: Readonly<Record<string, JsonValue>> = {
  'a type that is none': { type: 'sphere' },
  'a reference to nowhere': { $ref: '#/$defs/missing', required: ['a'] },
  'a reference to nowhere in a property': { properties: { z: { $ref: '#nowhere' } }, required: ['a'] },
  'a reference to another server': { $ref: 'https://example.com/missing.json' },
  'a reference with a broken escape': { $ref: '#/$defs/%zz' },
  'a bound that is a text': { properties: { a: { minimum: '5' } }, required: ['a'] },
  'required that is a text': { required: 'a' },
  'required of a property': { properties: { a: { type: 'string', required: true } } },
  'properties that are a list': { properties: ['a'], required: ['a'] },
  'a part that is a text': { properties: { a: 'string' }, required: ['a'] },
  'an empty anyOf': { anyOf: [] },
  'a count that is negative': { minProperties: -1, required: ['a'] },
  'a list instead of a schema': ['not', 'a', 'schema'],
  'a text instead of a schema': '"schema"',
};
