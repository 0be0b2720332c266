import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/arguments/check/argument-form.ts';
import { type ArgumentValidation, validateArguments } from '../../src/arguments/check/argument-validation.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { ToolRecord } from '../../src/catalog/tool-record.ts';
import type { JsonObject, JsonValue } from '../../src/protocol/json-rpc.ts';

const SPHERE: JsonObject = {
  type: 'object',
  properties: {
    radius: { type: 'number', minimum: 0 },
    name: { type: 'string', pattern: '^[a-z]+$' },
    axis: { enum: ['x', 'y'] },
    at: { type: 'object', properties: { t: { type: 'string', format: 'date-time' } }, required: ['t'] },
  },
  required: ['radius'],
  additionalProperties: false,
};

function recordOf(inputSchema: JsonValue | undefined): ToolRecord {
  const catalog = new Catalog();
  const tool = inputSchema === undefined ? { name: 'create_sphere' } : { name: 'create_sphere', inputSchema };
  const instanceId = 'a1b2c3d4-0000-4000-8000-000000000001';
  catalog.setTools({ key: 'maya', instanceId, instanceShort: 'a1b2c3d4', dccType: 'maya' }, [tool]);
  return catalog.get('maya.a1b2c3d4.create_sphere')!;
}

function validate(record: ToolRecord, args: unknown): ArgumentValidation {
  return validateArguments(record, readArguments(args), { coerces: true });
}

