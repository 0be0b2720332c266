// What many clients do at once: calls over REST and MCP in both eras, sessions that come and go, streams, cancellations,
// requests that are given up, and nonsense.
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const CLIENT = { name: 'soak', version: '1.0.0' };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};
/** A client that gives up does so within this time. */
const PATIENCE_MILLIS = 20;

const any = (list) => list[Math.floor(Math.random() * list.length)];
const rpc = (method, params, id = Math.floor(Math.random() * 1e6)) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** Sends a request and reads its whole answer. */
async function send({ url, dispatcher }, path, { method = 'POST', headers = JSON_HEADERS, body, signal } = {}) {
  const response = await request(url + path, { dispatcher, method, headers, body, signal });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}

async function openSession(to) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT };
  const { headers } = await send(to, '/mcp', { body: rpc('initialize', params) });
  const session = { ...JSON_HEADERS, 'mcp-session-id': headers['mcp-session-id'] };
  const ready = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await send(to, '/mcp', { headers: session, body: ready });
  return session;
}

const callOf = (slug) => ({ name: 'call', arguments: { tool_slug: slug, arguments: { text: 'x'.repeat(50) } } });
const post = (path, body) => (to) => send(to, path, { body: JSON.stringify(body(to)) });

const ACTIONS = {
  search: post('/v1/search', () => ({ query: any(['echo', 'cube', 'answer text', 'zzz']) })),
  describe: post('/v1/describe', ({ slugs }) => ({ tool_slug: any(slugs) })),
  call: post('/v1/call', ({ slugs }) => ({ tool_slug: any(slugs), arguments: { text: 'a' } })),
  batch: post('/v1/call_batch', ({ slugs }) => ({
    calls: slugs.map((slug) => ({ tool_slug: slug, arguments: { text: 'a' } })),
  })),
  modern: (to) => {
    const params = { ...callOf(any(to.slugs)), _meta: MODERN_META };
    const headers = { ...JSON_HEADERS, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };
    return send(to, '/mcp', { headers: { ...headers, 'mcp-name': 'call' }, body: rpc('tools/call', params) });
  },
  async session(to) {
    const headers = await openSession(to);
    await send(to, '/mcp', { headers, body: rpc('tools/list', {}) });
    await send(to, '/mcp', { headers, body: rpc('tools/call', callOf(any(to.slugs))) });
    await send(to, '/mcp', { method: 'DELETE', headers });
  },
  async stream(to) {
    const headers = await openSession(to);
    const leaving = new AbortController();
    const stream = send(to, '/mcp', { method: 'GET', headers, signal: leaving.signal }).catch(() => undefined);
    await send(to, '/mcp', { headers, body: rpc('tools/call', callOf(any(to.slugs))) });
    leaving.abort();
    await stream;
    await send(to, '/mcp', { method: 'DELETE', headers });
  },
  async cancel(to) {
    const headers = await openSession(to);
    const call = send(to, '/mcp', { headers, body: rpc('tools/call', callOf(any(to.slugs)), 5) });
    const params = { requestId: 5, reason: 'changed my mind' };
    const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    await send(to, '/mcp', { headers, body: notification });
    await call;
    await send(to, '/mcp', { method: 'DELETE', headers });
  },
  async giveUp(to) {
    const signal = AbortSignal.timeout(Math.ceil(Math.random() * PATIENCE_MILLIS));
    const body = JSON.stringify({ tool_slug: any(to.slugs), arguments: { text: 'a' } });
    await send(to, '/v1/call', { body, signal }).catch(() => undefined);
  },
  nonsense: (to) =>
    send(to, any(['/mcp', '/v1/call', '/v1/search', '/nowhere']), { body: any(['{', '[]', '{"a":1}', '']) }),
  look: (to) => send(to, any(['/metrics', '/v1/instances', '/healthz']), { method: 'GET' }),
};

/** One client after the other, until `until` (`performance.now()`); counts what was done and what had no answer. */
async function client(to, until, counts) {
  while (performance.now() < until) {
    const name = any(Object.keys(ACTIONS));
    try {
      await ACTIONS[name](to);
      counts[name] = (counts[name] ?? 0) + 1;
    } catch (error) {
      counts.unanswered = (counts.unanswered ?? 0) + 1;
      counts.lastError = String(error.cause ?? error);
      await wait(5);
    }
  }
}

/** `to` is `{ url, slugs, dispatcher }`; resolves with a count for each kind of action. */
export async function runMixedLoad(to, { clients, seconds }) {
  const counts = {};
  const until = performance.now() + seconds * 1_000;
  await Promise.all(Array.from({ length: clients }, () => client(to, until, counts)));
  return counts;
}
