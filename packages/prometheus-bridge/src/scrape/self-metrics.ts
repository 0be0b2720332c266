import type { Meter } from '@opentelemetry/api';

/** What one finished scrape was. */
export interface FinishedScrape {
  readonly durationSeconds: number;
  /** Before compression. */
  readonly bytes: number;
  readonly series: number;
}

/**
 * Creates the instruments that tell of the last finished scrape, zero until there is one. They stand in the scrape
 * after it: `dcc_mcp_scrape_duration_seconds`, `dcc_mcp_scrape_bytes`, `dcc_mcp_scrape_series`.
 */
export function createScrapeRecorder(meter: Meter | undefined): (scrape: FinishedScrape) => void {
  if (meter === undefined) {
    return () => {};
  }
  const duration = meter.createGauge('dcc_mcp_scrape_duration', {
    unit: 's',
    description: 'Time from the request to the last byte of the last scrape.',
  });
  const bytes = meter.createGauge('dcc_mcp_scrape', {
    unit: 'By',
    description: 'Size of the last scrape before compression.',
  });
  const series = meter.createGauge('dcc_mcp_scrape_series', {
    unit: '{series}',
    description: 'Series in the last scrape; a histogram counts once.',
  });
  const record = (scrape: FinishedScrape): void => {
    duration.record(scrape.durationSeconds);
    bytes.record(scrape.bytes);
    series.record(scrape.series);
  };
  record({ durationSeconds: 0, bytes: 0, series: 0 });
  return record;
}
