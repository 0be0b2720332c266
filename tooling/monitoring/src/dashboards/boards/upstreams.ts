import { quantile, rate, ratio, sum } from '../../query/functions.ts';
import { counter, gauge, histogram } from '../../query/selectors.ts';
import type { Board } from '../panel.ts';
import { backendErrors } from './measures.ts';

const operations = histogram('mcp.client.operation.duration');
const refreshes = histogram('dcc_mcp.gateway.oauth_refresh_duration');

export const UPSTREAMS: Board = {
  id: 'upstreams',
  title: 'MCP gateway: upstreams and registry',
  answers: 'Which servers are there, which come and go, and what do they answer?',
  rows: [
    {
      title: 'What is there',
      panels: [
        {
          title: 'Upstreams by state',
          asks: 'How many servers are ready, start, or do not answer?',
          draw: 'stacked',
          queries: [{ expression: sum(gauge('dcc_mcp.gateway.upstreams'), ['state']), legend: '{{state}}' }],
          link: 'upstreams',
        },
        {
          title: 'Tools',
          asks: 'Did tools come or go?',
          draw: 'lines',
          queries: [{ expression: sum(gauge('dcc_mcp.registered_tools'), ['instance']), legend: '{{instance}}' }],
        },
        {
          title: 'Waiting and running',
          asks: 'Do calls pile up before the servers?',
          draw: 'lines',
          queries: [
            { expression: sum(gauge('dcc_mcp.gateway.queue_depth'), ['instance']), legend: 'waiting, {{instance}}' },
            {
              expression: sum(gauge('dcc_mcp.gateway.calls_in_flight'), ['instance']),
              legend: 'running, {{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Probes',
      panels: [
        {
          title: 'Probes by outcome',
          asks: 'What do the probes of every five seconds find?',
          draw: 'stacked',
          queries: [{ expression: sum(rate(counter('dcc_mcp.gateway.probes')), ['outcome']), legend: '{{outcome}}' }],
        },
        {
          title: 'Ready probes',
          asks: 'Which share of probes finds a ready server? Sum by sum: without the sums both sides are matched by `outcome`, and the answer is 1 for ever.',
          draw: 'lines',
          queries: [
            {
              expression: ratio(
                sum(rate(counter('dcc_mcp.gateway.probes', { outcome: 'ready' }))),
                sum(rate(counter('dcc_mcp.gateway.probes'))),
              ),
              legend: 'ready',
            },
          ],
        },
        {
          title: 'Errors of upstreams',
          asks: 'What goes wrong, and how?',
          draw: 'lines',
          queries: [{ expression: backendErrors, legend: '{{kind}}' }],
          link: 'failed-calls',
        },
      ],
    },
    {
      title: 'What the gateway asks of servers',
      panels: [
        {
          title: 'Requests to servers',
          asks: 'Which MCP methods are sent?',
          draw: 'stacked',
          queries: [{ expression: sum(rate(operations.count), ['mcp_method_name']), legend: '{{mcp_method_name}}' }],
        },
        {
          title: 'Requests to servers, p95',
          asks: 'How long do servers take for each method?',
          draw: 'lines',
          queries: [
            { expression: quantile(0.95, operations, { by: ['mcp_method_name'] }), legend: '{{mcp_method_name}}' },
          ],
        },
        {
          title: 'Connections that ended',
          asks: 'How often is a connection to a server lost, and why?',
          draw: 'lines',
          queries: [
            {
              expression: sum(rate(histogram('mcp.client.session.duration').count), [
                'error_type',
                'network_transport',
              ]),
              legend: '{{network_transport}} {{error_type}}',
            },
          ],
          whenEmpty: 'No connection has ended yet',
        },
      ],
    },
    {
      title: 'Registry, election, OAuth',
      panels: [
        {
          title: 'Evictions',
          asks: 'Why are instances removed from the registry?',
          draw: 'lines',
          width: 6,
          queries: [{ expression: sum(rate(counter('dcc_mcp.gateway.evictions')), ['reason']), legend: '{{reason}}' }],
          whenEmpty: 'No instance has been registered yet',
        },
        {
          title: 'Elections',
          asks: 'Does the port change hands?',
          draw: 'lines',
          width: 6,
          queries: [
            { expression: sum(rate(counter('dcc_mcp.gateway.elections')), ['outcome']), legend: '{{outcome}}' },
          ],
          whenEmpty: 'No gateway has stood for the port yet',
        },
        {
          title: 'Refreshes of OAuth tokens',
          asks: 'Do servers still accept us?',
          draw: 'lines',
          width: 6,
          queries: [
            { expression: sum(rate(counter('dcc_mcp.gateway.oauth_refresh')), ['result']), legend: '{{result}}' },
          ],
          whenEmpty: 'No server asks for OAuth',
        },
        {
          title: 'Refreshes of OAuth tokens, p95',
          asks: 'How long does a refresh take?',
          draw: 'lines',
          width: 6,
          queries: [{ expression: quantile(0.95, refreshes, { by: ['result'] }), legend: '{{result}}' }],
          whenEmpty: 'No token was refreshed yet',
        },
      ],
    },
  ],
};
