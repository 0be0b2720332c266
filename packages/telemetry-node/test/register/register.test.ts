import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import type { OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Running } from '../helpers/running.ts';

const running = new Running();
const apps: NodeProcess[] = [];
const preload = new URL('../../src/register.ts', import.meta.url).href;
const appFile = (name: string): string => new URL(`../apps/${name}`, import.meta.url).pathname;

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()));
  await running.stop();
});

async function startApp(file: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const sink = await running.sink();
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'app', ...env };
  const app = new NodeProcess(appFile(file), { preload, env: all, args });
  apps.push(app);
  return { sink, app };
}

async function startServer(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const { sink, app } = await startApp('http-server.mjs', env, args);
  const url = `http://127.0.0.1:${await app.firstLine()}`;
  return { sink, app, url };
}

/** Resolves when the line stands on its standard error. */
async function said(app: NodeProcess, words: string): Promise<void> {
  while (!app.stderr.includes(words)) {
    await wait(20);
  }
}

/** Paths of the server spans. */
function served(sink: OtlpSink): unknown[] {
  return sink.spans().flatMap((span) => (span.kind === 'SERVER' ? [span.attributes['url.path']] : []));
}

describe('--import …/register', () => {
  test('makes spans of incoming and outgoing HTTP in an ES module, in one trace', async () => {
    const { sink, app, url } = await startServer();
    await fetch(`${url}/out`);
    app.kill('SIGTERM');
    await app.ended();
    const spans = sink.spans();
    const servers = spans.filter(({ kind }) => kind === 'SERVER');
    const clients = spans.filter(({ kind }) => kind === 'CLIENT');
    expect(servers).toHaveLength(3);
    expect(clients).toHaveLength(2);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const outer = servers.find((span) => span.parentSpanId === '');
    expect(clients.map(({ parentSpanId }) => parentSpanId)).toEqual([outer?.spanId, outer?.spanId]);
    const clientIds = clients.map(({ spanId }) => spanId).toSorted();
    const inner = servers.filter((span) => span !== outer);
    expect(inner.map(({ parentSpanId }) => parentSpanId).toSorted()).toEqual(clientIds);
    expect(clients[0]?.attributes).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 200 });
  });

  test('exports no secret of a query, whoever has made the span', async () => {
    const { sink, app, url } = await startServer();
    await fetch(`${url}/secrets?token=URLQSECRET&sig=URLQSECRET&frame=12`);
    app.kill('SIGTERM');
    await app.ended();
    const spans = sink.spans();
    const shown = spans.flatMap(({ attributes }) => attributes['url.full'] ?? attributes['url.query'] ?? []);
    expect(shown).toEqual(
      Array.from({ length: 5 }, () => expect.stringMatching(/(?:^|\?)token=REDACTED&sig=REDACTED&frame=12$/)),
    );
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain('URLQSECRET');
  });

  test('exports request, runtime and process metrics', async () => {
    const { sink, app, url } = await startServer();
    await fetch(`${url}/out`);
    app.kill('SIGTERM');
    await app.ended();
    expect(sink.metrics().map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'http.server.request.duration',
        'http.client.request.duration',
        'process.cpu.time',
        'process.memory.usage',
        'process.uptime',
        'nodejs.eventloop.utilization',
        'v8js.memory.heap.used',
        'otel.sdk.exporter.span.exported',
      ]),
    );
  });

  test('puts the ids of the active span into the lines of pino, in a CommonJS app', async () => {
    const { app, sink } = await startApp('pino-app.cjs');
    expect(await app.ended()).toEqual({ code: 0, signal: null });
    const [span] = sink.spans();
    const ids = { trace_id: span?.traceId, span_id: span?.spanId, trace_flags: '01' };
    const lines = app.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { msg: 'plain text', ...ids },
      { msg: 'with an object', kept: 1, ...ids },
      { msg: 'own trace id', child: true, trace_id: 'mine' },
      { msg: 'outside', kept: 1 },
    ]);
    expect(lines[3]).not.toHaveProperty('trace_id');
  });

  test('prints what is wrong with the settings once, on standard error', async () => {
    const { app } = await startApp('pino-app.cjs', { OTEL_TRACES_SAMPLER: 'sometimes' });
    await app.ended();
    expect(app.stderr.match(/OTEL_TRACES_SAMPLER/g)).toHaveLength(1);
    expect(app.stdout).not.toContain('telemetry');
  });

  test('says once that a collector is not there, and does not hold the process up', async () => {
    const { app } = await startApp('pino-app.cjs', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    const started = performance.now();
    expect(await app.ended()).toEqual({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(app.stderr.match(/traces over http\/protobuf .*connection_refused/g)).toHaveLength(1);
  });

  test.each([
    ['warn', true],
    ['Error', false],
    ['none', false],
  ])('says under OTEL_LOG_LEVEL=%s that exports fail: %p', async (level, isSaid) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_SAMPLER: 'no', OTEL_LOG_LEVEL: level };
    const { app } = await startApp('pino-app.cjs', env);
    await app.ended();
    expect(app.stderr.includes('connection_refused')).toBe(isSaid);
    expect(app.stderr.includes('OTEL_TRACES_SAMPLER')).toBe(isSaid);
  });

  test('tells a recovery or a first success only from info on', async () => {
    const { app } = await startApp('pino-app.cjs', { OTEL_LOG_LEVEL: 'warn' });
    await app.ended();
    expect(app.stderr).toBe('');
  });

  test('follows the file that OTEL_CONFIG_FILE names', async () => {
    const sink = await running.sink();
    const folder = mkdtempSync(join(tmpdir(), 'register-'));
    const file = join(folder, 'otel.yaml');
    const exporter = `{ otlp_http: { endpoint: '${sink.url}/v1/traces' } }`;
    writeFileSync(
      file,
      `file_format: '1.0'\ntracer_provider: { processors: [{ batch: { exporter: ${exporter} } }] }\n`,
    );
    const app = new NodeProcess(appFile('pino-app.cjs'), { preload, env: { OTEL_CONFIG_FILE: file } });
    apps.push(app);
    expect(await app.ended()).toEqual({ code: 0, signal: null });
    rmSync(folder, { recursive: true });
    expect(app.stderr).not.toContain('OTEL_CONFIG_FILE');
    expect(sink.spans()).toHaveLength(1);
  });

  test('does nothing and says nothing when nothing is set', async () => {
    const app = new NodeProcess(appFile('pino-app.cjs'), { preload });
    apps.push(app);
    expect(await app.ended()).toEqual({ code: 0, signal: null });
    expect(app.stderr).toBe('');
  });

  const TRACE = '0af7651916cd43dd8448eb211c80319c';
  const SPAN = 'b7ad6b7169203331';
  test.each([
    ['', { traceparent: `00-${TRACE}-${SPAN}-01`, baggage: 'k=v' }],
    ['b3', { b3: `${TRACE}-${SPAN}-1` }],
    ['none', {}],
  ])('passes the context on with OTEL_SDK_DISABLED, as OTEL_PROPAGATORS=%s says', async (propagators, expected) => {
    const { app, sink } = await startApp('two-hops.mjs', { OTEL_SDK_DISABLED: 'true', OTEL_PROPAGATORS: propagators });
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, baggage: 'k=v', b3: `${TRACE}-${SPAN}-1` };
    await fetch(`http://127.0.0.1:${await app.firstLine()}/front`, { headers });
    app.kill('SIGTERM');
    await app.ended();
    const seen = app.stdout.trim().split('\n').slice(1);
    expect(seen).toHaveLength(2);
    for (const line of seen) {
      const { traceparent, baggage, b3 } = JSON.parse(line) as Record<string, string>;
      expect(JSON.parse(JSON.stringify({ traceparent, baggage, b3 }))).toEqual(expected);
    }
    expect(sink.requests).toEqual([]);
    expect(app.stderr).toBe('');
  });

  test('serves /metrics for the prometheus exporter, without spans of the scrapes', async () => {
    const { app, url } = await startServer({
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
    });
    await fetch(`${url}/x`);
    const port = /metrics on port (\d+)/.exec(app.stderr)?.[1];
    const scraped = await fetch(`http://localhost:${port}/metrics`);
    expect(await scraped.text()).toContain('http_server_request_duration_seconds_count');
    expect((await fetch(`http://localhost:${port}/other`)).status).toBe(404);
    await app.stop();
  });

  test('says what to do where the address of the prometheus exporter cannot be had', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const [used, elsewhere] = await Promise.all(
      [['127.0.0.1', String(port)] as const, ['203.0.113.1', '9464'] as const].map(async ([host, wanted]) => {
        const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_HOST: host };
        const { app } = await startServer({ ...env, OTEL_EXPORTER_PROMETHEUS_PORT: wanted });
        await said(app, 'no /metrics');
        return app.stderr;
      }),
    );
    taken.close();
    expect(used).toContain(
      `telemetry: no /metrics: 127.0.0.1:${port} cannot be had: the port is in use, perhaps by another process with the same preload; set OTEL_EXPORTER_PROMETHEUS_PORT to another one (0 for any free one)`,
    );
    expect(elsewhere).toContain(
      '203.0.113.1:9464 cannot be had: that is no address of this machine; set OTEL_EXPORTER_PROMETHEUS_HOST to one',
    );
  });
});

