// What both exporters of spans over http/protobuf promise.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { afterEach, describe, expect, test } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartTelemetryOptions, Telemetry } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';
import { telemetryConfig, tracesTo } from '../helpers/telemetry-config.ts';

type SpanExporterName = NonNullable<StartTelemetryOptions['exporter']>;

const running = new Running();
const tlsFile = (name: string): string => new URL(`../tls/${name}`, import.meta.url).pathname;
const pem = (name: string): string => readFileSync(tlsFile(name), 'utf8');
const TRACES_ONLY = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

afterEach(() => running.stop());

async function startFrom(exporter: SpanExporterName, env: Readonly<Record<string, string>>) {
  const sink = await running.sink();
  const reading = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
  expect(reading.issues).toEqual([]);
  return { sink, telemetry: running.start(reading.values, { exporter }) };
}

function record({ tracer }: Telemetry, count: number): void {
  for (let index = 0; index < count; index += 1) {
    tracer.startSpan(`span ${index}`).end();
  }
}

test.each([
  [undefined, /OTel-OTLP-Exporter-JavaScript/],
  ['official', /OTel-OTLP-Exporter-JavaScript/],
  ['fast', /^dcc-mcp-telemetry-node\/[\d.]+$/],
] as const)('exporter: %s sends as %s', async (exporter, userAgent) => {
  const sink = await running.sink();
  const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), exporter === undefined ? {} : { exporter });
  record(telemetry, 1);
  await telemetry.forceFlush();
  expect(sink.requests[0]?.headers['user-agent']).toMatch(userAgent);
});

