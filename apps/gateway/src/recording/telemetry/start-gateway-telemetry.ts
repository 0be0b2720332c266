import { SDK_CARDINALITY_LIMIT } from '@dcc-mcp/bounded-meter';
import { registerBuildInfo } from '@dcc-mcp/gateway-metrics';
import { EVENT_DCC_MCP_EXPORTER_STATE } from '@dcc-mcp/semantic-conventions';
import {
  type ExporterHealth,
  registerProcessMetrics,
  registerRuntimeMetrics,
  startTelemetry,
  type Telemetry,
  type TelemetryHealthChange,
} from '@dcc-mcp/telemetry-node';
import { ATTRIBUTE_CATALOG, type CapturePolicy, createSpanRedaction } from '@dcc-mcp/workflow-spans';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { VERSION } from '../../config/load/version.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { loadGrpc } from './load-grpc.ts';

/** Telemetry of one gateway and of the process it runs in. */
export interface GatewayTelemetry {
  readonly telemetry: Telemetry;
  /** Flushes and ends it, within `timeoutMillis`. @returns What each exporter has done in its time. */
  stop(timeoutMillis: number): Promise<readonly ExporterHealth[]>;
}

/** Whom {@link startGatewayTelemetry} tells what. */
export interface TelemetryListeners {
  readonly log: Log;
  /** The state of an exporter changed. */
  readonly onExporter: (change: TelemetryHealthChange) => void;
}

/** Starts traces, metrics and logs, and the metrics of the process; no global is touched. */
export async function startGatewayTelemetry(
  config: GatewayConfig,
  capture: CapturePolicy,
  { log, onExporter }: TelemetryListeners,
): Promise<GatewayTelemetry> {
  let isStopping = false;
  const grpc = await loadGrpc(config.otel);
  const telemetry = startTelemetry(config.otel, {
    resourceAttributes: whoThisIs(),
    scopeName: '@dcc-mcp/gateway',
    scopeVersion: VERSION,
    exporter: 'fast',
    pull: isScraped(config),
    grpc,
    cardinalityLimit: SDK_CARDINALITY_LIMIT,
    doubleAttributes: ATTRIBUTE_CATALOG.filter(({ type }) => type === 'double').map(({ key }) => key),
    spanRedaction: createSpanRedaction(capture),
    onHealthChange: (change) => {
      const { exporter, previous, weight, message } = change;
      onExporter(change);
      // The last flush of a short run is the first that leaves: that it did is no news any more.
      if (!isStopping || exporter.state !== 'ok' || previous !== 'never_tried') {
        log(message, { severity: weight, event: EVENT_DCC_MCP_EXPORTER_STATE, isRecordOnly: isStopping });
      }
    },
  });
  const stopMeasuring = measureProcess(telemetry);
  return {
    telemetry,
    stop: async (timeoutMillis) => {
      isStopping = true;
      await telemetry.shutdown({ timeoutMillis });
      stopMeasuring();
      // What was on its way when time was up is counted in the turn after.
      await nextTurn();
      return telemetry.health().exporters;
    },
  };
}

/** With an id of its own: a configuration file asks no detector unless it says so, and gateways must be told apart then too. */
function whoThisIs(): Readonly<Record<string, string>> {
  return {
    [ATTR_SERVICE_NAME]: 'dcc-mcp-gateway',
    [ATTR_SERVICE_VERSION]: VERSION,
    [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
  };
}

/** Whether anything turns /metrics on. */
function isScraped({ metrics, otel }: GatewayConfig): boolean {
  return metrics.enabled ?? otel.metrics.readers.some(({ type }) => type === 'prometheus');
}

/** @returns What ends the measuring. */
function measureProcess(telemetry: Telemetry): () => void {
  if (!telemetry.isMetering) {
    // OTEL_SDK_DISABLED: a scrape still says who is there.
    registerBuildInfo(telemetry.infoMeter, { version: VERSION });
    return () => {};
  }
  const meter = telemetry.meterFor('@dcc-mcp/telemetry-node');
  registerProcessMetrics(meter);
  const runtime = registerRuntimeMetrics(meter);
  return () => runtime.stop();
}
