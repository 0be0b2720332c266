import {
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  Metadata,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { decodeMetrics, type DecodedMetric } from './otlp-decode-metrics.ts';
import { decodeLogs, decodeTraces, type DecodedLogRecord, type DecodedSpan } from './otlp-decode.ts';

/** One call as it came in. */
export interface OtlpGrpcRequest {
  readonly path: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  readonly receivedAtMillis: number;
}

/** A gRPC status to answer with instead of success. */
export interface OtlpGrpcRefusal {
  readonly code: status;
  readonly details?: string;
  /** Metadata after the answer; a name that ends in `-bin` has bytes. */
  readonly trailers?: Readonly<Record<string, string | Uint8Array>>;
}

export type OtlpGrpcResponder = (request: OtlpGrpcRequest) => OtlpGrpcRefusal | Uint8Array | 'hang' | undefined;

export interface OtlpGrpcSinkOptions {
  /** Port to listen on; 0 (the default) is any free one. */
  readonly port?: number;
  readonly respond?: OtlpGrpcResponder;
  /** PEM texts; with them the sink speaks TLS, and asks for a client certificate when `ca` is given. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
}

/** A gRPC collector for tests: it keeps and decodes what it accepted. */
export interface OtlpGrpcSink {
  /** `http://127.0.0.1:<port>`, or https with TLS. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly OtlpGrpcRequest[];
  spans(): DecodedSpan[];
  metrics(): DecodedMetric[];
  logs(): DecodedLogRecord[];
  respondWith(respond: OtlpGrpcResponder | undefined): void;
  close(): void;
}

const SERVICES = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
} as const;

function same(body: Buffer): Buffer {
  return body;
}

function toDefinition(service: string): ServiceDefinition {
  return {
    Export: {
      path: `/${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  };
}

function toMetadata(trailers: NonNullable<OtlpGrpcRefusal['trailers']>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) {
    metadata.set(name, typeof value === 'string' ? value : Buffer.from(value));
  }
  return metadata;
}

function toRecord(metadata: Metadata): Record<string, unknown> {
  return metadata.getMap();
}

/** Starts an OTLP/gRPC collector on 127.0.0.1. */
export async function startOtlpGrpcSink(options: OtlpGrpcSinkOptions = {}): Promise<OtlpGrpcSink> {
  const server = new Server();
  const requests: OtlpGrpcRequest[] = [];
  const accepted: OtlpGrpcRequest[] = [];
  let respond = options.respond;
  for (const service of Object.values(SERVICES)) {
    const handle: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
      const request = {
        path: call.getPath(),
        metadata: toRecord(call.metadata),
        body: call.request,
        receivedAtMillis: Date.now(),
      };
      requests.push(request);
      const answer = respond?.(request) ?? Buffer.alloc(0);
      if (answer === 'hang') {
        return;
      }
      if (answer instanceof Uint8Array) {
        accepted.push(request);
        callback(null, Buffer.from(answer));
      } else {
        callback({
          code: answer.code,
          details: answer.details ?? status[answer.code] ?? '',
          metadata: toMetadata(answer.trailers ?? {}),
        });
      }
    };
    server.addService(toDefinition(service), { Export: handle });
  }
  const port = await bind(server, options);
  const bodies = (service: string): Buffer[] =>
    accepted.filter((request) => request.path.includes(service)).map((request) => request.body);
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    spans: () => bodies(SERVICES.traces).flatMap((body) => decodeTraces(body)),
    metrics: () => bodies(SERVICES.metrics).flatMap((body) => decodeMetrics(body)),
    logs: () => bodies(SERVICES.logs).flatMap((body) => decodeLogs(body)),
    respondWith: (next) => {
      respond = next;
    },
    close: () => {
      server.forceShutdown();
    },
  };
}

function bind(server: Server, { tls, port: wanted = 0 }: OtlpGrpcSinkOptions): Promise<number> {
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          tls.ca === undefined ? null : Buffer.from(tls.ca),
          [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
          tls.ca !== undefined,
        );
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${wanted}`, credentials, (error, port) => {
      if (error === null) {
        resolve(port);
      } else {
        reject(error);
      }
    });
  });
}
