// What the gateway says of its trace exporter: on /metrics, and on stderr.
import { valuesOf } from '../fixtures/exposition.ts';

/** What became of the sampled spans, as `/metrics` tells it. */
export interface SpanAccount {
  readonly started: number;
  readonly exported: number;
  /** By reason: queue_full, export_failed, rejected, shutdown_timeout. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Exports that failed, by cause: connection_refused, timeout, … */
  readonly failed: Readonly<Record<string, number>>;
  /** Spans that live, wait in the queue or are under way. */
  readonly waiting: number;
}

const sum = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((all, value) => all + value, 0);

/** Reads the account out of an exposition of a gateway with one trace exporter. */
export function readSpanAccount(text: string): SpanAccount {
  const total = (name: string): number => sum(valuesOf(text, name, []));
  const started = valuesOf(text, 'otel_sdk_span_started_total', ['otel_span_sampling_result']);
  const { '': exported = 0, ...dropped } = valuesOf(text, 'otel_sdk_processor_span_processed_total', ['error_type']);
  const { '': _succeeded, ...failed } = valuesOf(text, 'otel_sdk_exporter_span_exported_total', ['error_type']);
  return {
    started: started['RECORD_AND_SAMPLE'] ?? 0,
    exported,
    dropped,
    failed,
    waiting:
      total('otel_sdk_processor_span_queue_size') +
      total('otel_sdk_exporter_span_inflight') +
      total('otel_sdk_span_live'),
  };
}

/** The states that stderr told of the trace exporter, one per line: `ok`, `failing: timeout`, … */
export function statesOf(stderr: string): readonly string[] {
  const lines = stderr.split('\n').flatMap((line) => /telemetry: traces over.*/.exec(line)?.[0] ?? []);
  return lines.map((line) => {
    const state = /: (ok|failing|dropping)\b/.exec(line)?.[1] ?? line;
    const cause = /\[([a-z_]+)\]/.exec(line)?.[1];
    return cause === undefined ? state : `${state}: ${cause}`;
  });
}
