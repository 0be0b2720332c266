// JSON-RPC batches of the revision that has them (2025-03-26): each member is a request of its own, and has its own answer.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';

const PING = { jsonrpc: '2.0', id: 7, method: 'ping' };
const PONG = { jsonrpc: '2.0', id: 7, result: {} };

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

async function open(protocolVersion: string): Promise<string> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1.0.0' } };
  const response = await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  return response.headers.get('mcp-session-id')!;
}

beforeAll(async () => {
  gateway = await startGateway();
  session = await open('2025-03-26');
});

afterAll(() => gateway.stop());

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
