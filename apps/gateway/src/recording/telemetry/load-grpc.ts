import type { OtlpExporterConfig, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { GrpcModule } from '@dcc-mcp/telemetry-node';

/** gRPC, where an exporter speaks it; it is loaded for nobody else. */
export async function loadGrpc(config: TelemetryConfig): Promise<GrpcModule | undefined> {
  if (config.disabled || !exportersOf(config).some(({ protocol }) => protocol === 'grpc')) {
    return undefined;
  }
  const { default: grpc } = await import('@grpc/grpc-js');
  return grpc;
}

function exportersOf({ traces, metrics, logs }: TelemetryConfig): readonly OtlpExporterConfig[] {
  const readers = metrics.readers.filter((reader) => reader.type === 'periodic');
  return [...traces.processors, ...readers, ...logs.processors]
    .map(({ exporter }) => exporter)
    .filter((exporter) => exporter.type === 'otlp');
}
