// An upstream that has too many requests is well: the caller is told when to come again, and nothing else changes.
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { type PlainServer, type Refusal, startPlainServer } from '../fixtures/plain-server.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy } from '../tracing/raw-mcp.ts';
import { until } from './fixtures/harness.ts';

let gateway: RunningGateway | undefined;
let server: PlainServer | undefined;

afterEach(async () => {
  await gateway?.stop();
  server?.server.closeAllConnections();
  server?.server.close();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly error: Json | undefined;
}

/** A gateway in front of a server whose calls are refused as long as `refusal` says so. */
async function start(refusal: () => Refusal | undefined, config: object = {}): Promise<() => Promise<Answer>> {
  server = await startPlainServer({
    tools: ['read_it'],
    refuse: (method) => (method === 'tools/call' ? refusal() : undefined),
  });
  const limits = { circuitFailureThreshold: 2, readRetryMax: 0 };
  gateway = await startGateway({
    config: { mcpServers: { busy: { url: server.url } }, limits, ...config },
    enablePrometheus: true,
  });
  await gateway.ready();
  const { url } = gateway;
  const slug = await findSlug(url, 'busy', 'read_it');
  return async () => {
    const response = await fetch(`${url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool_slug: slug }),
    });
    const { error } = (await response.json()) as { error?: Json };
    return { status: response.status, retryAfter: response.headers.get('retry-after'), error };
  };
}

async function metrics(): Promise<string> {
  return (await fetch(`${gateway!.url}/metrics`)).text();
}

const inTenSeconds = (): string => new Date(Date.now() + 10_000).toUTCString();

describe('the wait is the one that the upstream names', () => {
  test.each<readonly [what: string, refusal: Refusal, wait: RegExp]>([
    ['HTTP 429 with seconds', { status: 429, headers: { 'retry-after': '7' } }, /^7$/],
    ['HTTP 429 with a date', { status: 429, headers: { 'retry-after': inTenSeconds() } }, /^([89]|10)$/],
    ['HTTP 429 with nonsense', { status: 429, headers: { 'retry-after': 'soon!' } }, /^5$/],
    [
      'HTTP 429 with a date that is past',
      { status: 429, headers: { 'retry-after': 'Mon, 01 Jan 2024 00:00:00 GMT' } },
      /^1$/,
    ],
    ['HTTP 429 without a word', { status: 429 }, /^5$/],
    [
      'HTTP 429 with a JSON-RPC error',
      {
        status: 429,
        text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Slow down","data":{"retryAfter":3}}}',
      },
      /^3$/,
    ],
    ['HTTP 429 with a year', { status: 429, headers: { 'retry-after': '31536000' } }, /^86400$/],
    ['a JSON-RPC error 429', { error: { code: 429, message: 'Slow down' } }, /^5$/],
    [
      'a JSON-RPC error whose data says 429',
      { error: { code: -32_000, message: 'Slow down', data: { status: 429, retry_after: 2.5 } } },
      /^3$/,
    ],
    [
      'a JSON-RPC error of a gateway of ours',
      { error: { code: -32_000, message: 'Slow down', data: { error: { kind: 'throttled', retry_after_secs: 4 } } } },
      /^4$/,
    ],
  ])('%s', async (_, refusal, wait) => {
    const call = await start(() => refusal);
    const { status, retryAfter, error } = await call();
    expect([status, error?.['kind'], error?.['retryable']]).toEqual([429, 'throttled', true]);
    expect(retryAfter).toMatch(wait);
    expect(error?.['retry_after_secs']).toBe(Number(retryAfter));
    expect(error?.['message']).toContain(`try again in ${retryAfter} s`);
  });
});

test.each<Refusal>([{ status: 429 }, { error: { code: 429, message: 'Slow down' } }])(
  '%j trips no circuit, and is no decision of the gateway',
  async (refusal) => {
    let isBusy = true;
    const call = await start(() => (isBusy ? refusal : undefined));
    for (let calls = 0; calls < 6; calls += 1) {
      expect((await call()).error?.['kind']).toBe('throttled');
    }
    const text = await metrics();
    expect(text).toContain('dcc_mcp_gateway_governance_events_total{category="rate-limit",outcome="throttled"} 0');
    expect(text).toContain('dcc_mcp_gateway_calls_rejected_total{reason="quota"} 0');
    expect(text).toContain('dcc_mcp_gateway_upstreams{state="ready"} 1');
    const { calls } = (await (await fetch(`${gateway!.url}/v1/debug/calls`)).json()) as { calls: readonly Json[] };
    expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['throttled']));
    isBusy = false;
    expect((await call()).status).toBe(200);
  },
);

test('a model reads the wait in the answer of the tool', async () => {
  await start(() => ({ status: 429, headers: { 'retry-after': '7' } }), { server: { expose: 'all' } });
  const client = await openLegacy(gateway!.url);
  const { result } = await client.request('tools/call', { name: 'read_it', arguments: {} });
  expect(result).toMatchObject({ isError: true });
  expect(JSON.stringify(result)).toContain('try again in 7 s');
});

test('a probe that is refused for the number of requests shows that the server is there', async () => {
  server = await startPlainServer({
    tools: ['read_it'],
    refuse: (method) => (method === 'ping' ? { status: 429 } : undefined),
  });
  const folder = mkdtempSync(join(tmpdir(), 'busy-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { busy: { url: server.url } }, metrics: { enabled: true } }));
  gateway = await serveInProcess(file, { env: { DCC_MCP_REGISTRY_DIR: 'off' }, reaching: { probeIntervalMillis: 20 } });
  rmSync(folder, { recursive: true });
  await gateway.ready();
  const { asked } = server;
  // What was made of a probe is known before the next one.
  await until(() => asked.filter((method) => method === 'ping').length > 3);
  expect(await metrics()).toContain('dcc_mcp_gateway_upstreams{state="ready"} 1');
});
