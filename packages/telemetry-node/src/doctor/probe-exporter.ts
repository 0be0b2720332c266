import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import { tighterTimeout } from '../export/exporter.ts';
import { createFailure, type ExportCause, type ExportFailure } from '../health/export-failure.ts';
import type { TelemetrySignal } from '../health/telemetry-health.ts';
import { createTransport, maskEndpoint } from '../transport/create-transport.ts';
import type { GrpcSource } from '../transport/grpc/grpc-module.ts';
import { toGrpcTarget } from '../transport/grpc/grpc-transport.ts';
import { parseOtlpResponse } from '../transport/otlp-response.ts';
import type { DoctorExporter } from './doctor-report.ts';
import { identifyListener, type ListenerKind } from './identify-listener.ts';

/** An export request without content is valid in every signal. */
const EMPTY_REQUEST = { 'http/protobuf': '', 'http/json': '{}', grpc: '' } as const;
const IDENTIFY_TIMEOUT_MILLIS = 2_000;

/** Causes behind which a mix-up of protocols can hide. */
const AMBIGUOUS: ReadonlySet<ExportCause> = new Set([
  'connection_reset',
  'invalid_response',
  'timeout',
  'unavailable',
  'server_error',
  'internal',
  'tls_to_plaintext',
]);

export interface ProbeOptions extends GrpcSource {
  readonly timeoutMillis: number;
}

/** Sends one empty request as the exporter would and says how it ended. */
export async function probeExporter(
  signal: TelemetrySignal,
  config: OtlpExporterConfig,
  options: ProbeOptions,
): Promise<DoctorExporter> {
  const started = performance.now();
  const failure = await tryOnce(signal, config, options);
  const explained = failure === undefined ? undefined : await explain(config, failure);
  const endpoint = maskEndpoint(config.endpoint);
  return {
    signal,
    protocol: config.protocol,
    endpoint,
    reachable: failure === undefined,
    durationMillis: Math.round(performance.now() - started),
    ...(explained === undefined
      ? {}
      : {
          problem: {
            cause: explained.cause,
            subject: `${signal} over ${config.protocol} to ${endpoint}`,
            message: explained.message,
            action: explained.action,
          },
        }),
  };
}

async function tryOnce(
  signal: TelemetrySignal,
  config: OtlpExporterConfig,
  options: ProbeOptions,
): Promise<ExportFailure | undefined> {
  const created = createTransport(signal, config, options);
  if ('failure' in created) {
    return created.failure;
  }
  const body = Buffer.from(EMPTY_REQUEST[config.protocol]);
  const bound = tighterTimeout(config.timeoutMillis, options.timeoutMillis);
  const result = await created.transport.send(body, bound, new AbortController().signal);
  created.transport.close();
  if (!result.ok) {
    return result.failure;
  }
  const response = parseOtlpResponse(result.body, result.contentType);
  if (!('invalid' in response)) {
    return undefined;
  }
  const isPage = result.contentType.startsWith('text/html');
  return createFailure(isPage ? 'proxy' : 'invalid_response', `the server answered 200, but ${response.invalid}`);
}

/** Where the failure leaves more than one cause open, the port is asked what it speaks. */
async function explain(config: OtlpExporterConfig, failure: ExportFailure): Promise<ExportFailure> {
  if (!AMBIGUOUS.has(failure.cause) || failure.statusCode === 503) {
    return failure;
  }
  const target = toTarget(config);
  if (target === undefined) {
    return failure;
  }
  const kind = await identifyListener(target.host, target.port, IDENTIFY_TIMEOUT_MILLIS);
  const cause = causeOfMismatch(config.protocol === 'grpc', target.isSecure, kind);
  if (cause === undefined && failure.cause === 'connection_reset') {
    return { ...failure, action: RESET_ACTION };
  }
  if (cause === undefined || failure.message.includes(SENTENCES[cause])) {
    return failure;
  }
  return createFailure(cause, `${SENTENCES[cause]} (${failure.message})`);
}

/** The usual advice is to run the doctor. */
const RESET_ACTION =
  'check that a collector listens there, and what closes its connections: its log, a firewall, a proxy';

const SENTENCES = {
  plaintext_to_tls: 'plain text was spoken to a port that speaks TLS',
  tls_to_plaintext: 'TLS was spoken to a port that speaks plain text',
  http_to_grpc_port: 'HTTP/1.1 was spoken to a port that speaks gRPC',
  grpc_to_http_port: 'gRPC was spoken to a port that speaks HTTP/1.1',
} as const;

/** The mix-up that what was spoken and what the port speaks amount to, if it is one. */
export function causeOfMismatch(
  isGrpc: boolean,
  isSecure: boolean,
  kind: ListenerKind,
): keyof typeof SENTENCES | undefined {
  if (kind === 'unknown') {
    return undefined;
  }
  if (kind === 'tls') {
    return isSecure ? undefined : 'plaintext_to_tls';
  }
  if (isSecure) {
    return 'tls_to_plaintext';
  }
  if (isGrpc) {
    return kind === 'http1' ? 'grpc_to_http_port' : undefined;
  }
  return kind === 'http2' ? 'http_to_grpc_port' : undefined;
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

function toTarget(config: OtlpExporterConfig): Target | undefined {
  const { target, isSecure } =
    config.protocol === 'grpc'
      ? toGrpcTarget(config.endpoint, config.insecure)
      : { target: '', isSecure: config.endpoint.startsWith('https:') };
  const text = target === '' ? config.endpoint : `${isSecure ? 'https' : 'http'}://${target}`;
  if (!URL.canParse(text)) {
    return undefined;
  }
  const { hostname, port } = new URL(text);
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { host, port: port === '' ? (isSecure ? 443 : 80) : Number(port), isSecure };
}