describe.each(['official', 'fast'] as const)('the %s exporter:', (exporter) => {
  test('OTEL_EXPORTER_OTLP_COMPRESSION=gzip compresses', async () => {
    const { sink, telemetry } = await startFrom(exporter, { ...TRACES_ONLY, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' });
    record(telemetry, 50);
    await telemetry.forceFlush();
    expect(sink.requests[0]).toMatchObject({ encoding: 'gzip' });
    expect(sink.requests[0]!.bytes).toBeLessThan(sink.requests[0]!.body.length * 0.6);
    expect(sink.spans()).toHaveLength(50);
  });

  test('headers arrive, those of the signal win', async () => {
    const { sink, telemetry } = await startFrom(exporter, {
      ...TRACES_ONLY,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=s%20ecret,x-tier=general',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-tier=traces',
    });
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.requests[0]?.headers).toMatchObject({ 'api-key': 's ecret', 'x-tier': 'traces' });
  });

  test('headers that lie about the body do not get through, the others do', async () => {
    const { sink, telemetry } = await startFrom(exporter, {
      ...TRACES_ONLY,
      OTEL_EXPORTER_OTLP_HEADERS:
        'Transfer-Encoding=chunked,content-encoding=br,content-length=1,content-type=text/plain,x-tier=a',
    });
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.spans()).toHaveLength(1);
    const [request] = sink.requests;
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-tier': 'a' });
    expect(request?.headers).not.toHaveProperty('content-encoding');
  });

  test('an endpoint of a signal is used as it is, its query kept', async () => {
    const other = await running.sink();
    const { sink, telemetry } = await startFrom(exporter, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.url}/my/v1/traces?tenant=a`,
      OTEL_METRICS_EXPORTER: 'none',
    });
    record(telemetry, 1);
    telemetry.logger.emit({ body: 'x' });
    await telemetry.forceFlush();
    expect(other.requests.map(({ path }) => path)).toEqual(['/my/v1/traces?tenant=a']);
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/logs']);
  });

  test.each([
    ['0', 'ok'],
    ['100', 'failing'],
  ])('OTEL_EXPORTER_OTLP_TIMEOUT=%s on an answer after 400 ms: %s', async (timeout, state) => {
    const { sink, telemetry } = await startFrom(exporter, { ...TRACES_ONLY, OTEL_EXPORTER_OTLP_TIMEOUT: timeout });
    sink.respondWith(() => ({ status: 200, delayMillis: 400 }));
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(telemetry.health().exporters).toMatchObject([{ state }]);
  });

  test('headers of the environment that the configuration does not have stay here', async () => {
    process.env['OTEL_EXPORTER_OTLP_HEADERS'] =
      'authorization=of-another,content-encoding=br,transfer-encoding=br,content-length=1';
    const { sink, telemetry } = await startFrom(exporter, { ...TRACES_ONLY, OTEL_EXPORTER_OTLP_HEADERS: 'x-tier=a' });
    record(telemetry, 1);
    await telemetry.forceFlush();
    delete process.env['OTEL_EXPORTER_OTLP_HEADERS'];
    expect(sink.spans()).toHaveLength(1);
    expect(sink.requests[0]?.headers).toMatchObject({ 'x-tier': 'a' });
    expect(sink.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('user and password of the endpoint are its authorization', async () => {
    const sink = await running.sink();
    const endpoint = sink.url.replace('http://', 'http://user:word@');
    const telemetry = running.start(telemetryConfig(tracesTo(endpoint)), { exporter });
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:word')}`);
  });

  test('a user-agent of the configuration wins', async () => {
    const { sink, telemetry } = await startFrom(exporter, {
      ...TRACES_ONLY,
      OTEL_EXPORTER_OTLP_HEADERS: 'user-agent=mine',
    });
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.requests[0]?.headers['user-agent']).toBe('mine');
  });

  test('a connection is used again', async () => {
    const ports = new Set<number | undefined>();
    const server = createServer((request, response) => {
      ports.add(request.socket.remotePort);
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const telemetry = running.start(telemetryConfig(tracesTo(`http://127.0.0.1:${port}`)), { exporter });
    for (let batch = 0; batch < 3; batch += 1) {
      record(telemetry, 1);
      await telemetry.forceFlush();
    }
    server.close();
    expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 3 }]);
    expect(ports.size).toBe(1);
  });

  test('an endpoint that is no URL over HTTP is a wrong setting', () => {
    const telemetry = running.start(telemetryConfig(tracesTo('ftp://127.0.0.1')), { exporter });
    expect(telemetry.health().exporters).toMatchObject([
      { state: 'failing', failure: { cause: 'invalid_configuration' } },
    ]);
  });

  test('its requests make no spans', async () => {
    const { sink, telemetry } = await startFrom(exporter, TRACES_ONLY);
    const span = telemetry.tracer.startSpan('x');
    context.with(trace.setSpan(context.active(), span), () => span.end());
    await telemetry.forceFlush();
    expect(sink.requests[0]?.headers).not.toHaveProperty('traceparent');
  });

  describe('TLS', () => {
    const tls = { key: pem('server.key.pem'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true };

    test('presents the client certificate and trusts the given authority', async () => {
      const sink = await running.sink({ tls });
      const { telemetry } = await startFrom(exporter, {
        ...TRACES_ONLY,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_CERTIFICATE: tlsFile('ca.pem'),
        OTEL_EXPORTER_OTLP_CLIENT_KEY: tlsFile('client.key.pem'),
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: tlsFile('client.pem'),
      });
      record(telemetry, 1);
      await telemetry.forceFlush();
      expect(sink.spans()).toHaveLength(1);
    });

    test('reads a certificate file again when it changes', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tls-'));
      const ca = join(folder, 'ca.pem');
      copyFileSync(tlsFile('other-ca.pem'), ca);
      const sink = await running.sink({ tls: { key: tls.key, cert: tls.cert } });
      const { telemetry } = await startFrom(exporter, {
        ...TRACES_ONLY,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_CERTIFICATE: ca,
      });
      record(telemetry, 1);
      await telemetry.forceFlush();
      expect(telemetry.health().exporters).toMatchObject([{ state: 'failing', failure: { cause: 'certificate' } }]);
      copyFileSync(tlsFile('ca.pem'), ca);
      record(telemetry, 1);
      await telemetry.forceFlush();
      expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 1 }]);
      rmSync(folder, { recursive: true });
    });

    test('a certificate file that is not there is a failure with its name, not an exception', async () => {
      const { telemetry } = await startFrom(exporter, {
        ...TRACES_ONLY,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:9',
        OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
      });
      record(telemetry, 1);
      await telemetry.forceFlush();
      expect(telemetry.health().exporters[0]?.failure).toMatchObject({
        cause: 'certificate',
        message: expect.stringContaining('/nowhere/ca.pem'),
      });
    });
  });
});

describe.each(['official', 'fast'] as const)('the deadline of the %s exporter', (exporter) => {
  test('gives an answer up that trickles in past the timeout', async () => {
    const server = createServer((request, response) => {
      const trickle = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(trickle));
      request.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const telemetry = running.start(telemetryConfig(tracesTo(endpoint, { timeoutMillis: 300 })), { exporter });
    record(telemetry, 1);
    const started = performance.now();
    await telemetry.forceFlush({ timeoutMillis: 3_000 });
    server.closeAllConnections();
    server.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(telemetry.health().exporters).toMatchObject([{ state: 'failing', failure: { cause: 'timeout' } }]);
  });

  test('does not wait for its next try once the end has begun', async () => {
    let answers = 0;
    const sink = await running.sink({
      respond: () => (answers++ === 0 ? { status: 503, headers: { 'retry-after': '4' } } : undefined),
    });
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
    record(telemetry, 1);
    void telemetry.forceFlush();
    await sink.waitFor(({ requests }) => requests.length === 1);
    // The answer has to come back before there is a next try to wait for.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    await telemetry.shutdown();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(sink.spans()).toHaveLength(1);
  });
});
