import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  configFilePath,
  effectiveSettings,
  readTelemetryConfig,
  type Reading,
  type TelemetryConfig,
} from '../src/index.ts';

const TEXT = readFileSync(new URL('fixtures/sdk-config.yaml', import.meta.url), 'utf8');

function read(text: string, env: Record<string, string> = {}): Reading<TelemetryConfig> {
  return readTelemetryConfig(
    { OTEL_CONFIG_FILE: '/etc/otel.yaml', ...env },
    { configFile: { name: '/etc/otel.yaml', text } },
  );
}

function problems(body: string): readonly string[] {
  return read(`file_format: "1.0"\n${body}`).issues.map(({ variable, problem }) => `${variable}: ${problem}`);
}

describe('OTEL_CONFIG_FILE', () => {
  test('says all that the environment can say', () => {
    const { values, issues } = read(TEXT, { OTEL_SERVICE_NAME: 'maya', COLLECTOR: 'https://c', TOKEN: 'T' });
    expect(issues).toEqual([]);
    expect(values).toEqual({
      disabled: false,
      logLevel: 'warn',
      resource: {
        serviceName: 'maya',
        attributes: {},
        typedAttributes: { build: 7, tags: ['a', 'b'] },
        detectors: ['host', 'os', 'service'],
      },
      propagators: ['tracecontext', 'b3multi', 'baggage'],
      traces: {
        processors: [
          {
            type: 'batch',
            batch: { scheduleDelayMillis: 100, exportTimeoutMillis: 0, maxQueueSize: 10, maxExportBatchSize: 10 },
            exporter: {
              type: 'otlp',
              protocol: 'http/json',
              endpoint: 'https://c/v1/traces',
              headers: { authorization: 'Bearer ${not} T', x: '1' },
              timeoutMillis: 0,
              compression: 'gzip',
              certificateFile: '/ca.pem',
              clientKeyFile: '/k.pem',
              clientCertificateFile: '/c.pem',
              insecure: false,
            },
          },
          { type: 'simple', batch: expect.anything(), exporter: { type: 'console' } },
        ],
        sampler: { name: 'parentbased_traceidratio', ratio: 0.25 },
        limits: {
          attributeCount: 32,
          attributeValueLength: Number.POSITIVE_INFINITY,
          eventCount: 5,
          linkCount: 128,
          attributesPerEvent: 128,
          attributesPerLink: 128,
        },
      },
      metrics: {
        readers: [
          {
            type: 'periodic',
            intervalMillis: 1_000,
            timeoutMillis: 1_000,
            exporter: {
              type: 'otlp',
              protocol: 'grpc',
              endpoint: 'http://collector:4317',
              headers: {},
              timeoutMillis: 10_000,
              compression: 'none',
              insecure: true,
              temporality: 'lowmemory',
              defaultHistogramAggregation: 'base2_exponential_bucket_histogram',
            },
          },
          { type: 'prometheus', host: '0.0.0.0', port: 0 },
        ],
        exemplarFilter: 'always_off',
      },
      logs: {
        processors: [
          {
            type: 'batch',
            batch: {
              scheduleDelayMillis: 1_000,
              exportTimeoutMillis: 30_000,
              maxQueueSize: 2_048,
              maxExportBatchSize: 512,
            },
            exporter: expect.objectContaining({ endpoint: 'http://localhost:4318/v1/logs', headers: {} }),
          },
        ],
        limits: { attributeCount: 64, attributeValueLength: Number.POSITIVE_INFINITY },
      },
      semconvStabilityOptIn: [],
    });
  });

  test('ignores every other OTEL_*, and says so', () => {
    const leaky = {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=leak',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=leak',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://leak:4318',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/leak.pem',
      OTEL_RESOURCE_ATTRIBUTES: 'leak=1',
      OTEL_TRACES_SAMPLER: 'nonsense',
      OTEL_SPAN_LINK_COUNT_LIMIT: '3',
    };
    const file = 'file_format: "1.0"\ntracer_provider: { processors: [{ batch: { exporter: { otlp_http: } } }] }';
    const { values, issues, origins } = read(file, leaky);
    expect(JSON.stringify(values)).not.toContain('leak');
    expect(values.traces.limits.linkCount).toBe(128);
    expect(issues).toEqual([]);
    expect(Object.keys(leaky).map((name) => origins[name])).toEqual(
      Object.keys(leaky).map((variable) => ({ source: 'ignored', variable, text: 'set, ignored' })),
    );
  });

  test('shows what the file says, secrets masked', () => {
    const rows = effectiveSettings(read(TEXT, { TOKEN: 'hunter2' }));
    expect(rows).toContainEqual({
      setting: 'tracer_provider.processors[0].batch.exporter.otlp_http.headers',
      value: 'authorization=***',
      origin: 'file',
    });
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  });

  test('names each part that is not supported by its path', () => {
    expect(
      problems(`
resource: { detection/development: { detectors: [{ container: }] } }
propagator: { composite: [{ xray: }] }
tracer_provider:
  processors: [{ simple: { exporter: { otlp_file/development: } } }]
  sampler: { jaeger_remote/development: {} }
meter_provider: { readers: [], views: [{ selector: {} }] }
logger_provider: { processors: [{ batch: { exporter: { otlp_http: { endpoint: 'c:4318', bogus: 1 } } } }] }
instrumentation/development: {}`),
    ).toEqual([
      'resource.detection/development.detectors[0].container: it is not supported and has no effect',
      'propagator.composite: "xray" is not known',
      'tracer_provider.processors[0].simple.exporter.otlp_file/development: this exporter is not supported',
      'tracer_provider.sampler.jaeger_remote/development: this sampler is not supported; parent_based with root always_on is used',
      'meter_provider.views: it is not supported and has no effect',
      'logger_provider.processors[0].batch.exporter.otlp_http.endpoint: "c:4318" has no scheme',
      'logger_provider.processors[0].batch.exporter.otlp_http.bogus: it is not supported and has no effect',
      'instrumentation/development: it is not supported and has no effect',
    ]);
  });

  test('a wrong value is named by its path and acts as unset', () => {
    const { values, issues } = read('file_format: "1.0"\ntracer_provider: { limits: { link_count_limit: -1 } }');
    expect(values.traces.limits.linkCount).toBe(128);
    expect(issues).toMatchObject([
      { variable: 'tracer_provider.limits.link_count_limit', problem: '"-1" is out of range' },
    ]);
  });

  test('without a propagator there is none, as the format says', () => {
    expect(read('file_format: "1.0"').values.propagators).toEqual([]);
  });

  test.each([
    ['file_format: "0.4"', '"0.4" is not supported, so the file is not used'],
    ['disabled: true', 'it is missing, so the file cannot be read'],
    ['tracer_provider: [', expect.stringContaining('line 1')],
    ['- a', 'it does not hold an object'],
  ])('a file that cannot be used is fatal, and exports nothing: %s', (text, problem) => {
    const { values, issues } = read(text, { OTEL_TRACES_EXPORTER: 'otlp' });
    expect(issues).toMatchObject([{ severity: 'fatal', problem }]);
    expect(values.traces.processors).toEqual([]);
  });

  test('a newer minor version is read, with a warning', () => {
    expect(read('file_format: "1.7"\nlog_level: debug')).toMatchObject({
      values: { logLevel: 'debug' },
      issues: [{ severity: 'warning', problem: '"1.7" is newer than what is known here' }],
    });
  });

  test('a file that could not be read is fatal, and exports nothing', () => {
    const env = { OTEL_CONFIG_FILE: '/none.yaml', OTEL_TRACES_EXPORTER: 'otlp' };
    const { values, issues } = readTelemetryConfig(env, { configFile: { name: '/none.yaml', unreadable: 'ENOENT' } });
    expect(issues).toMatchObject([
      {
        severity: 'fatal',
        variable: 'OTEL_CONFIG_FILE',
        problem: expect.stringContaining('(ENOENT), so nothing is exported'),
      },
    ]);
    expect(values.traces.processors).toEqual([]);
    expect(readTelemetryConfig(env).issues[0]?.problem).toContain('it was not read');
  });

  test('is found by configFilePath', () => {
    expect(configFilePath({ OTEL_CONFIG_FILE: ' /x.yaml ' })).toBe('/x.yaml');
    expect(configFilePath({ OTEL_CONFIG_FILE: ' ' })).toBeUndefined();
  });
});
