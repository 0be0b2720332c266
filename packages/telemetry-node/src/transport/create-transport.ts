import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import { maskPath } from '@dcc-mcp/telemetry-config/settings';
import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import type { TelemetrySignal } from '../health/telemetry-health.ts';
import { withPeerRange } from '../start/api-copies.ts';
import { GRPC_PACKAGES, type GrpcSource, loadGrpc } from './grpc/grpc-module.ts';
import { GrpcTransport } from './grpc/grpc-transport.ts';
import { HttpTransport } from './http-transport.ts';
import type { OtlpTransport } from './transport.ts';

type Created = { readonly transport: OtlpTransport } | { readonly failure: ExportFailure };

/** Builds what carries OTLP for `config`, or says why it can't be built. */
export function createTransport(signal: TelemetrySignal, config: OtlpExporterConfig, grpcSource: GrpcSource): Created {
  if (config.protocol === 'grpc') {
    const grpc = loadGrpc(signal, grpcSource);
    return grpc === undefined
      ? { failure: missingPackage(signal) }
      : { transport: new GrpcTransport(grpc, signal, config) };
  }
  const failure = checkHttpEndpoint(config.endpoint);
  return failure === undefined ? { transport: new HttpTransport(config) } : { failure };
}

/** Why nothing can be sent to `endpoint` over HTTP; `undefined` when it can. */
export function checkHttpEndpoint(endpoint: string): ExportFailure | undefined {
  const scheme = URL.canParse(endpoint) ? new URL(endpoint).protocol : '';
  return scheme === 'http:' || scheme === 'https:'
    ? undefined
    : createFailure('invalid_configuration', `"${maskEndpoint(endpoint)}" is not an http(s) URL`);
}

/** An endpoint as it may be shown: without credentials, without the query, and without keys in the path. */
export function maskEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint)) {
    return endpoint.split(/[?#]/)[0] ?? '';
  }
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return endpoint.split(/[?#]/)[0] ?? '';
  }
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : maskPath(url.pathname)}`;
}

function missingPackage(signal: TelemetrySignal): ExportFailure {
  const name = GRPC_PACKAGES[signal];
  return createFailure('exporter_package_missing', `protocol grpc needs the package ${name}, which is not installed`, {
    action: `npm install ${withPeerRange(name)}, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf (port 4318)`,
  });
}
