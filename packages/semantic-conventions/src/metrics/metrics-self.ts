import type { MetricDefinition, MetricLabel } from './metric-definition.ts';

const INSTRUMENT: MetricLabel = { name: 'instrument', source: 'OpenTelemetry name of the instrument' };

type Text = readonly [noun: string, description: string];

/** An OpenTelemetry unit with what it adds to a Prometheus name. */
interface Unit {
  readonly unit: string;
  readonly word: string;
}

function counter(name: string, [noun, description]: Text, label: MetricLabel): MetricDefinition {
  const prometheusName = `${name}_total`;
  return { name, unit: `{${noun}}`, kind: 'counter', prometheusName, description, labels: [label] };
}

function gaugeOfScrape(name: string, { unit, word }: Unit, description: string): MetricDefinition {
  return { name, unit, kind: 'gauge', prometheusName: name + word, description, labels: [] };
}

/** What telemetry says of itself: scrapes, values and series it could not take. */
export const SELF_METRICS: readonly MetricDefinition[] = [
  gaugeOfScrape(
    'dcc_mcp_scrape_duration',
    { unit: 's', word: '_seconds' },
    'Time from the request to the last byte of the last scrape.',
  ),
  gaugeOfScrape('dcc_mcp_scrape', { unit: 'By', word: '_bytes' }, 'Size of the last scrape before compression.'),
  gaugeOfScrape(
    'dcc_mcp_scrape_series',
    { unit: '{series}', word: '' },
    'Series in the last scrape; a histogram counts once.',
  ),
  counter(
    'dcc_mcp_telemetry_overflow',
    ['measurement', 'Measurements put under `_other` because the instrument had used up its series budget.'],
    INSTRUMENT,
  ),
  counter(
    'dcc_mcp_telemetry_invalid_values',
    ['value', 'Values dropped because they were not what the instrument measures.'],
    INSTRUMENT,
  ),
  counter('dcc_mcp_telemetry_rows_dropped', ['row', 'Rows that a store had to drop.'], {
    name: 'store',
    source: 'name of the store',
  }),
];

/** What a gateway of several worker processes says of them; one that has none says nothing. */
export const WORKER_METRICS: readonly MetricDefinition[] = [
  {
    name: 'dcc_mcp_workers',
    unit: '{worker}',
    kind: 'gauge',
    prometheusName: 'dcc_mcp_workers',
    description: 'Worker processes, by what they are.',
    labels: [{ name: 'state', values: ['ready', 'starting', 'dead'] }],
  },
  {
    name: 'dcc_mcp_scrape_incomplete',
    unit: '',
    kind: 'gauge',
    prometheusName: 'dcc_mcp_scrape_incomplete',
    description: 'Whether a worker did not answer in time, so that its last snapshot stands in.',
    labels: [],
  },
];
