import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { startOtlpGrpcSink } from '@dcc-mcp/test-kit/otlp-grpc-sink';
import { startOtlpSink, type OtlpReply } from '@dcc-mcp/test-kit/otlp-sink';
import { logVerbosity, setLogVerbosity, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDoctorReport, runDoctor, type DoctorOptions, type DoctorReport } from '../../src/index.ts';

const CERTIFICATE = new URL('../tls/ca.pem', import.meta.url).pathname;
const tls = {
  key: readFileSync(new URL('../tls/server.key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(new URL('../tls/server.pem', import.meta.url), 'utf8'),
};
const cleanups: (() => unknown)[] = [];

// It writes to the console by itself that it can't reach a proxy, also after the end of a test.
setLogVerbosity(logVerbosity.NONE);

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) {
    await cleanup();
  }
});

async function httpSink(reply?: OtlpReply, secure = false): Promise<string> {
  const sink = await startOtlpSink({
    ...(secure ? { tls } : {}),
    ...(reply === undefined ? {} : { respond: () => reply }),
  });
  cleanups.push(() => sink.close());
  return sink.url;
}

async function grpcSink(options: Parameters<typeof startOtlpGrpcSink>[0] = {}): Promise<string> {
  const sink = await startOtlpGrpcSink(options);
  cleanups.push(() => {
    sink.close();
  });
  return sink.url;
}

/** Traces only, so that each set-up shows its one cause once. */
function diagnose(env: Record<string, string>, options: DoctorOptions = {}): Promise<DoctorReport> {
  const reading = readTelemetryConfig({ OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...env });
  return runDoctor(reading, { timeoutMillis: 3_000, ...options });
}

function restore(variable: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[variable];
  } else {
    process.env[variable] = value;
  }
}

function causes(report: DoctorReport): string[] {
  return report.problems.map((problem) => problem.cause);
}

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';

