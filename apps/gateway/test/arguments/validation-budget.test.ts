import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/arguments/check/argument-form.ts';
import { type ArgumentValidation, validateArguments } from '../../src/arguments/check/argument-validation.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { JsonValue } from '../../src/protocol/json-rpc.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { NOT_COMPILED, TOO_MUCH, tree } from './hostile-schemas.ts';

/**
 * Of all threads, for one compilation and one check with code that nobody has run before: the check itself takes 20 ms,
 * and the compiler of the engine and its collector work beside it.
 */
const MAX_MILLIS = 1_000;

function validate(inputSchema: JsonValue, args: unknown): ArgumentValidation {
  const catalog = new Catalog();
  const instanceId = 'a1b2c3d4-0000-4000-8000-000000000001';
  catalog.setTools({ key: 'maya', instanceId, instanceShort: 'a1b2c3d4', dccType: 'maya' }, [
    { name: 'work', inputSchema },
  ]);
  return validateArguments(catalog.get('maya.a1b2c3d4.work')!, readArguments(args), { coerces: true });
}

const filter = (leaf: JsonValue): JsonValue => ({ all: [{ all: [{ all: [leaf, { is: 2 }] }] }, { is: 1 }] });

const skipped = (reason: unknown) => ({
  ok: true,
  _meta: { dcc: { validation: 'skipped', validation_reason: reason } },
});

describe('the work of a check', () => {
  test.each(Object.entries(TOO_MUCH))('is bounded for %s', (_, { schema, args }) => {
    const form = readArguments(args);
    const before = process.cpuUsage();
    const checked = validate(schema, form.ok ? form.value : {});
    const { user, system } = process.cpuUsage(before);
    expect(checked).toMatchObject({ ok: true, skipped: expect.any(String), coerced: [] });
    expect((user + system) / 1_000).toBeLessThan(MAX_MILLIS);
  });

  test('is within the budget for schemas that people write, which are checked to the last member', () => {
    const operations = { anyOf: [{ $ref: '#/$defs/all' }, { $ref: '#/$defs/leaf' }] };
    const schema = {
      properties: {
        q: operations,
        ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, { type: 'number' }])),
      },
      $defs: {
        all: {
          type: 'object',
          properties: { all: { type: 'array', items: operations } },
          required: ['all'],
          additionalProperties: false,
        },
        leaf: { type: 'object', properties: { is: { type: 'number' } }, required: ['is'], additionalProperties: false },
      },
    };
    const numbers = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, i]));
    expect(validate(schema, { q: filter({ is: 3 }), ...numbers })).toMatchObject({ ok: true, skipped: undefined });
    expect(validate(schema, { q: filter({ is: [] }), ...numbers }).ok).toBe(false);
    expect(validate(schema, { ...numbers, p499: {} })).toMatchObject({
      ok: false,
      failures: [{ path: '/p499', message: 'must be number' }],
    });
  });

  test.each([
    ['5,000 numbers', { items: { type: 'number' } }, Array.from({ length: 5_000 }, (_, i) => i), 'x'],
    [
      '1,000 objects that are unique',
      { uniqueItems: true },
      Array.from({ length: 1_000 }, (_, i) => ({ i })),
      { i: 7 },
    ],
    ['a text of 100,000 characters', { items: { maxLength: 100_000 } }, ['a'.repeat(100_000)], 'a'.repeat(100_001)],
  ])('is within the budget for %s', (_, schema, list, wrong) => {
    const tool = { properties: { list: schema } };
    expect(validate(tool, { list })).toMatchObject({ ok: true, skipped: undefined });
    expect(validate(tool, { list: [...list, wrong] }).ok).toBe(false);
  });
});

describe('a call of a tool with such a schema', () => {
  let server: EchoServer;
  let gateway: RunningGateway;
  let slug: (tool: string) => string;

  beforeAll(async () => {
    const conditions = TOO_MUCH['anyOf of two conditions, 25 deep']!.schema;
    const references = TOO_MUCH['references to anchors, doubled 29 times']!.schema;
    server = await startEchoServer({ ...NOT_COMPILED, conditions, references });
    gateway = await startGateway({ config: { mcpServers: { echo: { url: server.url } } } });
    await gateway.ready();
    const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
      instances: readonly { instance_short: string }[];
    };
    slug = (tool) => `echo.${instances[0]!.instance_short}.${tool}`;
  });

  afterAll(async () => {
    await gateway.stop();
    server.close();
  });

  async function call(tool: string, args: JsonValue): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${gateway.url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool_slug: slug(tool), arguments: args }),
    });
    return { status: response.status, body: await response.json() };
  }

  test.each(Object.keys(NOT_COMPILED))('goes on unchecked for %s, and says so', async (tool) => {
    const { status, body } = await call(tool, { b: 1 });
    expect([status, body]).toMatchObject([200, skipped(expect.stringMatching(/^the schema /))]);
  });

  test('goes on unchecked past the budget, and says so', async () => {
    const calls = await Promise.all([call('conditions', { q: tree(25, 'or') }), call('references', {})]);
    for (const { status, body } of calls) {
      expect([status, body]).toMatchObject([
        200,
        skipped(expect.stringMatching(/^checking the arguments takes more than (?:100000 steps|20 ms)$/)),
      ]);
    }
  });
});
