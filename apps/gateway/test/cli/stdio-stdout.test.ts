// With --stdio nothing but the protocol is on stdout, whatever the gateway, its exporters and its upstreams have to say.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Json } from '../fixtures/callers.ts';
import { startStdio, type StdioRun } from '../fixtures/stdio-gateway.ts';

const noisy = (workMillis = 0): object => ({
  command: process.execPath,
  args: [join(import.meta.dirname, 'noisy-server.mjs')],
  env: { WORK_MILLIS: String(workMillis) },
});
const CLIENT_INFO = { name: 'stdio', version: '1.0.0' };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
  'io.modelcontextprotocol/clientCapabilities': {},
};
/** The discard port: nobody listens. */
const DEAD = 'http://127.0.0.1:9';

let gateway: StdioRun;
let sink: OtlpSink | undefined;

afterEach(async () => {
  await gateway.kill();
  await sink?.close();
  sink = undefined;
});

async function initialize(): Promise<void> {
  await gateway.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT_INFO });
  gateway.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
}

async function callTool(name: string, body: Json): Promise<Json> {
  const { result } = await gateway.request('tools/call', { name, arguments: body });
  return (result as Json)['structuredContent'] as Json;
}

/** The slug of the noisy server's tool, once that server is there. */
async function findSlug(): Promise<string> {
  let hits: readonly Json[] = [];
  await gateway.until(async () => {
    hits = (await callTool('search', { query: 'work' }))['hits'] as readonly Json[];
    return hits.length > 0;
  });
  return String(hits[0]!['tool_slug']);
}

function isJsonRpc(line: string): boolean {
  try {
    return (JSON.parse(line) as Json)['jsonrpc'] === '2.0';
  } catch {
    return false;
  }
}

const strangers = (): readonly string[] => gateway.stdout.filter((line) => !isJsonRpc(line));

describe('stdout with --stdio', () => {
  test('is protocol only, with dead collectors, console exporters, bad settings and noisy upstreams', async () => {
    gateway = startStdio(
      {
        mcpServers: {
          noisy: noisy(),
          missing: { command: 'no-such-command-anywhere' },
          dead: { url: `${DEAD}/mcp` },
        },
      },
      {
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: DEAD,
          OTEL_EXPORTER_OTLP_TIMEOUT: '500',
          OTEL_TRACES_EXPORTER: 'otlp,console',
          OTEL_METRICS_EXPORTER: 'otlp,console',
          OTEL_LOGS_EXPORTER: 'otlp,console',
          OTEL_BSP_SCHEDULE_DELAY: '50',
          OTEL_METRIC_EXPORT_INTERVAL: '300',
          OTEL_METRIC_EXPORT_TIMEOUT: '200',
          OTEL_BSP_MAX_QUEUE_SIZE: 'plenty',
          OTEL_TRACES_SAMPLER: 'sometimes',
          OTEL_LOG_LEVEL: 'debug',
        },
      },
    );
    await initialize();
    const slug = await findSlug();
    expect(await callTool('call', { tool_slug: slug })).toMatchObject({ ok: true, output: 'done' });
    expect(await callTool('call', { tool_slug: 'nobody.0.nothing' })).toMatchObject({
      error: { kind: 'unknown-slug' },
    });
    await gateway.request('tools/list', { _meta: MODERN_META });
    await gateway.request('no/such/method', {});
    gateway.write('this is no message');
    await gateway.until(() => gateway.stdout.some((line) => line.includes('-32700')));
    await gateway.until(() => /telemetry: traces over.*failing/.test(gateway.stderr()));
    gateway.child.stdin!.end();

    expect(await gateway.ended()).toBe(0);
    expect(strangers()).toEqual([]);
    for (const said of ['OTEL_BSP_MAX_QUEUE_SIZE', 'OTEL_TRACES_SAMPLER', 'upstream missing', 'gateway.call']) {
      expect(gateway.stderr()).toContain(said);
    }
  }, 60_000);

  test('is empty when the configuration forbids to start', async () => {
    gateway = startStdio({}, { env: { DCC_MCP_MCP_SERVERS: '{' } });
    expect(await gateway.ended()).toBe(2);
    expect(gateway.stdout).toEqual([]);
    expect(gateway.stderr()).toContain('error: DCC_MCP_MCP_SERVERS: ');
  }, 30_000);
});

describe('a message over --stdio', () => {
  test('may hold the line separators of Unicode', async () => {
    gateway = startStdio({ mcpServers: { noisy: noisy() } });
    await initialize();
    await findSlug();
    expect(await callTool('search', { query: 'work\u2028\u2029\u0085' })).toMatchObject({ total: 1 });
    gateway.child.stdin!.end();
    expect(await gateway.ended()).toBe(0);
  }, 60_000);
});

describe('a client of --stdio that goes away', () => {
  test('in the middle of a call, stdout and stderr included, costs no span', async () => {
    sink = await startOtlpSink();
    gateway = startStdio(
      { mcpServers: { noisy: noisy(500) } },
      { env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '60000' } },
    );
    await initialize();
    const slug = await findSlug();
    const params = { name: 'call', arguments: { tool_slug: slug } };
    gateway.write(JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'tools/call', params }));
    gateway.child.stdout!.destroy();
    gateway.child.stderr!.destroy();
    gateway.child.stdin!.end();

    expect(await gateway.ended()).toBe(0);
    expect(sink.spans().map(({ name }) => name)).toContain('gateway.call');
  }, 60_000);

  test('with its stdin only, has the answer that was under way, and the call is a good one', async () => {
    sink = await startOtlpSink();
    gateway = startStdio(
      { mcpServers: { noisy: noisy(500) } },
      { env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '60000' } },
    );
    await initialize();
    const params = { name: 'call', arguments: { tool_slug: await findSlug() } };
    gateway.write(JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'tools/call', params }));
    gateway.child.stdin!.end();

    expect(await gateway.ended()).toBe(0);
    await gateway.until(() => gateway.stdout.some((line) => line.includes('"id":"last"')));
    const call = sink.spans().find(({ name }) => name === 'gateway.call');
    expect(call?.attributes['dcc_mcp.outcome']).toBe('ok');
  }, 60_000);

  test('with its stderr only, is served on', async () => {
    gateway = startStdio({ mcpServers: { noisy: noisy() } }, { env: { OTEL_TRACES_EXPORTER: 'console' } });
    await initialize();
    const slug = await findSlug();
    gateway.child.stderr!.destroy();
    for (let count = 0; count < 3; count += 1) {
      expect(await callTool('call', { tool_slug: slug })).toMatchObject({ ok: true });
    }
    gateway.child.stdin!.end();
    expect(await gateway.ended()).toBe(0);
  }, 60_000);
});
