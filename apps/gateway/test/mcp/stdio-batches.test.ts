// JSON-RPC batches on a pipe: each member is a request of its own, and their answers are one line.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Json } from '../fixtures/callers.ts';
import { startStdio, type StdioOptions, type StdioRun } from '../fixtures/stdio-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const fake = { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO] };
const PING = { jsonrpc: '2.0', id: 7, method: 'ping' };
const PONG = { jsonrpc: '2.0', id: 7, result: {} };
const CANCELLED = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } };
const NO_BATCHES = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_600, message: 'JSON-RPC batches exist only in protocol version 2025-03-26' },
};

let sink: OtlpSink;
let gateway: StdioRun;

beforeAll(async () => {
  sink = await startOtlpSink();
});

afterEach(() => gateway.kill());

afterAll(() => sink.close());

const initialize = (protocolVersion: string): Json => ({
  protocolVersion,
  capabilities: { sampling: {} },
  clientInfo: { name: 'old', version: '1.0.0' },
});

const call = (id: number, name: string, args: Json): Json => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

async function open(config: object, protocolVersion = '2025-03-26', options?: StdioOptions): Promise<void> {
  gateway = startStdio(config, options);
  await gateway.request('initialize', initialize(protocolVersion));
}

/** Sends one line, and gives those that are written until `count` are there. */
async function linesTo(sent: unknown, count = 1): Promise<readonly unknown[]> {
  const before = gateway.stdout.length;
  gateway.write(JSON.stringify(sent));
  await gateway.until(() => gateway.stdout.length >= before + count);
  return gateway.stdout.slice(before).map((line) => JSON.parse(line) as unknown);
}

test('each member is answered, in order, in one line; what is no request is refused alone', async () => {
  await open({});
  const modern = { ...PING, id: 8, params: { _meta: modernMeta } };
  const again = { ...PING, id: 9, method: 'initialize', params: initialize('2025-03-26') };
  const lines = await linesTo([PING, 1, [PING], modern, again, { ...PING, id: 'last' }]);
  expect(lines).toMatchObject([
    [
      PONG,
      { id: null, error: { code: -32_600 } },
      { id: null, error: { code: -32_600 } },
      { id: 8, error: NO_BATCHES.error },
      { id: 9, error: { code: -32_601 } },
      { id: 'last', result: {} },
    ],
  ]);
});

test('notifications alone are answered by nothing, and among requests neither', async () => {
  await open({});
  gateway.write(JSON.stringify([CANCELLED, CANCELLED]));
  expect(await linesTo([CANCELLED, PING])).toEqual([[PONG]]);
});

test.each([
  ['no members', [], { code: -32_600, message: 'Invalid Request: an empty batch' }],
  [
    'more members than may run',
    Array.from({ length: 1_001 }, () => PING),
    { code: -32_600, message: 'Invalid Request: a session runs at most 1000 requests at once' },
  ],
])('a batch of %s is refused whole', async (_, batch, error) => {
  await open({});
  expect(await linesTo(batch)).toEqual([{ jsonrpc: '2.0', id: null, error }]);
});

test.each(['2025-06-18', '2025-11-25'])('%s has none', async (version) => {
  await open({}, version);
  expect(await linesTo([PING])).toEqual([NO_BATCHES]);
});

test('before initialize there are none, and behind it they wait for its answer', async () => {
  gateway = startStdio({});
  expect(await linesTo([PING])).toEqual([NO_BATCHES]);
  const opened = gateway.request('initialize', initialize('2025-03-26'));
  expect(await linesTo([PING], 2)).toEqual([await opened, [PONG]]);
});

test('each member has a span and a trace of its own', async () => {
  await open({}, '2025-03-26', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } });
  await linesTo([call(1, 'search', { query: 'one' }), call(2, 'search', { query: 'two' })]);
  gateway.child.stdin!.end();
  expect(await gateway.ended()).toBe(0);
  const spans = sink.spans().filter(({ name }) => name === 'gateway.search');
  expect(spans).toHaveLength(2);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
}, 30_000);

test('a member that its client cancels has no answer, and the others have theirs', async () => {
  await open({ mcpServers: { fake }, server: { expose: 'all' } });
  gateway.write(JSON.stringify([call(1, 'hang', {}), PING]));
  expect(await linesTo({ ...CANCELLED, params: { requestId: 1 } })).toEqual([[PONG]]);
}, 30_000);

test('what a server asks for a member is asked, and may be answered in a batch', async () => {
  await open({ mcpServers: { fake }, server: { expose: 'all' } });
  const [question] = await linesTo([call(1, 'ask', { method: 'sampling/createMessage' }), PING]);
  const { id, method } = question as Json;
  expect(method).toBe('sampling/createMessage');
  const result = { role: 'assistant', model: 'none', content: { type: 'text', text: 'a client' } };
  const [answers] = await linesTo([{ jsonrpc: '2.0', id, result }]);
  expect(answers).toEqual([expect.objectContaining({ id: 1, result: expect.anything() }), PONG]);
  expect(JSON.stringify(answers)).toContain('a client');
}, 30_000);

test('a gateway that stops refuses each of them as not ready', async () => {
  await open({ mcpServers: { fake }, server: { expose: 'all' } });
  gateway.write(JSON.stringify([call(1, 'slow', { ms: 1_500 }), PING]));
  await linesTo({ ...PING, id: 2 }); // by then the batch has been read
  gateway.child.kill('SIGTERM');
  await gateway.until(() => gateway.stderr().includes('stopping: no new work'));
  const refused = { id: 7, error: { code: -32_000, data: { kind: 'not-ready' } } };
  expect(await linesTo([PING, PING], 2)).toMatchObject([
    [refused, refused],
    [{ id: 1, result: {} }, PONG],
  ]);
  expect(await gateway.ended()).toBe(0);
}, 30_000);
