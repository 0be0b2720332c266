import { max, per, quantile, rate, ratio, sum } from '../../query/functions.ts';
import { counter, gauge, histogram } from '../../query/selectors.ts';
import type { Board } from '../panel.ts';
import { callRate, percentiles } from './measures.ts';

const cpu = counter('process.cpu.time');
const requests = counter('http.requests');
const http = histogram('http.request_duration');
const own = histogram('dcc_mcp.gateway.phase_duration', { phase: 'gateway' });
const operations = histogram('mcp.server.operation.duration');

export const GATEWAY_COST: Board = {
  id: 'gateway-cost',
  title: 'MCP gateway: its own cost',
  answers: 'What does the gateway itself take, and is it the one that is slow?',
  rows: [
    {
      title: 'What it adds to a call',
      panels: [
        {
          title: 'Time in the gateway',
          asks: 'How long is a call in the gateway itself, without queue and server?',
          draw: 'lines',
          queries: percentiles(own, 0.5, 0.99),
          whenEmpty: 'No tool was called in this time',
        },
        {
          title: 'CPU for each call',
          asks: 'What does a call cost, everything else the gateway does included?',
          draw: 'lines',
          queries: [{ expression: per(sum(rate(cpu)), callRate), legend: 'CPU for each call' }],
          whenEmpty: 'No tool was called in this time',
        },
        {
          title: 'MCP requests, p95',
          asks: 'How long does the gateway take to answer each MCP method?',
          draw: 'lines',
          queries: [
            { expression: quantile(0.95, operations, { by: ['mcp_method_name'] }), legend: '{{mcp_method_name}}' },
          ],
        },
      ],
    },
    {
      title: 'The process',
      panels: [
        {
          title: 'CPU',
          asks: 'How many cores does it use?',
          draw: 'stacked',
          queries: [{ expression: sum(rate(cpu), ['cpu_mode']), legend: '{{cpu_mode}}' }],
        },
        {
          title: 'Memory',
          asks: 'Does it grow?',
          draw: 'lines',
          queries: [
            { expression: max(gauge('process.memory.usage'), ['instance']), legend: 'resident, {{instance}}' },
            { expression: sum(gauge('v8js.memory.heap.used'), ['instance']), legend: 'heap, {{instance}}' },
          ],
        },
        {
          title: 'Delay of the event loop',
          asks: 'Is something in the way of everything else?',
          draw: 'lines',
          turns: [0.05, 0.1],
          queries: [
            { expression: max(gauge('nodejs.eventloop.delay.p50'), ['instance']), legend: 'p50, {{instance}}' },
            { expression: max(gauge('nodejs.eventloop.delay.p99'), ['instance']), legend: 'p99, {{instance}}' },
          ],
        },
        {
          title: 'Event loop busy',
          asks: 'How near is one process to its end? At 100 % start a second one.',
          draw: 'lines',
          turns: [0.7, 0.9],
          queries: [{ expression: max(gauge('nodejs.eventloop.utilization'), ['instance']), legend: '{{instance}}' }],
        },
        {
          title: 'Garbage collection',
          asks: 'How much of the time does it take?',
          draw: 'stacked',
          queries: [
            { expression: sum(rate(histogram('v8js.gc.duration').sum), ['v8js_gc_type']), legend: '{{v8js_gc_type}}' },
          ],
        },
        {
          title: 'Uptime',
          asks: 'Was it started anew?',
          draw: 'lines',
          queries: [{ expression: max(gauge('process.uptime'), ['instance']), legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'HTTP',
      panels: [
        {
          title: 'Requests by route',
          asks: 'What is asked for?',
          draw: 'stacked',
          width: 6,
          queries: [{ expression: sum(rate(requests), ['handler']), legend: '{{handler}}' }],
        },
        {
          title: 'Answers of 5xx',
          asks: 'Which share of requests fails by our fault?',
          draw: 'lines',
          width: 6,
          turns: [0.01, 0.05],
          queries: [
            {
              expression: ratio(
                sum(rate(counter('http.requests', { status: ['500', '501', '502', '503', '504'] }))),
                sum(rate(requests)),
              ),
              legend: '5xx',
            },
          ],
          whenEmpty: 'No request failed so yet',
        },
        {
          title: 'Duration by route, p95',
          asks: 'Which route is slow?',
          draw: 'lines',
          width: 6,
          queries: [{ expression: quantile(0.95, http, { by: ['handler'] }), legend: '{{handler}}' }],
        },
        {
          title: 'Requests in progress',
          asks: 'Do requests pile up? Streams are left out.',
          draw: 'lines',
          width: 6,
          queries: [{ expression: sum(gauge('http.server.active_requests'), ['instance']), legend: '{{instance}}' }],
        },
      ],
    },
  ],
};
