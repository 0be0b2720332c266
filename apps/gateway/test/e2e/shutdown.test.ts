// SIGTERM while calls are running: whatever was answered is in the traces and in the counters.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Json, findSlug } from '../fixtures/callers.ts';
import { everything } from '../fixtures/servers.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

let sink: OtlpSink;
let gateway: GatewayProcess;

beforeEach(async () => {
  sink = await startOtlpSink();
  gateway = await startGatewayProcess({
    config: { mcpServers: { everything } },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
  });
  await gateway.ready();
});

afterEach(async () => {
  await gateway.stop('SIGKILL');
  await sink.close();
});

/** Calls `slug` again and again until the gateway refuses; adds the trace ids of the calls that succeeded. */
async function callUntilRefused(slug: string, succeeded: string[]): Promise<void> {
  for (;;) {
    const response = await fetch(`${gateway.url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool_slug: slug, arguments: { message: 'hi' } }),
    }).catch(() => undefined);
    if (response?.status !== 200) {
      return;
    }
    const body = (await response.json()) as Json;
    succeeded.push(String(body['trace_id']));
  }
}

async function countedSuccesses(): Promise<number> {
  const counters = sink.metrics().filter(({ name }) => name === 'dcc_mcp.tool.calls');
  const points = counters.at(-1)?.dataPoints ?? [];
  return points
    .filter(({ attributes }) => attributes['status'] === 'success')
    .reduce((sum, { value }) => sum + Number(value), 0);
}

test('every answered call has its span at the receiver and its count in the last push', async () => {
  const slug = await findSlug(gateway.url, 'everything', 'echo');
  const answered: string[] = [];
  const clients = Array.from({ length: 8 }, () => callUntilRefused(slug, answered));
  for (const deadline = Date.now() + 20_000; answered.length <= 50 && Date.now() < deadline;) {
    await wait(10);
  }
  expect(await gateway.stop('SIGTERM')).toBe(0);
  await Promise.all(clients);
  const recorded = new Set(
    sink
      .spans()
      .filter(({ name }) => name === 'gateway.call')
      .map(({ traceId }) => traceId),
  );

  expect(answered.length).toBeGreaterThan(50);
  expect(answered.filter((traceId) => !recorded.has(traceId))).toEqual([]);
  expect(await countedSuccesses()).toBe(answered.length);
}, 60_000);

test('a call that is running when SIGTERM comes is answered', async () => {
  const slug = await findSlug(gateway.url, 'everything', 'trigger-long-running-operation');
  const running = fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: slug, arguments: { duration: 1, steps: 1 } }),
  });
  await wait(300);
  const stopped = gateway.stop('SIGTERM');
  const body = (await (await running).json()) as Json;
  expect(body).toMatchObject({ ok: true });
  expect(await stopped).toBe(0);
  expect(sink.spans().map(({ traceId }) => traceId)).toContain(body['trace_id']);
}, 60_000);

/** Less than what calls in flight are given, on a busy machine too. */
const SOON_MILLIS = 8_000;

test('a read that waits is answered with what there is when SIGTERM comes, and holds nothing up', async () => {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as { instances: readonly Json[] };
  const client = new Client({ name: 'reader', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
  const uri = `events://session/${String(instances[0]!['instance_id'])}?cursor=1000000&waitMs=30000`;
  const reading = client.readResource({ uri });
  await wait(300);
  const began = performance.now();
  const stopped = gateway.stop('SIGTERM');
  const { contents } = await reading;
  expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({ cursor: 1_000_000, events: [] });
  expect(await stopped).toBe(0);
  expect(performance.now() - began).toBeLessThan(SOON_MILLIS);
  await client.close();
}, 60_000);

test.each(['/v1/call', '/mcp'])(
  'a body of %s that does not come is refused when SIGTERM comes, and holds nothing up',
  async (path) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"a"`);
    await wait(500);
    const began = performance.now();
    expect(await gateway.stop('SIGTERM')).toBe(0);
    expect(performance.now() - began).toBeLessThan(SOON_MILLIS);
    expect(heard).toMatch(/^HTTP\/1\.1 503/);
    expect(heard).toContain('The gateway is shutting down, and the body has not come');
  },
  60_000,
);
