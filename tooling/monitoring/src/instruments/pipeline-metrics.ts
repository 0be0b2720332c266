// What the tables of semantic-conventions leave to the conventions themselves: the export pipeline's own metrics and those
// of the runtime. telemetry-node records them; a test holds the names to a real scrape.
import type { MetricDefinition, MetricLabel } from '@dcc-mcp/semantic-conventions';

const COMPONENT: readonly MetricLabel[] = [
  { name: 'otel.component.type', source: 'kind of exporter or processor' },
  { name: 'otel.component.name', source: 'signal and position, `traces/0`' },
];
const FAILED: readonly MetricLabel[] = [...COMPONENT, { name: 'error.type', source: 'why; absent on success' }];

interface Shape {
  readonly kind: MetricDefinition['kind'];
  readonly unit: string;
}

const COUNT: Shape = { kind: 'counter', unit: '' };
const LEVEL: Shape = { kind: 'up_down_counter', unit: '' };
const SECONDS: Shape = { kind: 'gauge', unit: 's' };
const BYTES: Shape = { kind: 'gauge', unit: 'By' };

const WORDS: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

function metric(
  name: string,
  { kind, unit }: Shape,
  [description, labels]: readonly [description: string, labels: readonly MetricLabel[]],
): MetricDefinition {
  const prometheusName = name.replaceAll('.', '_') + (WORDS[unit] ?? '') + (kind === 'counter' ? '_total' : '');
  return { name, unit, kind, prometheusName, description, labels };
}

function exporter(item: string, unit: string): readonly MetricDefinition[] {
  const prefix = `otel.sdk.exporter.${item}`;
  return [
    metric(`${prefix}.exported`, { ...COUNT, unit }, ['Items whose export has finished, by why it failed.', FAILED]),
    metric(`${prefix}.inflight`, { ...LEVEL, unit }, ['Items on their way to the collector.', COMPONENT]),
  ];
}

function processor(item: string, unit: string): readonly MetricDefinition[] {
  const prefix = `otel.sdk.processor.${item}`;
  return [
    metric(`${prefix}.processed`, { ...COUNT, unit }, ['Items that left the queue, by why they were dropped.', FAILED]),
    metric(`${prefix}.queue.size`, { ...LEVEL, unit }, ['Items that wait in the queue.', COMPONENT]),
    metric(`${prefix}.queue.capacity`, { ...LEVEL, unit }, ['Items that the queue can hold.', COMPONENT]),
  ];
}

const SPACE: MetricLabel = { name: 'v8js.heap.space.name', source: 'heap spaces of V8' };

/** Metrics of the OpenTelemetry SDK and of Node.js, as a scrape of the gateway has them. */
export const PIPELINE_METRICS: readonly MetricDefinition[] = [
  ...exporter('span', '{span}'),
  ...exporter('log', '{log_record}'),
  ...exporter('metric_data_point', '{data_point}'),
  ...processor('span', '{span}'),
  ...processor('log', '{log_record}'),
  metric('otel.sdk.span.started', { ...COUNT, unit: '{span}' }, [
    'Spans begun, by what sampling said.',
    [{ name: 'otel.span.sampling_result', values: ['RECORD_AND_SAMPLE', 'RECORD_ONLY', 'DROP'] }],
  ]),
  metric('otel.sdk.span.live', { ...LEVEL, unit: '{span}' }, ['Recorded spans that have not ended.', []]),
  metric('nodejs.eventloop.delay.p50', SECONDS, ['Median delay of the event loop since the last collection.', []]),
  metric('nodejs.eventloop.delay.p99', SECONDS, ['99th percentile of the delay of the event loop.', []]),
  metric('nodejs.eventloop.utilization', { ...LEVEL, unit: '1' }, ['Share of time the event loop was busy.', []]),
  metric('v8js.memory.heap.used', BYTES, ['Heap memory in use.', [SPACE]]),
  {
    ...metric('v8js.gc.duration', { kind: 'histogram', unit: 's' }, [
      'Time of garbage collections.',
      [{ name: 'v8js.gc.type', values: ['major', 'minor', 'incremental', 'weakcb'] }],
    ]),
    boundaries: [0.01, 0.1, 1, 10],
  },
];
