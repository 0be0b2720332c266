// Sizes of bodies whatever way they travel, and exemplars that lead from a latency to its trace.
import { startOtlpSink, type OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findSlug } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type ServedWhole, serveWhole } from '../mcp/bridge/whole-server.ts';
import { openLegacy, openModern } from '../tracing/raw-mcp.ts';

let whole: ServedWhole;
let sink: OtlpSink;
let gateway: RunningGateway;

beforeAll(async () => {
  [whole, sink] = await Promise.all([serveWhole('handshake'), startOtlpSink()]);
  gateway = await startGateway({
    config: { mcpServers: { whole: { url: whole.url } } },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
    enablePrometheus: true,
  });
  await gateway.ready();
});

afterAll(async () => {
  await gateway.stop();
  await sink.close();
  whole.close();
});

/** The lines of a scrape as OpenMetrics that begin so. */
async function scrape(start: string): Promise<readonly string[]> {
  const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
  const text = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
  return text.split('\n').filter((line) => line.startsWith(start));
}

async function sumOf(metric: string, route: string): Promise<number> {
  const lines = await scrape(`${metric}_sum{`);
  const values = lines.filter((line) => line.includes(`"${route}"`)).map((line) => Number(line.split(' ').at(-1)));
  return values.reduce((sum, value) => sum + value, 0);
}

/** Sends a body in chunks of 1,000 bytes, without saying how long it is. */
function postInChunks(path: string, body: string): Promise<Response> {
  const bytes = new TextEncoder().encode(body);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 1_000) {
        controller.enqueue(bytes.slice(at, at + 1_000));
      }
      controller.close();
    },
  });
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: stream, duplex: 'half' } as const;
  return fetch(gateway.url + path, init);
}

test.each([
  ['http_server_request_body_size_bytes', '/v1/search'],
  ['http_request_size_bytes', '/v1/search'],
])('%s counts a body that comes in chunks', async (metric, route) => {
  const body = JSON.stringify({ query: 'echo', tags: Array.from({ length: 8 }, (_, index) => `${index}`.padEnd(500)) });
  const before = await sumOf(metric, route);
  const answer = await postInChunks(route, body);
  await answer.arrayBuffer();
  expect([answer.status, (await sumOf(metric, route)) - before]).toEqual([200, Buffer.byteLength(body)]);
});

test.each(['http_server_response_body_size_bytes', 'http_response_size_bytes'])(
  '%s counts an answer that is a stream',
  async (metric) => {
    const client = await openLegacy(gateway.url);
    const slug = await findSlug(gateway.url, 'whole', 'report');
    const before = await sumOf(metric, '/mcp');
    const params = { name: 'call', arguments: { tool_slug: slug, arguments: { count: 3, pauseMillis: 1 } } };
    const { text, headers } = await client.request('tools/call', params, { meta: { progressToken: 1 } });
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect((await sumOf(metric, '/mcp')) - before).toBe(Buffer.byteLength(text));
  },
);

test.each([
  ['http_server_request_duration_seconds_bucket{', '"/mcp"'],
  ['http_request_duration_seconds_bucket{', '"/mcp"'],
  ['http_server_response_body_size_bytes_bucket{', '"/mcp"'],
  ['http_requests_total{', '"/mcp"'],
  ['mcp_server_operation_duration_seconds_bucket{', '"tools/call"'],
  ['mcp_client_operation_duration_seconds_bucket{', '"tools/call"'],
])('%s has an exemplar with the trace of its request', async (start, label) => {
  const slug = await findSlug(gateway.url, 'whole', 'echo');
  const params = { name: 'call', arguments: { tool_slug: slug, arguments: { text: 'hi' } } };
  const { headers } = await openModern(gateway.url).request('tools/call', params);
  const traceId = headers.get('x-dcc-mcp-trace-id');
  const marked = (await scrape(start)).filter((line) => line.includes(label) && line.includes(`trace_id="${traceId}"`));
  expect(marked).toHaveLength(1);
});

test('the server’s time of a call names the tool that `call` runs', async () => {
  const slug = await findSlug(gateway.url, 'whole', 'echo');
  const params = { name: 'call', arguments: { tool_slug: slug, arguments: { text: 'hi' } } };
  await openModern(gateway.url).request('tools/call', params);
  const lines = await scrape('mcp_server_operation_duration_seconds_count{');
  expect(lines.some((line) => line.includes('gen_ai_tool_name="whole__echo"'))).toBe(true);
});
