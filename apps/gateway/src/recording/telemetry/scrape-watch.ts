import type { FinishedScrape } from '@dcc-mcp/prometheus-bridge';

/** Scrapers that are told apart. */
const MAX_SCRAPERS = 1_000;

/** Who has scraped since the start and what the last scrape was, for whoever asks why no metrics arrive. */
export class ScrapeWatch {
  readonly #now: () => number;
  readonly #scrapers = new Set<string>();
  #last: (FinishedScrape & { readonly endedAt: number }) | undefined;

  /** @param now Epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The last one that was answered with metrics; `endedAt` in epoch milliseconds. */
  get last(): (FinishedScrape & { readonly endedAt: number }) | undefined {
    return this.#last;
  }

  /** Addresses that got metrics. */
  get scrapersSeen(): number {
    return this.#scrapers.size;
  }

  answered(address = ''): void {
    if (this.#scrapers.size < MAX_SCRAPERS) {
      this.#scrapers.add(address);
    }
  }

  finished(scrape: FinishedScrape): void {
    this.#last = { ...scrape, endedAt: this.#now() };
  }
}
