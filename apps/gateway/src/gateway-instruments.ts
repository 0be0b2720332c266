import { createGatewayMetrics, type GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { createRequestMetrics, type RequestMetrics } from '@dcc-mcp/http-adapter/request-metrics';
import { createScraper, type Scraper } from '@dcc-mcp/prometheus-bridge';
import type { GatewayConfig } from '@dcc-mcp/telemetry-config';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { Session, SessionEnd, Sessions } from './mcp/sessions.ts';
import type { Upstreams } from './registry/upstreams.ts';
import type { Streams } from './streams.ts';

/** What a gateway measures with. All absent with metrics off: then no instrument exists. */
export interface GatewayInstruments {
  readonly metrics: GatewayMetrics | undefined;
  readonly requests: RequestMetrics | undefined;
  /** Absent while nothing turns `/metrics` on. */
  readonly scraper: Scraper | undefined;
}

export function createInstruments(
  config: GatewayConfig,
  telemetry: Telemetry,
  version: string,
  catalogue: Catalogue,
  log: (line: string) => void,
): GatewayInstruments {
  const metrics = telemetry.isMetering ? gatewayMetrics(config, telemetry, version, catalogue) : undefined;
  return {
    metrics,
    requests: telemetry.isMetering ? requestMetrics(config, telemetry, version) : undefined,
    scraper: createGatewayScraper(config, telemetry, metrics, log),
  };
}

function gatewayMetrics(
  config: GatewayConfig,
  telemetry: Telemetry,
  version: string,
  catalogue: Catalogue,
): GatewayMetrics {
  return createGatewayMetrics(telemetry.meterFor('@dcc-mcp/gateway', version), {
    isRegisteredTool: (label) => catalogue.isRegisteredLabel(label),
    version,
    exemplarFilter: config.otel.metrics.exemplarFilter,
  });
}

/** @throws {TypeError} When an excluded handler or a prefix can't be used; the message names it. */
function requestMetrics({ metrics }: GatewayConfig, telemetry: Telemetry, version: string): RequestMetrics {
  const { excludedHandlers, customLabels, namespace, subsystem } = metrics;
  return createRequestMetrics({
    meter: telemetry.meterFor('@dcc-mcp/http-adapter', version),
    excludedHandlers,
    customLabels,
    ...(namespace === undefined ? {} : { namespace }),
    ...(subsystem === undefined ? {} : { subsystem }),
  });
}

function createGatewayScraper(
  config: GatewayConfig,
  telemetry: Telemetry,
  metrics: GatewayMetrics | undefined,
  log: (line: string) => void,
): Scraper | undefined {
  const { metricReader } = telemetry;
  return metricReader === undefined
    ? undefined
    : createScraper(metricReader, {
        scopeLabels: config.metrics.scopeLabels,
        onError: (error) => log(`metrics: ${error.message}`),
        ...(metrics === undefined ? {} : { exemplars: metrics.exemplars }),
        ...(telemetry.isMetering ? { selfMeter: telemetry.meterFor('@dcc-mcp/prometheus-bridge') } : {}),
      });
}

/** Gauges that are read when somebody collects. */
export function observeGateway(
  metrics: GatewayMetrics,
  parts: {
    readonly sessions: Sessions;
    readonly catalogue: Catalogue;
    readonly upstreams: Upstreams;
    readonly streams: Streams;
  },
): { stop(): void } {
  const { sessions, catalogue, upstreams, streams } = parts;
  return metrics.observe({
    activeSessions: () => sessions.count,
    registeredTools: () => catalogue.size,
    upstreams: () => upstreamStates(upstreams),
    queueDepth: () => upstreams.all().reduce((sum, { load }) => sum + load.queued, 0),
    callsInFlight: () => upstreams.all().reduce((sum, { load }) => sum + load.running, 0),
    streams: () => streams.counts(),
  });
}

export function recordSessionEnd(metrics: GatewayMetrics, session: Session, reason: SessionEnd, now: number): void {
  const transport = session.listener === undefined ? 'tcp' : 'pipe';
  metrics.recordSessionEnded(reason);
  metrics.recordSession({ side: 'server', durationSeconds: (now - session.startedAt) / 1000, transport });
}

type UpstreamState = 'ready' | 'booting' | 'unreachable' | 'disabled';

/** Label values of `dcc_mcp_gateway_upstreams`: an upstream that waits for its first use counts as booting. */
function upstreamStates(upstreams: Upstreams): Record<UpstreamState, number> {
  const counts = upstreams.countByReadiness();
  const of = (state: UpstreamState | 'idle'): number => counts.get(state) ?? 0;
  return {
    ready: of('ready'),
    booting: of('booting') + of('idle'),
    unreachable: of('unreachable'),
    disabled: of('disabled'),
  };
}
