import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startTelemetry, type Telemetry, TelemetryError } from '../../src/index.ts';

const { values: config } = readTelemetryConfig({});
let telemetry: Telemetry | undefined;

afterEach(() => telemetry?.shutdown());

/** Records 2,500 series; tells how many are collected and whether the SDK folded any into one. */
async function collectMany(cardinalityLimit: number | undefined): Promise<{ series: number; isFolded: boolean }> {
  telemetry = startTelemetry(config, { pull: true, ...(cardinalityLimit === undefined ? {} : { cardinalityLimit }) });
  const counter = telemetry.meter.createCounter('calls');
  for (let index = 0; index < 2500; index += 1) {
    counter.add(1, { tool: `tool_${index}` });
  }
  const { resourceMetrics } = (await telemetry.metricReader?.collect()) ?? {};
  const metrics = resourceMetrics?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  const points = metrics.find(({ descriptor }) => descriptor.name === 'calls')?.dataPoints ?? [];
  return { series: points.length, isFolded: points.some(({ attributes }) => 'otel.metric.overflow' in attributes) };
}

describe('cardinalityLimit', () => {
  test('lets an instrument have more series than the 2,000 of the SDK', async () => {
    expect(await collectMany(10_000)).toEqual({ series: 2500, isFolded: false });
  });

  test('is the one of the SDK when nothing is said', async () => {
    expect(await collectMany(undefined)).toEqual({ series: 2000, isFolded: true });
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %p', (cardinalityLimit) => {
    expect(() => startTelemetry(config, { cardinalityLimit })).toThrow(TelemetryError);
  });
});
