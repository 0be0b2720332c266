import { max, rate, ratio, sum } from '../../query/functions.ts';
import { counter, gauge } from '../../query/selectors.ts';
import type { Board, PanelQuery } from '../panel.ts';
import { EXPORTED } from './measures.ts';

const NO_EXPORTER = 'No exporter is set up: OTEL_EXPORTER_OTLP_ENDPOINT turns one on';
const NOTHING_LOST = 'Nothing was lost';

const sent: readonly PanelQuery[] = EXPORTED.map(([what, , all]) => ({ expression: sum(rate(all)), legend: what }));
const failing: readonly PanelQuery[] = EXPORTED.map(([what, failed]) => ({
  expression: sum(rate(failed), ['error_type']),
  legend: `${what}: {{error_type}}`,
}));
const LOST = { error_type: { not: '' } } as const;

export const EXPORT_HEALTH: Board = {
  id: 'export-health',
  title: 'MCP gateway: export health',
  answers: 'Does telemetry arrive, and what of it is lost?',
  rows: [
    {
      title: 'Sent',
      panels: [
        {
          title: 'Sent',
          asks: 'How much leaves by OTLP?',
          draw: 'lines',
          queries: sent,
          whenEmpty: NO_EXPORTER,
          link: 'telemetry',
        },
        {
          title: 'Not taken',
          asks: 'What does a collector not take, and why?',
          draw: 'lines',
          queries: failing,
          whenEmpty: NOTHING_LOST,
          link: 'telemetry',
        },
        {
          title: 'Dropped',
          asks: 'What never left: a full queue, a batch given up?',
          draw: 'lines',
          queries: [
            {
              expression: sum(rate(counter('otel.sdk.processor.span.processed', LOST)), ['error_type']),
              legend: 'spans: {{error_type}}',
            },
            {
              expression: sum(rate(counter('otel.sdk.processor.log.processed', LOST)), ['error_type']),
              legend: 'log records: {{error_type}}',
            },
          ],
          whenEmpty: NOTHING_LOST,
          link: 'telemetry',
        },
      ],
    },
    {
      title: 'Queues',
      panels: [
        {
          title: 'Queue of spans',
          asks: 'How full is it? At 100 % spans are dropped.',
          draw: 'lines',
          turns: [0.5, 0.9],
          queries: [
            {
              expression: ratio(
                max(gauge('otel.sdk.processor.span.queue.size'), ['instance', 'otel_component_name']),
                max(gauge('otel.sdk.processor.span.queue.capacity'), ['instance', 'otel_component_name']),
              ),
              legend: '{{instance}} {{otel_component_name}}',
            },
          ],
          whenEmpty: NO_EXPORTER,
        },
        {
          title: 'On the way',
          asks: 'How much waits for the answer of a collector?',
          draw: 'lines',
          queries: [
            { expression: sum(gauge('otel.sdk.exporter.span.inflight')), legend: 'spans' },
            { expression: sum(gauge('otel.sdk.exporter.log.inflight')), legend: 'log records' },
            { expression: sum(gauge('otel.sdk.exporter.metric_data_point.inflight')), legend: 'data points' },
          ],
          whenEmpty: NO_EXPORTER,
        },
        {
          title: 'Spans begun',
          asks: 'How much of it does sampling keep?',
          draw: 'stacked',
          queries: [
            {
              expression: sum(rate(counter('otel.sdk.span.started')), ['otel_span_sampling_result']),
              legend: '{{otel_span_sampling_result}}',
            },
          ],
          whenEmpty: NO_EXPORTER,
        },
      ],
    },
    {
      title: 'The scrape, and what metrics could not take',
      panels: [
        {
          title: 'Duration of a scrape',
          asks: 'Does a scrape come near its timeout?',
          draw: 'lines',
          width: 6,
          queries: [{ expression: max(gauge('dcc_mcp_scrape_duration'), ['instance']), legend: '{{instance}}' }],
        },
        {
          title: 'Series of a scrape',
          asks: 'Do series grow without end? A histogram counts once.',
          draw: 'lines',
          width: 6,
          queries: [{ expression: max(gauge('dcc_mcp_scrape_series'), ['instance']), legend: '{{instance}}' }],
        },
        {
          title: 'Size of a scrape',
          asks: 'How much is read each time, before compression?',
          draw: 'lines',
          width: 6,
          queries: [{ expression: max(gauge('dcc_mcp_scrape'), ['instance']), legend: '{{instance}}' }],
        },
        {
          title: 'Put under _other, dropped, not kept',
          asks: 'Is a series budget used up, is a value wrong, has a file no place for a row?',
          draw: 'lines',
          width: 6,
          queries: [
            {
              expression: sum(rate(counter('dcc_mcp_telemetry_overflow')), ['instrument']),
              legend: '_other: {{instrument}}',
            },
            {
              expression: sum(rate(counter('dcc_mcp_telemetry_invalid_values')), ['instrument']),
              legend: 'wrong value: {{instrument}}',
            },
            {
              expression: sum(rate(counter('dcc_mcp_telemetry_rows_dropped')), ['store']),
              legend: 'row lost: {{store}}',
            },
          ],
          whenEmpty: NOTHING_LOST,
        },
      ],
    },
  ],
};
