import { createGatewayMetrics, DEFAULT_GATEWAY_FEATURES, type GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { createRequestMetrics, type RequestMetrics } from '@dcc-mcp/http-adapter/request-metrics';
import type { MetricSource, ScrapeHandler, ScrapeHandlerOptions } from '@dcc-mcp/prometheus-bridge';
import type { UpstreamState } from '@dcc-mcp/semantic-conventions';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { Catalog } from '../../catalog/catalog.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import type { InstanceState, Upstreams } from '../../registry/table/upstreams.ts';
import { ScrapeWatch } from './scrape-watch.ts';
import type { StreamCounts } from './stream-counts.ts';

/** What a gateway measures with. All absent with metrics off: then no instrument exists. */
export interface GatewayInstruments {
  readonly metrics: GatewayMetrics | undefined;
  readonly requests: RequestMetrics | undefined;
  /** Absent while nothing turns `/metrics` on. */
  readonly scrapeHandler: ScrapeHandler | undefined;
  readonly scrapes: ScrapeWatch;
}

/** Makes what answers a scrape of the metrics of a process. */
export type CreateScrapeHandler = (source: MetricSource, options: ScrapeHandlerOptions) => ScrapeHandler;

/** What instruments are made from. */
export interface InstrumentsOptions {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly version: string;
  /** Default: the metrics of this process are the answer. */
  readonly createScrapeHandler?: CreateScrapeHandler | undefined;
  /** One line for people. */
  readonly log: Log;
}

/** @throws {TypeError} When an excluded handler or a prefix can't be used; the message names it. */
export function createInstruments(options: InstrumentsOptions): GatewayInstruments {
  const { isMetering } = options.telemetry;
  const metrics = isMetering ? createCallMetrics(options) : undefined;
  const requests = isMetering ? createHttpMetrics(options, metrics) : undefined;
  const scrapes = new ScrapeWatch(Date.now);
  return { metrics, requests, scrapes, scrapeHandler: createOwnScrapeHandler(options, metrics, scrapes) };
}

function createCallMetrics({ config, telemetry, version }: InstrumentsOptions): GatewayMetrics {
  return createGatewayMetrics(telemetry.meterFor('@dcc-mcp/gateway', version), {
    // A tool is named by the record that its call was resolved to, and counts under its name also once it has left.
    isRegisteredTool: () => true,
    version,
    features: [...DEFAULT_GATEWAY_FEATURES, 'quarantine'],
    exemplarFilter: config.otel.metrics.exemplarFilter,
  });
}

function createHttpMetrics(
  { config, telemetry, version }: InstrumentsOptions,
  metrics: GatewayMetrics | undefined,
): RequestMetrics {
  const { excludedHandlers, customLabels, namespace, subsystem } = config.metrics;
  return createRequestMetrics({
    meter: telemetry.meterFor('@dcc-mcp/http-adapter', version),
    excludedHandlers,
    customLabels,
    ...(metrics === undefined ? {} : { exemplars: metrics.exemplars }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(subsystem === undefined ? {} : { subsystem }),
  });
}

function createOwnScrapeHandler(
  { config, telemetry, createScrapeHandler, log }: InstrumentsOptions,
  metrics: GatewayMetrics | undefined,
  scrapes: ScrapeWatch,
): ScrapeHandler | undefined {
  const { metricReader } = telemetry;
  const options: ScrapeHandlerOptions = {
    scopeLabels: config.metrics.scopeLabels,
    onError: (error) => log(`metrics: ${error.message}`, { severity: 'warn' }),
    onScraped: (scrape) => scrapes.finished(scrape),
    ...(metrics === undefined ? {} : { exemplars: metrics.exemplars }),
    ...(telemetry.isMetering ? { selfMeter: telemetry.meterFor('@dcc-mcp/prometheus-bridge') } : {}),
  };
  return metricReader && (createScrapeHandler?.(metricReader, options) ?? metricReader.scrapeHandlerWith(options));
}

/** Gauges that are read when somebody collects. */
export function observeGateway(
  metrics: GatewayMetrics,
  parts: {
    readonly sessions: { readonly count: number };
    readonly catalog: Catalog;
    readonly upstreams: Upstreams;
    readonly streams: StreamCounts;
    /** Whether another process tells of what there is one of. */
    readonly isWorker?: boolean;
  },
): { stop(): void } {
  const { sessions, catalog, upstreams, streams, isWorker = false } = parts;
  return metrics.observe({
    ...(isWorker
      ? {}
      : {
          activeSessions: () => sessions.count,
          registeredTools: () => catalog.size,
          upstreams: () => upstreamStates(upstreams),
        }),
    queueDepth: () => upstreams.all().reduce((sum, { load }) => sum + load.queued, 0),
    callsInFlight: () => upstreams.all().reduce((sum, { load }) => sum + load.running, 0),
    streams: () => streams.counts(),
  });
}

/** Label values of `dcc_mcp_gateway_upstreams`: an upstream that waits for its first use counts as booting. */
function upstreamStates(upstreams: Upstreams): Partial<Record<UpstreamState, number>> {
  const counts = upstreams.countByState();
  const of = (readiness: InstanceState): number => counts.get(readiness) ?? 0;
  return {
    ready: of('ready'),
    booting: of('booting') + of('idle'),
    unreachable: of('unreachable'),
    stale: of('stale'),
    quarantined: of('quarantined'),
    disabled: of('disabled'),
  };
}
