import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { createNoopLogger, type LoggerProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type LogRecordProcessor,
  type ReadableLogRecord,
  LoggerProvider as SdkLoggerProvider,
} from '@opentelemetry/sdk-logs';
import type { BatchQueue } from '../export/batch-queue.ts';
import { toValueLengthLimit } from '../spans/span-limits.ts';

/** Hands emitted log records to the queues. Flushing and stopping is the queues' owner's. */
class LogPipeline implements LogRecordProcessor {
  readonly #queues: readonly BatchQueue<ReadableLogRecord>[];

  constructor(queues: readonly BatchQueue<ReadableLogRecord>[]) {
    this.#queues = queues;
  }

  onEmit(record: ReadableLogRecord): void {
    for (const queue of this.#queues) {
      queue.push(record);
    }
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.drain()));
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Creates the provider that puts log records into `queues`; without a queue it makes no records. */
export function createLoggerProvider(
  { limits }: TelemetryConfig['logs'],
  resource: Resource,
  queues: readonly BatchQueue<ReadableLogRecord>[],
): LoggerProvider {
  if (queues.length === 0) {
    return { getLogger: () => createNoopLogger() };
  }
  return new SdkLoggerProvider({
    resource,
    logRecordLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: toValueLengthLimit(limits.attributeValueLength),
    },
    processors: [new LogPipeline(queues)],
  });
}
