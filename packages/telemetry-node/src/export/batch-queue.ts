import type { BatchConfig } from '@dcc-mcp/telemetry-config';
import type { ExporterMonitor } from '../health/exporter-monitor.ts';
import type { UnsentRequest } from '../transport/transport.ts';
import type { Exporter } from './exporter.ts';
import { nextTurn } from './next-turn.ts';

/** So many items that wait are encoded ahead, in a turn of their own: some thirty microseconds for spans. */
const LEAST_AHEAD = 16;
const MOST_AHEAD = 32;

/**
 * A bounded queue in front of an exporter: batches by size and time, one export at a time, every
 * loss counted by its reason (OTel Trace SDK, "Batching processor"). `push` never waits and never
 * encodes: that happens in later turns of the event loop, a few items at a time where the exporter
 * can, so that neither a call nor V8's collector of young objects meets a whole batch.
 */
export class BatchQueue<Item> {
  readonly #config: BatchConfig;
  readonly #batchSize: number;
  readonly #exporter: Exporter<readonly Item[]>;
  readonly #monitor: ExporterMonitor;
  #items: Item[] = [];
  /** How many of them, from the first, went through the exporter's `ahead`. */
  #aheadItems = 0;
  #isAheadDue = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #drains = 0;
  #inflight = 0;
  /** Items whose export has ended, well or not. */
  #exportedItems = 0;
  #isClosed = false;

  constructor(config: BatchConfig, exporter: Exporter<readonly Item[]>, monitor: ExporterMonitor) {
    this.#config = config;
    this.#batchSize = Math.max(1, Math.min(config.maxExportBatchSize, config.maxQueueSize));
    this.#exporter = exporter;
    this.#monitor = monitor;
    monitor.watchQueue(() => this.#items.length, config.maxQueueSize);
  }

  push(item: Item): void {
    if (this.#isClosed) {
      this.#monitor.drop(1, 'shutdown_timeout');
      return;
    }
    if (this.#items.length >= this.#config.maxQueueSize) {
      this.#monitor.drop(1, 'queue_full');
      return;
    }
    this.#items.push(item);
    if (this.#items.length >= this.#batchSize) {
      void this.#run();
    } else {
      this.#arm();
    }
    this.#planAhead();
  }

  /** Counts items that could not be made: they hold what no encoding can carry. */
  refuse(count: number): void {
    this.#monitor.drop(count, 'invalid');
  }

  /** Sends all that waits now; resolves when that, not what is pushed meanwhile, has been dealt with. */
  async drain(): Promise<void> {
    const goal = this.#exportedItems + this.#items.length + this.#inflight;
    this.#drains += 1;
    while (this.#exportedItems < goal && !this.#isClosed) {
      await this.#run();
    }
    this.#drains -= 1;
  }

  /** Empties the queue into encoded requests, for a process that is about to end. Not when the last export failed. */
  takeUnsent(): UnsentRequest[] {
    const requests: UnsentRequest[] = [];
    if (this.#monitor.health().state === 'failing') {
      return requests;
    }
    while (this.#items.length > 0) {
      const request = this.#exporter.prepare?.(this.#takeBatch());
      if (request !== undefined) {
        requests.push(request);
      }
    }
    return requests;
  }

  /** Takes nothing more; what still waits is counted as lost. Call after `drain`. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#items.length > 0) {
      this.#monitor.drop(this.#items.length, 'shutdown_timeout');
    }
    this.#items = [];
    this.#aheadItems = 0;
    this.#exporter.close();
  }

  #takeBatch(): Item[] {
    const batch = this.#items.splice(0, this.#batchSize);
    this.#aheadItems = Math.max(0, this.#aheadItems - batch.length);
    return batch;
  }

  #planAhead(): void {
    const isEnough = this.#items.length - this.#aheadItems >= LEAST_AHEAD;
    if (isEnough && !this.#isAheadDue && this.#exporter.ahead !== undefined) {
      this.#isAheadDue = true;
      setImmediate(() => this.#encodeAhead());
    }
  }

  #encodeAhead(): void {
    const from = this.#aheadItems;
    const encoded = this.#exporter.ahead?.(this.#items.slice(from, from + MOST_AHEAD)) ?? [];
    encoded.forEach((item, at) => {
      this.#items[from + at] = item;
    });
    this.#aheadItems += encoded.length;
    this.#isAheadDue = false;
    this.#planAhead();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#running !== undefined || this.#isClosed) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run(1);
    }, this.#config.scheduleDelayMillis);
    this.#timer.unref();
  }

  /** Exports until fewer than `least` items (one batch, unless told otherwise) wait. */
  #run(least: number = this.#batchSize): Promise<void> {
    if (this.#running === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#running = this.#exportWhile(least).finally(() => {
        this.#running = undefined;
        if (this.#items.length >= this.#batchSize) {
          void this.#run();
        } else if (this.#items.length > 0) {
          this.#arm();
        }
      });
    }
    return this.#running;
  }

  async #exportWhile(least: number): Promise<void> {
    await nextTurn();
    let first = least;
    while (this.#items.length >= (this.#drains > 0 ? 1 : first) && !this.#isClosed) {
      await this.#exportOnce(this.#takeBatch());
      first = this.#batchSize;
    }
  }

  async #exportOnce(batch: readonly Item[]): Promise<void> {
    this.#monitor.begin(batch.length);
    this.#inflight = batch.length;
    const parts = await this.#exporter.export(batch, this.#config.exportTimeoutMillis);
    this.#inflight = 0;
    this.#exportedItems += batch.length;
    for (const { count, outcome } of parts) {
      this.#monitor.finish(count, outcome);
    }
  }
}
