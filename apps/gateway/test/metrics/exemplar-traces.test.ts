// Whatever exemplar a scrape shows, its trace is found in the admin page.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy } from '../tracing/raw-mcp.ts';

let sink: OtlpSink;
let plain: PlainServer;
let gateway: RunningGateway;

beforeAll(async () => {
  sink = await startOtlpSink();
  plain = await startPlainServer({ tools: ['bake'], prompts: ['brief'], resources: ['x://scene'] });
});

afterEach(() => gateway.stop());

afterAll(async () => {
  plain?.server.close();
  await sink?.close();
});

/** A caller's own span, which is sampled. */
function sampled(): Readonly<Record<string, string>> {
  return { traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01` };
}

/** One request of each kind; only the calls have a trace that the gateway keeps. */
async function askForEverything(url: string, headersOf: () => Readonly<Record<string, string>>): Promise<void> {
  const client = await openLegacy(url, headersOf());
  const ask = (method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
    client.request(method, params, { headers: headersOf() });
  await ask('tools/call', { name: 'bake', arguments: {} });
  await ask('tools/call', { name: 'none' });
  await ask('prompts/get', { name: 'brief' });
  await ask('resources/read', { uri: 'x://scene' });
  await ask('tools/list');
  await ask('no/such/method');
  for (const path of ['/v1/skills', '/healthz', '/nowhere']) {
    await fetch(url + path, { headers: headersOf() });
  }
  await fetch(`${url}/v1/call`, { method: 'POST', headers: headersOf(), body: '{"tool_slug":' });
}

async function exemplarTraces(url: string): Promise<readonly string[]> {
  const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  return [...new Set([...text.matchAll(/# \{trace_id="(\w+)"/g)].map(([, id]) => id!))];
}

test.each([
  ['spans are exported', true],
  ['there are none', false],
])('where %s', async (_, isExporting) => {
  gateway = await startGateway({
    config: { server: { expose: 'all' }, mcpServers: { plain: { url: plain.url } } },
    enablePrometheus: true,
    env: isExporting ? { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } : {},
  });
  await gateway.ready();
  await askForEverything(gateway.url, () => ({}));
  await askForEverything(gateway.url, sampled);
  const traces = await exemplarTraces(gateway.url);
  const answers = traces.map((id) => fetch(`${gateway.url}/v1/debug/traces/${id}`));
  const found = (await Promise.all(answers)).map(({ status }) => status);
  expect(found.length).toBeGreaterThan(0);
  expect(new Set(found)).toEqual(new Set([200]));
});
