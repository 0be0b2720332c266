// The metric of an MCP request calls a failure by the word that the span of its operation has for it.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { findSlug } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern, type RawMcp } from '../tracing/raw-mcp.ts';
import { type ScriptedServer, startScriptedServer } from '../tracing/scripted-server.ts';

let sink: OtlpSink;
let scripted: ScriptedServer;
let gateway: RunningGateway | undefined;

beforeAll(async () => {
  [sink, scripted] = await Promise.all([startOtlpSink(), startScriptedServer()]);
});

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

afterAll(async () => {
  scripted?.close();
  await sink?.close();
});

async function start(expose: string, script: string): Promise<RunningGateway> {
  sink.clear();
  gateway = await startGateway({
    config: { server: { expose }, mcpServers: { up: { url: `${scripted.url}/${script}_types`, timeoutMs: 300 } } },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    enablePrometheus: true,
  });
  await gateway.ready();
  return gateway;
}

/** What metrics and spans say of the requests of that method. */
async function errorTypes({ url }: RunningGateway, method: string, spanName: string) {
  const isIts = ({ name, kind }: DecodedSpan): boolean => name === spanName && kind === 'SERVER';
  const spans = await sink.waitForSpans((found) => found.some(isIts), 10_000);
  const labels = ['mcp_method_name', 'error_type'];
  const counts = valuesOf(await scrape(url), 'mcp_server_operation_duration_seconds_count', labels);
  return {
    metric: Object.keys(counts).flatMap((key) => (key.startsWith(`${method} `) ? [key.slice(method.length + 1)] : [])),
    span: spans.filter(isIts).map(({ attributes }) => attributes['error.type'] ?? ''),
  };
}

const ENDINGS = [
  ['ok', 'ok', {}, ''],
  ['isError', 'iserror', {}, 'tool_error'],
  ['success: false', 'structured', {}, 'tool_error'],
  ['a JSON-RPC error', 'rpcerror', {}, 'protocol_error'],
  ['HTTP 500', 'http500', {}, 'protocol_error'],
  ['no answer', 'hang', {}, 'timeout'],
  ['arguments that do not fit', 'ok', { n: 'x' }, 'bad_request'],
] as const;
const ERAS: readonly (readonly [string, (url: string) => RawMcp | Promise<RawMcp>])[] = [
  ['2025-11-25', openLegacy],
  ['2026-07-28', openModern],
];

describe.each(ERAS)('%s', (_, open) => {
  test.each(ENDINGS)('under --expose all: %s', async (_name, script, args, word) => {
    const running = await start('all', script);
    await (await open(running.url)).request('tools/call', { name: 'work', arguments: args });
    expect(await errorTypes(running, 'tools/call', 'gateway.call')).toEqual({ metric: [word], span: [word] });
  });

  test.each(ENDINGS)('through the tool call: %s', async (_name, script, given, word) => {
    const running = await start('search', script);
    const args = { tool_slug: await findSlug(running.url, 'up', 'work'), arguments: given };
    await (await open(running.url)).request('tools/call', { name: 'call', arguments: args });
    expect(await errorTypes(running, 'tools/call', 'gateway.call')).toEqual({ metric: [word], span: [word] });
  });
});

test.each([
  ['search', 'gateway.search', { limit: 'many' }, 'bad_request'],
  ['describe', 'gateway.describe', { tool_slug: 'up.0badc0de.work' }, 'unknown_tool'],
  ['load_skill', 'gateway.load_skill', { skill_name: 'none' }, 'unknown_tool'],
  ['call', 'gateway.call_batch', { calls: [{ tool_slug: 'up.0badc0de.work' }] }, 'unknown_tool'],
])('the tool %s of the gateway (%s)', async (name, span, args, word) => {
  const running = await start('search', 'ok');
  await (await openLegacy(running.url)).request('tools/call', { name, arguments: args });
  expect(await errorTypes(running, 'tools/call', span)).toEqual({ metric: [word], span: [word] });
});

const COMPLETION = { ref: { type: 'ref/resource', uri: 'x://y' }, argument: { name: 'a', value: 'b' } };

test.each([
  ['tools/call', { name: 'none' }, 'gateway.call', 'unknown_tool'],
  ['completion/complete', COMPLETION, 'completion/complete', 'protocol_error'],
  ['prompts/get', {}, 'prompts/get', 'bad_request'],
])('under --expose all, %s of %j (%s)', async (method, params, span, word) => {
  const running = await start('all', 'ok');
  await (await openLegacy(running.url)).request(method, { ...params });
  expect(await errorTypes(running, method, span)).toEqual({ metric: [word], span: [word] });
});

test('what is no operation has the code of its error', async () => {
  const running = await start('search', 'ok');
  await (await openLegacy(running.url)).request('tools/call', { name: 'none' });
  const labels = ['mcp_method_name', 'error_type'];
  const counts = valuesOf(await scrape(running.url), 'mcp_server_operation_duration_seconds_count', labels);
  expect(counts['tools/call -32602']).toBe(1);
});
