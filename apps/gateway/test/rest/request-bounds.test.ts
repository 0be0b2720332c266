import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectCallers, type Caller, type Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

let gateway: RunningGateway;
let callers: readonly Caller[];

beforeAll(async () => {
  gateway = await startGateway();
  callers = await connectCallers(gateway.url);
});

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway.stop();
});

/** What each kind of caller is told. */
function ask(operation: string, body: Json): Promise<readonly Json[]> {
  return Promise.all(callers.map(async (caller) => (await caller.run(operation, body))['error'] as Json));
}

function refusal(message: string): readonly unknown[] {
  const refused: unknown = expect.objectContaining({ kind: 'bad-request', message });
  return [refused, refused, refused];
}

const EURO = '€'; // three bytes of UTF-8
const QUERY = 'x'.repeat(2_000);
const NAME = 'x'.repeat(512);
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `n${i}`);

type Row = readonly [operation: string, field: string, body: Json, got: number];

const TOO_LONG: readonly Row[] = [
  ['search', 'query', { query: `${QUERY}x` }, 2_001],
  ['search', 'query', { query: EURO.repeat(667) }, 2_001],
  ['search', 'query', { query: 'x'.repeat(3_000_000), mode: 'exact' }, 3_000_000],
  ['search', 'or_queries[1]', { or_queries: ['a', `${QUERY}x`] }, 2_001],
  ['search', 'scene_hint', { scene_hint: `${QUERY}x` }, 2_001],
  ['search', 'skill_hint', { skill_hint: `${QUERY}x` }, 2_001],
  ['search', 'dcc_type', { dcc_type: `${NAME}x` }, 513],
  ['search', 'dcc_types[0]', { dcc_types: [`${NAME}x`] }, 513],
  ['search', 'instance_id', { instance_id: `${NAME}x` }, 513],
  ['search', 'tags[0]', { tags: [EURO.repeat(171)] }, 513],
  ['search', 'tags_any[0]', { tags_any: [`${NAME}x`] }, 513],
  ['search', 'exclude_tags[0]', { exclude_tags: [`${NAME}x`] }, 513],
  ['describe', 'tool_slug', { tool_slug: `${NAME}x` }, 513],
  ['load_skill', 'skill_name', { skill_name: `${NAME}x` }, 513],
  ['load_skill', 'skill_names[0]', { skill_names: [`${NAME}x`] }, 513],
  ['load_skill', 'dcc_type', { skill_name: 'a', dcc_type: `${NAME}x` }, 513],
  ['call', 'tool_slug', { tool_slug: EURO.repeat(171) }, 513],
];

describe('a text past its bound is refused by field, bound and size, over MCP of both eras and REST', () => {
  test.each(TOO_LONG)('%s: %s', async (operation, field, body, got) => {
    const bound = got > 1_000 ? 2_000 : 512;
    expect(await ask(operation, body)).toEqual(refusal(`${field} must have at most ${bound} bytes, got ${got}`));
  });

  test.each([
    ['POST', `/v1/dcc/${'x'.repeat(500)}/instances/12345678/call`],
    ['GET', `/v1/dcc/${'x'.repeat(500)}/instances/12345678/describe?backend_tool=a-tool`],
    ['GET', `/v1/tools/${NAME}x`],
  ])('%s %s', async (method, path) => {
    const body = method === 'POST' ? { body: JSON.stringify({ backend_tool: 'a-tool' }) } : {};
    const response = await fetch(gateway.url + path, { method, ...body });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('at most 512 bytes')]);
  });

  test.each([
    ['search', { query: QUERY, or_queries: [QUERY], scene_hint: QUERY, skill_hint: EURO.repeat(666) }],
    ['search', { dcc_type: NAME, tags: [NAME], exclude_tags: names(32), instance_id: NAME, offset: 1_000_000 }],
  ])('%s takes texts at their bounds', async (operation, body) => {
    expect(await ask(operation, body)).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ['search', { or_queries: names(17) }, 'or_queries must have at most 16 items, got 17'],
    ['search', { tags: names(33) }, 'tags must have at most 32 items, got 33'],
    [
      'search',
      { dcc_types: Array.from({ length: 300_000 }, () => 1) },
      /dcc_types must have at most 32 items, got 300000/,
    ],
    ['load_skill', { skill_names: names(33) }, 'skill_names must have at most 32 items, got 33'],
    ['search', { offset: 1_000_001 }, 'offset must be at most 1000000, got 1000001'],
    ['search', { meta: { note: 'x'.repeat(262_145) } }, 'meta must have at most 262144 bytes, got more'],
    ['call', { tool_slug: 'a', meta: { list: names(100_000) } }, 'meta must have at most 262144 bytes, got more'],
  ])('%s bounds lists, numbers and meta, too: %#', async (operation, body, message) => {
    const told = (await ask(operation, body)).map((error) => error['message']);
    expect(told).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(message)));
  });
});

describe('an unknown field is refused, and named with the one that is likest', () => {
  test.each([
    ['search', { qurey: 'x' }, 'qurey (did you mean query?) is no field of this request; its fields are query,'],
    ['search', { dcc: 'maya' }, 'dcc (did you mean dcc_type?) is no field'],
    ['search', { scene: 'x', tag: [] }, 'scene (did you mean scene_hint?), tag (did you mean tags?) are no fields'],
    ['describe', { tool_slug: 'a', arguments: {} }, 'arguments is no field of this request; its fields are tool_slug,'],
    ['load_skill', { skill_name: 'a', group: 'x' }, 'group (did you mean activate_groups?) is no field'],
    ['call', { tool_slug: 'a', argument: {} }, 'argument (did you mean arguments?) is no field'],
    ['call', { tool_slug: 'a', radius: 2 }, 'radius is no field of this request; its fields are tool_slug, arguments,'],
  ])('%s %j', async (operation, body, message) => {
    const told = (await ask(operation, body)).map((error) => error['message']);
    expect(told).toEqual(Array.from({ length: 3 }, () => expect.stringContaining(message)));
  });

  test('in a batch, too', async () => {
    const [, , rest] = callers;
    const { error } = await rest!.run('call_batch', { calls: [{ tool_slug: 'a' }, { tool_slug: 'a', args: 1 }] });
    expect(error).toMatchObject({
      message: expect.stringMatching(/^calls\[1\]\.args is no field of this request; its fields are tool_slug,/),
    });
  });

  test('a hundred thousand of them are counted, and a few named', async () => {
    const body = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`unknown_key_number_${i}`, i]));
    const [told] = await ask('search', body);
    expect(told!['message']).toMatch(
      /^unknown_key_number_0, unknown_key_number_1, unknown_key_number_2 and 99,997 more are no fields of this request/,
    );
  });

  test('who calls may be said in every body', async () => {
    const body = { query: 'x', agent_context: { task: 't' }, callerContext: {}, agent: {}, meta: { search_id: 's' } };
    expect(await ask('search', body)).toEqual([undefined, undefined, undefined]);
  });
});
