// Expressions that several boards show.
import type { Expression } from '../../query/expression.ts';
import { quantile, rate, ratio, share, sum } from '../../query/functions.ts';
import { counter, type Histogram, histogram } from '../../query/selectors.ts';
import type { PanelQuery } from '../panel.ts';

const calls = counter('dcc_mcp.tool.calls');
const failed = counter('dcc_mcp.tool.calls', { status: 'error' });
const phases = histogram('dcc_mcp.gateway.phase_duration');
export const duration = histogram('dcc_mcp.tool.duration');

export const callRate = sum(rate(calls));
export const callsByStatus = sum(rate(calls), ['status']);
export const errorRatio = ratio(sum(rate(failed)), sum(rate(calls)));
export const phaseShare: Expression<'phase'> = share(sum(rate(phases.sum), ['phase']));
export const rejections = sum(rate(counter('dcc_mcp.gateway.calls_rejected')), ['reason']);
export const backendErrors = sum(rate(counter('dcc_mcp.gateway.backend_errors')), ['kind']);
export const zeroResults = ratio(
  sum(rate(counter('dcc_mcp.gateway.searches', { result: 'zero' }))),
  sum(rate(counter('dcc_mcp.gateway.searches'))),
);
export const tokens = sum(rate(counter('dcc_mcp.gateway.response_tokens')), ['surface']);

/** A line for each quantile, named p50 and so on. */
export function percentiles(measured: Histogram<string>, ...at: readonly number[]): readonly PanelQuery[] {
  return at.map((each) => ({ expression: quantile(each, measured), legend: `p${each * 100}` }));
}

/** Failed sendings of all signals, each with why. */
const FAILED = { error_type: { not: '' } } as const;
export const EXPORTED = [
  ['spans', counter('otel.sdk.exporter.span.exported', FAILED), counter('otel.sdk.exporter.span.exported')],
  ['log records', counter('otel.sdk.exporter.log.exported', FAILED), counter('otel.sdk.exporter.log.exported')],
  [
    'data points',
    counter('otel.sdk.exporter.metric_data_point.exported', FAILED),
    counter('otel.sdk.exporter.metric_data_point.exported'),
  ],
] as const;
