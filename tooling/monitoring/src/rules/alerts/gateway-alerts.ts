// The gateway as a process, and the servers behind it.
import { combine, type Expression } from '../../query/expression.ts';
import { any, both, falls, increase, max, meanOver, perGateway, where } from '../../query/functions.ts';
import { counter, gauge } from '../../query/selectors.ts';
import type { Alert } from '../alert.ts';

const TARGET = '{job="dcc-mcp-gateway", instance="gateway:9765"';
const LABELS = { job: 'dcc-mcp-gateway', instance: 'gateway:9765' };

const upstreams = (state: string, values: string) =>
  [`dcc_mcp_gateway_upstreams${TARGET}, state="${state}"}`, values] as const;
const elections = (outcome: string, values: string) =>
  [`dcc_mcp_gateway_elections_total${TARGET}, outcome="${outcome}"}`, values] as const;

/** `up` is Prometheus' own; a gateway that is not scraped has no instruments to name. */
const isDown: Expression<string> = combine([], { of: '' }, () => 'up{job=~"dcc-mcp.*"} == 0');

export const GATEWAY_ALERTS: readonly Alert[] = [
  {
    name: 'DccMcpGatewayDown',
    severity: 'critical',
    expression: isDown,
    for: '2m',
    summary: '{{ $labels.instance }} cannot be scraped',
    page: 'panel=overview',
    fires: { series: [[`up${TARGET}}`, '1x5 0x30']], at: '15m', labels: LABELS },
    silent: { series: [[`up${TARGET}}`, '1x5 0 1x30']], at: '15m' },
  },
  {
    name: 'DccMcpUpstreamUnreachable',
    severity: 'warning',
    expression: where(perGateway(gauge('dcc_mcp.gateway.upstreams', { state: ['unreachable', 'stale'] })), '>', 0),
    for: '5m',
    summary: '{{ $value }} servers behind {{ $labels.instance }} do not answer',
    page: 'panel=instances',
    fires: {
      series: [upstreams('ready', '2x30'), upstreams('unreachable', '1x30')],
      at: '10m',
      labels: LABELS,
      value: '1',
    },
    // It was away for three minutes.
    silent: { series: [upstreams('ready', '2x30'), upstreams('unreachable', '0x5 1x3 0x30')], at: '10m' },
  },
  {
    name: 'DccMcpNoUpstreamReady',
    severity: 'critical',
    // A lazy server that waits for its first use counts as booting: that alone is no trouble.
    expression: both(
      where(perGateway(gauge('dcc_mcp.gateway.upstreams', { state: 'ready' })), '==', 0),
      where(perGateway(gauge('dcc_mcp.gateway.upstreams', { state: ['unreachable', 'stale'] })), '>', 0),
    ),
    for: '3m',
    summary: '{{ $labels.instance }} has no server that could be called',
    page: 'panel=instances',
    fires: {
      series: [upstreams('ready', '2x4 0x30'), upstreams('unreachable', '0x4 2x30')],
      at: '10m',
      labels: LABELS,
    },
    // Some are switched off on purpose, the others wait for their first use.
    silent: {
      series: [upstreams('ready', '0x30'), upstreams('disabled', '2x30'), upstreams('booting', '1x30')],
      at: '10m',
    },
  },
  {
    name: 'DccMcpOauthRefreshFailing',
    severity: 'warning',
    expression: where(
      perGateway(
        increase(
          counter('dcc_mcp.gateway.oauth_refresh', {
            result: ['failed_network', 'failed_invalid_grant', 'failed_other'],
          }),
          '30m',
        ),
        ['result'],
      ),
      '>',
      0,
    ),
    for: '0m',
    summary: '{{ $labels.instance }} could not refresh the OAuth token for a server: {{ $labels.result }}',
    page: 'panel=instances',
    fires: {
      series: [[`dcc_mcp_gateway_oauth_refresh_total${TARGET}, result="failed_invalid_grant"}`, '0x5 1x30']],
      at: '10m',
      labels: { ...LABELS, result: 'failed_invalid_grant' },
    },
    silent: { series: [[`dcc_mcp_gateway_oauth_refresh_total${TARGET}, result="success"}`, '0x5 1x30']], at: '10m' },
  },
  {
    name: 'DccMcpElectionFlapping',
    severity: 'warning',
    // A gateway that takes over is a new process with new counters, so what is seen of it is that its uptime falls.
    expression: any(
      where(max(falls(gauge('process.uptime'), '1h'), ['job', 'instance']), '>', 3),
      where(perGateway(increase(counter('dcc_mcp.gateway.elections', { outcome: ['yielded', 'lost'] }), '1h')), '>', 3),
    ),
    for: '0m',
    summary: '{{ $labels.instance }} was another process {{ $value | printf "%.0f" }} times within an hour',
    page: 'panel=events',
    fires: {
      series: [[`process_uptime_seconds${TARGET}}`, '0+60x9 0+60x9 0+60x9 0+60x9 0+60x9'], elections('won', '1x60')],
      at: '50m',
      labels: LABELS,
      value: '4',
    },
    // It was updated once.
    silent: { series: [[`process_uptime_seconds${TARGET}}`, '0+60x25 0+60x35'], elections('won', '1x60')], at: '55m' },
  },
  {
    name: 'DccMcpEventLoopLag',
    severity: 'warning',
    expression: where(max(meanOver(gauge('nodejs.eventloop.delay.p99'), '5m'), ['job', 'instance']), '>', 0.1),
    for: '10m',
    summary: 'Everything in {{ $labels.instance }} waits {{ $value | humanizeDuration }} for its turn',
    page: 'panel=overview',
    fires: {
      series: [[`nodejs_eventloop_delay_p99_seconds${TARGET}}`, '0.25x40']],
      at: '20m',
      labels: LABELS,
      value: '250ms',
    },
    silent: { series: [[`nodejs_eventloop_delay_p99_seconds${TARGET}}`, '0.012x20 0.4 0.012x20']], at: '22m' },
  },
];
