import { describe, expect, test } from '@jest/globals';
import { readTelemetryConfig, type TelemetryConfig } from '../src/index.ts';

function read(body: string): { readonly values: TelemetryConfig; readonly issues: readonly string[] } {
  const configFile = { name: 'f', text: `file_format: "1.1"\n${body}` };
  const { values, issues } = readTelemetryConfig({ OTEL_CONFIG_FILE: 'f' }, { configFile });
  return { values, issues: issues.map(({ variable, problem }) => `${variable}: ${problem}`) };
}

describe('a part of the file that is not as it should be', () => {
  test.each([
    ['resource: 7', 'resource: it is not a mapping'],
    ['resource: { attributes: 7 }', 'resource.attributes: it is not a list'],
    ['resource: { attributes: [7] }', 'resource.attributes[0]: it is not a mapping'],
    ['resource: { attributes: [{ value: 1 }] }', 'resource.attributes[0]: it needs a name, and a value of its type'],
    [
      'resource: { attributes: [{ name: a, value: x, type: int }] }',
      'resource.attributes[0]: it needs a name, and a value of its type',
    ],
    [
      'resource: { attributes: [{ name: a, value: [1, b], type: int_array }] }',
      'resource.attributes[0]: it needs a name, and a value of its type',
    ],
    ['tracer_provider: { processors: [{ batch: {} }] }', 'tracer_provider.processors[0].batch.exporter: it is missing'],
    [
      'tracer_provider: { processors: [{ custom: {} }] }',
      'tracer_provider.processors[0].custom: it is not supported and has no effect',
    ],
    [
      'tracer_provider: { processors: [{ batch: { exporter: { otlp_http: { tls: { key_file: /k } } } } }] }',
      'tracer_provider.processors[0].batch.exporter.otlp_http.tls: key_file and cert_file have an effect only together',
    ],
    [
      'tracer_provider: { processors: [{ batch: { exporter: { otlp_grpc: { endpoint: "http://c:4317/x" } } } }] }',
      'tracer_provider.processors[0].batch.exporter.otlp_grpc.endpoint: gRPC takes no path; it is left out',
    ],
    [
      'tracer_provider: { sampler: { parent_based: { root: { custom: } } } }',
      'tracer_provider.sampler.parent_based.root: this sampler is not supported; always_on is used',
    ],
    [
      'tracer_provider: { sampler: { parent_based: { remote_parent_sampled: { always_off: } } } }',
      'tracer_provider.sampler.parent_based.remote_parent_sampled: this is not supported; always_on is used',
    ],
    [
      'meter_provider: { readers: [{ push: {} }] }',
      'meter_provider.readers[0].push: it is not supported and has no effect',
    ],
    [
      'meter_provider: { readers: [{ pull: { exporter: { other: {} } } }] }',
      'meter_provider.readers[0].pull.exporter.other: it is not supported and has no effect',
    ],
    ['log_level: loud', 'log_level: "loud" is not known'],
  ])('is named: %s', (body, issue) => {
    expect(read(body).issues).toEqual([issue]);
  });
});

describe('a part of the file that says it in another way', () => {
  test.each([
    ['always_off: ', 'always_off', 1],
    ['trace_id_ratio_based: { ratio: 0.5 }', 'traceidratio', 0.5],
    ['parent_based: { root: { always_off: } }', 'parentbased_always_off', 1],
    ['parent_based: {}', 'parentbased_always_on', 1],
  ])('sampler { %s }', (sampler, name, ratio) => {
    const { values, issues } = read(`tracer_provider: { sampler: { ${sampler} } }`);
    expect(values.traces.sampler).toEqual({ name, ratio });
    expect(issues).toEqual([]);
  });

  test.each([
    ['trace3', 'verbose'],
    ['debug', 'debug'],
    ['fatal', 'error'],
    ['INFO4', 'info'],
  ])('log_level %s is %s', (word, level) => {
    expect(read(`log_level: ${word}`).values.logLevel).toBe(level);
  });

  test('attributes of every type', () => {
    const { values, issues } = read(`
resource:
  attributes:
    - { name: s, value: 5, type: string }
    - { name: b, value: 'true', type: bool }
    - { name: i, value: '3', type: int }
    - { name: d, value: 1.5, type: double }
    - { name: bs, value: [true, false], type: bool_array }
    - { name: ds, value: [1.5], type: double_array }
    - { name: native, value: 7 }`);
    expect(issues).toEqual([]);
    expect(values.resource.attributes).toEqual({ s: '5' });
    expect(values.resource.typedAttributes).toEqual({ b: true, i: 3, d: 1.5, bs: [true, false], ds: [1.5], native: 7 });
  });

  test('headers as a mapping, TLS names of older versions', () => {
    const { values, issues } = read(`
logger_provider:
  processors:
    - simple:
        exporter:
          otlp_http: { headers: { A: b }, tls: { certificate_file: /ca } }`);
    expect(issues).toEqual([]);
    expect(values.logs.processors[0]).toMatchObject({
      type: 'simple',
      exporter: { headers: { a: 'b' }, certificateFile: '/ca' },
    });
  });

  test('JSON is YAML', () => {
    const configFile = { name: 'otel.json', text: '{"file_format":"1.0","disabled":true}' };
    expect(readTelemetryConfig({ OTEL_CONFIG_FILE: 'f' }, { configFile }).values.disabled).toBe(true);
  });
});
