import { ProtobufWriter, toTag } from '@dcc-mcp/protobuf-writer';
// However a collector asks for patience, its batch is neither sent in a burst nor given up while the deadline holds.
import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startOtlpGrpcSink, type OtlpGrpcRefusal, type OtlpGrpcSink } from '@dcc-mcp/test-kit/otlp-grpc-sink';
import type { OtlpReply } from '@dcc-mcp/test-kit/otlp-sink';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Running } from '../helpers/running.ts';
import {
  logsTo,
  otlp,
  periodicReader,
  telemetryConfig,
  traceProcessor,
  tracesTo,
} from '../helpers/telemetry-config.ts';

const running = new Running();
const sinks: OtlpGrpcSink[] = [];
/** Timers and the clock of requests may differ by some milliseconds. */
const CLOCK_SLACK_MILLIS = 20;
const REFUSALS = 2;

interface Case {
  readonly name: string;
  readonly run: () => Promise<Result>;
}

interface Result {
  readonly gaps: readonly number[];
  readonly arrived: number;
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toUTCString();
}

const WISHES: readonly (readonly [string, () => string | undefined])[] = [
  ['none', () => undefined],
  ['0', () => '0'],
  ['-5', () => '-5'],
  ['0.001', () => '0.001'],
  ['1.5', () => '1.5'],
  ['a date that is past', () => inSeconds(-3_600)],
  ['a date that is to come', () => inSeconds(2)],
  ['a date in the form of RFC 850', () => 'Sunday, 06-Nov-94 08:49:37 GMT'],
  ['a date in the form of asctime', () => 'Sun Nov  6 08:49:37 1994'],
  ['words', () => 'soon, in 2099'],
  ['NaN', () => 'NaN'],
  ['nothing', () => ''],
  ['spaces', () => '  0  '],
];

function gapsOf(requests: readonly { readonly receivedAtMillis: number }[]): number[] {
  return requests.slice(1).map(({ receivedAtMillis }, index) => receivedAtMillis - requests[index]!.receivedAtMillis);
}

function refuseFirst<Refusal>(count: number, refusal: () => Refusal): () => Refusal | undefined {
  let left = count;
  return () => (left-- > 0 ? refusal() : undefined);
}

async function overHttp(
  reply: () => OtlpReply,
  toConfig: (url: string) => Partial<TelemetryConfig>,
  exporter: 'official' | 'fast',
): Promise<Result> {
  const sink = await running.sink({ respond: refuseFirst(REFUSALS, reply) });
  const telemetry = running.start(telemetryConfig(toConfig(sink.url)), { exporter });
  telemetry.tracer.startSpan('x').end();
  telemetry.logger.emit({ body: 'x' });
  telemetry.meter.createCounter('x').add(1);
  await telemetry.forceFlush();
  return {
    gaps: gapsOf(sink.requests),
    arrived: sink.spans().length + sink.logs().length + sink.metrics().filter(({ name }) => name === 'x').length,
  };
}

async function overGrpc(trailers: OtlpGrpcRefusal['trailers'], code: status): Promise<Result> {
  const sink = await startOtlpGrpcSink({
    respond: refuseFirst(REFUSALS, () => ({ code, ...(trailers === undefined ? {} : { trailers }) })),
  });
  sinks.push(sink);
  const { traces, ...rest } = telemetryConfig();
  const processors = [traceProcessor(otlp(sink.url, { protocol: 'grpc' }))];
  const telemetry = running.start({ ...rest, traces: { ...traces, processors } });
  telemetry.tracer.startSpan('x').end();
  await telemetry.forceFlush();
  return { gaps: gapsOf(sink.requests), arrived: sink.spans().length };
}

/** A `google.rpc.Status` with a `google.rpc.RetryInfo`. */
function retryInfo(seconds: number, nanos = 0): Uint8Array {
  const writer = new ProtobufWriter();
  const detail = writer.beginMessage(toTag(3, 'bytes'));
  writer.textField(toTag(1, 'bytes'), 'type.googleapis.com/google.rpc.RetryInfo');
  const value = writer.beginMessage(toTag(2, 'bytes'));
  const delay = writer.beginMessage(toTag(1, 'bytes'));
  writer.intField(toTag(1, 'varint'), seconds);
  writer.intField(toTag(2, 'varint'), nanos);
  writer.endMessage(delay);
  writer.endMessage(value);
  writer.endMessage(detail);
  return writer.finish();
}

function unavailable(wish: string | undefined): OtlpReply {
  return { status: 503, ...(wish === undefined ? {} : { headers: { 'retry-after': wish } }) };
}

