// What a server of 2026-07-28 answers reaches a client of an older revision without the members that this revision alone has.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern } from '../tracing/raw-mcp.ts';
import { FakeHttp, type FakeRequest } from '../upstream/fixtures/fake-http.ts';

const CACHED = '"ttlMs":5000,"cacheScope":"public"';
/** As the server writes it, and as a client of a handshake revision gets it. */
const RESULTS: readonly (readonly [method: string, params: Json, written: string, got: string])[] = [
  [
    'tools/call',
    { name: 'echo', arguments: {} },
    '{ "resultType" : "complete", "content":[], "n":725653563933458432 ,"ttlMs":1.0}',
    '{ "content":[], "n":725653563933458432 ,"ttlMs":1.0}',
  ],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'b' } },
    '{"completion":{"values":["x"], "total":1.0},"resultType":"complete"}',
    '{"completion":{"values":["x"], "total":1.0}}',
  ],
  [
    'resources/templates/list',
    {},
    `{"resultType":"complete",${CACHED},"resourceTemplates":[],"_meta":{"ttlMs":1.10}}`,
    '{"resourceTemplates":[],"_meta":{"ttlMs":1.10}}',
  ],
  [
    'resources/read',
    { uri: 'test://a' },
    `{"contents":[],"resultType":"complete", ${CACHED}, "x":1.10}`,
    '{"contents":[], "x":1.10}',
  ],
  ['resources/list', {}, `{"resultType":"complete","resources":[],${CACHED}}`, '{"resources":[]}'],
  ['prompts/list', {}, `{"prompts":[],${CACHED},"resultType":"complete"}`, '{"prompts":[]}'],
  ['prompts/get', { name: 'p' }, '{"messages":[],"resultType":"complete","n":1E5}', '{"messages":[],"n":1E5}'],
];

let fake: FakeHttp;
let gateway: RunningGateway;

function answerAsWritten({ message }: FakeRequest, response: ServerResponse): boolean {
  const found = RESULTS.find(([method]) => method === message?.method);
  if (found === undefined) {
    return false;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(message?.id)},"result":${found[2]}}`);
  return true;
}

beforeAll(async () => {
  fake = await new FakeHttp({ era: 'modern', intercept: answerAsWritten }).start();
  gateway = await startGateway({ config: { mcpServers: { fake: { url: fake.url } } }, env: { DCC_MCP_EXPOSE: 'all' } });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway?.stop();
  await fake?.kill();
});

async function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  });
}

async function open(protocolVersion: string): Promise<Readonly<Record<string, string>>> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1.0.0' } };
  const response = await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  return { 'mcp-session-id': response.headers.get('mcp-session-id')!, 'mcp-protocol-version': protocolVersion };
}

describe.each(['2025-03-26', '2025-06-18', '2025-11-25'])('a client of %s', (version) => {
  test.each(RESULTS)('has the result of %s without them, and all else as it came', async (method, params, _, got) => {
    const response = await post({ jsonrpc: '2.0', id: 7, method, params }, await open(version));
    expect(await response.text()).toBe(`{"jsonrpc":"2.0","id":7,"result":${got}}`);
  });
});

test('a batch has all results without them', async () => {
  const requests = RESULTS.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
  const response = await post(requests, await open('2025-03-26'));
  const answers = RESULTS.map(([, , , got], id) => `{"jsonrpc":"2.0","id":${id},"result":${got}}`);
  expect(await response.text()).toBe(`[${answers.join(',')}]`);
});

test('a client of 2026-07-28 has them', async () => {
  const { result } = (await openModern(gateway.url).request('resources/templates/list', {})) as unknown as Json;
  expect(result).toMatchObject({ resultType: 'complete', ttlMs: 5_000, cacheScope: 'public' });
});
