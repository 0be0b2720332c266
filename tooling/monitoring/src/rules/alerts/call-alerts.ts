// Calls that fail, wait or are refused, and searches that find nothing.
import type { Expression } from '../../query/expression.ts';
import { both, increase, perGateway, rate, sum, where } from '../../query/functions.ts';
import { counter, gauge } from '../../query/selectors.ts';
import type { Alert } from '../alert.ts';
import { errorRatioOver, recorded, type Window } from '../recording-rules.ts';

const TARGET = '{job="dcc-mcp-gateway", instance="gateway:9765"';
const LABELS = { job: 'dcc-mcp-gateway', instance: 'gateway:9765' };

/** 99 of 100 calls of a tool do what was asked. */
const BUDGET = 0.01;
/** Calls in an hour below which a share says nothing. */
const LEAST_CALLS = 20;

/** The budget is spent that many times too fast, over a long window and still over a short one. */
function burns(factor: number, long: Window, short: Window): Expression<string> {
  const bound = Number((factor * BUDGET).toFixed(3));
  return both(
    where(recorded(errorRatioOver(long)), '>', bound),
    where(recorded(errorRatioOver(short)), '>', bound),
    where(recorded('job_tool:dcc_mcp_tool_calls:increase1h'), '>', LEAST_CALLS),
  );
}

const callsOf = (status: 'success' | 'error', values: string, tool = 'maya__render') =>
  [`dcc_mcp_tool_calls_total${TARGET}, tool="${tool}", status="${status}"}`, values] as const;
const searches = (result: 'zero' | 'nonzero', values: string) =>
  [`dcc_mcp_gateway_searches_total${TARGET}, result="${result}"}`, values] as const;
const phase = (name: string, values: string) =>
  [`dcc_mcp_gateway_phase_duration_seconds_sum${TARGET}, tool="maya__render", phase="${name}"}`, values] as const;
const rejected = (reason: string, values: string) =>
  [`dcc_mcp_gateway_calls_rejected_total${TARGET}, reason="${reason}"}`, values] as const;

