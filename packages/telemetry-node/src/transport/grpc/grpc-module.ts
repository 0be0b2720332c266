import { createRequire } from 'node:module';
import type { TelemetrySignal } from '../../health/telemetry-health.ts';

/** The optional peer package of each signal. */
export const GRPC_PACKAGES: Readonly<Record<TelemetrySignal, string>> = {
  traces: '@opentelemetry/exporter-trace-otlp-grpc',
  metrics: '@opentelemetry/exporter-metrics-otlp-grpc',
  logs: '@opentelemetry/exporter-logs-otlp-grpc',
};

/** Made there and given back there; nothing is known of them here. */
// oxlint-disable-next-line typescript/no-explicit-any
type GrpcCredentials = any;

/** The part of `@grpc/grpc-js` that a unary call needs. */
export interface GrpcModule {
  readonly Client: new (target: string, credentials: GrpcCredentials, options: object) => GrpcClient;
  readonly Metadata: new () => { set(name: string, value: string | Buffer): void };
  readonly credentials: {
    createInsecure(): GrpcCredentials;
    createSsl(ca: Buffer | null, key: Buffer | null, cert: Buffer | null): GrpcCredentials;
  };
}

export interface GrpcError {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { get(name: string): readonly (string | Buffer)[] };
}

export interface GrpcClient {
  makeUnaryRequest(
    path: string,
    serialize: (body: Buffer) => Buffer,
    deserialize: (body: Buffer) => Buffer,
    body: Buffer,
    metadata: object,
    options: object,
    callback: (error: GrpcError | null, response?: Buffer) => void,
  ): { cancel(): void };
  close(): void;
}

function isGrpcModule(value: unknown): value is GrpcModule {
  return typeof value === 'object' && value !== null && 'Client' in value && 'credentials' in value;
}

/** Where gRPC comes from. */
export interface GrpcSource {
  /** The module itself, where the application brings it. */
  readonly grpc?: GrpcModule | undefined;
  /** Files from which the optional exporter packages are resolved, else. */
  readonly resolveFrom: readonly string[];
}

/**
 * Loads `@grpc/grpc-js` as the official exporter of `signal` brings it, from where this package or the
 * application installed it; `undefined` when that exporter is not installed. Nothing of the exporter
 * itself runs: its constructor would read the environment.
 */
export function loadGrpc(signal: TelemetrySignal, { grpc: given, resolveFrom }: GrpcSource): GrpcModule | undefined {
  if (given !== undefined) {
    return given;
  }
  for (const base of resolveFrom) {
    try {
      const exporter = createRequire(base).resolve(GRPC_PACKAGES[signal]);
      const transport = createRequire(exporter).resolve('@opentelemetry/otlp-grpc-exporter-base');
      const grpc: unknown = createRequire(transport)('@grpc/grpc-js');
      if (isGrpcModule(grpc)) {
        return grpc;
      }
    } catch {
      // Not resolvable from here: try the next place.
    }
  }
  return undefined;
}
