import { BUCKET_BOUNDARIES_SMALL, BUCKET_BOUNDARIES_TOOL } from './bucket-boundaries.ts';
import {
  BACKEND_ERROR_KINDS,
  ELECTION_OUTCOMES,
  EVICTION_REASONS,
  GOVERNANCE_CATEGORIES,
  GOVERNANCE_OUTCOMES,
  OAUTH_REFRESH_RESULTS,
  PROBE_OUTCOMES,
  QUARANTINE_ACTIONS,
  QUARANTINE_SCOPES,
  RANK_BUCKETS,
  REJECTION_REASONS,
  RESPONSE_SURFACES,
  SEARCH_FOLLOWUP_KINDS,
  SEARCH_RESULTS,
  SESSION_END_REASONS,
  STREAM_KINDS,
  UPSTREAM_STATES,
} from './label-values.ts';
import type { MetricDefinition, MetricLabel } from './metric-definition.ts';

const PREFIX = 'dcc_mcp.gateway.';
const PROMETHEUS_PREFIX = 'dcc_mcp_gateway_';

type Text = readonly [noun: string, description: string];

function counter(name: string, [noun, description]: Text, ...labels: readonly MetricLabel[]): MetricDefinition {
  const prometheusName = `${PROMETHEUS_PREFIX}${name}_total`;
  return { name: PREFIX + name, unit: `{${noun}}`, kind: 'counter', prometheusName, description, labels };
}

function gauge(name: string, [noun, description]: Text, ...labels: readonly MetricLabel[]): MetricDefinition {
  const prometheusName = PROMETHEUS_PREFIX + name;
  return { name: PREFIX + name, unit: `{${noun}}`, kind: 'gauge', prometheusName, description, labels };
}

type Seconds = Pick<MetricDefinition, 'description' | 'boundaries'>;

function seconds(name: string, facts: Seconds, ...labels: readonly MetricLabel[]): MetricDefinition {
  const prometheusName = `${PROMETHEUS_PREFIX}${name}_seconds`;
  return { ...facts, name: PREFIX + name, unit: 's', kind: 'histogram', prometheusName, labels };
}

const refreshResult: MetricLabel = { name: 'result', values: OAUTH_REFRESH_RESULTS };

/** What only a gateway can say; the phases of a call are in `SERVER_METRICS`. */
export const GATEWAY_METRICS: readonly MetricDefinition[] = [
  counter('elections', ['election', 'Elections for the gateway port.'], { name: 'outcome', values: ELECTION_OUTCOMES }),
  counter('evictions', ['eviction', 'Instances removed from the registry.'], {
    name: 'reason',
    values: EVICTION_REASONS,
  }),
  counter('probes', ['probe', 'Health probes of upstreams.'], { name: 'outcome', values: PROBE_OUTCOMES }),
  counter(
    'governance_events',
    ['event', 'Operations that policy or limits stopped, and checks that failed themselves.'],
    { name: 'category', values: GOVERNANCE_CATEGORIES },
    { name: 'outcome', values: GOVERNANCE_OUTCOMES },
  ),
  counter('backend_errors', ['error', 'Errors of upstreams, by what went wrong.'], {
    name: 'kind',
    values: BACKEND_ERROR_KINDS,
  }),
  counter('searches', ['search', 'Searches of the catalog.'], { name: 'result', values: SEARCH_RESULTS }),
  counter(
    'search_followups',
    ['followup', 'Operations that used a search hit, by its rank.'],
    { name: 'kind', values: SEARCH_FOLLOWUP_KINDS },
    { name: 'rank_bucket', values: RANK_BUCKETS },
  ),
  counter('search_reformulations', [
    'reformulation',
    'Searches that rephrased an earlier one without a use of its hits.',
  ]),
  seconds('search_duration', {
    description: 'Time of one search of the catalog.',
    boundaries: BUCKET_BOUNDARIES_SMALL,
  }),
  seconds('search_time_to_first_success', {
    description: 'Time from a search to the first successful call of one of its hits.',
    boundaries: BUCKET_BOUNDARIES_TOOL,
  }),
  gauge('upstreams', ['upstream', 'Upstream servers by state.'], { name: 'state', values: UPSTREAM_STATES }),
  counter('calls_rejected', ['call', 'Calls refused; the first reason wins.'], {
    name: 'reason',
    values: REJECTION_REASONS,
  }),
  gauge('queue_depth', ['call', 'Calls that wait for an upstream.']),
  gauge('calls_in_flight', ['call', 'Calls that an upstream works on.']),
  counter(
    'quarantine_events',
    ['event', 'Servers and tools put into quarantine, and out of it.'],
    { name: 'scope', values: QUARANTINE_SCOPES },
    { name: 'action', values: QUARANTINE_ACTIONS },
  ),
  counter('oauth_refresh', ['refresh', 'Refreshes of OAuth tokens for upstreams.'], refreshResult),
  seconds(
    'oauth_refresh_duration',
    { description: 'Time of one refresh of an OAuth token.', boundaries: BUCKET_BOUNDARIES_TOOL },
    refreshResult,
  ),
  gauge('streams', ['stream', 'Open streams to clients.'], { name: 'kind', values: STREAM_KINDS }),
  counter('sessions_ended', ['session', 'MCP sessions ended.'], { name: 'reason', values: SESSION_END_REASONS }),
  counter('response_tokens', ['token', 'Estimated tokens of answers: one for each 4 bytes, rounded up.'], {
    name: 'surface',
    values: RESPONSE_SURFACES,
  }),
];
