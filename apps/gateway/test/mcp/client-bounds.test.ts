// Everything kept for a client is bounded, in bytes and in number; what is past a bound is refused with words that say which.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern, parseAnswer, type RawMcp } from '../tracing/raw-mcp.ts';

const KIB = 1_024;
const MIB = KIB * KIB;
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const big = (bytes: number): string => 'x'.repeat(bytes);
/** Small on the wire and large in memory. */
const manyLists = (count: number): Json => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, []]));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap in use once nothing is left to collect. */
function usedBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

let gateway: RunningGateway;

function post(body: Json, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { ...JSON_HEADERS, ...headers } };
  return fetch(`${gateway.url}/mcp`, { ...init, body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }) });
}

async function initialize(described: Json): Promise<Json> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  return parseAnswer(await (await post({ method: 'initialize', params: { ...params, ...described } })).text());
}

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      mcpServers: {
        scenes: { command: process.execPath, args: [join(import.meta.dirname, 'fixture/resource-server.mjs')] },
      },
    },
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway.stop();
});

describe('a session keeps 256 KiB at most', () => {
  const refused = { code: -32602, message: expect.stringContaining('256 KiB') as unknown };

  test.each<[string, Json, unknown]>([
    ['a clientInfo of 2 MB', { clientInfo: { name: big(2 * MIB), version: '1' } }, refused],
    ['a clientInfo of 250 KiB', { clientInfo: { name: big(250 * KIB), version: '1' } }, undefined],
    ['a clientInfo of 257 KiB', { clientInfo: { name: big(257 * KIB), version: '1' } }, refused],
    ['capabilities of 2 MB', { capabilities: { experimental: { a: big(2 * MIB) } } }, refused],
    ['100,000 capabilities', { capabilities: { experimental: manyLists(100_000) } }, refused],
    ['100 capabilities', { capabilities: { experimental: manyLists(100) } }, undefined],
    ['icons that are too much together', { clientInfo: { name: 'a', icons: Array.from({ length: 40 }, () => ({ src: big(10 * KIB) })) } }, refused], // prettier-ignore
  ])('initialize with %s', async (_, described, expected) => {
    const { error } = await initialize(described);
    expect(error).toEqual(expected);
  });

  test.each<[string, Json]>([
    ['capabilities', { [CAPABILITIES]: { experimental: { a: big(2 * MIB) } } }],
    ['many capabilities', { [CAPABILITIES]: manyLists(100_000) }],
    ['clientInfo', { 'io.modelcontextprotocol/clientInfo': { name: big(300 * KIB), version: '1' } }],
  ])('a request of the stateless era with %s past it is refused', async (_, meta) => {
    const answer = await openModern(gateway.url).request('tools/list', {}, { meta });
    expect([answer.status, answer.error]).toEqual([400, { code: -32602, message: expect.stringContaining('256 KiB') }]);
  });

  test('of 36 subscriptions of 20 kB the first thirteen are taken', async () => {
    const client = await openLegacy(gateway.url);
    const codes: unknown[] = [];
    for (let i = 0; i < 36; i += 1) {
      const { error } = await client.request('resources/subscribe', { uri: `scene://${i}/`.padEnd(20_000, 'x') });
      codes.push(error?.code);
    }
    expect(codes.filter((code) => code === undefined)).toHaveLength(13);
    expect(new Set(codes.slice(13))).toEqual(new Set([-32602]));
    const { error } = await client.request('resources/unsubscribe', { uri: `scene://0/`.padEnd(20_000, 'x') });
    expect(error).toBeUndefined();
    expect((await client.request('resources/subscribe', { uri: 'scene://again' })).error).toBeUndefined();
  }, 20_000);

  test.each([
    ['100,000 URIs', Array.from({ length: 100_000 }, (_, i) => `scene://${i}`)],
    ['20 URIs of 20 kB', Array.from({ length: 20 }, (_, i) => `scene://${i}`.padEnd(20_000, 'x'))],
  ])('subscriptions/listen with %s is refused', async (_, resourceSubscriptions) => {
    const answer = await openModern(gateway.url).request('subscriptions/listen', { notifications: { resourceSubscriptions } }); // prettier-ignore
    expect(answer.error).toEqual({ code: -32602, message: expect.stringContaining('256 KiB') });
  });
});

