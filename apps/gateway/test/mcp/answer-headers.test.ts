// Every answer of /mcp says which request and which trace it belongs to.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const OTHER_TRACE_ID = 'f'.repeat(32);
const PING = '{"jsonrpc":"2.0","id":7,"method":"ping"}';
const ACCEPT = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

let gateway: RunningGateway;
let session = '';

const post = (method: string, params: object): Promise<Response> =>
  fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { ...ACCEPT, ...(session === '' ? {} : { 'mcp-session-id': session }), traceparent: TRACEPARENT },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
  });

beforeAll(async () => {
  gateway = await startGateway({ config: { mcpServers: { everything } } });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway.stop();
});

test('the answer to initialize, of a list and of a search carry request id and the caller’s trace', async () => {
  const initialized = await post('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'headers', version: '1' },
  });
  session = initialized.headers.get('mcp-session-id')!;
  const listed = await post('tools/list', {});
  const searched = await post('tools/call', { name: 'search', arguments: { query: 'echo' } });
  for (const { headers } of [initialized, listed, searched]) {
    expect(headers.get('x-dcc-mcp-trace-id')).toBe(TRACE_ID);
    expect(headers.get('traceparent')).toContain(TRACE_ID);
    expect(headers.get('x-request-id')).toBe(headers.get('x-dcc-mcp-request-id'));
    expect(headers.get('x-request-id')).toMatch(/:7$/);
  }
  const { result } = (await searched.json()) as { result: { structuredContent: Record<string, string> } };
  expect(searched.headers.get('x-dcc-mcp-search-id')).toBe(result.structuredContent['search_id']);
  expect(searched.headers.get('x-dcc-mcp-ranker-version')).toBe(result.structuredContent['ranker_version']);
});

const UUID = '[0-9a-f]{8}-[0-9a-f-]{27}';
const IS_ALONE = new RegExp(`^${UUID}$`);
const IS_OF_NO_SESSION = new RegExp(`^${UUID}:7$`);
const NO_SESSION = { 'mcp-session-id': '' };

function get(headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Response> {
  const own = { accept: 'text/event-stream', traceparent: TRACEPARENT, ...headers };
  return fetch(`${gateway.url}/mcp`, { method, headers: own });
}

async function sendRaw(body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const own = { ...ACCEPT, 'mcp-session-id': session, traceparent: TRACEPARENT, ...headers };
  const sent = Object.entries(own).filter(([, value]) => value !== '');
  return fetch(`${gateway.url}/mcp`, { method: 'POST', headers: Object.fromEntries(sent), body });
}

test.each<[string, () => Promise<Response>, number, RegExp]>([
  ['a body that is no JSON', () => sendRaw('{"jsonrpc"'), 400, IS_ALONE],
  ['a body that is no message', () => sendRaw('{"id":7}'), 400, IS_OF_NO_SESSION],
  ['a request without a session', () => sendRaw(PING, NO_SESSION), 400, IS_OF_NO_SESSION],
  ['a request of a session that is unknown', () => sendRaw(PING, { 'mcp-session-id': 'x' }), 404, IS_OF_NO_SESSION],
  ['a notification', () => sendRaw('{"jsonrpc":"2.0","method":"notifications/initialized"}'), 202, IS_ALONE],
  ['an answer of the client', () => sendRaw('{"jsonrpc":"2.0","id":7,"result":{}}'), 202, IS_ALONE],
  ['a batch where there are none', () => sendRaw(`[${PING}]`), 400, IS_ALONE],
  ['a GET without a session', () => get({}), 400, IS_ALONE],
  ['a GET that takes no stream', () => get({ accept: 'text/html', 'mcp-session-id': session }), 406, IS_ALONE],
  ['a HEAD', () => get({ 'mcp-session-id': session }, 'HEAD'), 200, IS_ALONE],
  ['a DELETE of a session that is unknown', () => get({ 'mcp-session-id': 'x' }, 'DELETE'), 404, IS_ALONE],
])('the answer to %s carries them, too', async (_, send, status, requestId) => {
  const response = await send();
  expect(response.status).toBe(status);
  expect(response.headers.get('x-dcc-mcp-trace-id')).toBe(TRACE_ID);
  expect(response.headers.get('traceparent')).toContain(TRACE_ID);
  expect(response.headers.get('x-request-id')).toMatch(requestId);
  expect(response.headers.get('x-dcc-mcp-request-id')).toBe(response.headers.get('x-request-id'));
});

test('the answer to a message that is refused follows the trace that the message itself names', async () => {
  const traceparent = TRACEPARENT.replace(TRACE_ID, OTHER_TRACE_ID);
  const message = { ...JSON.parse(PING), params: { _meta: { traceparent } } } as object;
  const { headers } = await sendRaw(JSON.stringify(message), NO_SESSION);
  expect(headers.get('x-dcc-mcp-trace-id')).toBe(OTHER_TRACE_ID);
});

test('the answer to a batch carries ids of its own', async () => {
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'headers', version: '1' } };
  const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const old = (await sendRaw(initialize, NO_SESSION)).headers.get('mcp-session-id')!;
  const { status, headers } = await sendRaw(`[${PING}]`, { 'mcp-session-id': old });
  expect([status, headers.get('x-dcc-mcp-trace-id')]).toEqual([200, TRACE_ID]);
  expect(headers.get('x-request-id')).toMatch(IS_ALONE);
});

test('HEAD says what GET would, and leaves the stream that is open alone', async () => {
  const headers = { accept: 'text/event-stream', 'mcp-session-id': session };
  const leaving = new AbortController();
  const stream = await fetch(`${gateway.url}/mcp`, { headers, signal: leaving.signal });
  const head = await fetch(`${gateway.url}/mcp`, { method: 'HEAD', headers });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect(head.headers.get('mcp-session-id')).toBe(session);
  const ended = stream.text().then(
    () => 'ended',
    () => 'left',
  );
  leaving.abort();
  expect(await ended).toBe('left');
  const { 'mcp-session-id': _, ...stranger } = headers;
  expect((await fetch(`${gateway.url}/mcp`, { method: 'HEAD', headers: stranger })).status).toBe(400);
});
