// What several panels, alerts and people ask again and again, computed once.
import { LABEL_UNKNOWN } from '@dcc-mcp/semantic-conventions';
import { combine, type Expression, RATIO } from '../query/expression.ts';
import { increase, perGateway, quantile, rate, ratio, sum } from '../query/functions.ts';
import { counter, histogram } from '../query/selectors.ts';

/** One recording rule: `level:metric:operations`, as Prometheus advises. */
export interface RecordingRule {
  readonly name: string;
  readonly expression: Expression<string>;
  readonly means: string;
}

const calls = counter('dcc_mcp.tool.calls');
/** Names that only a caller made up are no tools: every call of one fails, and nobody could mend it. */
const IS_TOOL = { tool: { not: LABEL_UNKNOWN } } as const;
const callsOfTools = counter('dcc_mcp.tool.calls', IS_TOOL);
const failed = counter('dcc_mcp.tool.calls', { ...IS_TOOL, status: 'error' });
const phases = histogram('dcc_mcp.gateway.phase_duration');

/** Windows of the burn rate of the error budget: two pairs, a short one that says that it goes on. */
export const WINDOWS = ['5m', '30m', '1h', '6h'] as const;
/** One of {@link WINDOWS}. */
export type Window = (typeof WINDOWS)[number];

/** A rule of this file by its name, for other rules. */
export function recorded(name: string): Expression<string> {
  const rule = RECORDING_RULES.find((each) => each.name === name);
  if (rule === undefined) {
    throw new TypeError(`no rule records ${name}`);
  }
  return combine([rule.expression], rule.expression.unit, () => name);
}

export const errorRatioOver = (window: Window): string => `job_tool:dcc_mcp_tool_call_errors:ratio_rate${window}`;

export const RECORDING_RULES: readonly RecordingRule[] = [
  {
    name: 'job_tool:dcc_mcp_tool_calls:rate5m',
    expression: sum(rate(calls, '5m'), ['job', 'tool']),
    means: 'Calls a second of each tool.',
  },
  {
    name: 'job_tool:dcc_mcp_tool_calls:increase1h',
    expression: sum(increase(callsOfTools, '1h'), ['job', 'tool']),
    means: 'Calls of each tool in an hour: where there are few, a share says little.',
  },
  ...WINDOWS.map((window) => ({
    name: errorRatioOver(window),
    expression: ratio(sum(rate(failed, window), ['job', 'tool']), sum(rate(callsOfTools, window), ['job', 'tool'])),
    means: `Share of the calls of each tool that failed, over ${window}.`,
  })),
  {
    name: 'job_tool:dcc_mcp_tool_duration_seconds:p95_5m',
    expression: quantile(0.95, histogram('dcc_mcp.tool.duration'), { by: ['job', 'tool'], range: '5m' }),
    means: 'Duration that 95 of 100 calls of a tool do not exceed.',
  },
  {
    name: 'job_tool_phase:dcc_mcp_gateway_phase_duration_seconds:mean5m',
    expression: combine(
      [sum(rate(phases.sum, '5m'), ['job', 'tool', 'phase']), sum(rate(phases.count, '5m'), ['job', 'tool', 'phase'])],
      { of: 's' },
      ([time = '', count = '']) => `${time} / ${count}`,
    ),
    means: 'Mean time of a call in the queue, in the gateway and in the server, for each tool.',
  },
  {
    name: 'job_instance:dcc_mcp_gateway_queue_time:ratio_rate5m',
    expression: combine(
      [
        perGateway(rate(histogram('dcc_mcp.gateway.phase_duration', { phase: 'queue' }).sum, '5m')),
        perGateway(rate(phases.sum, '5m')),
      ],
      RATIO,
      ([queue = '', all = '']) => `${queue} / ${all}`,
    ),
    means: 'Share of the time of all calls that they only waited.',
  },
  {
    name: 'job:dcc_mcp_gateway_searches_zero:ratio_rate1h',
    expression: ratio(
      sum(rate(counter('dcc_mcp.gateway.searches', { result: 'zero' }), '1h'), ['job']),
      sum(rate(counter('dcc_mcp.gateway.searches'), '1h'), ['job']),
    ),
    means: 'Share of searches that found nothing.',
  },
  {
    name: 'job:dcc_mcp_gateway_searches:increase1h',
    expression: sum(increase(counter('dcc_mcp.gateway.searches'), '1h'), ['job']),
    means: 'Searches in an hour.',
  },
];
