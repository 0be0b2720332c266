import { aggregate, max, sum } from '../../query/functions.ts';
import { gauge } from '../../query/selectors.ts';
import type { Board } from '../panel.ts';
import {
  backendErrors,
  callRate,
  callsByStatus,
  duration,
  errorRatio,
  percentiles,
  phaseShare,
  rejections,
  tokens,
} from './measures.ts';

const upstreams = (state: 'ready' | readonly ('unreachable' | 'stale' | 'quarantined')[]) =>
  sum(gauge('dcc_mcp.gateway.upstreams', { state }));

export const OVERVIEW: Board = {
  id: 'overview',
  title: 'MCP gateway: overview',
  answers: 'Is it well, and if not, where do I look next?',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Gateways',
          asks: 'How many gateways are scraped?',
          draw: 'number',
          width: 3,
          queries: [{ expression: aggregate('count', gauge('dcc_mcp.build_info')), legend: 'gateways' }],
          whenEmpty: 'No gateway is scraped: look at the targets of Prometheus',
        },
        {
          title: 'Upstreams ready',
          asks: 'How many MCP servers can be called?',
          draw: 'number',
          width: 3,
          queries: [{ expression: upstreams('ready'), legend: 'ready' }],
          link: 'upstreams',
        },
        {
          title: 'Upstreams not there',
          asks: 'How many do not answer, or are held? One that starts, or waits for its first use, is neither.',
          draw: 'number',
          width: 3,
          turns: [1, 3],
          queries: [{ expression: upstreams(['unreachable', 'stale', 'quarantined']), legend: 'not there' }],
          link: 'upstreams',
        },
        {
          title: 'Tools',
          asks: 'How many tools can be found?',
          draw: 'number',
          width: 3,
          queries: [{ expression: sum(gauge('dcc_mcp.registered_tools')), legend: 'tools' }],
        },
        {
          title: 'Calls',
          asks: 'How much is called?',
          draw: 'number',
          width: 3,
          queries: [{ expression: callRate, legend: 'calls' }],
          whenEmpty: 'No tool was called yet',
        },
        {
          title: 'Failed',
          asks: 'Which share of calls does not do what was asked? Refused ones and those with wrong arguments count.',
          draw: 'number',
          width: 3,
          turns: [0.01, 0.05],
          queries: [{ expression: errorRatio, legend: 'failed' }],
          whenEmpty: 'No tool was called in this time',
          link: 'failed-calls',
        },
        {
          title: 'Duration p95',
          asks: 'How long do 95 of 100 calls take at most?',
          draw: 'number',
          width: 3,
          queries: percentiles(duration, 0.95),
          whenEmpty: 'No tool was called in this time',
        },
        {
          title: 'Sessions',
          asks: 'How many clients have a session?',
          draw: 'number',
          width: 3,
          queries: [{ expression: sum(gauge('dcc_mcp.active_sessions')), legend: 'sessions' }],
        },
      ],
    },
    {
      title: 'Calls',
      panels: [
        {
          title: 'Calls by status',
          asks: 'How many calls end well, how many do not? A point leads to a trace.',
          draw: 'stacked',
          queries: [{ expression: callsByStatus, legend: '{{status}}' }],
          whenEmpty: 'No tool was called yet',
          link: 'failed-calls',
          exemplars: true,
        },
        {
          title: 'Duration',
          asks: 'How long do calls take, waiting included?',
          draw: 'lines',
          queries: percentiles(duration, 0.5, 0.95, 0.99),
          whenEmpty: 'No tool was called yet',
          link: 'traces',
          exemplars: true,
        },
        {
          title: 'Where the time goes',
          asks: 'Is it the queue, the gateway, or the server behind it?',
          draw: 'stacked',
          queries: [{ expression: phaseShare, legend: '{{phase}}' }],
          whenEmpty: 'No tool was called yet',
        },
      ],
    },
    {
      title: 'What goes wrong',
      panels: [
        {
          title: 'Errors of upstreams',
          asks: 'What goes wrong at the servers, or on the way to them?',
          draw: 'lines',
          queries: [{ expression: backendErrors, legend: '{{kind}}' }],
          link: 'failed-calls',
        },
        {
          title: 'Calls refused',
          asks: 'What does the gateway refuse, and why?',
          draw: 'lines',
          queries: [{ expression: rejections, legend: '{{reason}}' }],
          link: 'denials',
        },
        {
          title: 'Waiting and running',
          asks: 'Do calls pile up?',
          draw: 'lines',
          queries: [
            { expression: sum(gauge('dcc_mcp.gateway.queue_depth')), legend: 'waiting' },
            { expression: sum(gauge('dcc_mcp.gateway.calls_in_flight')), legend: 'running' },
          ],
        },
      ],
    },
    {
      title: 'Clients',
      panels: [
        {
          title: 'Streams',
          asks: 'How many streams are open?',
          draw: 'lines',
          queries: [{ expression: sum(gauge('dcc_mcp.gateway.streams'), ['kind']), legend: '{{kind}}' }],
        },
        {
          title: 'Tokens of answers',
          asks: 'How much of the context of models do the answers take? One token for each 4 bytes.',
          draw: 'stacked',
          queries: [{ expression: tokens, legend: '{{surface}}' }],
        },
        {
          title: 'Versions',
          asks: 'Which versions run?',
          draw: 'table',
          queries: [
            {
              expression: max(gauge('dcc_mcp.build_info'), ['job', 'instance', 'version']),
              legend: 'running',
            },
          ],
        },
      ],
    },
  ],
};
