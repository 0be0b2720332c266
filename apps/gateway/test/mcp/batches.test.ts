// JSON-RPC batches of the revision that has them (2025-03-26): each member is a request of its own, and has its own answer.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { FakeHttp } from '../upstream/fixtures/fake-http.ts';

const PING = { jsonrpc: '2.0', id: 7, method: 'ping' };
const BATCH = '2025-03-26';
const PONG = { jsonrpc: '2.0', id: 7, result: {} };

let fake: FakeHttp;
let gateway: RunningGateway;
let session: string;

async function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const types = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  return fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { ...types, ...headers },
    body: JSON.stringify(body),
  });
}

async function open(protocolVersion: string, capabilities: Json = {}): Promise<string> {
  const params = { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1.0.0' } };
  const response = await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  return response.headers.get('mcp-session-id')!;
}

beforeAll(async () => {
  fake = await new FakeHttp({ era: 'legacy', isStreaming: true }).start();
  gateway = await startGateway({ config: { mcpServers: { fake: { url: fake.url } } }, env: { DCC_MCP_EXPOSE: 'all' } });
  await gateway.ready();
  session = await open(BATCH);
});

afterAll(async () => {
  await gateway?.stop();
  await fake?.kill();
});

const callOf = (id: number, name: string, args: Json, meta: Json = {}): Json => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, _meta: meta },
});

/** The messages of a stream, in order. */
function messagesOf(text: string): readonly Json[] {
  return text.split('\n').flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6)) as Json] : []));
}

test.each<[string, unknown, Json]>([
  ['a number', 1, { id: null, error: { code: -32_600 } }],
  ['null', null, { id: null, error: { code: -32_600 } }],
  ['a list', [PING], { id: null, error: { code: -32_600 } }],
  ['an empty object', {}, { id: null, error: { code: -32_600 } }],
  ['a method that is a number', { ...PING, id: 8, method: 5 }, { id: 8, error: { code: -32_600 } }],
  ['parameters that are a list', { ...PING, id: 8, params: [1] }, { id: 8, error: { code: -32_600 } }],
  ['an id that is an object', { ...PING, id: {} }, { id: null, error: { code: -32_600 } }],
  ['a tool whose name is a number', { ...PING, id: 8, method: 'tools/call', params: { name: 5 } }, { id: 8, error: { code: -32_602 } }], // prettier-ignore
  ['an envelope of 2026-07-28', { ...PING, id: 8, params: { _meta: modernMeta } }, { id: 8, error: { code: -32_600 } }],
  ['a second initialize', { ...PING, id: 8, method: 'initialize' }, { id: 8, error: { code: -32_601 } }],
])('%s is refused alone, and its neighbours are answered', async (_, member, answer) => {
  const response = await post([PING, member, PING], { 'mcp-session-id': session });
  expect([response.status, await response.json()]).toMatchObject([200, [PONG, answer, PONG]]);
});

test('a notification among its members has no answer', async () => {
  const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } };
  const response = await post([notification, PING], { 'mcp-session-id': session });
  expect(await response.json()).toEqual([PONG]);
  expect((await post([notification], { 'mcp-session-id': session })).status).toBe(202);
});

test.each([
  ['without a session', async () => ({})],
  ['of 2025-06-18', async () => ({ 'mcp-session-id': await open('2025-06-18') })],
])('a batch %s is refused whole', async (_, headers) => {
  const response = await post([PING], await headers());
  expect([response.status, await response.json()]).toMatchObject([400, { id: null, error: { code: -32_600 } }]);
});

test('its members hear of progress, each with its own token, on the stream that ends with all answers', async () => {
  const calls = [
    callOf(1, 'progress', { steps: 2 }, { progressToken: 'one' }),
    callOf(2, 'progress', { steps: 1 }, { progressToken: 2 }),
    callOf(3, 'progress', { steps: 1 }),
  ];
  const response = await post([PING, ...calls], { 'mcp-session-id': session });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const messages = messagesOf(await response.text());
  const told = messages.flatMap(({ method, params }): readonly Json[] =>
    method === undefined ? [] : [{ method, ...(params as Json) }],
  );
  const method = 'notifications/progress';
  expect(told.filter(({ progressToken }) => progressToken === 'one')).toMatchObject([
    { method, progress: 1 },
    { method, progress: 2 },
  ]);
  expect(told.filter(({ progressToken }) => progressToken !== 'one')).toMatchObject([{ method, progressToken: 2 }]);
  expect(messages.slice(-4)).toMatchObject([PONG, { id: 1 }, { id: 2 }, { id: 3 }]);
  expect(messages).toHaveLength(told.length + 4);
});

test('a client that takes no stream has the answers alone', async () => {
  const call = callOf(1, 'progress', { steps: 2 }, { progressToken: 'one' });
  const response = await post([call, PING], { 'mcp-session-id': session, accept: 'application/json' });
  expect(await response.json()).toMatchObject([{ id: 1, result: { content: [{ type: 'text' }] } }, PONG]);
});

test('a member may be asked something', async () => {
  const asking = await open(BATCH, { sampling: {} });
  const call = callOf(1, 'ask', { method: 'sampling/createMessage' });
  const response = await post([call, PING], { 'mcp-session-id': asking });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const question = messagesOf(text).find(({ method }) => method === 'sampling/createMessage');
    if (question !== undefined && !text.includes('"result"')) {
      await post({ jsonrpc: '2.0', id: question['id'], result: { model: 'm' } }, { 'mcp-session-id': asking });
    }
  }
  expect(messagesOf(text).slice(-2)).toMatchObject([{ id: 1, result: { content: [{ text: '{"model":"m"}' }] } }, PONG]);
});
