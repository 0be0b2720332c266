import { timersLeftBy } from '@dcc-mcp/test-kit/held-timers';
import { partialSuccessBody, type OtlpReply } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Telemetry, TelemetryHealthChange } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';
import { periodicReader, telemetryConfig, tracesTo } from '../helpers/telemetry-config.ts';

const running = new Running();

afterEach(() => running.stop());

function record(telemetry: Telemetry, count: number): void {
  for (let index = 0; index < count; index += 1) {
    telemetry.tracer.startSpan(`span ${index}`).end();
  }
}

describe.each(['official', 'fast'] as const)('the %s exporter:', (exporter) => {
  async function exportTo(reply: OtlpReply | 'hang', timeoutMillis = 300) {
    const sink = await running.sink({ respond: () => reply });
    const changes: TelemetryHealthChange[] = [];
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url, { timeoutMillis })), {
      exporter,
      onHealthChange: (change) => changes.push(change),
    });
    record(telemetry, 5);
    await telemetry.forceFlush();
    return { sink, telemetry, changes, health: telemetry.health().exporters[0]! };
  }

  describe('export health of', () => {
    test.each<[string, OtlpReply, string]>([
      ['400', { status: 400, body: 'bad' }, 'bad_request'],
      ['401', { status: 401 }, 'unauthorized'],
      ['403', { status: 403 }, 'forbidden'],
      ['404', { status: 404 }, 'wrong_path'],
      ['413', { status: 413 }, 'too_large'],
      ['415', { status: 415 }, 'unsupported_media_type'],
      ['500', { status: 500 }, 'server_error'],
      ['a redirect', { status: 301, headers: { location: 'https://elsewhere.example/' } }, 'redirect'],
      ['503 for longer than the timeout', { status: 503 }, 'unavailable'],
      ['429 with a Retry-After past the timeout', { status: 429, headers: { 'retry-after': '60' } }, 'rate_limited'],
    ])('%s is failing with its cause and what to do', async (_name, reply, cause) => {
      const { health, changes } = await exportTo(reply);
      expect(health).toMatchObject({
        state: 'failing',
        failure: { cause },
        exported: 0,
        dropped: { export_failed: 5 },
      });
      expect(health.failure?.action).not.toBe('');
      expect(changes.map((change) => change.exporter.state)).toEqual(['failing']);
    });

    test.each<[string, OtlpReply, RegExp]>([
      ['{} as JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }, /application\/json/],
      ['{} as protobuf', { status: 200, body: '{}' }, /not a protobuf message/],
      ['bytes that are not protobuf', { status: 200, body: Buffer.from('ff'.repeat(20), 'hex') }, /not a protobuf/],
      ['text', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }, /text\/plain, not OTLP/],
      ['a web page', { status: 202, headers: { 'content-type': 'text/html' }, body: '<html>' }, /text\/html/],
      ['an endless answer', { status: 200, body: 'x'.repeat(5_000_000) }, /endless/],
      ['nothing rejected and a word', { status: 200, body: partialSuccessBody(0, 'slow down\u001B[31m') }, /slow down/],
    ])('%s with 200 is ok, with one warning', async (_name, reply, words) => {
      const { health, telemetry, changes } = await exportTo(reply, 5_000);
      for (let batch = 0; batch < 3; batch += 1) {
        record(telemetry, 1);
        await telemetry.forceFlush();
      }
      expect(health).toMatchObject({ state: 'ok', exported: 5, warning: expect.stringMatching(words) });
      expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 8 }]);
      const warnings = changes.filter(({ weight }) => weight === 'warn');
      expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/delivered/)]);
      expect(warnings[0]?.message).not.toContain('\u001B');
    });

    test('a collector that says something new each time is not told each time', async () => {
      let answers = 0;
      const sink = await running.sink({
        respond: () => ({ status: 200, body: partialSuccessBody(0, `word ${answers++}`) }),
      });
      const changes: TelemetryHealthChange[] = [];
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url, {}, { maxExportBatchSize: 1 })), {
        exporter,
        onHealthChange: (change) => changes.push(change),
      });
      record(telemetry, 20);
      await telemetry.forceFlush();
      expect(changes.filter(({ weight }) => weight === 'warn')).toHaveLength(8);
    });

    test('a collector that hangs is failing with timeout', async () => {
      const { health } = await exportTo('hang');
      expect(health).toMatchObject({ state: 'failing', failure: { cause: 'timeout' } });
    });

    test('a dead collector is failing with connection_refused', async () => {
      const sink = await running.sink();
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url, { timeoutMillis: 300 })), { exporter });
      await sink.close();
      record(telemetry, 3);
      await telemetry.forceFlush();
      expect(telemetry.health().exporters).toMatchObject([
        { state: 'failing', failure: { cause: 'connection_refused' }, dropped: { export_failed: 3 } },
      ]);
    });

    test.each<[string, OtlpReply]>([
      ['protobuf', { status: 200, body: partialSuccessBody(2, 'too\nold\u001B[31m') }],
      [
        'JSON',
        {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'too old' } }),
        },
      ],
    ])('a partial success in %s is dropping, counted as rejected', async (_name, reply) => {
      const { health } = await exportTo(reply);
      expect(health).toMatchObject({ state: 'dropping', exported: 3, dropped: { rejected: 2, export_failed: 0 } });
      expect(health.failure?.message).toMatch(/^the collector rejected 2 of the last batch: too old/);
      expect(health.failure?.message).not.toContain('\u001B');
    });

    test('an exporter nobody has used is never_tried', () => {
      const telemetry = running.start(telemetryConfig(tracesTo('http://127.0.0.1:9')), { exporter });
      expect(telemetry.health().exporters).toMatchObject([{ state: 'never_tried', exported: 0 }]);
    });

    test('each change is told once, with one line, and a recovery too', async () => {
      const { sink, telemetry, changes } = await exportTo({ status: 401 });
      record(telemetry, 1);
      await telemetry.forceFlush();
      sink.respondWith(undefined);
      record(telemetry, 1);
      await telemetry.forceFlush();
      expect(changes.map((change) => `${change.previous} → ${change.exporter.state}`)).toEqual([
        'never_tried → failing',
        'failing → ok',
      ]);
      expect(changes[0]?.message).toMatch(
        /^telemetry: traces over http\/protobuf to http:.*401.*unauthorized.*HEADERS/,
      );
      expect(changes[0]?.message).not.toContain('\n');
    });

    test('the endpoint is shown without credentials and query', () => {
      const telemetry = running.start(telemetryConfig(tracesTo('http://user:geheim@127.0.0.1:9/p?key=geheim')), {
        exporter,
      });
      expect(JSON.stringify(telemetry.health())).not.toContain('geheim');
    });
  });

  describe('a broken collector', () => {
    test('is tried again after the time its Retry-After names', async () => {
      let answers = 0;
      const sink = await running.sink({
        respond: () => (answers++ === 0 ? { status: 429, headers: { 'retry-after': '1' } } : undefined),
      });
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
      record(telemetry, 1);
      await telemetry.forceFlush();
      const [first, second] = sink.requests;
      expect(second!.receivedAtMillis - first!.receivedAtMillis).toBeGreaterThanOrEqual(950);
      expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 1, dropped: { export_failed: 0 } }]);
    });

    test('is known to be failing while its batch is still being retried', async () => {
      const sink = await running.sink({ respond: () => ({ status: 503, headers: { 'retry-after': '0' } }) });
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
      record(telemetry, 1);
      void telemetry.forceFlush();
      await sink.waitFor(({ requests }) => requests.length === 3);
      expect(telemetry.health().exporters).toMatchObject([
        { state: 'failing', failure: { cause: 'unavailable' }, dropped: { export_failed: 0 } },
      ]);
    });

    test('never holds more spans than the queue and one batch', async () => {
      const sink = await running.sink({ respond: () => 'hang' });
      const queue = { maxQueueSize: 10, maxExportBatchSize: 4 };
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url, {}, queue)), { exporter });
      record(telemetry, 8);
      await sink.waitFor(({ requests }) => requests.length === 1);
      record(telemetry, 100);
      expect(telemetry.health().exporters).toMatchObject([
        { state: 'dropping', queueSize: 10, queueCapacity: 10, dropped: { queue_full: 8 + 100 - 4 - 10 } },
      ]);
    });

    test('never makes the recording side wait', async () => {
      const sink = await running.sink({ respond: () => 'hang' });
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url, {}, { maxExportBatchSize: 1 })), { exporter });
      record(telemetry, 2_000);
      const turn = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      expect(performance.now() - turn).toBeLessThan(500);
      expect(telemetry.health().exporters[0]?.queueSize).toBeGreaterThan(1_900);
    });

    test('delays the end by no more than the timeout of shutdown, and what is lost is counted', async () => {
      const sink = await running.sink({ respond: () => 'hang' });
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url, {}, { maxExportBatchSize: 2 })), { exporter });
      record(telemetry, 5);
      const started = performance.now();
      await telemetry.shutdown({ timeoutMillis: 200 });
      expect(performance.now() - started).toBeLessThan(1_500);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(telemetry.health().exporters).toMatchObject([{ dropped: { export_failed: 2, shutdown_timeout: 3 } }]);
    });

    test('for spans costs no metrics at the end', async () => {
      const sink = await running.sink({
        respond: ({ path }) => (path === '/v1/traces' ? { status: 503, headers: { 'retry-after': '60' } } : undefined),
      });
      const reader = periodicReader(`${sink.url}/v1/metrics`);
      const telemetry = running.start(
        telemetryConfig({ ...tracesTo(sink.url), metrics: { readers: [reader], exemplarFilter: 'always_off' } }),
        { exporter },
      );
      record(telemetry, 1);
      telemetry.meter.createCounter('c').add(1);
      await telemetry.shutdown({ timeoutMillis: 600 });
      expect(sink.metrics().map(({ name }) => name)).toContain('c');
      const metrics = telemetry.health().exporters.find(({ signal }) => signal === 'metrics');
      expect(metrics).toMatchObject({ state: 'ok' });
    });

    test('that is absent does not delay the end at all', async () => {
      const sink = await running.sink();
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
      await sink.close();
      const timers = await timersLeftBy(async () => {
        record(telemetry, 5);
        const started = performance.now();
        await telemetry.shutdown();
        expect(performance.now() - started).toBeLessThan(900);
      });
      expect(timers).toBe(0);
    });

    test('that answers slowly gets everything all the same', async () => {
      const sink = await running.sink({ respond: () => ({ status: 200, delayMillis: 100 }) });
      const telemetry = running.start(telemetryConfig(tracesTo(sink.url, {}, { maxExportBatchSize: 10 })), {
        exporter,
      });
      record(telemetry, 30);
      await telemetry.forceFlush();
      expect(sink.spans()).toHaveLength(30);
      expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 30 }]);
    });
  });
});

