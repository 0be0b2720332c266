import type { Resource } from '@opentelemetry/resources';
import type { CollectionResult, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { reportOnce } from '../../families/scrape-error.ts';
import { toHrTime } from '../../families/time.ts';
import { inSlices } from '../../scrape/event-loop.ts';
import { createScrapeHandler, type ScrapeHandlerOptions } from '../../scrape/scrape-handler.ts';
import type { MetricSource, ScrapeHandler } from '../../scrape/scrape.ts';
import { CommonResource } from '../merge/common-resource.ts';
import { toGaugeRules, type GaugeRules } from '../merge/gauge-rules.ts';
import { MergedMetrics } from '../merge/merged-metrics.ts';
import type { MetricsChannel } from '../wire/channel.ts';
import { createLoopback } from '../wire/loopback.ts';
import { createMetricsWorker } from './metrics-worker.ts';
import { requireAtLeast } from './require-at-least.ts';
import { serveScrapes } from './served-scrapes.ts';
import { createWorkerGauges, type WorkerCounts, type WorkerMetricNames } from './worker-gauges.ts';
import { Link, type LinkContext, type WorkerLink } from './worker-link.ts';

/** Options of {@link createMetricsPrimary}. */
export interface MetricsPrimaryOptions extends ScrapeHandlerOptions {
  /** Metrics of the primary itself; default: it has none. `exemplars` are those of this source. */
  readonly source?: MetricSource;
  /** What is shown of gauges and up-down counters that several processes have. */
  readonly gauges?: GaugeRules;
  /** How long a scrape waits for a worker, in milliseconds; default 500. After that its last snapshot stands in. */
  readonly waitMillis?: number;
  /** Names of the metrics that tell of the workers; `false`: there are none. */
  readonly names?: WorkerMetricNames | false;
  /** Counts that whoever starts the workers knows better; default: what the connections tell. */
  readonly workerCounts?: () => WorkerCounts;
  /** What `target_info` says; default: the resource of `source`, else what the workers' have in common. */
  readonly resource?: Resource;
  /**
   * Series of one instrument that are kept though no living worker has them; default 10,000. What workers counted that
   * ended is never lost: past this it is added up in the series `otel_metric_overflow="true"`.
   */
  readonly maxRetainedSeries?: number;
}

/** The metrics of all workers, where they come together. */
export interface MetricsPrimary extends ScrapeHandler, MetricSource {
  /** Takes a worker in, as soon as it was started. It is `starting` until it tells that it has metrics. */
  connect(channel: MetricsChannel): WorkerLink;
  /** Collects from all workers: cumulative, each series once. */
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>;
  /** Takes all listeners away. */
  close(): void;
}

const WAIT_MILLIS = 500;
const MAX_RETAINED_SERIES = 10_000;
/** Of the time a scrape has; the rest is for adding up. */
const WAIT_SHARE = 0.8;

/**
 * Brings the metrics of all workers together: counters and histograms added, those of workers that ended included;
 * gauges by their rule.
 *
 * @throws {TypeError} When a rule for gauges is none that there is.
 * @throws {RangeError} When a number is none, or too small.
 */
export function createMetricsPrimary(options: MetricsPrimaryOptions = {}): MetricsPrimary {
  return new Primary(options);
}

class Primary implements MetricsPrimary {
  readonly #options: MetricsPrimaryOptions;
  readonly #waitMillis: number;
  readonly #merged: MergedMetrics;
  readonly #resource: CommonResource;
  readonly #report: ReturnType<typeof reportOnce>;
  readonly #handler: ScrapeHandler;
  readonly #serve: ReturnType<typeof serveScrapes>;
  readonly #gaugesOf: ReturnType<typeof createWorkerGauges>;
  readonly #links = new Map<number, Link>();
  #own: Link | undefined;
  #dead = 0;
  #ticks = 0;

  constructor(options: MetricsPrimaryOptions) {
    this.#options = options;
    this.#waitMillis = requireAtLeast(1, 'waitMillis', options.waitMillis ?? WAIT_MILLIS);
    const maxRetained = requireAtLeast(0, 'maxRetainedSeries', options.maxRetainedSeries ?? MAX_RETAINED_SERIES);
    this.#merged = new MergedMetrics(toGaugeRules(options.gauges), maxRetained);
    this.#resource = new CommonResource(options.resource);
    this.#report = reportOnce(options.onError);
    this.#handler = createScrapeHandler(this, { ...options, exemplars: this.#merged });
    this.#serve = serveScrapes(this.#handler);
    this.#gaugesOf = createWorkerGauges(options.names);
    if (options.source !== undefined) {
      this.#own = this.#connectOwn(options.source);
    }
  }

  scrape(request?: Parameters<ScrapeHandler['scrape']>[0]): ReturnType<ScrapeHandler['scrape']> {
    return this.#handler.scrape(request);
  }

  connect(channel: MetricsChannel): WorkerLink {
    let place = 1;
    while (this.#links.has(place)) {
      place += 1;
    }
    this.#dead = Math.max(0, this.#dead - 1);
    const link = new Link(channel, {
      ...this.#context(String(place)),
      onResource: (attributes) => this.#resource.ofWorker(attributes),
      onEnd: (died) => {
        this.#links.delete(place);
        this.#dead += Number(died);
      },
    });
    this.#links.set(place, link);
    return link;
  }

  async collect({ timeoutMillis = Infinity }: { timeoutMillis?: number } = {}): Promise<CollectionResult> {
    const waitMillis = Math.min(this.#waitMillis, timeoutMillis * WAIT_SHARE);
    const asked = [...(this.#own ? [this.#own] : []), ...this.#links.values()];
    const answers = await Promise.all(asked.map((link) => link.collect(waitMillis)));
    const nowMillis = Date.now();
    const told = this.#gaugesOf({
      counts: this.#options.workerCounts?.() ?? this.#counts(),
      isIncomplete: answers.includes(false),
      endTime: toHrTime(nowMillis),
    });
    const scopeMetrics = [...(await this.#addUp(nowMillis)), ...told];
    return { resourceMetrics: { resource: this.#resource.current, scopeMetrics }, errors: [] };
  }

  close(): void {
    for (const link of [this.#own, ...this.#links.values()]) {
      link?.end({ died: false });
    }
  }

  async #addUp(nowMillis: number): Promise<ScopeMetrics[]> {
    const { now = () => performance.now() } = this.#options;
    const scopes: ScopeMetrics[] = [];
    for await (const scope of inSlices(this.#merged.collect(nowMillis), now)) {
      scopes.push(scope);
    }
    return scopes;
  }

  #counts(): WorkerCounts {
    const links = [...this.#links.values()];
    const countOf = (state: Link['state']): number => links.filter((link) => link.state === state).length;
    return { ready: countOf('ready'), starting: countOf('starting'), dead: this.#dead };
  }

  #connectOwn(source: MetricSource): Link {
    const [ours, theirs] = createLoopback();
    const link = new Link(ours, {
      ...this.#context('primary'),
      onResource: (attributes) => this.#resource.ofPrimary(attributes),
      onEnd: () => {},
    });
    const { exemplars, onError, timeoutMillis } = this.#options;
    createMetricsWorker(source, theirs, {
      ...(exemplars && { exemplars }),
      ...(onError && { onError }),
      ...(timeoutMillis !== undefined && { timeoutMillis }),
      pushMillis: false,
    });
    return link;
  }

  #context(worker: string): Pick<LinkContext, 'worker' | 'merged' | 'report' | 'tick' | 'onScrape'> {
    return {
      worker,
      merged: this.#merged,
      report: this.#report,
      tick: () => (this.#ticks += 1),
      onScrape: this.#serve,
    };
  }
}
