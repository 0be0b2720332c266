// Telemetry that does not arrive, and what metrics and files could not take.
import type { AnyExpression, Expression } from '../../query/expression.ts';
import { aggregate, any, grew, rate, sum, where } from '../../query/functions.ts';
import { counter, histogram } from '../../query/selectors.ts';
import type { Alert } from '../alert.ts';

const TARGET = '{job="dcc-mcp-gateway", instance="gateway:9765"';
const LABELS = { job: 'dcc-mcp-gateway', instance: 'gateway:9765' };
const FAILED = { error_type: { not: '' } } as const;

/** Series budget of an instrument. */
const BUDGET = 2_000;
/** From where on it is near. */
const NEAR = 0.8 * BUDGET;

const component = (signal: string, type: string): string =>
  `${TARGET}, otel_component_name="${signal}/0", otel_component_type="${type}"`;
const EXPORTER = component('traces', 'otlp_http_protobuf_span_exporter');
const PROCESSOR = component('traces', 'batching_span_processor');

const BY = ['job', 'instance', 'otel_component_name', 'error_type'] as const;

const isRefused: Expression<string> = any(
  where(sum(rate(counter('otel.sdk.exporter.span.exported', FAILED), '5m'), BY), '>', 0),
  where(sum(rate(counter('otel.sdk.exporter.log.exported', FAILED), '5m'), BY), '>', 0),
  where(sum(rate(counter('otel.sdk.exporter.metric_data_point.exported', FAILED), '5m'), BY), '>', 0),
);

const isDropped: Expression<string> = any(
  sum(grew(counter('otel.sdk.processor.span.processed', FAILED), '10m'), BY),
  sum(grew(counter('otel.sdk.processor.log.processed', FAILED), '10m'), BY),
);

const seriesOf = (counted: AnyExpression): Expression<'job' | 'instance'> =>
  aggregate('count', counted, ['job', 'instance']);

export const TELEMETRY_ALERTS: readonly Alert[] = [
  {
    name: 'DccMcpExportFailing',
    severity: 'warning',
    expression: isRefused,
    for: '5m',
    summary: '{{ $labels.otel_component_name }} of {{ $labels.instance }} do not arrive: {{ $labels.error_type }}',
    page: 'panel=telemetry',
    fires: {
      series: [
        [`otel_sdk_exporter_span_exported_total${EXPORTER}}`, '100x40'],
        [`otel_sdk_exporter_span_exported_total${EXPORTER}, error_type="connection_refused"}`, '0+20x40'],
      ],
      at: '15m',
      labels: { ...LABELS, otel_component_name: 'traces/0', error_type: 'connection_refused' },
    },
    // One batch was refused, an hour ago.
    silent: {
      series: [
        [`otel_sdk_exporter_span_exported_total${EXPORTER}}`, '0+20x90'],
        [`otel_sdk_exporter_span_exported_total${EXPORTER}, error_type="timeout"}`, '0 20x90'],
      ],
      at: '60m',
    },
  },
  {
    name: 'DccMcpExportDropping',
    severity: 'warning',
    expression: isDropped,
    for: '0m',
    summary:
      '{{ $labels.instance }} lost what {{ $labels.otel_component_name }} should have sent: {{ $labels.error_type }}',
    page: 'panel=telemetry',
    fires: {
      // The series begins with what was lost.
      series: [[`otel_sdk_processor_span_processed_total${PROCESSOR}, error_type="queue_full"}`, '_x10 300x20']],
      at: '15m',
      labels: { ...LABELS, otel_component_name: 'traces/0', error_type: 'queue_full' },
    },
    silent: {
      series: [
        [`otel_sdk_processor_span_processed_total${PROCESSOR}}`, '0+50x60'],
        [`otel_sdk_processor_span_processed_total${PROCESSOR}, error_type="queue_full"}`, '_x5 300x55'],
      ],
      at: '50m',
    },
  },
  {
    name: 'DccMcpRowsDropped',
    severity: 'warning',
    expression: sum(grew(counter('dcc_mcp_telemetry_rows_dropped'), '10m'), ['job', 'instance', 'store']),
    for: '0m',
    summary: '{{ $labels.instance }} could not keep rows in its {{ $labels.store }} store',
    page: 'panel=telemetry',
    fires: {
      series: [[`dcc_mcp_telemetry_rows_dropped_total${TARGET}, store="audit"}`, '_x10 1x20']],
      at: '15m',
      labels: { ...LABELS, store: 'audit' },
    },
    silent: { series: [[`dcc_mcp_telemetry_rows_dropped_total${TARGET}, store="audit"}`, '_x10 1x50']], at: '50m' },
  },
  {
    name: 'DccMcpSeriesBudgetNear',
    severity: 'info',
    // Phases have three series for each tool, so that their budget is the first to end.
    expression: any(
      where(seriesOf(histogram('dcc_mcp.gateway.phase_duration').count), '>', NEAR),
      where(seriesOf(counter('dcc_mcp.tool.calls')), '>', NEAR),
    ),
    for: '5m',
    summary: 'An instrument of {{ $labels.instance }} has {{ $value }} series of 2000: further tools will share _other',
    page: 'panel=telemetry',
    fires: {
      series: Array.from(
        { length: NEAR + 1 },
        (_, tool) => [`dcc_mcp_tool_calls_total${TARGET}, tool="t${tool}", status="success"}`, '1x6'] as const,
      ),
      at: '6m',
      labels: LABELS,
      value: String(NEAR + 1),
    },
    silent: {
      series: [[`dcc_mcp_tool_calls_total${TARGET}, tool="maya__render", status="success"}`, '1x30']],
      at: '20m',
    },
  },
  {
    name: 'DccMcpSeriesBudgetUsedUp',
    severity: 'warning',
    expression: sum(grew(counter('dcc_mcp_telemetry_overflow'), '15m'), ['job', 'instance', 'instrument']),
    for: '0m',
    summary:
      '{{ $labels.instrument }} of {{ $labels.instance }} has used up its series: further tools are counted as _other',
    page: 'panel=telemetry',
    fires: {
      series: [[`dcc_mcp_telemetry_overflow_total${TARGET}, instrument="dcc_mcp.tool.calls"}`, '_x5 0+3x30']],
      at: '20m',
      labels: { ...LABELS, instrument: 'dcc_mcp.tool.calls' },
    },
    silent: {
      series: [[`dcc_mcp_telemetry_overflow_total${TARGET}, instrument="dcc_mcp.tool.calls"}`, '0x60']],
      at: '50m',
    },
  },
];
