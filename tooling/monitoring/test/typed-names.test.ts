// An instrument or a label that no table has does not compile. The type check holds these lines: each comment says that
// the one below it is an error, and is an error itself once it is none.
import { describe, expect, test } from '@jest/globals';
import { RULE } from '../src/query/expression.ts';
import { grew, quantile, rate, ratio, sum } from '../src/query/functions.ts';
import { counter, gauge, histogram } from '../src/query/selectors.ts';

describe('names', () => {
  test('an unknown instrument is an error', () => {
    // @ts-expect-error -- it is called dcc_mcp.tool.calls
    expect(() => counter('dcc_mcp.tool.call')).toThrow('no table has dcc_mcp.tool.call');
  });

  test('an unknown label, or an unknown value of one, is an error', () => {
    // @ts-expect-error -- it is called tool
    counter('dcc_mcp.tool.calls', { tool_name: 'maya__render' });
    // @ts-expect-error -- success or error
    counter('dcc_mcp.tool.calls', { status: 'failed' });
    // @ts-expect-error -- the duration has no status
    sum(rate(histogram('dcc_mcp.tool.duration').sum), ['status']);
    expect(true).toBe(true);
  });

  test('a rate of a gauge is an error', () => {
    // @ts-expect-error -- it goes up and down
    rate(gauge('dcc_mcp.gateway.queue_depth'));
    // @ts-expect-error -- it is a gauge
    counter('dcc_mcp.gateway.queue_depth');
    expect(true).toBe(true);
  });
});

describe('PromQL', () => {
  const calls = counter('dcc_mcp.tool.calls');

  test.each([
    [counter('dcc_mcp.tool.calls', { status: 'error' }), 'dcc_mcp_tool_calls_total{status="error"}'],
    [
      gauge('dcc_mcp.gateway.upstreams', { state: ['ready', 'booting'] }),
      'dcc_mcp_gateway_upstreams{state=~"ready|booting"}',
    ],
    [
      gauge('dcc_mcp.gateway.upstreams', { state: { not: 'disabled' } }),
      'dcc_mcp_gateway_upstreams{state!="disabled"}',
    ],
    [counter('dcc_mcp.tool.calls', { tool: { variable: 'tool' } }), 'dcc_mcp_tool_calls_total{tool=~"$tool"}'],
    [sum(rate(calls), ['tool']), 'sum by (tool) (rate(dcc_mcp_tool_calls_total[5m]))'],
    [
      ratio(ratio(sum(rate(calls)), sum(rate(calls))), sum(rate(calls))),
      '(sum(rate(dcc_mcp_tool_calls_total[5m])) / sum(rate(dcc_mcp_tool_calls_total[5m]))) / sum(rate(dcc_mcp_tool_calls_total[5m]))',
    ],
    [
      quantile(0.95, histogram('dcc_mcp.tool.duration'), { by: ['tool'] }),
      'histogram_quantile(0.95, sum by (le, tool) (rate(dcc_mcp_tool_duration_seconds_bucket[5m])))',
    ],
    [
      grew(counter('dcc_mcp_telemetry_rows_dropped'), '10m'),
      '(increase(dcc_mcp_telemetry_rows_dropped_total[10m]) > 0 or (dcc_mcp_telemetry_rows_dropped_total unless dcc_mcp_telemetry_rows_dropped_total offset 10m) > 0)',
    ],
  ])('%#', (expression, text) => {
    expect(expression.render(RULE)).toBe(text);
  });
});
