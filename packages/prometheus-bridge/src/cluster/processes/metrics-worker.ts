import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExemplarSource } from '../../families/exemplar.ts';
import { messageOf, reportOnce, ScrapeError, type ReportError } from '../../families/scrape-error.ts';
import { createCollector } from '../../scrape/collector.ts';
import { pause } from '../../scrape/event-loop.ts';
import { guardExemplars } from '../../scrape/guard-exemplars.ts';
import type { MetricSource, ScrapeHandler, ScrapeResult } from '../../scrape/scrape.ts';
import { within } from '../../scrape/single-flight.ts';
import type { MetricsChannel } from '../wire/channel.ts';
import { isToWorker, KIND, type SnapshotPart, type ToPrimary, type ToWorker } from '../wire/messages.ts';
import { RemoteScrapes } from './remote-scrapes.ts';
import { requireAtLeast } from './require-at-least.ts';
import { type Snapshot, SnapshotWriter } from './snapshot-writer.ts';

/** Options of {@link createMetricsWorker}. */
export interface MetricsWorkerOptions {
  /** Where the exemplars of this process come from; they travel with its series. Default: there are none. */
  readonly exemplars?: ExemplarSource;
  /**
   * Time between snapshots that nobody asked for, in milliseconds; default 5,000. What a process counted since the last
   * one is lost when it is killed. Only series that changed are sent. `false`: only when asked.
   */
  readonly pushMillis?: number | false;
  /** How long collecting, and a scrape that does not say so itself, may take; default 10,000. */
  readonly timeoutMillis?: number;
  /** Told of what could not be collected, each cause once; default: the logger of the OpenTelemetry API. */
  readonly onError?: ReportError;
}

/** The metrics of one worker, told to the primary. */
export interface MetricsWorker extends ScrapeHandler {
  /** Answers a scrape with the metrics of all processes, from the primary; 503 when that one does not answer. */
  scrape(request?: ScrapeRequest | string): Promise<ScrapeResult>;
  /** Sends what has changed, at once. Never throws. */
  push(): Promise<void>;
  /** Sends what has changed for the last time and says that this process ends because it should. Never throws. */
  close(): Promise<void>;
}

/** Series in one message, so that neither end is busy for long with one. */
const SERIES_PER_PART = 500;
const PUSH_MILLIS = 5_000;
/** Longest wait for the last message to be on its way. */
const BYE_MILLIS = 1_000;
const TIMEOUT_MILLIS = 10_000;

/**
 * Tells the primary what `source` collects, when it asks and every few seconds.
 *
 * @param source Cumulative, as every pull reader is; delta points are left out and reported.
 * @throws {RangeError} When `pushMillis` is no number of at least 1.
 */
export function createMetricsWorker(
  source: MetricSource,
  channel: MetricsChannel,
  options: MetricsWorkerOptions = {},
): MetricsWorker {
  return new Worker(source, channel, options);
}

class Worker implements MetricsWorker {
  readonly #channel: MetricsChannel;
  readonly #report: ReportError;
  readonly #source = crypto.randomUUID();
  readonly #writer: SnapshotWriter;
  readonly #collect: ReturnType<typeof createCollector>;
  readonly #timeoutMillis: number;
  readonly #scrapes: RemoteScrapes;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #sequence = 0;
  #running: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isClosed = false;

  constructor(source: MetricSource, channel: MetricsChannel, options: MetricsWorkerOptions) {
    this.#channel = channel;
    this.#report = reportOnce(options.onError);
    this.#writer = new SnapshotWriter(options.exemplars && guardExemplars(options.exemplars), this.#report);
    this.#collect = createCollector(source, this.#report);
    this.#timeoutMillis = options.timeoutMillis ?? TIMEOUT_MILLIS;
    this.#scrapes = new RemoteScrapes(this.#source, (message) => this.#send(message), this.#timeoutMillis);
    channel.onMessage((message) => {
      if (isToWorker(message) && !this.#isClosed) {
        this.#receive(message);
      }
    });
    channel.onClose?.(() => {
      this.#stop();
    });
    this.#timer = this.#pushEvery(options.pushMillis ?? PUSH_MILLIS);
    this.#send({ [KIND]: 'hello', source: this.#source });
  }

  scrape(request?: ScrapeRequest | string): Promise<ScrapeResult> {
    return this.#scrapes.ask(request);
  }

  push(): Promise<void> {
    return this.#afterOthers(() => this.#answer(undefined));
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      await this.push();
      const sent = this.#send({ [KIND]: 'bye', source: this.#source });
      await within(Promise.resolve(sent), BYE_MILLIS);
      this.#stop();
    }
  }

  #pushEvery(millis: number | false): ReturnType<typeof setInterval> | undefined {
    if (millis === false) {
      return undefined;
    }
    const push = (): void => {
      if (!this.#isBusy) {
        void this.push();
      }
    };
    return setInterval(push, requireAtLeast(1, 'pushMillis', millis)).unref();
  }

  #stop(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#scrapes.close();
    this.#channel.close?.();
  }

  #receive(message: ToWorker): void {
    if (message[KIND] !== 'collect') {
      this.#scrapes.receive(message);
      return;
    }
    const { source, id, isFull } = message;
    if (source !== this.#source) {
      return;
    }
    void this.#afterOthers(async () => {
      if (isFull) {
        this.#writer.forget();
      }
      await this.#answer(id);
    });
  }

  /** One at a time: a snapshot is what has changed since the one before. */
  #afterOthers(work: () => Promise<void>): Promise<void> {
    const before = this.#running;
    const next = async (): Promise<void> => {
      await before;
      this.#isBusy = true;
      await work();
      this.#isBusy = false;
    };
    this.#running = next();
    return this.#running;
  }

  async #answer(id: number | undefined): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    const collection = await this.#collect(this.#timeoutMillis);
    const snapshot = collection.ok ? this.#write(collection.metrics) : undefined;
    if (snapshot !== undefined) {
      await this.#sendParts(snapshot, id);
    } else if (id !== undefined) {
      this.#send({ [KIND]: 'failed', source: this.#source, answers: id });
    }
  }

  /** `undefined` when it is no metric data; the next snapshot is then one of everything. */
  #write(metrics: ResourceMetrics): Snapshot | undefined {
    try {
      return this.#writer.write(metrics);
    } catch (error) {
      this.#writer.forget();
      const message = `Writing the metrics down failed: ${messageOf(error)}`;
      this.#report(new ScrapeError('rendering_failed', message, { cause: error }));
      return undefined;
    }
  }

  async #sendParts(snapshot: Snapshot, answers: number | undefined): Promise<void> {
    const { isFull, metrics, series, values, gone, resource } = snapshot;
    const parts = Math.max(1, Math.ceil(Math.max(series.length, values.length) / SERIES_PER_PART));
    for (let part = 0; part < parts; part += 1) {
      const range = [part * SERIES_PER_PART, (part + 1) * SERIES_PER_PART] as const;
      this.#sequence += 1;
      const message: SnapshotPart = {
        [KIND]: 'snapshot',
        source: this.#source,
        sequence: this.#sequence,
        isFull,
        isLast: part === parts - 1,
        ...(answers !== undefined && { answers }),
        ...(part === 0 && { metrics, gone }),
        ...(part === 0 && isFull && { resource }),
        series: series.slice(...range),
        values: values.slice(...range),
      };
      this.#send(message);
      if (!message.isLast) {
        await pause();
      }
    }
  }

  #send(message: ToPrimary): unknown {
    try {
      return this.#channel.send(message);
    } catch {
      // The primary is gone, or will notice what it has missed by the next sequence number.
      return undefined;
    }
  }
}
