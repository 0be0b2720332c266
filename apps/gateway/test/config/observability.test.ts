import type { OtlpExporterConfig, SamplerConfig } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import { issuesOf, readYaml } from './config-fixture.ts';

interface Traced {
  readonly protocol?: string;
  readonly endpoint?: string;
  readonly sampler: SamplerConfig;
}

function tracing(block: string, env: Record<string, string> = {}): Traced {
  const { otel } = readYaml(`observability: { tracing: ${block} }`, env).values;
  const exporter = otel.traces.processors[0]?.exporter as OtlpExporterConfig | undefined;
  return { protocol: exporter?.protocol, endpoint: exporter?.endpoint, sampler: otel.traces.sampler } as Traced;
}

const RATIO = (ratio: number): SamplerConfig => ({ name: 'traceidratio', ratio });

describe("mcpproxy-go's observability block", () => {
  test.each([
    ['{ enabled: true }', 'http/protobuf', 'http://localhost:4318/v1/traces'],
    ['{ enabled: true, protocol: http }', 'http/protobuf', 'http://localhost:4318/v1/traces'],
    ['{ enabled: true, protocol: grpc }', 'grpc', 'http://localhost:4317'],
    ["{ enabled: true, endpoint: 'c:4318' }", 'http/protobuf', 'http://c:4318/v1/traces'],
    ["{ enabled: true, protocol: grpc, endpoint: 'c:1' }", 'grpc', 'http://c:1'],
    ["{ enabled: true, protocol: http, endpoint: 'https://c/x' }", 'http/protobuf', 'https://c/x/v1/traces'],
  ])('%s sends %s to %s', (block, protocol, endpoint) => {
    expect(tracing(block)).toEqual({ protocol, endpoint, sampler: RATIO(0.1) });
    expect(issuesOf(readYaml(`observability: { tracing: ${block} }`))).toEqual([]);
  });

  test('is about traces only', () => {
    const { otel } = readYaml('observability: { tracing: { enabled: true } }').values;
    expect([otel.metrics.readers, otel.logs.processors]).toEqual([[], []]);
  });

  test('names the path of an endpoint, which gRPC has no use for', () => {
    const { issues } = readYaml(
      "observability: { tracing: { enabled: true, protocol: grpc, endpoint: 'http://c:1/x' } }",
    );
    expect(issues).toMatchObject([
      { variable: 'observability.tracing.endpoint', problem: 'gRPC takes no path; it is left out' },
    ]);
  });

  test.each(['{}', '{ enabled: false, sample_rate: 0.5 }', '{ protocol: grpc }'])('%s sends nothing', (block) => {
    expect(tracing(block)).toEqual({ sampler: { name: 'parentbased_always_on', ratio: 1 } });
  });

  test('sample_rate 0 means zero', () => {
    expect(tracing('{ enabled: true, sample_rate: 0 }').sampler).toEqual(RATIO(0));
  });

  test.each([
    ['{ enabled: true, sample_rate: 1.5 }', 'observability.tracing.sample_rate: "1.5" is out of range'],
    ['{ enabled: true, protocol: udp }', 'observability.tracing.protocol: "udp" is not known'],
    ["{ enabled: true, endpoint: 'a b' }", 'observability.tracing.endpoint: "a b" is not usable'],
    ['{ enabled: yes please }', 'observability.tracing.enabled: "yes please" is neither true nor false'],
    ['{ enabled: true, sampleRate: 1 }', 'observability.tracing.sampleRate: no such key; it has no effect'],
    ['[x]', 'observability.tracing: it is not an object'],
  ])('a bad value is reported: %s', (block, issue) => {
    expect(issuesOf(readYaml(`observability: { tracing: ${block} }`))).toContain(issue);
  });

  const ON = "{ enabled: true, protocol: http, endpoint: 'c:4318', sample_rate: 0.5 }";

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://env:1' }, { endpoint: 'http://env:1/v1/traces', sampler: RATIO(0.5) }],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://env:1/x' }, { endpoint: 'http://env:1/x', sampler: RATIO(0.5) }],
    [
      { OTEL_TRACES_SAMPLER: 'always_on' },
      { endpoint: 'http://c:4318/v1/traces', sampler: { name: 'always_on', ratio: 1 } },
    ],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, { sampler: RATIO(1) }],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.25' }, { sampler: RATIO(0.25) }],
    [{ OTEL_TRACES_SAMPLER: 'nonsense' }, { sampler: RATIO(0.5) }],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, { protocol: 'grpc', endpoint: 'http://c:4318' }],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { sampler: RATIO(0.5) }],
  ])('any OTEL_* for the same setting wins: %j', (env, expected) => {
    expect(tracing(ON, env)).toMatchObject(expected);
  });

  test("a protocol of the environment never keeps the other protocol's port", () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(tracing('{ enabled: true }', env)).toMatchObject({ protocol: 'grpc', endpoint: 'http://localhost:4317' });
  });

  test('an endpoint of the environment brings its own protocol where the block names none', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://env:4317' };
    expect(tracing('{ enabled: true }', env)).toMatchObject({ protocol: 'grpc', endpoint: 'http://env:4317' });
  });

  test('is ignored under OTEL_CONFIG_FILE', () => {
    expect(tracing(ON, { OTEL_CONFIG_FILE: '/x' }).endpoint).toBeUndefined();
  });

  test('its settings have the origin file', () => {
    const { origins } = readYaml(`observability: { tracing: ${ON} }`);
    expect(origins['OTEL_TRACES_SAMPLER_ARG']).toEqual({ source: 'file', text: '0.5' });
  });
});
