import type { ExporterHealth, Telemetry, TelemetryHealth } from '@dcc-mcp/telemetry-node';
import type { SettingView } from '../config/load/setting-views.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';

/** Why nothing arrives: exporters with state, cause and fix; the scrape; the settings. */
export function telemetryView(
  telemetry: Telemetry,
  config: GatewayConfig,
  settings: readonly SettingView[],
): Readonly<Record<string, unknown>> {
  const health = telemetry.health();
  return {
    signals: signalsOf(health),
    scrape: { enabled: telemetry.metricReader !== undefined, path: config.metrics.path },
    settings,
    api_copies: apiCopies(health),
  };
}

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
