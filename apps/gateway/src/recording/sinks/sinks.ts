import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import type { Log } from '../../protocol/log.ts';
import type { SearchMemory } from '../../search/memory/search-memory.ts';
import type { Sink } from '../record/recorder.ts';
import { createFailureLogSink } from './failure-log-sink.ts';
import { createGovernanceSink } from './governance-sink.ts';
import { createMetricsSink } from './metrics-sink.ts';
import { createRowSink, type RowSinkOptions } from './row-sink.ts';
import { createSearchMemorySink } from './search-memory-sink.ts';
import { spanSink } from './span-sink.ts';

/** What sinks write to. */
export interface SinksOptions {
  /** Whether spans are made at all. */
  readonly isTracing: boolean;
  /** Absent with metrics off. */
  readonly metrics: GatewayMetrics | undefined;
  readonly searchMemory: SearchMemory;
  readonly log: Log;
  /** Absent where no rows are kept. */
  readonly rows: RowSinkOptions | undefined;
  /** Told when a sink that works on its own fails. */
  readonly onError: (error: unknown) => void;
}

/** Everything that is told of what is finished, in this order; only what failed is told with spans, metrics and rows off. */
export function createSinks({ isTracing, metrics, searchMemory, log, rows, onError }: SinksOptions): readonly Sink[] {
  const ofMetrics = metrics && [createMetricsSink(metrics), createGovernanceSink(metrics)];
  const ofRows = rows && [createRowSink(rows)];
  const joins = metrics === undefined && rows === undefined ? [] : [createSearchMemorySink(searchMemory, onError)];
  return [
    ...(isTracing ? [spanSink] : []),
    ...(ofMetrics ?? []),
    ...(ofRows ?? []),
    ...joins,
    createFailureLogSink(log),
  ];
}
