import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { InstrumentType, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Scraper, ScrapeRequest, ScrapeResult } from './scrape.ts';
import { createScraper, type ScraperOptions } from './scraper.ts';

/** Options of {@link PrometheusReader}. */
export interface PrometheusReaderOptions extends ScraperOptions {
  /** Series that one instrument may have before the SDK folds the rest into one; default 2,000, as in the SDK. */
  readonly cardinalityLimit?: number;
  /** Further producers whose metrics are exposed, too. */
  readonly metricProducers?: readonly MetricProducer[];
}

/**
 * The official Prometheus reader of OpenTelemetry without its server: give it to a `MeterProvider` and answer scrapes
 * with `scrape`, behind whatever HTTP framework there is.
 */
export class PrometheusReader extends PrometheusExporter implements Scraper {
  readonly #cardinalityLimit: number | undefined;
  readonly #scraper: Scraper;

  constructor(options: PrometheusReaderOptions = {}) {
    super({ preventServerStart: true, metricProducers: [...(options.metricProducers ?? [])] });
    this.#cardinalityLimit = options.cardinalityLimit;
    this.#scraper = createScraper(this, options);
  }

  scrape(request?: ScrapeRequest | string): Promise<ScrapeResult> {
    return this.#scraper.scrape(request);
  }

  /** Answers scrapes of the same collection with options of its own, such as exemplars that are there only later. */
  scraperWith(options: ScraperOptions): Scraper {
    return createScraper(this, options);
  }

  override selectCardinalityLimit(instrumentType: InstrumentType): number {
    return this.#cardinalityLimit ?? super.selectCardinalityLimit(instrumentType);
  }
}
