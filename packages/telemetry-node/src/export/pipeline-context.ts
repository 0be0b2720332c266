import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import type { Resource } from '@opentelemetry/resources';
import { ExporterMonitor } from '../health/exporter-monitor.ts';
import type { TelemetryHealthChange, TelemetrySignal } from '../health/telemetry-health.ts';
import { maskEndpoint } from '../transport/create-transport.ts';
import type { GrpcSource } from '../transport/grpc/grpc-module.ts';
import type { ShutdownSignals } from './exporter.ts';

/** Who encodes and sends spans, and how. */
export interface SpanExport {
  /** OpenTelemetry's own exporter, or the encoder and transport of this package. */
  readonly exporter: 'official' | 'fast';
  /** Keys of attributes whose numbers are doubles also when they are whole; known to our encoder only. */
  readonly doubleAttributes: readonly string[];
}

/** What every pipeline of one instance shares. */
export interface PipelineContext extends GrpcSource {
  readonly monitors: ExporterMonitor[];
  readonly signals: ShutdownSignals;
  readonly now: () => number;
  readonly onHealthChange: ((change: TelemetryHealthChange) => void) | undefined;
  readonly resource: Resource;
  /** Settles once the resource is complete. */
  readonly ready: () => Promise<void>;
  readonly spanExport: SpanExport;
}

/** The monitor of one more exporter; its id counts those of the same signal. */
export function createMonitor(
  signal: TelemetrySignal,
  exporter: OtlpExporterConfig | { readonly type: 'console' },
  { monitors, now, onHealthChange }: PipelineContext,
): ExporterMonitor {
  const index = monitors.filter((monitor) => monitor.identity.signal === signal).length;
  const target =
    exporter.type === 'console'
      ? { protocol: 'console' }
      : { protocol: exporter.protocol, endpoint: maskEndpoint(exporter.endpoint) };
  const monitor = new ExporterMonitor(
    { id: `${signal}/${index}`, signal, ...target },
    { now, onChange: onHealthChange },
  );
  monitors.push(monitor);
  return monitor;
}