describe('validateArguments', () => {
  test.each([
    ['an object', { radius: 2 }],
    ['a string that holds an object', '{"radius": 2}'],
    ['such a string with space around', ' \n{"radius": 2} '],
  ])('takes %s', (_, args) => {
    expect(validate(recordOf(SPHERE), args)).toMatchObject({ ok: true, value: { radius: 2 }, skipped: undefined });
  });

  test.each([[undefined], [null], [{}], ['{}']])('takes %p as no arguments', (args) => {
    expect(validate(recordOf({ type: 'object' }), args)).toMatchObject({ ok: true, value: {} });
  });

  test.each([
    ['an array', [{ radius: 2 }], 'arguments must be an object, got an array; send an object such as {"radius": 2}'],
    ['a number', 5, 'arguments must be an object, got a number; send an object such as {"radius": 2}'],
    ['a boolean', true, 'arguments must be an object, got a boolean; send an object such as {"radius": 2}'],
    [
      'a plain string',
      'radius=2',
      'arguments must be an object, got a string without one; send an object such as {"radius": 2}',
    ],
    [
      'a string that holds an array',
      '[1]',
      'arguments must be an object, got a string without one; send an object such as {"radius": 2}',
    ],
    [
      'broken JSON',
      '{"radius": ',
      'arguments is a string that is not valid JSON; send an object such as {"radius": 2}',
    ],
  ])('refuses %s and shows the right form', (_, args, message) => {
    expect(validate(recordOf(SPHERE), args)).toMatchObject({ ok: false, message });
  });

  test.each([
    ['a missing property', {}, [{ path: '/radius', message: 'is required' }]],
    ['a wrong type', { radius: 'big' }, [{ path: '/radius', message: 'must be number' }]],
    ['a value out of range', { radius: -1 }, [{ path: '/radius', message: 'must be >= 0' }]],
    ['a property too many', { radius: 1, colour: 1 }, [{ path: '/colour', message: 'is not a property of the tool' }]],
    ['a value not listed', { radius: 1, axis: 'z' }, [{ path: '/axis', message: 'must be one of ["x","y"]' }]],
    ['a pattern', { radius: 1, name: 'A' }, [{ path: '/name', message: 'must match pattern "^[a-z]+$"' }]],
    ['a nested format', { radius: 1, at: { t: 'now' } }, [{ path: '/at/t', message: 'must match format "date-time"' }]],
  ])('names the path of %s', (_, args, failures) => {
    expect(validate(recordOf(SPHERE), args)).toMatchObject({ ok: false, failures });
  });

  test('names each fault in the message, at most ten', () => {
    const result = validate(recordOf(SPHERE), { name: 'A', axis: 'z' });
    expect(result).toMatchObject({
      message:
        'Invalid arguments for create_sphere: /radius is required; /name must match pattern "^[a-z]+$"; /axis must be one of ["x","y"]',
    });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${i}`, 1]));
    const bounded = validate(recordOf(SPHERE), many);
    expect(bounded.ok ? [] : bounded.failures).toHaveLength(10);
  });

  test('reads 2020-12 without $schema and draft-07 with it', () => {
    const tuple2020 = { type: 'object', properties: { p: { type: 'array', prefixItems: [{ type: 'string' }] } } };
    const tuple07 = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { p: { type: 'array', items: [{ type: 'string' }] } },
    };
    expect(validate(recordOf(tuple2020), { p: [1] }).ok).toBe(false);
    expect(validate(recordOf(tuple07), { p: [1] }).ok).toBe(false);
    expect(validate(recordOf(tuple07), { p: ['a'] }).ok).toBe(true);
  });

  test.each([
    ['https://json-schema.org/draft/2020-12/schema'],
    ['https://json-schema.org/draft/2019-09/schema'],
    ['http://json-schema.org/draft-04/schema#'],
    ['https://example.com/unknown'],
  ])('checks a schema of the dialect %s', ($schema) => {
    expect(validate(recordOf({ ...SPHERE, $schema }), { radius: 'x' }).ok).toBe(false);
    expect(validate(recordOf({ ...SPHERE, $schema }), { radius: 1 }).ok).toBe(true);
  });

  test('checks two tools that share a schema id', () => {
    const first = recordOf({ $id: 'https://example.com/a', type: 'object', required: ['a'] });
    const second = recordOf({ $id: 'https://example.com/a', type: 'object', required: ['b'] });
    expect(validate(first, { a: 1 }).ok).toBe(true);
    expect(validate(second, { a: 1 }).ok).toBe(false);
  });

  test('checks references by anchor and by id', () => {
    const record = recordOf({
      $id: 'https://example.com/tool',
      type: 'object',
      properties: { a: { $ref: '#size' }, b: { $ref: 'https://example.com/length' } },
      $defs: { size: { $anchor: 'size', type: 'number' }, length: { $id: '/length', type: 'string' } },
    });
    expect(validate(record, { a: 1, b: 'x' }).ok).toBe(true);
    expect(validate(record, { a: 'x' }).ok).toBe(false);
    expect(validate(record, { b: 1 }).ok).toBe(false);
  });

  test.each([
    ['an anchor', { $anchor: 'size' }, { $ref: '#size' }],
    ['an id', { $id: 'https://example.com/size' }, { $ref: 'https://example.com/size' }],
  ])('never lets %s of one schema mean something in another', (_, name, reference) => {
    const properties = { filler: {}, a: reference };
    const first = recordOf({ type: 'object', properties, $defs: { size: { ...name, type: 'number' } } });
    const second = recordOf({ type: 'object', properties, $defs: { other: {}, size: { ...name, type: 'string' } } });
    const without = recordOf({ type: 'object', properties, $defs: { size: { type: 'number' } } });
    expect(validate(first, { a: 1 }).ok).toBe(true);
    expect(validate(second, { a: 'x' }).ok).toBe(true);
    expect(validate(second, { a: 1 }).ok).toBe(false);
    expect(validate(without, { a: 'x' })).toMatchObject({
      ok: true,
      skipped: expect.stringContaining('nowhere in it'),
    });
  });

  test.each([
    ['http://json-schema.org/draft-07/schema#', 'http://json-schema.org/draft-07/schema'],
    ['https://json-schema.org/draft/2020-12/schema', 'https://json-schema.org/draft/2020-12/schema'],
  ])('goes on to check other schemas after one that calls itself %s', ($schema, $id) => {
    validate(recordOf({ $schema, $id, type: 'object' }), {});
    expect(validate(recordOf({ ...SPHERE, $schema }), { radius: 'x' }).ok).toBe(false);
    expect(validate(recordOf({ ...SPHERE, $schema }), { radius: 1 }).ok).toBe(true);
  });

  test('does not let a schema ask for a check that is a promise', () => {
    const record = recordOf({ $async: true, type: 'object', required: ['a'] });
    expect(validate(record, {}).ok).toBe(false);
    expect(validate(record, { a: 1 }).ok).toBe(true);
  });

  test('checks a schema whose definitions refer to each other', () => {
    const node = { type: 'object', properties: { value: { type: 'number' }, next: { $ref: '#/$defs/node' } } };
    const record = recordOf({ type: 'object', properties: { list: { $ref: '#/$defs/node' } }, $defs: { node } });
    expect(validate(record, { list: { next: { next: { value: 1 } } } }).ok).toBe(true);
    expect(validate(record, { list: { next: { next: { value: 'x' } } } }).ok).toBe(false);
  });

  test('lets everything pass for a tool without a schema', () => {
    expect(validate(recordOf(undefined), { any: 1 })).toMatchObject({
      ok: true,
      value: { any: 1 },
      skipped: undefined,
    });
  });

  test('never changes the arguments', () => {
    const schema = { type: 'object', properties: { a: { type: 'number', default: 3 }, b: { type: 'string' } } };
    const result = validate(recordOf(schema), '{"c": 725653563933458432, "b": "x"}');
    expect(result.ok ? result.raw.text : undefined).toBe('{"c": 725653563933458432, "b": "x"}');
  });

  test('leaves a pattern that has no linear form to the upstream, and checks the rest', () => {
    const record = recordOf({
      type: 'object',
      properties: { text: { type: 'string', pattern: '^(?=.*\\d).+$', minLength: 3 }, pattern: { type: 'number' } },
      patternProperties: { '^(?!x)': {} },
      additionalProperties: false,
    });
    const skipped = expect.stringContaining("can't be checked in linear time");
    expect(validate(record, { text: 'abc', y: 1 })).toMatchObject({ ok: true, skipped });
    expect(validate(record, { text: 'a' }).ok).toBe(false);
    expect(validate(record, { pattern: 'x' }).ok).toBe(false);
  });

  test('keeps two patterns of one schema apart', () => {
    const record = recordOf({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^a$' }, b: { type: 'string', pattern: '^b$' } },
    });
    expect(validate(record, { a: 'a', b: 'b' }).ok).toBe(true);
    expect(validate(record, { a: 'b', b: 'b' }).ok).toBe(false);
  });

  test('does not take integers for equal whose digits a double does not hold', () => {
    const record = recordOf({ properties: { ids: { uniqueItems: true }, nodes: { uniqueItems: true } } });
    const [one, other] = ['725653563933458432', '725653563933458433'];
    expect(validate(record, JSON.parse(`{"ids":[${one},${other}],"nodes":[{"id":${one}},{"id":${other}}]}`)).ok).toBe(
      true,
    );
    expect(validate(record, { ids: [7, 7] }).ok).toBe(false);
    expect(validate(record, { nodes: [{ id: 7 }, { id: 7 }] }).ok).toBe(false);
  });

  test.each([
    [
      '^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
      '0190a2b4-7c1d-4e5f-8a9b-0c1d2e3f4a5b',
    ],
    ['^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?Z$', '2026-11-29T11:30:00Z'],
    ['^(?:[a-z0-9-]{1,63}\\.){1,4}[a-z]{2,20}$', 'render.studio.example'],
    ['^\\p{Lu}\\p{Ll}{1,40}$', 'Maya'],
  ])('checks by %s, as people write patterns', (pattern, text) => {
    const record = recordOf({ properties: { text: { type: 'string', pattern } } });
    expect(validate(record, { text })).toMatchObject({ ok: true, skipped: undefined });
    expect(validate(record, { text: `${text}!` }).ok).toBe(false);
  });
});
