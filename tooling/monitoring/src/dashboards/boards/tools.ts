import type { Expression } from '../../query/expression.ts';
import { quantile, rate, ratio, share, sum, top } from '../../query/functions.ts';
import { counter, gauge, histogram } from '../../query/selectors.ts';
import type { Board } from '../panel.ts';

const TOOL = { tool: { variable: 'tool' } } as const;
const calls = sum(rate(counter('dcc_mcp.tool.calls', TOOL)), ['tool']);
const failed = sum(rate(counter('dcc_mcp.tool.calls', { ...TOOL, status: 'error' })), ['tool']);
const duration = histogram('dcc_mcp.tool.duration', TOOL);
const phases = histogram('dcc_mcp.gateway.phase_duration', TOOL);
const phaseAt = (phase: 'queue' | 'gateway' | 'upstream'): Expression<'tool'> =>
  quantile(0.95, histogram('dcc_mcp.gateway.phase_duration', { ...TOOL, phase }), { by: ['tool'] });
const WHEN_EMPTY = 'None of these tools was called in this time';

export const TOOLS: Board = {
  id: 'tools',
  title: 'MCP gateway: tools',
  answers: 'Which tool fails or is slow, and is it the queue, the gateway or the server?',
  hasTool: true,
  rows: [
    {
      title: 'Every tool',
      panels: [
        {
          title: 'Tools',
          asks: 'Which tools are called most, fail most, take longest? A click opens the calls.',
          draw: 'table',
          width: 24,
          queries: [
            { expression: calls, legend: 'calls' },
            { expression: ratio(failed, calls), legend: 'failed' },
            { expression: quantile(0.95, duration, { by: ['tool'] }), legend: 'p95' },
            { expression: phaseAt('queue'), legend: 'p95 in the queue' },
            { expression: phaseAt('gateway'), legend: 'p95 in the gateway' },
            { expression: phaseAt('upstream'), legend: 'p95 in the server' },
          ],
          whenEmpty: WHEN_EMPTY,
          link: 'calls-of-tool',
        },
      ],
    },
    {
      title: 'Calls',
      panels: [
        {
          title: 'Calls',
          asks: 'How often is each tool called?',
          draw: 'stacked',
          queries: [{ expression: top(10, calls), legend: '{{tool}}' }],
          whenEmpty: WHEN_EMPTY,
          link: 'calls-of-tool',
          exemplars: true,
        },
        {
          title: 'Failed',
          asks: 'Which share of the calls of a tool fails?',
          draw: 'lines',
          queries: [{ expression: top(10, ratio(failed, calls)), legend: '{{tool}}' }],
          whenEmpty: WHEN_EMPTY,
          link: 'failed-calls-of-tool',
        },
        {
          title: 'Duration p95',
          asks: 'Which tools take long? A point leads to a trace.',
          draw: 'lines',
          queries: [{ expression: top(10, quantile(0.95, duration, { by: ['tool'] })), legend: '{{tool}}' }],
          whenEmpty: WHEN_EMPTY,
          link: 'calls-of-tool',
          exemplars: true,
        },
      ],
    },
    {
      title: 'Is it the gateway or the server?',
      panels: [
        {
          title: 'Share of the time',
          asks: 'Where does the time of these tools go?',
          draw: 'stacked',
          queries: [{ expression: share(sum(rate(phases.sum), ['phase'])), legend: '{{phase}}' }],
          whenEmpty: WHEN_EMPTY,
        },
        {
          title: 'p95 by phase',
          asks: 'How long do calls wait, how long are they in the gateway, how long in the server?',
          draw: 'lines',
          queries: [{ expression: quantile(0.95, phases, { by: ['phase'] }), legend: '{{phase}}' }],
          whenEmpty: WHEN_EMPTY,
        },
        {
          title: 'Duration, all of it',
          asks: 'Is there one crowd of calls, or a fast and a slow one?',
          draw: 'heatmap',
          queries: [{ expression: sum(rate(duration.buckets), ['le']), legend: '{{le}}' }],
          whenEmpty: WHEN_EMPTY,
        },
      ],
    },
    {
      title: 'Asynchronous jobs',
      panels: [
        {
          title: 'Jobs running',
          asks: 'How many jobs run now?',
          draw: 'lines',
          queries: [{ expression: sum(gauge('dcc_mcp.jobs.in_flight', TOOL), ['tool']), legend: '{{tool}}' }],
          whenEmpty: 'No call was made asynchronously yet',
        },
        {
          title: 'Jobs asked for',
          asks: 'How many are taken, how many turned away?',
          draw: 'stacked',
          queries: [{ expression: sum(rate(counter('dcc_mcp.job.created', TOOL)), ['result']), legend: '{{result}}' }],
          whenEmpty: 'No call was made asynchronously yet',
        },
        {
          title: 'Wait of jobs, p95',
          asks: 'How long does a job wait before it starts?',
          draw: 'lines',
          queries: [
            {
              expression: quantile(0.95, histogram('dcc_mcp.job.wait', TOOL), { by: ['tool'] }),
              legend: '{{tool}}',
            },
          ],
          whenEmpty: 'No call was made asynchronously yet',
        },
      ],
    },
  ],
};
