import { rate, ratio, sum } from '../../query/functions.ts';
import { counter, gauge } from '../../query/selectors.ts';
import type { Board } from '../panel.ts';
import { callRate, rejections } from './measures.ts';

const rejected = counter('dcc_mcp.gateway.calls_rejected');

export const GOVERNANCE: Board = {
  id: 'governance',
  title: 'MCP gateway: governance',
  answers: 'What was refused, held or ended, and by which rule?',
  rows: [
    {
      title: 'Refused',
      panels: [
        {
          title: 'Calls refused',
          asks: 'Which rule refuses how many calls? The first reason counts.',
          draw: 'stacked',
          queries: [{ expression: rejections, legend: '{{reason}}' }],
          link: 'denials',
        },
        {
          title: 'Calls refused, share',
          asks: 'Which share of all calls is refused?',
          draw: 'lines',
          queries: [{ expression: ratio(sum(rate(rejected)), callRate), legend: 'refused' }],
          whenEmpty: 'No tool was called in this time',
        },
        {
          title: 'What governance did',
          asks: 'What was denied or throttled, searches and descriptions included? `middleware error` is a check that failed itself.',
          draw: 'lines',
          queries: [
            {
              expression: sum(rate(counter('dcc_mcp.gateway.governance_events')), ['category', 'outcome']),
              legend: '{{category}} {{outcome}}',
            },
          ],
          link: 'denials',
        },
      ],
    },
    {
      title: 'Held',
      panels: [
        {
          title: 'Quarantine',
          asks: 'Which servers and tools were put into quarantine, or out of it?',
          draw: 'lines',
          queries: [
            {
              expression: sum(rate(counter('dcc_mcp.gateway.quarantine_events')), ['scope', 'action']),
              legend: '{{scope}} {{action}}',
            },
          ],
          whenEmpty: 'Quarantine is off',
          link: 'denials',
        },
        {
          title: 'Servers in quarantine',
          asks: 'How many servers wait for somebody to approve them?',
          draw: 'number',
          turns: [1, 5],
          queries: [{ expression: sum(gauge('dcc_mcp.gateway.upstreams', { state: 'quarantined' })), legend: 'held' }],
          link: 'upstreams',
        },
        {
          title: 'Calls of tools that are not there',
          asks: 'Do clients make names up, or is a server missing?',
          draw: 'lines',
          queries: [
            { expression: sum(rate(counter('dcc_mcp.tool.calls', { tool: '_unknown' }))), legend: 'unknown tools' },
          ],
          whenEmpty: 'No name was made up yet',
          link: 'failed-calls',
        },
      ],
    },
    {
      title: 'Sessions',
      panels: [
        {
          title: 'Sessions that ended',
          asks: 'Do clients end them, or do we?',
          draw: 'lines',
          queries: [
            { expression: sum(rate(counter('dcc_mcp.gateway.sessions_ended')), ['reason']), legend: '{{reason}}' },
          ],
        },
        {
          title: 'Sessions',
          asks: 'How many clients have one?',
          draw: 'lines',
          queries: [{ expression: sum(gauge('dcc_mcp.active_sessions'), ['instance']), legend: '{{instance}}' }],
        },
        {
          title: 'Notifications',
          asks: 'How much is told to clients?',
          draw: 'lines',
          queries: [
            { expression: sum(rate(counter('dcc_mcp.notifications.sent')), ['channel']), legend: '{{channel}}' },
          ],
        },
      ],
    },
  ],
};