describe('metrics of the export pipeline', () => {
  test('tell queue, capacity, exports and drops by reason', async () => {
    const sink = await running.sink({
      respond: ({ path }) => (path === '/v1/traces' ? { status: 200, body: partialSuccessBody(1) } : undefined),
    });
    const config = telemetryConfig({
      ...tracesTo(sink.url, {}, { maxQueueSize: 4, maxExportBatchSize: 4 }),
      metrics: { readers: [periodicReader(`${sink.url}/v1/metrics`)], exemplarFilter: 'always_off' },
    });
    const telemetry = running.start(config);
    record(telemetry, 6);
    await telemetry.forceFlush();
    const values = (name: string) =>
      Object.fromEntries(
        (sink.metrics().find((metric) => metric.name === name)?.dataPoints ?? []).map((point) => [
          point.attributes['error.type'] ?? '',
          point.value,
        ]),
      );
    expect(values('otel.sdk.processor.span.queue.capacity')).toEqual({ '': 4 });
    expect(values('otel.sdk.processor.span.queue.size')).toEqual({ '': 0 });
    expect(values('otel.sdk.processor.span.processed')).toEqual({ '': 3, queue_full: 2, rejected: 1 });
    expect(values('otel.sdk.exporter.span.exported')).toEqual({ '': 3, rejected: 1 });
    expect(values('otel.sdk.span.live')).toEqual({ '': 0 });
  });
});
