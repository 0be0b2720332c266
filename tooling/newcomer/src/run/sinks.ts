// Collectors that stand in for Jaeger, Tempo, Phoenix and the Collector, on the ports that the documents type.
import { type OtlpGrpcSink, startOtlpGrpcSink } from '@dcc-mcp/test-kit/otlp-grpc-sink';
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { isFree } from './gateway-port.ts';

const GRPC_PORT = 4317;
const PORTS = /(?:localhost|127\.0\.0\.1):(4317|4318|6006)\b/g;

/** A collector on one of the known ports. */
export interface Collector {
  readonly port: number;
  readonly spans: () => readonly DecodedSpan[];
  readonly metrics: () => readonly unknown[];
  readonly logs: () => readonly unknown[];
  /** The headers, or gRPC metadata, of each request. */
  readonly headers: () => readonly Readonly<Record<string, unknown>>[];
  readonly close: () => Promise<void>;
}

/** The ports of collectors that a command or a setting names. */
export function collectorPortsIn(text: string): readonly number[] {
  return [...new Set([...text.matchAll(PORTS)].map(([, port]) => Number(port)))];
}

function toCollector(sink: OtlpSink | OtlpGrpcSink, headers: Collector['headers']): Collector {
  return {
    port: sink.port,
    spans: () => sink.spans(),
    metrics: () => sink.metrics(),
    logs: () => sink.logs(),
    headers,
    close: async () => sink.close(),
  };
}

/** Starts a collector on `port`; `undefined` when somebody else has the port. */
export async function startCollector(port: number): Promise<Collector | undefined> {
  if (!(await isFree(port))) {
    return undefined;
  }
  if (port === GRPC_PORT) {
    const sink = await startOtlpGrpcSink({ port });
    return toCollector(sink, () => sink.requests.map(({ metadata }) => metadata));
  }
  const sink = await startOtlpSink({ port });
  return toCollector(sink, () => sink.requests.map(({ headers }) => headers));
}

/** Spans whose parent is nowhere among `spans`. */
export function orphansOf<Span extends Pick<DecodedSpan, 'spanId' | 'parentSpanId'>>(
  spans: readonly Span[],
): readonly Span[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => parentSpanId !== '' && !ids.has(parentSpanId));
}

/** How many spans each service sent. */
export function countByService(spans: readonly DecodedSpan[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { resource } of spans) {
    const service = resource.attributes['service.name'];
    const name = typeof service === 'string' ? service : 'nameless';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
