import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { createNoopLogger, type Logger, type LoggerProvider, type LogRecord } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type LogRecordProcessor,
  type ReadableLogRecord,
  LoggerProvider as SdkLoggerProvider,
} from '@opentelemetry/sdk-logs';
import type { BatchQueue } from '../export/batch-queue.ts';
import type { PartLimits } from '../spans/clean-values.ts';
import { toText } from '../spans/clean-values.ts';
import { toValueLengthLimit } from '../spans/span-limits.ts';
import { toEncodableRecord } from './encodable-record.ts';

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

/** A logger of the SDK that never throws: a record that can't be made is counted instead. */
class SafeLogger implements Logger {
  readonly #logger: Logger;
  readonly #limits: PartLimits;
  readonly #onInvalid: () => void;

  constructor(logger: Logger, limits: PartLimits, onInvalid: () => void) {
    this.#logger = logger;
    this.#limits = limits;
    this.#onInvalid = onInvalid;
  }

  emit(record: LogRecord): void {
    try {
      this.#logger.emit(toEncodableRecord(record, this.#limits));
    } catch {
      this.#onInvalid();
    }
  }

  enabled(options?: Parameters<Logger['enabled']>[0]): boolean {
    return this.#logger.enabled(options);
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
  const recordLimits = {
    attributeCountLimit: limits.attributeCount,
    attributeValueLengthLimit: toValueLengthLimit(limits.attributeValueLength),
  };
  const processors = [new LogPipeline(queues)];
  const sdk = new SdkLoggerProvider({ resource, logRecordLimits: recordLimits, processors });
  const onInvalid = (): void => {
    for (const queue of queues) {
      queue.refuse(1);
    }
  };
  return {
    getLogger: (name, version, options) =>
      new SafeLogger(sdk.getLogger(toText(name ?? ''), version, options), recordLimits, onInvalid),
  };
}
