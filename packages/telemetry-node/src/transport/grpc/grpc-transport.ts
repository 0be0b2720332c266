import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import type { TelemetrySignal } from '../../health/telemetry-health.ts';
import { VERSION } from '../../start/version.ts';
import { grpcProxy } from '../proxy-environment.ts';
import { TlsFiles } from '../tls-files.ts';
import { failureOfThrown, type OtlpTransport, type SendResult } from '../transport.ts';
import { failureOfGrpc } from './grpc-failure.ts';
import type { GrpcClient, GrpcModule } from './grpc-module.ts';

const PATHS: Readonly<Record<TelemetrySignal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};
/** `grpc.default_compression_algorithm` of gRPC core. */
const GZIP = 2;

/** Where a gRPC endpoint points: with a scheme the scheme decides about TLS, without one `insecure` does. */
export function toGrpcTarget(
  endpoint: string,
  insecure: boolean,
): { readonly target: string; readonly isSecure: boolean } {
  if (!/^https?:\/\//i.test(endpoint)) {
    return { target: endpoint, isSecure: !insecure };
  }
  const url = new URL(endpoint);
  const isSecure = url.protocol === 'https:';
  return { target: `${url.hostname}:${url.port === '' ? (isSecure ? '443' : '80') : url.port}`, isSecure };
}

/** OTLP over gRPC with bytes in and bytes out; of the environment only its proxies are read. */
export class GrpcTransport implements OtlpTransport {
  readonly answerType = 'application/grpc';
  readonly #grpc: GrpcModule;
  readonly #signal: TelemetrySignal;
  readonly #config: OtlpExporterConfig;
  readonly #tls: TlsFiles;
  #client: GrpcClient | undefined;
  #clientVersion = '';

  constructor(grpc: GrpcModule, signal: TelemetrySignal, config: OtlpExporterConfig) {
    this.#grpc = grpc;
    this.#signal = signal;
    this.#config = config;
    this.#tls = new TlsFiles(config);
  }

  send(body: Uint8Array, timeoutMillis: number, signal: AbortSignal): Promise<SendResult> {
    try {
      return this.#call(Buffer.from(body.buffer, body.byteOffset, body.length), timeoutMillis, signal);
    } catch (error) {
      return Promise.resolve({ ok: false, failure: failureOfThrown(error) });
    }
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #call(body: Buffer, timeoutMillis: number, signal: AbortSignal): Promise<SendResult> {
    const client = this.#currentClient();
    const metadata = new this.#grpc.Metadata();
    for (const [name, value] of Object.entries(this.#config.headers)) {
      metadata.set(name.toLowerCase(), toMetadataValue(name, value));
    }
    const options = timeoutMillis === 0 ? {} : { deadline: Date.now() + timeoutMillis };
    return new Promise((resolve) => {
      const call = client.makeUnaryRequest(
        PATHS[this.#signal],
        same,
        same,
        body,
        metadata,
        options,
        (error, response) => {
          signal.removeEventListener('abort', cancel);
          if (error !== null) {
            resolve({ ok: false, failure: failureOfGrpc(error, this.#signal, grpcProxy()) });
          } else {
            resolve({ ok: true, body: response ?? Buffer.alloc(0), contentType: 'application/grpc' });
          }
        },
      );
      const cancel = (): void => {
        call.cancel();
      };
      if (signal.aborted) {
        cancel();
      } else {
        signal.addEventListener('abort', cancel);
      }
    });
  }

  #currentClient(): GrpcClient {
    const { target, isSecure } = toGrpcTarget(this.#config.endpoint, this.#config.insecure);
    const { material, version } = isSecure ? this.#tls.read() : { material: {}, version: 'plain' };
    if (this.#client === undefined || version !== this.#clientVersion) {
      this.#client?.close();
      const credentials = isSecure
        ? this.#grpc.credentials.createSsl(material.ca ?? null, material.key ?? null, material.cert ?? null)
        : this.#grpc.credentials.createInsecure();
      this.#client = new this.#grpc.Client(target, credentials, {
        'grpc.primary_user_agent': `dcc-mcp-telemetry-node/${VERSION}`,
        ...(this.#config.compression === 'gzip' ? { 'grpc.default_compression_algorithm': GZIP } : {}),
      });
      this.#clientVersion = version;
    }
    return this.#client;
  }
}

/** @throws {Error} Where gRPC's own would repeat the value, which may be a secret. */
function toMetadataValue(name: string, value: string): string | Buffer {
  if (name.toLowerCase().endsWith('-bin')) {
    return Buffer.from(value);
  }
  if (/^[\u0020-\u007E]*$/.test(value)) {
    return value;
  }
  throw new Error(`the value of the header ${name} holds characters that gRPC does not carry: it takes ASCII only`);
}

function same(body: Buffer): Buffer {
  return body;
}