export const CALL_ALERTS: readonly Alert[] = [
  {
    name: 'DccMcpToolErrorBudgetFast',
    severity: 'critical',
    expression: burns(14.4, '1h', '5m'),
    for: '2m',
    summary: '{{ $value | humanizePercentage }} of the calls of {{ $labels.tool }} failed in the last hour',
    page: 'panel=calls&q=success%3Dfalse%20tool_label%3D{{ $labels.tool }}',
    fires: {
      series: [callsOf('success', '0+8x90'), callsOf('error', '0+2x90')],
      at: '80m',
      labels: { job: 'dcc-mcp-gateway', tool: 'maya__render' },
      value: '20%',
    },
    // It failed for half an hour, and works again; somebody calls what is not there.
    silent: {
      series: [
        callsOf('success', '0+8x90'),
        callsOf('error', '0+4x30 120x60'),
        callsOf('success', '0x90', '_unknown'),
        callsOf('error', '0+5x90', '_unknown'),
      ],
      at: '60m',
    },
  },
  {
    name: 'DccMcpToolErrorBudgetSlow',
    severity: 'warning',
    expression: burns(6, '6h', '30m'),
    for: '15m',
    summary: '{{ $value | humanizePercentage }} of the calls of {{ $labels.tool }} failed in the last six hours',
    page: 'panel=calls&q=success%3Dfalse%20tool_label%3D{{ $labels.tool }}',
    fires: {
      series: [callsOf('success', '0+9x90'), callsOf('error', '0+1x90')],
      at: '80m',
      labels: { job: 'dcc-mcp-gateway', tool: 'maya__render' },
      value: '10%',
    },
    // Five of a hundred are within what the budget allows for some hours.
    silent: { series: [callsOf('success', '0+95x90'), callsOf('error', '0+5x90')], at: '80m' },
  },
  {
    name: 'DccMcpQueueFull',
    severity: 'warning',
    expression: where(
      perGateway(rate(counter('dcc_mcp.gateway.calls_rejected', { reason: 'queue_full' }), '5m')),
      '>',
      0,
    ),
    for: '5m',
    summary: '{{ $labels.instance }} refuses calls because the queue of a server is full',
    page: 'panel=calls&q=outcome%3Dhost_busy',
    fires: { series: [rejected('queue_full', '0+1x30')], at: '15m', labels: LABELS },
    silent: { series: [rejected('queue_full', '0x30'), rejected('quota', '0+1x30')], at: '15m' },
  },
  {
    name: 'DccMcpQueueWait',
    severity: 'warning',
    expression: both(
      where(recorded('job_instance:dcc_mcp_gateway_queue_time:ratio_rate5m'), '>', 0.5),
      where(perGateway(gauge('dcc_mcp.gateway.queue_depth')), '>', 0),
    ),
    for: '10m',
    summary: 'Calls of {{ $labels.instance }} wait {{ $value | humanizePercentage }} of their time',
    page: 'panel=calls&q=queue_ms%3E100ms',
    fires: {
      series: [
        phase('queue', '0+30x40'),
        phase('gateway', '0+1x40'),
        phase('upstream', '0+9x40'),
        [`dcc_mcp_gateway_queue_depth${TARGET}}`, '4x40'],
      ],
      at: '20m',
      labels: LABELS,
      value: '75%',
    },
    silent: {
      series: [
        phase('queue', '0+3x40'),
        phase('gateway', '0+1x40'),
        phase('upstream', '0+9x40'),
        [`dcc_mcp_gateway_queue_depth${TARGET}}`, '4x40'],
      ],
      at: '20m',
    },
  },
  {
    name: 'DccMcpZeroResultSearches',
    severity: 'warning',
    expression: both(
      where(recorded('job:dcc_mcp_gateway_searches_zero:ratio_rate1h'), '>', 0.3),
      where(recorded('job:dcc_mcp_gateway_searches:increase1h'), '>', LEAST_CALLS),
    ),
    for: '15m',
    summary: '{{ $value | humanizePercentage }} of searches found nothing in the last hour',
    page: 'panel=search',
    fires: {
      series: [searches('zero', '0+2x120'), searches('nonzero', '0+2x120')],
      at: '90m',
      labels: { job: 'dcc-mcp-gateway' },
      value: '50%',
    },
    // Many in vain, but five searches are no sign.
    silent: { series: [searches('zero', '0x60 5x60'), searches('nonzero', '0x120')], at: '90m' },
  },
  {
    name: 'DccMcpQuarantine',
    severity: 'info',
    expression: where(
      sum(increase(counter('dcc_mcp.gateway.quarantine_events', { action: ['quarantined', 'changed'] }), '15m'), [
        'job',
        'instance',
        'scope',
      ]),
      '>',
      0,
    ),
    for: '0m',
    summary: 'A {{ $labels.scope }} behind {{ $labels.instance }} is held until somebody approves it',
    page: 'panel=governance',
    fires: {
      series: [[`dcc_mcp_gateway_quarantine_events_total${TARGET}, scope="tool", action="quarantined"}`, '0x5 1x30']],
      at: '10m',
      labels: { ...LABELS, scope: 'tool' },
    },
    silent: {
      series: [[`dcc_mcp_gateway_quarantine_events_total${TARGET}, scope="tool", action="approved"}`, '0x5 1x30']],
      at: '10m',
    },
  },
  {
    name: 'DccMcpGovernanceCheckFailing',
    severity: 'critical',
    expression: where(
      perGateway(
        increase(counter('dcc_mcp.gateway.governance_events', { category: 'middleware', outcome: 'error' }), '10m'),
      ),
      '>',
      0,
    ),
    for: '0m',
    summary: '{{ $labels.instance }} refuses calls because a check of policy or limits fails itself',
    page: 'panel=governance',
    fires: {
      series: [
        [`dcc_mcp_gateway_governance_events_total${TARGET}, category="middleware", outcome="error"}`, '0x5 3x30'],
      ],
      at: '10m',
      labels: LABELS,
    },
    silent: {
      series: [[`dcc_mcp_gateway_governance_events_total${TARGET}, category="policy", outcome="denied"}`, '0+3x30']],
      at: '10m',
    },
  },
];