function httpCases(): Case[] {
  const traces = WISHES.flatMap(([name, wish]) =>
    (['official', 'fast'] as const).map((exporter) => ({
      name: `Retry-After ${name}, ${exporter}`,
      run: () => overHttp(() => unavailable(wish()), tracesTo, exporter),
    })),
  );
  const signals = [
    ['traces as JSON', (url: string) => tracesTo(url, { protocol: 'http/json' })],
    ['logs', logsTo],
    [
      'metrics',
      (url: string): Partial<TelemetryConfig> => ({
        metrics: { readers: [periodicReader(`${url}/v1/metrics`)], exemplarFilter: 'always_off' },
      }),
    ],
  ] as const;
  return [
    ...traces,
    ...signals.map(([name, toConfig]) => ({
      name: `Retry-After 0, ${name}`,
      run: () => overHttp(() => unavailable('0'), toConfig, 'official'),
    })),
    ...[429, 502, 504].map((code) => ({
      name: `Retry-After 0, status ${code}`,
      run: () => overHttp(() => ({ status: code, headers: { 'retry-after': '0' } }), tracesTo, 'official'),
    })),
    {
      name: 'RetryInfo of nothing in the body',
      run: () => overHttp(() => ({ status: 503, body: retryInfo(0) }), tracesTo, 'official'),
    },
  ];
}

const GRPC: readonly (readonly [string, OtlpGrpcRefusal['trailers'], status?])[] = [
  ['no trailer', undefined],
  ['RetryInfo 0', { 'grpc-status-details-bin': retryInfo(0) }],
  ['RetryInfo of a refusal by quota', { 'grpc-status-details-bin': retryInfo(0, 1) }, status.RESOURCE_EXHAUSTED],
  ['RetryInfo -1', { 'grpc-status-details-bin': retryInfo(-1) }],
  ['RetryInfo that is garbage', { 'grpc-status-details-bin': Uint8Array.of(0xff, 0xff, 0xff) }],
  ['pushback 0', { 'grpc-retry-pushback-ms': '0' }],
  ['pushback -1', { 'grpc-retry-pushback-ms': '-1' }],
  ['pushback soon', { 'grpc-retry-pushback-ms': 'soon' }],
];

const CASES: readonly Case[] = [
  ...httpCases(),
  ...GRPC.map(([name, trailers, code = status.UNAVAILABLE]) => ({
    name: `gRPC, ${name}`,
    run: () => overGrpc(trailers, code),
  })),
];

describe('a collector that refuses twice and asks for', () => {
  const results = new Map<string, Result>();

  // At once, because each waits for some seconds.
  beforeAll(async () => {
    await Promise.all(CASES.map(async ({ name, run }) => results.set(name, await run())));
  }, 30_000);

  afterAll(async () => {
    await running.stop();
    for (const sink of sinks.splice(0)) {
      sink.close();
    }
  });

  test.each(CASES.map(({ name }) => name))('%s gets the batch, never sooner than a second later', (name) => {
    const { gaps, arrived } = results.get(name)!;
    expect(arrived).toBe(1);
    expect(gaps).toHaveLength(REFUSALS);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000 - CLOCK_SLACK_MILLIS);
  });
});

describe('the wait that a collector asks for', () => {
  afterAll(() => running.stop());

  test.each([
    ['official', '3600'],
    ['official', '99999999999999999999'],
    ['fast', '3600'],
    ['fast', 'Fri, 31 Dec 2999 23:59:59 GMT'],
  ] as const)('is cut at the deadline, so that a last try is made: %s, %s', async (exporter, wish) => {
    const sink = await running.sink({
      respond: refuseFirst(1, () => ({ status: 503, headers: { 'retry-after': wish } })),
    });
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url, { timeoutMillis: 2_000 })), { exporter });
    telemetry.tracer.startSpan('x').end();
    await telemetry.forceFlush();
    expect(gapsOf(sink.requests)[0]).toBeGreaterThan(1_400);
    expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 1 }]);
  });

  test('without a deadline is not taken for none at all', async () => {
    const sink = await running.sink({ respond: () => ({ status: 503, headers: { 'retry-after': '9999999999' } }) });
    const telemetry = running.start(
      telemetryConfig(tracesTo(sink.url, { timeoutMillis: 0 }, { exportTimeoutMillis: 0 })),
    );
    telemetry.tracer.startSpan('x').end();
    await telemetry.forceFlush({ timeoutMillis: 300 });
    expect(sink.requests).toHaveLength(1);
  });

  test.each(['official', 'fast'] as const)('does not outlast shutdown, and leaves no timer: %s', async (exporter) => {
    const sink = await running.sink({ respond: () => ({ status: 503, headers: { 'retry-after': '8' } }) });
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
    telemetry.tracer.startSpan('x').end();
    void telemetry.forceFlush();
    await sink.waitFor(({ requests }) => requests.length === 1);
    const started = performance.now();
    await telemetry.shutdown({ timeoutMillis: 200 });
    expect(performance.now() - started).toBeLessThan(1_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(telemetry.health().exporters).toMatchObject([
      { failure: { cause: 'unavailable' }, dropped: { export_failed: 1 } },
    ]);
  });
});