describe.each(['legacy', 'modern'] as const)('a text that is too long is refused by name (%s)', (era) => {
  let client: RawMcp;

  beforeAll(async () => {
    client = era === 'legacy' ? await openLegacy(gateway.url) : openModern(gateway.url);
  });

  test.each<[string, string, Json, number]>([
    ['_meta.progressToken', 'tools/list', { _meta: { progressToken: big(MIB) } }, 1_024],
    ['cursor', 'resources/list', { cursor: big(MIB) }, 64 * KIB],
    ['ref.uri', 'completion/complete', { ref: { type: 'ref/resource', uri: big(MIB) } }, 64 * KIB],
    ['argument.value', 'completion/complete', { ref: {}, argument: { name: 'a', value: big(MIB) } }, 64 * KIB],
    ['requestState', 'tools/call', { requestState: big(MIB) }, 256 * KIB],
  ])('%s of %s', async (member, method, params, maxBytes) => {
    const { _meta: meta, ...rest } = params as Json & { readonly _meta?: Json };
    const answer = await client.request(method, rest, meta === undefined ? {} : { meta });
    expect(answer.error).toEqual({ code: -32602, message: `${member} is longer than ${maxBytes} bytes` });
  });

  test('id', async () => {
    const answer = await client.request('tools/list', {}, { id: big(MIB) });
    expect(answer.error).toEqual({ code: -32602, message: 'id is longer than 1024 bytes' });
    expect((await client.request('tools/list', {}, { id: big(KIB) })).error).toBeUndefined();
  });
});

test('a log level that is none is refused in few words', async () => {
  const { error } = await (await openLegacy(gateway.url)).request('logging/setLevel', { level: big(60 * KIB) });
  expect(error!.code).toBe(-32602);
  expect(error!.message.length).toBeLessThan(300);
});

test('a batch of more than 1,000 requests is refused whole', async () => {
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'a', version: '1' } };
  const opened = await post({ method: 'initialize', params });
  await opened.text();
  const body = JSON.stringify(Array.from({ length: 1_001 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' })));
  const headers = { ...JSON_HEADERS, 'mcp-session-id': opened.headers.get('mcp-session-id')! };
  const response = await fetch(`${gateway.url}/mcp`, { method: 'POST', headers, body });
  expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32600 } }]);
});

test('20 clients that say 2 MB of themselves leave nothing behind', async () => {
  const before = usedBytes();
  await Promise.all(Array.from({ length: 20 }, () => initialize({ clientInfo: { name: big(2 * MIB), version: '1' } })));
  expect(usedBytes() - before).toBeLessThan(8 * MIB);
}, 20_000);

/** Opens the stream of a session, and reads nothing of it until it is told to. */
async function openUnread(session: string): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write(
    `GET /mcp HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\nmcp-session-id: ${session}\r\n\r\n`,
  );
  await once(socket, 'connect');
  return socket;
}

test('a stream that its client does not read ends, says so to both, and leaves the session as it was', async () => {
  const before = gateway.stderr().length;
  const said = (): string => gateway.stderr().slice(before);
  const opened = await post({
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  });
  await opened.text();
  const session = opened.headers.get('mcp-session-id')!;
  const headers = { 'mcp-session-id': session };
  const uri = 'scene://unread/'.padEnd(20_000, 'x');
  const subscribed = await post({ method: 'resources/subscribe', params: { uri } }, headers);
  expect(parseAnswer(await subscribed.text())['error']).toBeUndefined();
  const socket = await openUnread(session);
  // How many it takes depends on the buffers of the system and on how fast this machine is at the moment.
  for (let i = 0; i < 400 && !said().includes('does not read'); i += 1) {
    await (await post({ method: 'tools/call', params: { name: 'shout', arguments: { times: 100 } } }, headers)).text();
  }
  expect(said().match(/does not read its event stream: it was closed with 262144 bytes waiting/g)).toHaveLength(1);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-1_000);
    if (text.endsWith('0\r\n\r\n')) {
      socket.end();
    }
  });
  socket.resume();
  await once(socket, 'close');
  expect(text).toContain(': the stream ends here, because its client does not read');
  expect((await post({ method: 'ping' }, headers)).status).toBe(200);
}, 30_000);
