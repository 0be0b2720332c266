import type { SeriesUsage } from '@dcc-mcp/bounded-meter';
import type { ExporterHealth, Telemetry, TelemetryHealth } from '@dcc-mcp/telemetry-node';
import type { SettingView } from '../config/load/setting-views.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { ScrapeWatch } from '../recording/telemetry/scrape-watch.ts';

/** What {@link telemetryView} tells of. */
export interface TelemetryFacts {
  readonly telemetry: Telemetry;
  readonly scrapes: ScrapeWatch;
  /** Series of each instrument and how many it may have; none with metrics off. */
  readonly series: Readonly<Record<string, SeriesUsage>>;
  readonly config: GatewayConfig;
  readonly settings: readonly SettingView[];
}

/** Why nothing arrives: exporters with state, cause and fix; the scrape; the settings; instruments that had too many series. */
export function telemetryView(facts: TelemetryFacts): Readonly<Record<string, unknown>> {
  const { telemetry, settings } = facts;
  const health = telemetry.health();
  return {
    signals: signalsOf(health),
    scrape: scrapeView(facts),
    settings,
    series: facts.series,
    api_copies: apiCopies(health),
  };
}

/** Without a scrape nothing is said of the last one. */
function scrapeView({ telemetry, scrapes, config }: TelemetryFacts): object {
  const { last, scrapersSeen } = scrapes;
  return {
    enabled: telemetry.metricReader !== undefined,
    path: config.metrics.path,
    ...(last === undefined
      ? {}
      : {
          last_scrape_at: time(last.endedAt),
          last_bytes: last.bytes,
          last_series: last.series,
          last_duration_ms: last.durationSeconds * MILLIS,
        }),
    scrapers_seen: scrapersSeen,
  };
}

const MILLIS = 1_000;

/** A signal with several exporters is told of by the one that does worst. */
function signalsOf({ exporters }: TelemetryHealth): Readonly<Record<string, object>> {
  const worst = new Map<string, ExporterHealth>();
  for (const exporter of exporters) {
    const known = worst.get(exporter.signal);
    if (known === undefined || WEIGHT[exporter.state] > WEIGHT[known.state]) {
      worst.set(exporter.signal, exporter);
    }
  }
  return Object.fromEntries([...worst].map(([signal, exporter]) => [signal, exporterView(exporter)]));
}

const WEIGHT: Readonly<Record<ExporterHealth['state'], number>> = { ok: 0, never_tried: 1, dropping: 2, failing: 3 };

function exporterView(exporter: ExporterHealth): object {
  const { state, failure, queueSize: size, queueCapacity: capacity } = exporter;
  return {
    exporter: exporter.id,
    protocol: exporter.protocol,
    endpoint: exporter.endpoint,
    state,
    since: time(exporter.since),
    cause: failure?.message ?? exporter.warning,
    fix: failure?.action,
    exported: exporter.exported,
    dropped: Object.fromEntries(Object.entries(exporter.dropped).filter(([, lost]) => lost > 0)),
    queue: size === undefined ? undefined : { size, capacity },
    last_ok_at: exporter.lastSuccessAt === undefined ? undefined : time(exporter.lastSuccessAt),
  };
}

function apiCopies({ apiConflict }: TelemetryHealth): readonly object[] {
  return apiConflict === undefined
    ? []
    : [{ version: apiConflict.registeredVersion, own_version: apiConflict.ownVersion, fix: apiConflict.action }];
}

function time(millis: number): string {
  return new Date(millis).toISOString();
}
