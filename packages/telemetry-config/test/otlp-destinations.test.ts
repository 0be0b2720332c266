import { describe, expect, test } from '@jest/globals';
import { readTelemetryConfig } from '../src/index.ts';
import { endpoints, ENDPOINT, exporter, issuesOf, TRACES } from './telemetry-fixture.ts';

describe('what is exported (documented deviation 1)', () => {
  test('nothing, while nothing asks for it', () => {
    expect(endpoints({})).toEqual([undefined, undefined, undefined]);
    expect(readTelemetryConfig({}).issues).toEqual([]);
  });

  test('all three signals, when the general endpoint is set', () => {
    expect(endpoints({ [ENDPOINT]: 'http://c:4318' })).toEqual([
      'http://c:4318/v1/traces',
      'http://c:4318/v1/metrics',
      'http://c:4318/v1/logs',
    ]);
  });

  test("one signal, when only that signal's endpoint is set", () => {
    expect(endpoints({ [TRACES]: 'http://c:4318/v1/traces' })).toEqual([
      'http://c:4318/v1/traces',
      undefined,
      undefined,
    ]);
  });

  test('a named exporter goes to the default endpoint of its protocol', () => {
    expect(endpoints({ OTEL_LOGS_EXPORTER: 'otlp' })[2]).toBe('http://localhost:4318/v1/logs');
    const env = { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(endpoints(env)[2]).toBe('http://localhost:4317');
  });

  test('none keeps a signal in, whatever the endpoint says', () => {
    const env = { [ENDPOINT]: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' };
    expect(endpoints(env)[0]).toBeUndefined();
    expect(endpoints(env)[1]).toBe('http://c:4318/v1/metrics');
  });

  test('none beside others wins, with an issue', () => {
    const { values, issues } = readTelemetryConfig({ OTEL_TRACES_EXPORTER: 'otlp,none' });
    expect(values.traces.processors).toEqual([]);
    expect(issues[0]?.problem).toBe('none stands beside "otlp" and wins');
  });

  test('an unknown exporter drops out, the known one stays', () => {
    const { values, issues } = readTelemetryConfig({ OTEL_TRACES_EXPORTER: 'console,zipkin' });
    expect(values.traces.processors.map(({ type, exporter: { type: to } }) => [type, to])).toEqual([
      ['simple', 'console'],
    ]);
    expect(issues[0]).toMatchObject({ problem: '"zipkin" is not supported', fix: expect.stringContaining('use otlp') });
  });

  test('an endpoint that cannot be used activates nothing', () => {
    expect(endpoints({ [ENDPOINT]: 'collector' })).toEqual([undefined, undefined, undefined]);
  });
});

describe('protocol', () => {
  test.each(['http://localhost:4317', 'http://localhost:4317/', ' http://localhost:4317 '])(
    'port 4317 without a protocol means grpc: %s',
    (text) => {
      const { values, issues } = readTelemetryConfig({ [ENDPOINT]: text });
      expect(exporter(values, 'traces')).toMatchObject({ protocol: 'grpc', endpoint: 'http://localhost:4317' });
      expect(issues).toEqual([]);
    },
  );

  test("is chosen by each signal's own port", () => {
    const { values } = readTelemetryConfig({ [ENDPOINT]: 'http://c:4318', [TRACES]: 'http://c:4317' });
    expect(exporter(values, 'traces')?.protocol).toBe('grpc');
    expect(exporter(values, 'metrics')?.protocol).toBe('http/protobuf');
  });

  test('an explicit one wins over port 4317, and the mix-up is explained', () => {
    const env = { [ENDPOINT]: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
    expect(exporter(readTelemetryConfig(env).values, 'traces')).toMatchObject({
      protocol: 'http/protobuf',
      endpoint: 'http://c:4317/v1/traces',
    });
    expect(issuesOf(env)).toEqual([
      `OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf is sent to port 4317 of ${ENDPOINT}, where collectors listen for gRPC -> set OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or use port 4318`,
    ]);
  });

  test('grpc to port 4318 is explained as well', () => {
    const env = { [ENDPOINT]: 'http://c:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(exporter(readTelemetryConfig(env).values, 'traces')?.endpoint).toBe('http://c:4318');
    expect(issuesOf(env)).toEqual([
      `OTEL_EXPORTER_OTLP_PROTOCOL: grpc is sent to port 4318 of ${ENDPOINT}, where collectors listen for HTTP -> set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, or use port 4317`,
    ]);
  });

  test('a mix-up of a signal that is not exported is of no interest', () => {
    const env = {
      OTEL_TRACES_EXPORTER: 'none',
      [TRACES]: 'http://c:4317',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    };
    expect(issuesOf(env)).toEqual([]);
  });

  test('a spelling of others is answered with ours', () => {
    expect(issuesOf({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http' })).toEqual([
      'OTEL_EXPORTER_OTLP_PROTOCOL: "http" is not supported -> use http/protobuf',
    ]);
  });
});

describe('endpoint', () => {
  test.each([
    ['http://c:4318/p?key=1', 'http://c:4318/p/v1/traces?key=1'],
    ['http://c:4318/p/', 'http://c:4318/p/v1/traces'],
    ['https://c', 'https://c/v1/traces'],
    ['  http://c:1  ', 'http://c:1/v1/traces'],
    ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
  ])('the general one gets the path of the signal: %s', (text, url) => {
    expect(endpoints({ [ENDPOINT]: text })[0]).toBe(url);
  });

  test("a signal's own is taken as it is", () => {
    expect(endpoints({ [TRACES]: 'http://c:1/x?y=1' })[0]).toBe('http://c:1/x?y=1');
  });

  test.each(['localhost:4318', 'localhost:4317', 'collector.example:443'])(
    '%s has no scheme: said, with the fix',
    (text) => {
      expect(issuesOf({ [ENDPOINT]: text })).toEqual([`${ENDPOINT}: "${text}" has no scheme -> write http://${text}`]);
      expect(endpoints({ [ENDPOINT]: text })[0]).toBeUndefined();
    },
  );

  test.each([
    ['http:/c:4318', 'has no scheme', 'write http://c:4318'],
    ['HTTPS:c:4318', 'has no scheme', 'write https://c:4318'],
    ['//c:4318', 'has no scheme', 'write http://c:4318'],
    ['grpc://c:4317', 'has the scheme grpc', 'write http://c:4317'],
    ['grpcs://c:4317', 'has the scheme grpcs', 'write https://c:4317'],
    ['"http://c:4318"', 'has no scheme', 'remove the quotes around it'],
  ])('%s is not usable, and the fix can be copied', (text, problem, fix) => {
    expect(issuesOf({ [ENDPOINT]: text })).toEqual([`${ENDPOINT}: "${text}" ${problem} -> ${fix}`]);
  });

  test('host:port is right for an explicit grpc: TLS, unless INSECURE', () => {
    const env = { [ENDPOINT]: 'c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(endpoints(env)[0]).toBe('https://c:4317');
    expect(endpoints({ ...env, OTEL_EXPORTER_OTLP_INSECURE: 'true' })[0]).toBe('http://c:4317');
    expect(issuesOf(env)).toEqual([]);
  });

  test('credentials in the URL of gRPC have no effect: said, without them', () => {
    expect(issuesOf({ [ENDPOINT]: 'http://user:hunter2@c:4317' })).toEqual([
      `${ENDPOINT}: gRPC takes no credentials from a URL; they are left out -> write them into OTEL_EXPORTER_OTLP_HEADERS, as authorization=Basic%20…`,
    ]);
  });

  test("a general one that ends in a signal's path is explained, once for all signals", () => {
    expect(issuesOf({ [ENDPOINT]: 'http://c:4318/v1/traces' })).toEqual([
      `${ENDPOINT}: it ends in /v1/traces, and the path of each signal is appended to that -> remove the path, or use the variable of the signal`,
    ]);
  });

  test("a signal's own without a path is explained", () => {
    expect(issuesOf({ [TRACES]: 'http://c:4318' })).toEqual([
      `${TRACES}: it has no path, so traces are sent to / -> write http://c:4318/v1/traces`,
    ]);
  });

  test('grpc leaves a path out, and says so', () => {
    const env = { [ENDPOINT]: 'http://c:4317/v1/traces' };
    expect(endpoints(env)[0]).toBe('http://c:4317');
    expect(issuesOf(env)).toEqual([`${ENDPOINT}: gRPC takes no path; it is left out -> remove the path`]);
  });
});
