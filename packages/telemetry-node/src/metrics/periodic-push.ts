import type { MetricTemporality } from '@dcc-mcp/telemetry-config';
import type { MetricReader, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Exporter } from '../export/exporter.ts';
import { createFailure } from '../health/export-failure.ts';
import type { ExporterMonitor } from '../health/exporter-monitor.ts';
import { METRIC_PARTS } from '../otlp/export-parts.ts';
import { toDelta, type DeltaState } from './delta.ts';

export interface PeriodicPushOptions {
  readonly reader: MetricReader;
  readonly exporter: Exporter<ResourceMetrics>;
  readonly monitor: ExporterMonitor;
  readonly temporality: MetricTemporality;
  readonly intervalMillis: number;
  /** 0 means none. */
  readonly timeoutMillis: number;
}

/**
 * Collects from a shared cumulative reader at an interval and pushes. For delta temporality what was
 * not accepted stays in the difference, so an outage loses no count.
 */
export class PeriodicPush {
  readonly #options: PeriodicPushOptions;
  readonly #timer: NodeJS.Timeout;
  #state: DeltaState = new Map();
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PeriodicPushOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      if (this.#running === undefined) {
        void this.#run();
      }
    }, options.intervalMillis);
    this.#timer.unref();
  }

  /** Collects and pushes once more, after a push that is under way. */
  async flush(): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    if (this.#running !== undefined) {
      await this.#running;
    }
    await this.#run();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#options.exporter.close();
  }

  #run(): Promise<void> {
    this.#running ??= this.#push().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #push(): Promise<void> {
    const { monitor, exporter, temporality, timeoutMillis } = this.#options;
    const collected = await this.#collect();
    if ('failure' in collected) {
      monitor.fail(collected.failure);
      return;
    }
    const { metrics, state } =
      temporality === 'cumulative'
        ? { metrics: collected, state: this.#state }
        : toDelta(collected, this.#state, temporality);
    const count = METRIC_PARTS.count(metrics);
    if (count === 0) {
      return;
    }
    monitor.begin(count);
    const exported = await exporter.export(metrics, timeoutMillis);
    if (exported.some(({ outcome }) => outcome.ok)) {
      this.#state = state;
    }
    for (const part of exported) {
      monitor.finish(part.count, part.outcome);
    }
  }

  async #collect(): Promise<ResourceMetrics | { readonly failure: ReturnType<typeof createFailure> }> {
    const { reader, timeoutMillis } = this.#options;
    try {
      const options = timeoutMillis === 0 ? {} : { timeoutMillis };
      return (await reader.collect(options)).resourceMetrics;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { failure: createFailure('internal', `collecting metrics failed: ${text}`) };
    }
  }
}
