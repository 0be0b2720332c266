// Telemetry off, on, or on with nobody listening: the same answers, the same readiness.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { connectCallers } from '../fixtures/callers.ts';
import { everything, filesystem } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway, startGatewayProcess } from '../fixtures/start-gateway.ts';

const config = { mcpServers: { everything, files: filesystem(tmpdir()) } };

/** Differs from call to call, or says how long something took. */
const VOLATILE =
  /^(request_id|trace_id|search_id|duration_ms|since|last_ok|last_error_at|uptime.*|started_at|.*_age_.*|updated_at|latency.*)$/;

/** A copy whose volatile values are replaced by their type. */
function settled(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(settled);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, VOLATILE.test(key) ? typeof each : settled(each)]);
  return Object.fromEntries(entries) as unknown;
}

async function slugOf(url: string, tool: string): Promise<string> {
  const response = await fetch(`${url}/v1/search`, {
    method: 'POST',
    body: JSON.stringify({ query: tool }),
    headers: { 'content-type': 'application/json' },
  });
  return ((await response.json()) as { hits: { tool_slug: string }[] }).hits[0]!.tool_slug;
}

/** Everything a client can see of a gateway, as one value. */
async function observe(gateway: RunningGateway): Promise<unknown> {
  const { url } = gateway;
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, body: settled(await response.json()) };
  };
  const slug = await slugOf(url, 'echo');
  const callers = await connectCallers(url);
  const answers: unknown[] = [];
  for (const caller of callers) {
    answers.push(
      await caller.run('search', { query: 'read a file' }),
      await caller.run('describe', { tool_slug: slug }),
      await caller.run('call', { tool_slug: slug, arguments: { message: 'hi' } }),
      await caller.run('call', { tool_slug: slug, arguments: {} }),
      await caller.run('call', { tool_slug: `${slug}_not`, arguments: {} }),
    );
    await caller.close();
  }
  const paths = [
    '/v1/healthz',
    '/v1/readyz',
    '/readyz',
    '/v1/instances',
    '/v1/skills',
    '/v1/openapi.json',
    '/v1/nothing',
  ];
  return { answers: settled(answers), pages: await Promise.all(paths.map(get)) };
}

let sink: OtlpSink;
let expected: unknown;

beforeAll(async () => {
  sink = await startOtlpSink();
  const silent = await startGateway({ config });
  await silent.ready();
  expected = await observe(silent);
  await silent.stop();
}, 60_000);

afterAll(() => sink.close());

describe.each([
  { telemetry: 'on', endpoint: () => sink.url },
  { telemetry: 'on, with nobody listening', endpoint: () => 'http://127.0.0.1:9' },
])('with telemetry $telemetry', ({ endpoint }) => {
  test('a client sees what it sees without', async () => {
    const gateway = await startGateway({
      config,
      enablePrometheus: true,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(), OTEL_BSP_SCHEDULE_DELAY: '50' },
    });
    await gateway.ready();
    const seen = await observe(gateway);
    await gateway.stop();
    expect(seen).toEqual(expected);
  }, 60_000);
});

test('spans did leave while the answers stayed the same', () => {
  expect(sink.spans().length).toBeGreaterThan(10);
});

test('nothing set: no noise', async () => {
  const gateway = await startGatewayProcess();
  const stderr = gateway.stderr();
  await gateway.stop();
  expect(stderr.split('\n').filter((line) => !line.includes('listening on'))).toEqual([]);
});
