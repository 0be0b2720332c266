// A message that is refused before anything handles it is counted with the others of MCP, on every way in.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type StdioRun, startStdio } from '../fixtures/stdio-gateway.ts';

const PING = { jsonrpc: '2.0', id: 7, method: 'ping' };
const PARAMS = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'refused', version: '1' } };
const INITIALIZE = { jsonrpc: '2.0', id: 'first', method: 'initialize', params: PARAMS };
const OTHER_ERA = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'refused', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const MODERN_PING = { ...PING, params: { _meta: OTHER_ERA } };

let gateway: StdioRun;
let url: string;
let session: string;

async function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const own = { 'content-type': 'application/json', accept: 'application/json', ...headers };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${url}/mcp`, { method: 'POST', headers: own, body: text });
}

const inSession = (body: unknown): Promise<Response> => post(body, { 'mcp-session-id': session });

async function line(body: unknown): Promise<void> {
  const before = gateway.stdout.length;
  gateway.write(typeof body === 'string' ? body : JSON.stringify(body));
  await gateway.until(() => gateway.stdout.length > before);
}

beforeAll(async () => {
  gateway = startStdio({}, { isListening: true, env: { ENABLE_METRICS: 'true' } });
  await gateway.until(() => /listening on http/.test(gateway.stderr()));
  url = /listening on (http:\/\/[^\s)]+)/.exec(gateway.stderr())![1]!;
  await gateway.request('initialize', PARAMS);
  session = (await post(INITIALIZE)).headers.get('mcp-session-id')!;
}, 30_000);

afterAll(() => gateway.kill());

const LABELS = ['mcp_method_name', 'error_type', 'network_transport'];

async function counts(): Promise<Readonly<Record<string, number>>> {
  return valuesOf(await scrape(url), 'mcp_server_operation_duration_seconds_count', LABELS);
}

/** What has been counted more often since. */
async function added(run: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const before = await counts();
  await run();
  const entries = Object.entries(await counts()).map(([key, count]) => [key, count - (before[key] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, more]) => more > 0));
}

describe('over HTTP', () => {
  test.each<[string, () => Promise<Response>, string]>([
    ['a body that is no JSON', () => post('{"jsonrpc"'), '_OTHER -32700 tcp'],
    ['a body that is no message', () => post({ id: 7 }), '_OTHER -32600 tcp'],
    ['a request without a session', () => post(PING), 'ping -32600 tcp'],
    ['a request of an unknown session', () => post(PING, { 'mcp-session-id': 'x' }), 'ping -32600 tcp'],
    ['headers that say something else than the body', () => post(MODERN_PING), 'ping -32020 tcp'],
    [
      'an answer to a session that is unknown',
      () => post({ ...PING, method: undefined, result: {} }),
      '_OTHER -32600 tcp',
    ],
    ['a handshake without a version', () => post({ ...INITIALIZE, params: {} }), 'initialize -32602 tcp'],
    ['a batch of no session', () => post([PING]), '_OTHER -32600 tcp'],
  ])('%s', async (_, send, labels) => {
    expect(await added(send)).toEqual({ [labels]: 1 });
  });

  test('members of a batch, each by itself', async () => {
    const more = await added(() => inSession([PING, 5, MODERN_PING, { ...INITIALIZE, params: {} }]));
    expect(more).toEqual({ 'ping  tcp': 1, '_OTHER -32600 tcp': 1, 'ping -32600 tcp': 1, 'initialize -32601 tcp': 1 });
  });
});

describe('over stdio', () => {
  test.each<[string, unknown, Readonly<Record<string, number>>]>([
    ['a line that is no JSON', '{"jsonrpc"', { '_OTHER -32700 pipe': 1 }],
    ['a line that is no message', { id: 7 }, { '_OTHER -32600 pipe': 1 }],
    ['a handshake without a version', { ...INITIALIZE, params: {} }, { 'initialize -32602 pipe': 1 }],
    ['members of a batch', [PING, 5], { 'ping  pipe': 1, '_OTHER -32600 pipe': 1 }],
  ])('%s', async (_, body, more) => {
    expect(await added(() => line(body))).toEqual(more);
  });
});
