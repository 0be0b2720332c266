import { createFailure, type ExportCause, type ExportFailure } from '../../health/export-failure.ts';
import type { TelemetrySignal } from '../../health/telemetry-health.ts';
import { toOneLine } from '../otlp-response.ts';
import type { NamedProxy } from '../proxy-environment.ts';
import { describeProxy } from '../proxy-failure.ts';
import { parsePushback, parseRetryAfter, readRetryInfo } from '../retry-wish.ts';
import type { GrpcError } from './grpc-module.ts';

/** Status codes of gRPC that say one thing (https://grpc.io/docs/guides/status-codes). */
const STATUS_CAUSES: Readonly<Record<number, ExportCause>> = {
  1: 'unavailable',
  3: 'bad_request',
  4: 'timeout',
  7: 'forbidden',
  8: 'rate_limited',
  10: 'unavailable',
  11: 'bad_request',
  12: 'signal_unsupported',
  13: 'server_error',
  14: 'unavailable',
  15: 'server_error',
  16: 'unauthorized',
};

/** OTLP, "OTLP/gRPC Throttling": these may be sent again; 8 only when the server says when. */
const RETRYABLE: ReadonlySet<number> = new Set([1, 4, 10, 11, 14, 15]);

/** grpc-js ends some messages with this label and nothing behind it. */
const NOTHING_RESOLVED = /\.?\s*Resolution note:\s*$/;

const DETAILS: readonly (readonly [RegExp, ExportCause])[] = [
  [/ECONNREFUSED/, 'connection_refused'],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/i, 'dns'],
  [/EHOSTUNREACH|ENETUNREACH/, 'unreachable'],
  [/wrong version number|packet length too long|EPROTO/i, 'tls_to_plaintext'],
  [/certificate|self.signed|unable to verify|UNABLE_TO|CERT_/i, 'certificate'],
  [/Protocol error|ERR_HTTP2|Received HTTP status code|content-type/i, 'grpc_to_http_port'],
  [/larger than max/i, 'too_large'],
];

function causeOf(error: GrpcError): ExportCause {
  if (error.code === 14 || error.code === 2 || error.code === 13 || error.code === 8) {
    const known = DETAILS.find(([pattern]) => pattern.test(error.details));
    if (known !== undefined) {
      return known[1];
    }
  }
  return STATUS_CAUSES[error.code] ?? 'server_error';
}

const PERMANENT: ReadonlySet<ExportCause> = new Set([
  'tls_to_plaintext',
  'certificate',
  'grpc_to_http_port',
  'too_large',
]);

/** How long the collector asks to wait: `google.rpc.RetryInfo` travels in a binary trailer, the others are texts. */
function readWish(error: GrpcError): number | undefined {
  const trailer = (name: string): string | Buffer | undefined => error.metadata?.get(name)[0];
  const details = trailer('grpc-status-details-bin');
  const info = details instanceof Uint8Array ? readRetryInfo(details) : undefined;
  if (info !== undefined) {
    return info;
  }
  const pushback = trailer('grpc-retry-pushback-ms');
  if (pushback !== undefined) {
    return parsePushback(String(pushback));
  }
  const retryAfter = trailer('retry-after');
  return retryAfter === undefined ? undefined : parseRetryAfter(String(retryAfter), Date.now());
}

function toAction(signal: TelemetrySignal): string {
  const name = signal.toUpperCase();
  return (
    `send ${signal} elsewhere (OTEL_EXPORTER_OTLP_${name}_ENDPOINT) or nowhere (OTEL_${name}_EXPORTER=none); ` +
    'a server of traces only (Jaeger, Tempo, Phoenix) needs OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none'
  );
}

/** grpc-js says no more where it is the proxy that makes no connection. */
const NO_TUNNEL = /^No connection established\. Last error: undefined/;

function failureOfProxy(proxy: NamedProxy): ExportFailure {
  const { variable } = proxy;
  return createFailure('proxy', `${describeProxy(proxy)} is not there, or makes no tunnel to the collector`, {
    action: `start the proxy, let the collector’s host pass it, or correct ${variable}; a collector that needs none is named in no_proxy`,
    isRetryable: true,
  });
}

/**
 * Explains a gRPC status that is not OK; each signal is a service of its own, which a collector may lack.
 *
 * @param proxy The one that the environment names.
 */
export function failureOfGrpc(error: GrpcError, signal: TelemetrySignal, proxy?: NamedProxy): ExportFailure {
  if (proxy !== undefined && error.code === 14 && NO_TUNNEL.test(error.details)) {
    return failureOfProxy(proxy);
  }
  const cause = causeOf(error);
  const retryAfterMillis = readWish(error);
  const isRetryable = RETRYABLE.has(error.code) || (error.code === 8 && retryAfterMillis !== undefined);
  const details = error.details.replace(NOTHING_RESOLVED, '');
  const what = `gRPC status ${error.code}: ${toOneLine(details, 200)}`;
  const isUnsupported = cause === 'signal_unsupported';
  return createFailure(cause, isUnsupported ? `this collector does not take ${signal} (${what})` : what, {
    ...(isUnsupported ? { action: toAction(signal) } : {}),
    statusCode: error.code,
    isRetryable: isRetryable && !PERMANENT.has(cause),
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
  });
}