describe('runDoctor names the one cause of', () => {
  test('HTTP spoken to the gRPC port', async () => {
    const report = await diagnose({ [ENDPOINT]: await grpcSink(), [PROTOCOL]: 'http/protobuf' });
    expect(causes(report)).toEqual(['http_to_grpc_port']);
    expect(report.problems[0]?.action).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=grpc');
  });

  test('gRPC spoken to the HTTP port', async () => {
    const report = await diagnose({ [ENDPOINT]: await httpSink(), [PROTOCOL]: 'grpc' });
    expect(causes(report)).toEqual(['grpc_to_http_port']);
    expect(report.problems[0]?.action).toContain('http/protobuf');
  });

  test('an endpoint without a scheme', async () => {
    const report = await diagnose({ [ENDPOINT]: 'localhost:4318' });
    expect(causes(report)).toEqual(['missing_scheme']);
    expect(report.problems[0]?.action).toContain('http://localhost:4318');
  });

  test('a wrong path', async () => {
    const url = await httpSink({ status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' });
    const report = await diagnose({ [ENDPOINT]: `${url}/wrong` });
    expect(causes(report)).toEqual(['wrong_path']);
    expect(report.problems[0]?.message).toContain('/wrong/v1/traces');
  });

  test('an endpoint of a signal without its path: the path, said once, with the URL to write', async () => {
    const url = await httpSink({ status: 404 });
    const report = await diagnose({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url });
    expect(report.problems).toMatchObject([
      { cause: 'wrong_path', action: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: write ${url}/v1/traces` },
    ]);
  });

  test.each(['http/protobuf', 'grpc'])('TLS spoken to a plain-text port, over %s', async (protocol) => {
    const url = protocol === 'grpc' ? await grpcSink() : await httpSink();
    const report = await diagnose({ [ENDPOINT]: url.replace('http:', 'https:'), [PROTOCOL]: protocol });
    expect(causes(report)).toEqual(['tls_to_plaintext']);
    expect(report.problems[0]?.message.match(/plain text/g) ?? []).toHaveLength(1);
  });

  test.each(['http/protobuf', 'grpc'])('plain text spoken to a TLS port, over %s', async (protocol) => {
    const url = protocol === 'grpc' ? await grpcSink({ tls }) : await httpSink(undefined, true);
    const report = await diagnose({ [ENDPOINT]: url.replace('https:', 'http:'), [PROTOCOL]: protocol });
    expect(causes(report)).toEqual(['plaintext_to_tls']);
  });

  test.each(['http/protobuf', 'grpc'])('a host name that does not resolve, over %s', async (protocol) => {
    const report = await diagnose({ [ENDPOINT]: 'http://collector.invalid:4318', [PROTOCOL]: protocol });
    expect(causes(report)).toEqual(['dns']);
  });

  test.each(['http/protobuf', 'grpc'])('a refused connection, over %s', async (protocol) => {
    const report = await diagnose({ [ENDPOINT]: `http://127.0.0.1:${await freePort()}`, [PROTOCOL]: protocol });
    expect(causes(report)).toEqual(['connection_refused']);
  });

  test('a 401 with the reason in a status message, as the OpenTelemetry Collector sends it', async () => {
    const reason = 'missing or empty authorization header';
    const body = Buffer.from([0x12, reason.length, ...Buffer.from(reason)]);
    const url = await httpSink({ status: 401, headers: { 'content-type': 'application/x-protobuf' }, body });
    const report = await diagnose({ [ENDPOINT]: url });
    expect(report.problems[0]?.message).toBe(`the server answered 401: ${reason}`);
    const json = { 'content-type': 'application/json' };
    const inJson = await httpSink({ status: 401, headers: json, body: JSON.stringify({ code: 16, message: reason }) });
    expect((await diagnose({ [ENDPOINT]: inJson })).problems[0]?.message).toContain(`401: ${reason}`);
    const garbled = await httpSink({ status: 401, headers: { 'content-type': 'application/x-protobuf' }, body: 'no' });
    expect((await diagnose({ [ENDPOINT]: garbled })).problems[0]?.message).toBe('the server answered 401: no');
  });

  test('a 401', async () => {
    expect(causes(await diagnose({ [ENDPOINT]: await httpSink({ status: 401, body: 'no' }) }))).toEqual([
      'unauthorized',
    ]);
    const grpc = await grpcSink({ respond: () => ({ code: status.UNAUTHENTICATED }) });
    expect(causes(await diagnose({ [ENDPOINT]: grpc, [PROTOCOL]: 'grpc' }))).toEqual(['unauthorized']);
  });

  test('a 404', async () => {
    expect(causes(await diagnose({ [ENDPOINT]: await httpSink({ status: 404 }) }))).toEqual(['wrong_path']);
    const grpc = await grpcSink({ respond: () => ({ code: status.UNIMPLEMENTED }) });
    expect(causes(await diagnose({ [ENDPOINT]: grpc, [PROTOCOL]: 'grpc' }))).toEqual(['signal_unsupported']);
  });

  test('a server that takes traces only, as Jaeger does', async () => {
    const grpc = await grpcSink({ respond: () => ({ code: status.UNIMPLEMENTED }) });
    const report = await diagnose({ [ENDPOINT]: grpc, [PROTOCOL]: 'grpc' });
    expect(report.problems[0]?.action).toContain('OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none');
  });

  test.each<[string, OtlpReply]>([
    ['a 407', { status: 407, headers: { 'proxy-authenticate': 'Basic' } }],
    ['an error page', { status: 503, headers: { 'content-type': 'text/html', via: '1.1 squid' }, body: '<html>' }],
    ['a login page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' }],
  ])('a proxy in between that answers %s', async (_name, reply) => {
    expect(causes(await diagnose({ [ENDPOINT]: await httpSink(reply) }))).toEqual(['proxy']);
  });

  test('a proxy of the environment that makes no tunnel', async () => {
    const proxy = createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 407 No\r\n\r\n')));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const before = process.env['HTTPS_PROXY'];
    cleanups.push(() => {
      proxy.close();
      restore('HTTPS_PROXY', before);
    });
    process.env['HTTPS_PROXY'] = `http://ada:sesame@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const report = await diagnose({ [ENDPOINT]: 'https://collector.example:4318' });
    expect(causes(report)).toEqual(['proxy']);
    expect(report.problems[0]?.message).toMatch(/^the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) answered 407/);
  });

  test('a proxy of the environment that makes no tunnel, over grpc', async () => {
    const before = process.env['grpc_proxy'];
    cleanups.push(() => restore('grpc_proxy', before));
    process.env['grpc_proxy'] = `http://ada:sesame@127.0.0.1:${await freePort()}`;
    const report = await diagnose({ [ENDPOINT]: 'https://collector.example:4317', [PROTOCOL]: 'grpc' });
    expect(causes(report)).toEqual(['proxy']);
    expect(report.problems[0]?.message).toMatch(/^the proxy http:\/\/127\.0\.0\.1:\d+ \(grpc_proxy\) is not there/);
  });

  test('a protocol that does not exist', async () => {
    const report = await diagnose({ [ENDPOINT]: await httpSink(), [PROTOCOL]: 'http/proto' });
    expect(causes(report)).toEqual(['unsupported_protocol']);
  });

  test('a second copy of @opentelemetry/api', async () => {
    const root = mkdtempSync(join(tmpdir(), 'api-copies-'));
    cleanups.push(() => {
      rmSync(root, { recursive: true });
    });
    const write = (path: string, manifest: object): void => {
      mkdirSync(join(root, path), { recursive: true });
      writeFileSync(join(root, path, 'package.json'), JSON.stringify(manifest));
    };
    write('.', { name: 'app', dependencies: { old: '1' } });
    write('node_modules/old', { name: 'old', version: '1.0.0', dependencies: { '@opentelemetry/api': '1.9.1' } });
    write('node_modules/old/node_modules/@opentelemetry/api', { name: '@opentelemetry/api', version: '1.9.1' });
    const report = await diagnose({ [ENDPOINT]: await httpSink() }, { apiRoots: [root] });
    expect(causes(report)).toEqual(['duplicate_api_copy']);
    expect(report.problems[0]?.message).toContain('1.9.1 (used by old)');
  });

  test('a gRPC exporter package that is not installed', async () => {
    const report = await diagnose({ [ENDPOINT]: await grpcSink(), [PROTOCOL]: 'grpc' }, { resolveFrom: [] });
    expect(causes(report)).toEqual(['exporter_package_missing']);
    expect(report.problems[0]?.action).toMatch(/npm install @opentelemetry\/exporter-trace-otlp-grpc@\d\S*, or set/);
  });

  test('a certificate that is not trusted', async () => {
    const url = await httpSink(undefined, true);
    expect(causes(await diagnose({ [ENDPOINT]: url }))).toEqual(['certificate']);
    const trusting = await diagnose({ [ENDPOINT]: url, OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE });
    expect(causes(trusting)).toEqual([]);
  });

  test.each(['http/protobuf', 'grpc'])('a certificate file without a certificate, over %s', async (protocol) => {
    const file = new URL('doctor.test.ts', import.meta.url).pathname;
    const env = { [ENDPOINT]: await httpSink(undefined, true), [PROTOCOL]: protocol };
    const { problems } = await diagnose({ ...env, OTEL_EXPORTER_OTLP_CERTIFICATE: file });
    expect(problems).toMatchObject([{ cause: 'certificate', message: `the file ${file} holds no PEM text` }]);
    expect(problems[0]?.action).toContain('PEM file');
  });

  test('a port that closes every connection, without sending the reader to the doctor', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { problems } = await diagnose({ [ENDPOINT]: `http://127.0.0.1:${port}` });
    expect(problems).toMatchObject([{ cause: 'connection_reset', action: expect.not.stringContaining('doctor') }]);
  });
});

describe('runDoctor', () => {
  test.each(['http/protobuf', 'http/json', 'grpc'])(
    'finds nothing wrong with a collector over %s',
    async (protocol) => {
      const url = protocol === 'grpc' ? await grpcSink() : await httpSink();
      const reading = readTelemetryConfig({ [ENDPOINT]: url, [PROTOCOL]: protocol });
      const report = await runDoctor(reading);
      expect(report).toMatchObject({ exitCode: 0, problems: [] });
      expect(report.exporters.map(({ signal, reachable }) => [signal, reachable])).toEqual([
        ['traces', true],
        ['metrics', true],
        ['logs', true],
      ]);
    },
  );

  test('masks every secret and shows where each setting comes from', async () => {
    const url = await httpSink({ status: 401 });
    const report = await diagnose({
      [ENDPOINT]: url.replace('http://', 'http://user:geheim@'),
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20geheim',
    });
    const text = formatDoctorReport(report);
    expect(text + JSON.stringify(report)).not.toContain('geheim');
    expect(text).toContain('OTEL_EXPORTER_OTLP_HEADERS = authorization=*** (env)');
    expect(text).toMatch(/^ {2}traces over http\/protobuf to http\S+: it answers, and takes nothing: unauthorized$/m);
    expect(report.exitCode).toBe(1);
  });

  test('says of a collector that is not there that it is not reachable', async () => {
    const text = formatDoctorReport(await diagnose({ [ENDPOINT]: 'http://127.0.0.1:9' }));
    expect(text).toMatch(/^ {2}traces over http\/protobuf to http\S+: not reachable: connection_refused$/m);
  });

  test('ends with 2 when the configuration cannot be used', async () => {
    const reading = readTelemetryConfig({});
    const fatal = { variable: 'OTEL_CONFIG_FILE', problem: 'cannot be read', severity: 'fatal' as const };
    expect((await runDoctor({ ...reading, issues: [fatal] })).exitCode).toBe(2);
  });

  test('says when nothing is exported at all', async () => {
    const report = await runDoctor(readTelemetryConfig({}));
    expect(report.exitCode).toBe(0);
    expect(formatDoctorReport(report)).toContain('nothing is exported');
  });

  test.each([
    [{ OTEL_TRACES_EXPORTER: 'console' }, ['traces to the console (standard error)']],
    [
      { OTEL_METRICS_EXPORTER: 'prometheus,console' },
      ['metrics to the console', 'metrics for Prometheus on localhost:9464'],
    ],
    [{ OTEL_SDK_DISABLED: 'true', [ENDPOINT]: 'http://127.0.0.1:9' }, ['none: OTEL_SDK_DISABLED is true']],
  ])('says where telemetry goes that needs no collector: %j', async (env, lines) => {
    const text = formatDoctorReport(await runDoctor(readTelemetryConfig(env)));
    for (const line of lines) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('nothing is exported');
  });

  test('shows its own copy of the API wherever it is run', async () => {
    const { apiCopies } = await diagnose({}, { apiRoots: [tmpdir()] });
    expect(apiCopies).toHaveLength(1);
    expect(apiCopies[0]?.usedBy).toContain('@dcc-mcp/telemetry-node');
  });
});
