// /v1/debug/telemetry lists the settings in force, as `doctor` does, and says who scrapes.
import { partialSuccessBody, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

interface Setting {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly issue?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
const configFile = join(folder, 'gateway.json');
const running: RunningGateway[] = [];

const write = (config: object): void => writeFileSync(configFile, JSON.stringify(config));

async function settingsOf({ url }: RunningGateway, headers = {}): Promise<ReadonlyMap<string, Setting>> {
  const answer = await fetch(`${url}/v1/debug/telemetry`, { headers });
  const { settings } = (await answer.json()) as { settings: readonly Setting[] };
  return new Map(settings.map((setting) => [setting.name, setting]));
}

async function serveFile(config: object, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  write(config);
  const gateway = await serveInProcess(configFile, { env, flags: { expose: 'all' } });
  running.push(gateway);
  return gateway;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('settings of the telemetry view', () => {
  test('say what is in force, where it comes from, and what is wrong with what was written', async () => {
    const env = {
      OTEL_SERVICE_NAME: 'studio',
      OTEL_BSP_SCHEDULE_DELAY: '-1',
      DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: 'many',
    };
    const settings = await settingsOf(await serveFile({ mcpServers: {}, server: { name: 'Maya' } }, env));
    expect(settings.get('server.name')).toEqual({ name: 'server.name', value: 'Maya', origin: 'file' });
    expect(settings.get('server.expose')).toMatchObject({ value: 'all', origin: 'flag' });
    expect(settings.get('server.host')).toEqual({ name: 'server.host', value: '127.0.0.1', origin: 'default' });
    expect(settings.get('OTEL_SERVICE_NAME')).toMatchObject({ value: 'studio', origin: 'env' });
    expect(settings.get('OTEL_BSP_SCHEDULE_DELAY')).toMatchObject({
      value: '5000',
      origin: 'default',
      issue: expect.stringContaining('"-1" is out of range'),
    });
    expect(settings.get('limits.ratePerMinute')).toMatchObject({
      value: 'unlimited',
      issue: expect.stringContaining('DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: "many" is not a whole number'),
    });
  });

  test('mask secrets', async () => {
    const config = {
      mcpServers: {},
      auth: { tokens: [{ token: 'a-token-of-somebody' }] },
      metrics: { enabled: true, basicAuth: { username: 'prometheus', password: 'a-password-for-scrapes' } },
    };
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=a-key-for-the-collector' };
    const gateway = await serveFile(config, env);
    const settings = await settingsOf(gateway, { authorization: 'Bearer a-token-of-somebody' });
    expect(settings.get('auth.tokens')).toMatchObject({ value: '1 token ***', origin: 'file' });
    expect(settings.get('OTEL_EXPORTER_OTLP_HEADERS')).toMatchObject({ value: 'authorization=***', origin: 'env' });
    expect(JSON.stringify([...settings.values()])).not.toMatch(/a-token|a-password|a-key/);
  });

  test('follow a changed file as far as the gateway does', async () => {
    const gateway = await serveFile({ mcpServers: {} });
    write({ mcpServers: {}, limits: { ratePerMinute: 7 }, server: { name: 'Later' } });
    const deadline = Date.now() + 15_000;
    while (!gateway.stderr().includes('limits taken over') && Date.now() < deadline) {
      await wait(20);
    }
    const settings = await settingsOf(gateway);
    expect(settings.get('limits.ratePerMinute')).toMatchObject({ value: '7', origin: 'file' });
    expect(settings.get('server.name')).toMatchObject({ value: 'none', origin: 'default' });
  });

  test('of a gateway in a program say that it takes any free port', async () => {
    const gateway = await startGateway();
    running.push(gateway);
    const settings = await settingsOf(gateway);
    expect(settings.get('server.port')).toEqual({ name: 'server.port', value: '0', origin: 'default' });
    expect(settings.get('mcpServers')).toMatchObject({ origin: 'file' });
  });
});

test('the telemetry view says what the last scrape was, and nothing before one was answered with metrics', async () => {
  const gateway = await startGateway({ enablePrometheus: true });
  running.push(gateway);
  const scrape = async (): Promise<unknown> =>
    ((await (await fetch(`${gateway.url}/v1/debug/telemetry`)).json()) as { scrape: unknown }).scrape;
  expect(await scrape()).toEqual({ enabled: true, path: '/metrics', scrapers_seen: 0 });
  for (const method of ['POST', 'DELETE', 'HEAD']) {
    await fetch(`${gateway.url}/metrics`, { method });
  }
  await fetch(`${gateway.url}/metrics`, { headers: { accept: 'image/png' } });
  expect(await scrape()).toEqual({ enabled: true, path: '/metrics', scrapers_seen: 0 });
  const before = Date.now();
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const told = (await scrape()) as Readonly<Record<string, unknown>>;
  expect(told).toMatchObject({
    last_bytes: Buffer.byteLength(text),
    last_series: expect.any(Number),
    last_duration_ms: expect.any(Number),
    scrapers_seen: 1,
  });
  expect(Date.parse(String(told['last_scrape_at']))).toBeGreaterThanOrEqual(before);
});

test('the telemetry view says how many series each instrument has and may have, as a scrape shows them', async () => {
  const gateway = await startGateway({ enablePrometheus: true });
  running.push(gateway);
  const series = async (): Promise<Readonly<Record<string, { used: number; budget: number; overflowed: number }>>> => {
    const answer = await fetch(`${gateway.url}/v1/debug/telemetry`);
    return ((await answer.json()) as { series: Awaited<ReturnType<typeof series>> }).series;
  };
  expect((await series())['dcc_mcp.tool.calls']).toEqual({ used: 0, budget: 2000, overflowed: 0 });
  const body = JSON.stringify({ tool_slug: 'nothing.12345678.here' });
  await fetch(`${gateway.url}/v1/call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const told = await series();
  const scraped = (await (await fetch(`${gateway.url}/metrics`)).text()).match(/^dcc_mcp_tool_calls_total\{/gm);
  expect(told['dcc_mcp.tool.calls']).toEqual({ used: scraped!.length, budget: 2000, overflowed: 0 });
  expect(told['http.requests']).toEqual({ used: expect.any(Number), budget: 2000, overflowed: 0 });
});

describe('why nothing arrives', () => {
  interface Signal {
    readonly state: string;
    readonly [member: string]: unknown;
  }

  async function tracesOf(url: string): Promise<Signal> {
    const answer = await fetch(`${url}/v1/debug/telemetry`);
    return ((await answer.json()) as { signals: { traces: Signal } }).signals.traces;
  }

  test('is told from the first try on: refused with cause and remedy, then what was lost, then that it works', async () => {
    const sink = await startOtlpSink({ respond: () => ({ status: 401 }) });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url.replace('//', '//user:a-password@'),
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    };
    const gateway = await startGateway({ env });
    running.push(gateway);
    const { url } = gateway;
    const call = (): Promise<Response> => {
      const body = JSON.stringify({ tool_slug: 'nothing.12345678.here' });
      return fetch(`${url}/v1/call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    };
    const never = await tracesOf(url);
    expect(never).toMatchObject({ state: 'never_tried', exported: 0, dropped: {}, protocol: 'http/protobuf' });
    expect(never).toMatchObject({
      exporter: 'traces/0',
      queue: { size: 0, capacity: 2048 },
      since: expect.any(String),
    });
    expect(JSON.stringify(never)).not.toContain('a-password');
    await call();
    await until(async () => (await tracesOf(url)).state === 'failing');
    const failing = await tracesOf(url);
    expect(failing).toMatchObject({
      cause: expect.stringContaining('401'),
      fix: expect.stringMatching(/\w{3}/),
      dropped: { export_failed: 1 },
      exported: 0,
    });
    expect(failing).not.toHaveProperty('last_ok_at');
    sink.respondWith(undefined);
    await call();
    await until(async () => (await tracesOf(url)).state === 'ok');
    const ok = await tracesOf(url);
    expect(ok).toMatchObject({ exported: 1, dropped: { export_failed: 1 }, last_ok_at: expect.any(String) });
    expect(ok).not.toHaveProperty('cause');
    expect(ok).not.toHaveProperty('fix');
    await gateway.stop();
    await sink.close();
  });

  test('is told of a collector that takes a part alone', async () => {
    const sink = await startOtlpSink({
      respond: () => ({ status: 200, body: partialSuccessBody(1, 'quota of the tenant') }),
    });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    };
    const gateway = await startGateway({ env });
    running.push(gateway);
    await fetch(`${gateway.url}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'anything' }),
    });
    await until(async () => (await tracesOf(gateway.url)).state === 'dropping');
    expect(await tracesOf(gateway.url)).toMatchObject({
      dropped: { rejected: 1 },
      cause: expect.stringContaining('quota of the tenant'),
    });
    await gateway.stop();
    await sink.close();
  });
});
