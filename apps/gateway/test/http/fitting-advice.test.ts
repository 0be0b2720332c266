// What a refused caller is told to do can help against what was wrong.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

let rest: RestGateway;
let guarded: RunningGateway;

beforeAll(async () => {
  rest = await startRestGateway({
    server: { bodyLimitBytes: 2_000 },
    policy: { allowedToolSlugPrefixes: ['toolbox.'] },
  });
  guarded = await startGateway({ env: { DCC_MCP_AUTH_TOKEN: 't'.repeat(32) } });
});

afterAll(async () => {
  await Promise.all([rest?.gateway.stop(), guarded?.stop()]);
});

/** Over a plain socket, because `fetch` writes the Host by itself. */
async function ask(url: string, { method = 'POST', path, headers = {}, body }: Asked): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asking = request(`${url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers } });
  asking.on('error', reject).on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => (text += part));
    response.on('end', () => resolve(text));
  });
  asking.end(body);
  const { error } = JSON.parse(await promise) as { error: { recommended_next_action: string } };
  return error.recommended_next_action;
}

const CALL = '/v1/call';

test.each([
  ['a path that is not there', { path: '/v1/cals', method: 'GET' }, /paths/],
  ['a path that is not there, below the API', { path: '/v2/call' }, /paths/],
  ['a method that is not taken', { path: CALL, method: 'GET' }, /POST/],
  ['a method of a page', { path: '/docs' }, /GET/],
  ['a Host that is not served', { path: '/v1/instances', method: 'GET', headers: { host: 'evil.example' } }, /address/],
  ['an Origin from elsewhere', { path: CALL, headers: { origin: 'https://evil.example' }, body: '{}' }, /browser|page/],
  ['a body that is no JSON', { path: CALL, body: '{"tool_slug":' }, /JSON object/],
  ['no body', { path: CALL }, /JSON object/],
  ['a body that is too large', { path: CALL, body: JSON.stringify({ tool_slug: 'x'.repeat(3_000) }) }, /smaller|raise/],
  ['an unknown field', { path: CALL, body: '{"tool_slug":"a.b.c","argument":{}}' }, /named field/],
  ['a field of the wrong type', { path: '/v1/search', body: '{"limit":"many"}' }, /named field/],
  ['a slug that is none', { path: CALL, body: '{"tool_slug":"nothing"}' }, /[Ss]earch/],
  ['an instance that is not there', { path: CALL, body: '{"tool_slug":"maya.12345678.x"}' }, /instances/],
  ['a skill that is not there', { path: '/v1/load_skill', body: '{"skill_name":"nothing"}' }, /[Ss]earch/],
  ['a parameter of the history', { path: '/v1/debug/calls?limit=0', method: 'GET' }, /parameter limit/],
  ['a trace that is not kept', { path: '/v1/debug/traces/nothing', method: 'GET' }, /[Ll]ist the traces/],
])('of %s', async (_, asked: Asked, advice) => {
  expect(await ask(rest.gateway.url, asked)).toMatch(advice);
});

test.each([
  ['wrong arguments', 'add', { a: 'x' }, /inputSchema/],
  ['a tool that fails', 'is_error', {}, /output/],
  ['a tool that takes too long', 'slow', {}, /timeoutMs/],
])('of %s', async (_, tool, args, advice) => {
  const body = JSON.stringify({ tool_slug: rest.toolbox(tool), arguments: args });
  expect(await ask(rest.gateway.url, { path: CALL, body })).toMatch(advice);
});

test('of a tool that policy hides', async () => {
  const body = JSON.stringify({ tool_slug: rest.blender('cut_video') });
  expect(await ask(rest.gateway.url, { path: CALL, body })).toMatch(/policy|operator|[Ss]earch/);
});

test.each([
  ['no token', {}, /bearer token/],
  ['a wrong token', { authorization: 'Bearer wrong' }, /valid now/],
  ['another scheme', { authorization: 'Basic YTpi' }, /Authorization: Bearer/],
])('of %s', async (_, headers, advice) => {
  expect(await ask(guarded.url, { path: '/v1/instances', method: 'GET', headers })).toMatch(advice);
});

test('of a body of MCP that is too large, and how large it may be', async () => {
  const { status, body } = await rest.post('/mcp', 'x'.repeat(3_000));
  const { message } = body['error'] as { readonly message: string };
  expect([status, message]).toEqual([413, expect.stringMatching(/2000 bytes.*server\.bodyLimitBytes/)]);
});
