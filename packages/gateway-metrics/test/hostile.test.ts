import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { anything, array, assert, constant, constantFrom, oneof, property } from 'fast-check';
import type { GatewayMetrics } from '../src/index.ts';
import { createMetrics, playEverything } from './gateway-fixture.ts';

let reading: ReturnType<typeof createReading>;
beforeEach(() => {
  reading = createReading();
});
afterEach(() => reading.provider.shutdown());

async function linesOf(name: string): Promise<string[]> {
  return (await reading.lines()).filter((line) => line.startsWith(`${name}{`));
}

function call(metrics: GatewayMetrics, tool: string): void {
  metrics.recordCall({ tool, status: 'success', durationSeconds: 1 });
}

describe('100,000 made-up tool names', () => {
  test('make one series each and take no room from registered tools', async () => {
    const metrics = createMetrics(reading.provider);
    for (let index = 0; index < 100_000; index += 1) {
      call(metrics, `made up ${index}`);
    }
    call(metrics, 'maya__tool_1');
    expect(await linesOf('dcc_mcp.tool.calls')).toEqual([
      'dcc_mcp.tool.calls{tool=_unknown,status=success} 100000',
      'dcc_mcp.tool.calls{tool=_unknown,status=error} 0',
      'dcc_mcp.tool.calls{tool=maya__tool_1,status=success} 1',
      'dcc_mcp.tool.calls{tool=maya__tool_1,status=error} 0',
    ]);
    expect(await linesOf('dcc_mcp_telemetry_overflow')).toContain(
      'dcc_mcp_telemetry_overflow{instrument=dcc_mcp.tool.calls} 0',
    );
  });
});

describe('more registered tools than the budget has room for', () => {
  test('share _other, are counted, and never displace the first', async () => {
    const metrics = createMetrics(reading.provider, { seriesBudget: 20 });
    for (let index = 0; index < 30; index += 1) {
      call(metrics, `maya__tool_${index}`);
    }
    call(metrics, 'maya__tool_0');
    const lines = await linesOf('dcc_mcp.tool.calls');
    expect(lines).toContain('dcc_mcp.tool.calls{tool=maya__tool_0,status=success} 2');
    expect(lines).toContain('dcc_mcp.tool.calls{tool=maya__tool_7,status=success} 1');
    expect(lines).toContain('dcc_mcp.tool.calls{tool=_other,status=success} 22');
    expect(await linesOf('dcc_mcp_telemetry_overflow')).toContain(
      'dcc_mcp_telemetry_overflow{instrument=dcc_mcp.tool.calls} 22',
    );
  });

  test.each([20, 200, 2000])('stay within a budget of %p series over many collections', async (seriesBudget) => {
    const metrics = createMetrics(reading.provider, { seriesBudget });
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 2500; index += 1) {
        call(metrics, `maya__tool_${round * 2500 + index}`);
      }
      await reading.lines();
    }
    expect((await linesOf('dcc_mcp.tool.calls')).length).toBeLessThanOrEqual(seriesBudget);
    expect((await linesOf('dcc_mcp.tool.duration')).length).toBeLessThanOrEqual(seriesBudget);
    expect((await reading.lines()).join('\n')).not.toContain('otel.metric.overflow');
  });

  test('lose no count', async () => {
    const metrics = createMetrics(reading.provider, { seriesBudget: 20 });
    for (let index = 0; index < 500; index += 1) {
      call(metrics, `maya__tool_${index % 50}`);
    }
    const values = (await linesOf('dcc_mcp.tool.calls')).map((line) => Number(line.split(' ').at(-1)));
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(500);
  });
});

const circular: Record<string, unknown> = {};
circular['self'] = circular;

describe('values that are none', () => {
  test.each([Number.NaN, Infinity, -Infinity, -1, 10n, '1', null, {}, circular, Symbol('x'), () => 1])(
    'of %p is dropped and counted, and the rest of the call is kept',
    async (bad) => {
      const metrics = createMetrics(reading.provider);
      metrics.recordCall({ tool: 'maya__tool_1', status: 'success', durationSeconds: bad as number });
      expect(await linesOf('dcc_mcp.tool.duration')).toEqual([]);
      expect(await linesOf('dcc_mcp.tool.calls')).toContain('dcc_mcp.tool.calls{tool=maya__tool_1,status=success} 1');
      expect(await linesOf('dcc_mcp_telemetry_invalid_values')).toContain(
        'dcc_mcp_telemetry_invalid_values{instrument=dcc_mcp.tool.duration} 1',
      );
    },
  );

  test('take -0 for zero', async () => {
    const metrics = createMetrics(reading.provider);
    metrics.recordCall({ tool: 'maya__tool_1', status: 'success', durationSeconds: -0 });
    expect(await linesOf('dcc_mcp.tool.duration')).toEqual(['dcc_mcp.tool.duration{tool=maya__tool_1} count 1 sum 0']);
  });

  test('a label outside its closed set makes no series and is counted', async () => {
    const metrics = createMetrics(reading.provider, { features: [] });
    metrics.recordRejected('because' as 'quota');
    metrics.recordNotificationSent('ws' as 'sse');
    const lines = await reading.lines();
    expect(lines.join('\n')).not.toContain('because');
    expect(lines).toContain('dcc_mcp_telemetry_invalid_values{instrument=dcc_mcp.gateway.calls_rejected} 1');
    expect(lines).toContain('dcc_mcp_telemetry_invalid_values{instrument=dcc_mcp.notifications.sent} 1');
  });

  test('a closed label that is left out makes no series and is counted', async () => {
    const metrics = createMetrics(reading.provider, { features: ['searches'] });
    metrics.recordSearch({ result: undefined as unknown as 'zero', durationSeconds: 1 });
    metrics.recordGovernance('policy', undefined as unknown as 'denied');
    const lines = await reading.lines();
    const counted = lines.filter((line) => /^dcc_mcp\.gateway\.(?:searches|governance_events)/.test(line));
    expect(counted.length).toBe(2 + 3);
    expect(counted.filter((line) => !line.endsWith(' 0') || line.includes('{}'))).toEqual([]);
    expect(lines).toContain('dcc_mcp_telemetry_invalid_values{instrument=dcc_mcp.gateway.searches} 1');
  });

  test('never make any method throw, whatever the arguments', async () => {
    const metrics = createMetrics(reading.provider);
    const methods = Object.entries(metrics).filter(([name]) => name.startsWith('record'));
    const value = oneof(anything({ withBigInt: true, withNullPrototype: true }), constant(circular));
    assert(
      property(constantFrom(...methods), array(value, { maxLength: 3 }), ([, method], values) => {
        (method as (...values: unknown[]) => void)(...values);
      }),
      { numRuns: 2000 },
    );
    playEverything(metrics);
    expect(await linesOf('dcc_mcp.gateway.elections')).toContain('dcc_mcp.gateway.elections{outcome=won} 1');
  });

  test('cut a label of 64 KiB', async () => {
    const metrics = createMetrics(reading.provider);
    call(metrics, `maya__tool_${'x'.repeat(65_536)}`);
    const [line = ''] = await linesOf('dcc_mcp.tool.duration');
    expect(line.length).toBeLessThan(600);
  });
});
