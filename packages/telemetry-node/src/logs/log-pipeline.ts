import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { BatchQueue } from '../export/batch-queue.ts';

/** Hands emitted log records to the queues. Flushing and stopping is the queues' owner's. */
export class LogPipeline implements LogRecordProcessor {
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
