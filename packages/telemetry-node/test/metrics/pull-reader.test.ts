import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StartTelemetryOptions, Telemetry } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';

const running = new Running();

afterEach(() => running.stop());

async function startFrom(env: Readonly<Record<string, string>>, options: StartTelemetryOptions = {}) {
  const sink = await running.sink();
  const { values } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
  return { sink, telemetry: running.start(values, options) };
}

/** Values of the samples of `c_total` and `h_seconds` in a scrape, by name and labels. */
async function scraped({ metricReader }: Telemetry): Promise<Record<string, number>> {
  const { body } = await metricReader!.scrape();
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : await new Response(body).text();
  const samples = [...text.matchAll(/^((?:c_total|h_seconds_(?:sum|count)))\{.*tool="(\w+)".*\} (\S+)/gm)];
  return Object.fromEntries(samples.map(([, name, tool, value]) => [`${name} ${tool}`, Number(value)]));
}

/** The same of the last push. */
function pushed(sink: OtlpSink): Record<string, number> {
  const entries = sink.metrics().flatMap(({ name, dataPoints }) =>
    dataPoints.flatMap((point): [string, number][] => {
      const { tool = '' } = point.attributes as { readonly tool?: string };
      if (name === 'c') {
        return [[`c_total ${tool}`, Number(point.value)]];
      }
      const { sum = 0, count = 0 } = point;
      return name === 'h'
        ? [
            [`h_seconds_sum ${tool}`, sum],
            [`h_seconds_count ${tool}`, count],
          ]
        : [];
    }),
  );
  return Object.fromEntries(entries);
}

describe('metricReader', () => {
  test.each([
    ['a pull that the application asks for', {}, { pull: true }],
    ['OTEL_METRICS_EXPORTER=prometheus', { OTEL_METRICS_EXPORTER: 'prometheus' }, {}],
    ['a push beside it', { OTEL_METRICS_EXPORTER: 'prometheus,otlp' }, {}],
    ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }, { pull: true }],
  ])('is the Prometheus reader with %s', async (_name, env, options) => {
    const { telemetry } = await startFrom(env, options);
    expect(telemetry.metricReader).toBeInstanceOf(PrometheusReader);
  });

  test('is absent with a push alone', async () => {
    expect((await startFrom({ OTEL_METRICS_EXPORTER: 'otlp' })).telemetry.metricReader).toBeUndefined();
  });

  test('gives a scrape the numbers that a push beside it sends', async () => {
    const { sink, telemetry } = await startFrom({ OTEL_METRICS_EXPORTER: 'prometheus,otlp' });
    const counter = telemetry.meter.createCounter('c');
    const histogram = telemetry.meter.createHistogram('h', { unit: 's' });
    for (const tool of ['a', 'b', 'a']) {
      counter.add(2, { tool });
      histogram.record(0.25, { tool });
    }
    await telemetry.forceFlush();
    const expected = { 'c_total a': 4, 'c_total b': 2, 'h_seconds_count a': 2, 'h_seconds_sum a': 0.5 };
    expect(await scraped(telemetry)).toMatchObject(expected);
    expect(pushed(sink)).toEqual(await scraped(telemetry));
  });
});
