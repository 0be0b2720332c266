// What the gateway logs: one line for people, and the same as a log record to the collector.
import { type DecodedLogRecord, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { findSlug } from '../fixtures/callers.ts';
import { maya } from '../fixtures/servers.ts';
import { startGateway, startGatewayProcess, type RunningGateway } from '../fixtures/start-gateway.ts';

const SECRET = 'hunter2';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let sink: OtlpSink;
let gateway: RunningGateway | undefined;

beforeAll(async () => {
  sink = await startOtlpSink();
});

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  sink.clear();
});

afterAll(() => sink.close());

async function call(url: string, toolSlug: string, args: object): Promise<Response> {
  return post(`${url}/v1/call`, { tool_slug: toolSlug, arguments: args });
}

async function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: TRACEPARENT },
    body: JSON.stringify(body),
  });
}

/** What a row and a line say of a call. */
interface CallIds {
  readonly request_id: string;
  readonly span_id: string;
}

function eventsOf(records: readonly DecodedLogRecord[]): string[] {
  return records.map(({ eventName }) => eventName);
}

describe('with OTEL_EXPORTER_OTLP_ENDPOINT alone', () => {
  test('a failed call of a tool is joined with its span by dcc_mcp.tool.slug', async () => {
    gateway = await startGateway({
      config: { mcpServers: { maya } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
    });
    await gateway.ready();
    const slug = await findSlug(gateway.url, 'maya', 'create_sphere');
    await call(gateway.url, slug, { radius: {} });
    await gateway.stop();
    const failed = sink.logs().find(({ eventName }) => eventName === 'dcc_mcp.operation.failed');
    expect(failed?.attributes['dcc_mcp.tool.slug']).toBe(slug);
    const span = sink.spans().find(({ spanId }) => spanId === failed?.spanId);
    expect(span?.attributes['dcc_mcp.tool.slug']).toBe(slug);
  }, 30_000);

  test('a short run ends without a warning, and all of its records leave', async () => {
    gateway = await startGateway({
      config: { mcpServers: { maya } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
    });
    await gateway.ready();
    await gateway.stop();
    expect(gateway.stderr()).not.toContain('shutdown_timeout');
    const lines = gateway.stderr().trimEnd().split('\n');
    // When the collector has got all, it hears no more.
    expect(lines.pop()).toMatch(/^telemetry: sent .* to http/);
    expect(lines.at(-1)).toBe('stopped: nothing was in flight');
    expect(sink.logs().map(({ body }) => body)).toEqual(lines);
  }, 30_000);

  test('start, upstreams, exporters, failed calls and stop leave as records, flushed at the end', async () => {
    gateway = await startGateway({
      config: { mcpServers: { maya, nowhere: { command: 'no-such-command-anywhere' } } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
    });
    await gateway.ready();
    await call(gateway.url, 'no-such-tool', { password: SECRET });
    const lines = gateway.stderr();
    await gateway.stop();
    const records = sink.logs();
    expect(eventsOf(records)).toEqual(
      expect.arrayContaining([
        'dcc_mcp.gateway.start',
        'dcc_mcp.upstream.state',
        'dcc_mcp.operation.failed',
        'dcc_mcp.gateway.stop',
      ]),
    );
    const failed = records.find(({ eventName }) => eventName === 'dcc_mcp.operation.failed')!;
    expect(failed).toMatchObject({
      severityText: 'INFO',
      severityNumber: 9,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      attributes: {
        'dcc_mcp.workflow.operation': 'gateway.call',
        'dcc_mcp.outcome': 'unknown_tool',
        'dcc_mcp.error.kind': 'unknown-slug',
        'dcc_mcp.duration_ms': expect.any(Number),
        'dcc_mcp.request_id': expect.any(String),
      },
      resource: { attributes: { 'service.name': 'dcc-mcp-gateway' } },
      scope: { name: '@dcc-mcp/gateway' },
    });
    expect(lines).toContain(failed.body);
    expect(sink.spans().some(({ spanId }) => spanId === failed.spanId)).toBe(true);
    const unreachable = records.find(({ attributes }) => attributes['dcc_mcp.upstream'] === 'nowhere');
    expect(unreachable).toMatchObject({ severityText: 'WARN', attributes: { 'dcc_mcp.upstream': 'nowhere' } });
    expect(JSON.stringify(records, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      SECRET,
    );
  }, 30_000);

  test('a call that ends ok makes none', async () => {
    gateway = await startGateway({
      config: { mcpServers: { maya } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
    });
    await gateway.ready();
    await fetch(`${gateway.url}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"create a sphere"}',
    });
    await gateway.stop();
    expect(eventsOf(sink.logs())).not.toContain('dcc_mcp.operation.failed');
  }, 30_000);
});

test.each([
  ['OTEL_LOGS_EXPORTER=none', { OTEL_LOGS_EXPORTER: 'none' }],
  ['OTEL_SDK_DISABLED=true', { OTEL_SDK_DISABLED: 'true' }],
])('%s keeps the records, not the lines', async (_name, env) => {
  gateway = await startGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env } });
  await call(gateway.url, 'no-such-tool', {});
  await gateway.stop();
  expect(gateway.stderr()).toContain('unknown_tool');
  expect(sink.logs()).toEqual([]);
});

test.each([
  ['error', /^$/],
  ['warn', /^upstream nowhere is unreachable[^\n]*$/],
  ['info', /listening on http[^]*unknown_tool[^]*stopped/],
])(
  'OTEL_LOG_LEVEL=%s says no more than that',
  async (level, lines) => {
    gateway = await startGateway({
      config: { mcpServers: { nowhere: { command: 'no-such-command-anywhere' } } },
      env: { OTEL_LOG_LEVEL: level },
    });
    await gateway.ready().catch(() => undefined);
    await call(gateway.url, 'no-such-tool', {});
    await gateway.stop();
    expect(gateway.stderr()).toMatch(lines);
  },
  30_000,
);

test.each([
  ['without OTEL_*', () => ({})],
  ['with an exporter', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url })],
])(
  '%s each line of a failed call names the span of its row, never that of its caller or batch',
  async (_, toEnv) => {
    const command = await startGatewayProcess({ env: toEnv() });
    await call(command.url, 'no-such-tool', {});
    await post(`${command.url}/v1/call_batch`, { calls: [{ tool_slug: 'no-such-tool' }, { tool_slug: 'none' }] });
    const { calls } = (await (await fetch(`${command.url}/v1/debug/calls`)).json()) as {
      readonly calls: readonly CallIds[];
    };
    await command.stop();
    const lines: readonly Readonly<Record<string, string>>[] = command
      .stderr()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'dcc_mcp.operation.failed');
    const spans = lines.map((line) => [line['dcc_mcp.request_id'], line['span_id']] as const);
    expect(new Map(spans)).toEqual(new Map(calls.map(({ request_id, span_id }) => [request_id, span_id] as const)));
    expect(new Set(['b7ad6b7169203331', ...spans.map(([, spanId]) => spanId)]).size).toBe(4);
  },
  30_000,
);

test('a command that no person watches writes JSON lines, each by itself, with the ids of a call', async () => {
  const command = await startGatewayProcess();
  await call(command.url, 'no-such-tool', { text: SECRET });
  await command.stop();
  const lines = command
    .stderr()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ level }) => level)).toEqual(lines.map(() => 30));
  expect(lines[0].msg).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+ \(mcp \/mcp/);
  expect(lines.find(({ event }) => event === 'dcc_mcp.operation.failed')).toMatchObject({
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    'dcc_mcp.outcome': 'unknown_tool',
    time: expect.any(Number),
  });
  expect(lines.at(-1).msg).toBe('stopped: nothing was in flight');
  expect(command.stderr()).not.toContain(SECRET);
}, 30_000);