describe('at the end of the process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s flushes and ends it by the same signal', async (signal) => {
    const { sink, app, url } = await startServer();
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/x`)));
    app.kill(signal);
    expect(await app.ended()).toEqual({ code: null, signal });
    expect(sink.spans()).toHaveLength(20);
  });

  test('an application’s own handler decides, and what it finishes meanwhile is exported', async () => {
    const { sink, app, url } = await startServer({ OTEL_BSP_SCHEDULE_DELAY: '50' }, ['own-handler']);
    const slow = fetch(`${url}/slow`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    app.kill('SIGTERM');
    await slow;
    expect(await app.ended()).toEqual({ code: 7, signal: null });
    expect(served(sink)).toEqual(['/slow']);
  });

  test('process.exit inside a handler keeps the spans that have ended', async () => {
    const { sink, app, url } = await startServer();
    await fetch(`${url}/x`);
    await fetch(`${url}/exit`);
    expect(await app.ended()).toEqual({ code: 3, signal: null });
    expect(served(sink)).toEqual(['/x', '/exit']);
  });

  test('process.exit inside the application’s signal handler keeps them, too', async () => {
    const { sink, app, url } = await startServer({}, ['exit-at-once']);
    await fetch(`${url}/x`);
    app.kill('SIGTERM');
    expect(await app.ended()).toEqual({ code: 8, signal: null });
    expect(served(sink)).toEqual(['/x']);
  });

  test('an uncaught exception keeps them, and is told as Node tells it', async () => {
    const { sink, app, url } = await startServer();
    await fetch(`${url}/throw`);
    expect(await app.ended()).toEqual({ code: 1, signal: null });
    expect(app.stderr).toContain('Error: boom');
    expect(served(sink)).toEqual(['/throw']);
  });

  test('a collector that hangs holds the end up for a second at most', async () => {
    const { sink, app, url } = await startServer();
    sink.respondWith(() => 'hang');
    await fetch(`${url}/x`);
    const started = performance.now();
    await fetch(`${url}/exit`);
    expect(await app.ended()).toEqual({ code: 3, signal: null });
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  test('beforeExit flushes a program that has nothing left to do', async () => {
    const { sink, app } = await startApp('pino-app.cjs');
    expect(await app.ended()).toEqual({ code: 0, signal: null });
    expect(sink.spans().map(({ name }) => name)).toEqual(['work']);
  });
});
