import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { InstrumentType, MetricProducer } from '@opentelemetry/sdk-metrics';
import { createScrapeHandler, type ScrapeHandlerOptions } from './scrape-handler.ts';
import type { ScrapeHandler, ScrapeResult } from './scrape.ts';

/** Options of {@link PrometheusReader}. */
export interface PrometheusReaderOptions extends ScrapeHandlerOptions {
  /** Series that one instrument may have before the SDK folds the rest into one; default 2,000, as in the SDK. */
  readonly cardinalityLimit?: number;
  /** Further producers whose metrics are exposed, too. */
  readonly metricProducers?: readonly MetricProducer[];
}

/** Marks readers of every copy of this package: a gateway has one in its bundle. */
const IS_READER = Symbol.for('@dcc-mcp/prometheus-bridge.reader');

/**
 * The official Prometheus reader of OpenTelemetry without its server: give it to a `MeterProvider` and answer scrapes
 * with `scrape`, behind whatever HTTP framework there is.
 */
export class PrometheusReader extends PrometheusExporter implements ScrapeHandler {
  static {
    Object.defineProperty(this.prototype, IS_READER, { value: true });
  }

  /** So that `instanceof` holds between copies, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === PrometheusReader
      ? typeof value === 'object' && value !== null && IS_READER in value
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  readonly #cardinalityLimit: number | undefined;
  readonly #handler: ScrapeHandler;

  constructor(options: PrometheusReaderOptions = {}) {
    super({ preventServerStart: true, metricProducers: [...(options.metricProducers ?? [])] });
    this.#cardinalityLimit = options.cardinalityLimit;
    this.#handler = createScrapeHandler(this, options);
  }

  scrape(request?: ScrapeRequest | string): Promise<ScrapeResult> {
    return this.#handler.scrape(request);
  }

  /** Answers scrapes of the same collection with options of its own, such as exemplars that are there only later. */
  scrapeHandlerWith(options: ScrapeHandlerOptions): ScrapeHandler {
    return createScrapeHandler(this, options);
  }

  override selectCardinalityLimit(instrumentType: InstrumentType): number {
    return this.#cardinalityLimit ?? super.selectCardinalityLimit(instrumentType);
  }
}
