// Every answer of /mcp says which request and which trace it belongs to.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
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
