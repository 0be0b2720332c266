// The validator of arguments beside ajv: for any schema that both take, both say the same of any value.
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { withSchema } from '../../src/arguments/check/schema-checker.ts';
import type { JsonValue } from '../../src/protocol/json-rpc.ts';

const NAMES = ['a', 'b', 'c', 'length', '1'] as const;
const name = fc.constantFrom(...NAMES);

/** Small values, so that a schema often holds. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1, 2, -1, 1.5, 10, '', 'a', 'ab', 'abc', '1', 'é😀'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const type = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object');
const size = fc.nat(3);

/** Every keyword that says something of a value, in any company. */
const schema: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const inner = tie('schema');
  const some = fc.array(inner, { minLength: 1, maxLength: 3 });
  const byName = fc.dictionary(name, inner, { maxKeys: 3 });
  const keywords = fc.record(
    {
      type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
      enum: fc.uniqueArray(value, { minLength: 1, maxLength: 3, selector: (item) => JSON.stringify(item) }),
      const: value,
      minimum: fc.integer({ min: -2, max: 3 }),
      exclusiveMaximum: fc.integer({ min: -2, max: 3 }),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: size,
      maxLength: size,
      pattern: fc.constantFrom('^a', 'b$', '^[0-9]+$', '.'),
      items: inner,
      prefixItems: some,
      contains: inner,
      minContains: size,
      maxContains: size,
      minItems: size,
      maxItems: size,
      uniqueItems: fc.boolean(),
      properties: byName,
      required: fc.uniqueArray(name, { maxLength: 2 }),
      patternProperties: fc.dictionary(fc.constantFrom('^a', 'b', '[0-9]'), inner, { maxKeys: 2 }),
      additionalProperties: inner,
      propertyNames: inner,
      minProperties: size,
      maxProperties: size,
      dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), { maxKeys: 2 }),
      dependentSchemas: byName,
      unevaluatedProperties: inner,
      unevaluatedItems: inner,
      allOf: some,
      anyOf: some,
      oneOf: some,
      not: inner,
      if: inner,
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: inner,
      else: inner,
      $ref: fc.constantFrom('#/$defs/a', '#/$defs/b'),
    },
    { requiredKeys: [] },
  );
  // Few keywords at once: with all of them nothing ever holds.
  const few = fc
    .tuple(keywords, fc.subarray(['type', 'items', 'properties', 'anyOf', 'required']))
    .chain(([all, kept]) =>
      fc.subarray(Object.keys(all), { maxLength: 3 }).map((chosen) => pick(all, [...chosen, ...kept.slice(0, 1)])),
    );
  return { schema: fc.oneof({ maxDepth: 3, withCrossShrink: true }, fc.boolean(), few) };
}).schema;

const pick = (all: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(all).filter(([key]) => names.includes(key)));

const root = fc
  .tuple(schema, schema, schema)
  .filter(([top]) => typeof top === 'object')
  // A definition refers to the later one only, so that every schema ends.
  .map(([top, a, b]) => Object.assign({}, top, { $defs: { a: withoutReferences(a), b: withoutReferences(b) } }));

const withoutReferences = (part: unknown): unknown =>
  JSON.parse(JSON.stringify(part), (key, found: unknown) => (key === '$ref' ? undefined : found));

/** As it is parsed from a text: objects with a prototype. */
const json = <T>(made: fc.Arbitrary<T>): fc.Arbitrary<T> => made.map((it) => JSON.parse(JSON.stringify(it)) as T);

const ajv = new Ajv2020({ strict: false, ownProperties: true, logger: false, addUsedSchema: false });

function byOurs(of: object, given: unknown): boolean {
  const checked = withSchema(of, (checker) => checker.check(given as JsonValue));
  if (checked.kind === 'skipped' || checked.value.unchecked !== undefined) {
    throw new Error('an honest schema is checked');
  }
  return checked.value.failures.length === 0;
}

test('says of a value what ajv says', () => {
  const counts = { holds: 0, fails: 0 };
  fc.assert(
    fc.property(json(root), json(fc.array(value, { minLength: 5, maxLength: 20 })), (of, values) => {
      const byAjv = ajv.compile(of);
      for (const given of values) {
        const holds = byAjv(given);
        counts[holds ? 'holds' : 'fails'] += 1;
        expect({ given, holds: byOurs(of, given) }).toEqual({ given, holds });
      }
      ajv.removeSchema(of);
    }),
    { numRuns: 100 },
  );
  expect(Math.min(counts.holds, counts.fails)).toBeGreaterThan(100);
});
