import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { Agent } from 'node:http';

/** The official exporter takes no 0 for "no bound": this is the longest timer of Node, 24 days. */
const NO_TIMEOUT_MILLIS = 2 ** 31 - 1;

/** How the official exporter is to send. */
export interface OfficialExporterOptions {
  readonly config: OtlpExporterConfig;
  /** Bound of one export; 0 means none. */
  readonly timeoutMillis: number;
  readonly userAgent: string;
  readonly agent: () => Agent;
}

/** Builds OpenTelemetry's exporter of spans. This module is loaded where spans leave over http/protobuf, and brings its packages. */
export function createOfficialExporter(options: OfficialExporterOptions): OTLPTraceExporter {
  const { config, timeoutMillis, userAgent, agent } = options;
  return new OTLPTraceExporter({
    url: config.endpoint,
    timeoutMillis: timeoutMillis === 0 ? NO_TIMEOUT_MILLIS : timeoutMillis,
    compression: config.compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    userAgent,
    httpAgentOptions: agent,
  });
}
