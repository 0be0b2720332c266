// Messages that are neither a request nor its one answer are captured, too: events of a stream, and what calls a request off.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSlug } from '../fixtures/callers.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern, type RawMcp } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';

interface Frame {
  readonly row_id: string;
  readonly leg: string;
  readonly transport: string;
  readonly method?: string;
  readonly request_id?: string;
  readonly session_id?: string;
  readonly size_bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

const server = (path: string): object => ({
  command: process.execPath,
  args: [join(import.meta.dirname, path)],
  timeoutMs: 1_000,
});

let gateway: RunningGateway;
let held: HeldServer;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  held = await startHeldServer();
  const mcpServers = {
    wordy: server('wordy-server.mjs'),
    asking: server('asking-server.mjs'),
    toolbox: server('../rest/fixture/tool-server.mjs'),
    held: { url: held.url },
  };
  gateway = await startGateway({ config: { mcpServers, trafficCapture: 'metadata' } });
  await gateway.ready();
  await until(async () => (await Promise.all(Object.keys(mcpServers).map(isListed))).every(Boolean));
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

afterAll(async () => {
  await gateway?.stop();
  held?.close();
});

async function isListed(dccType: string): Promise<boolean> {
  const answer = await fetch(`${gateway.url}/v1/debug/instances`);
  const { instances } = (await answer.json()) as { instances: readonly Readonly<Record<string, unknown>>[] };
  return instances.some(({ dcc_type: type, status }) => type === dccType && status === 'ready');
}

/** Newer than `after`, oldest first. */
async function framesAfter(after: string, query: string, url = gateway.url): Promise<readonly Frame[]> {
  const answer = await fetch(`${url}/v1/debug/traffic?q=${encodeURIComponent(query)}`);
  const { frames } = (await answer.json()) as { frames: readonly Frame[] };
  return frames.filter(({ row_id: id }) => id > after).toReversed();
}

async function lastFrame(): Promise<string> {
  const answer = await fetch(`${gateway.url}/v1/debug/traffic?limit=1`);
  const { frames } = (await answer.json()) as { frames: readonly Frame[] };
  return frames[0]?.row_id ?? '';
}

test.each<[string, (url: string) => Promise<RawMcp>]>([
  ['2025-11-25', openLegacy],
  ['2026-07-28', async (url) => openModern(url)],
])('each message of the stream that answers a client of %s is a frame, with its size', async (_version, open) => {
  const client = await open(gateway.url);
  const params = { name: 'call', arguments: { tool_slug: await findSlug(gateway.url, 'wordy', 'speak') } };
  const before = await lastFrame();
  const { headers, text } = await client.request('tools/call', params, { meta: { progressToken: 'p' } });
  expect(headers.get('content-type')).toBe('text/event-stream');
  const messages = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => data!);
  const frames = await framesAfter(before, 'leg=gateway_to_client');
  expect(frames.map(({ method, size_bytes: bytes }) => [method, bytes])).toEqual([
    ['notifications/progress', Buffer.byteLength(messages[0]!)],
    ['tools/call', Buffer.byteLength(messages[1]!)],
  ]);
});

test.each([
  ['stdio', 'toolbox', 'slow', {}],
  ['http', 'held', 'held', { 'content-type': 'application/json' }],
])('a server over %s that is told that nobody waits any more: a frame, with the ids of the request', async (...of) => {
  const [transport, name, tool, headers] = of;
  const client = await openLegacy(gateway.url);
  const params = { name: 'call', arguments: { tool_slug: await findSlug(gateway.url, name, tool) } };
  const before = await lastFrame();
  const answer = client.request('tools/call', params, { id: `calls ${name} off` });
  await until(async () => (await framesAfter(before, 'leg=gateway_to_upstream')).length > 0);
  await client.notify('notifications/cancelled', { requestId: `calls ${name} off` });
  await until(async () => (await framesAfter(before, 'leg=gateway_to_upstream')).length > 1);
  const [asked, cancelled] = await framesAfter(before, 'leg=gateway_to_upstream');
  expect(cancelled).toMatchObject({
    transport,
    method: 'notifications/cancelled',
    request_id: asked!.request_id,
    headers,
  });
  expect(cancelled!.size_bytes).toBeGreaterThan(10);
  await answer;
});

test.each(['ping', 'elicitation/create'])(
  'what the gateway answers to the %s of a server is a frame',
  async (method) => {
    const before = await lastFrame();
    const asking = await findSlug(gateway.url, 'asking', 'ask');
    const answer = await fetch(`${gateway.url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool_slug: asking, arguments: { method } }),
    });
    const { output: reply } = (await answer.json()) as { output: string };
    const frames = await framesAfter(before, `method=${method}`);
    expect(frames.map(({ leg, request_id: id, size_bytes: bytes }) => [leg, id, bytes])).toEqual([
      ['upstream_to_gateway', answer.headers.get('x-request-id'), expect.any(Number)],
      ['gateway_to_upstream', answer.headers.get('x-request-id'), reply.length],
    ]);
  },
);

test('messages of a client on standard streams have its session, as the rows of its calls have', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'traffic-session-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(
    file,
    JSON.stringify({ mcpServers: { wordy: server('wordy-server.mjs') }, trafficCapture: 'metadata' }),
  );
  const piped = await serveInProcess(file, { flags: { stdio: true } });
  ends.push(async () => {
    await piped.stop();
    rmSync(folder, { recursive: true });
  });
  await piped.ready();
  const answered = async (message: Readonly<Record<string, unknown>>): Promise<void> => {
    const wanted = `"id":${String(message['id'])}`;
    const isHere = new Promise<void>((resolve) => {
      piped.stdout.on('data', (chunk: Buffer) => chunk.toString().includes(wanted) && resolve());
    });
    piped.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    await (message['id'] === undefined ? undefined : isHere);
  };
  const clientInfo = { name: 'piped', version: '1' };
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  await answered({ id: 100, method: 'initialize', params: hello });
  await answered({ method: 'notifications/initialized' });
  const args = { tool_slug: await findSlug(piped.url, 'wordy', 'speak') };
  await answered({ id: 101, method: 'tools/call', params: { name: 'call', arguments: args } });
  const { calls } = (await (await fetch(`${piped.url}/v1/debug/calls`)).json()) as { calls: readonly Frame[] };
  const frames = (await framesAfter('', 'transport=stdio', piped.url)).filter(({ leg }) => leg.includes('client'));
  expect(calls[0]!.session_id).toMatch(/^[0-9a-f]{12}$/);
  expect(frames.map(({ method, session_id: session }) => [method, session])).toEqual(
    ['initialize', 'initialize', 'notifications/initialized', 'tools/call', 'tools/call'].map((method) => [
      method,
      calls[0]!.session_id,
    ]),
  );
});
