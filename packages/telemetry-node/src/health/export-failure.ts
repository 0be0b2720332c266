/** Why an export did not arrive, as a closed set: stable words for dashboards, tests and `doctor`. */
export type ExportCause =
  | 'connection_refused'
  | 'dns'
  | 'unreachable'
  | 'connection_reset'
  | 'timeout'
  | 'tls_to_plaintext'
  | 'plaintext_to_tls'
  | 'certificate'
  | 'http_to_grpc_port'
  | 'grpc_to_http_port'
  | 'unauthorized'
  | 'forbidden'
  | 'wrong_path'
  | 'signal_unsupported'
  | 'proxy'
  | 'redirect'
  | 'unsupported_media_type'
  | 'too_large'
  | 'bad_request'
  | 'rate_limited'
  | 'unavailable'
  | 'server_error'
  | 'invalid_response'
  | 'rejected'
  | 'exporter_package_missing'
  | 'invalid_configuration'
  | 'unencodable'
  | 'internal';

/** One failed export: what happened and what to do about it, each in one line. */
export interface ExportFailure {
  readonly cause: ExportCause;
  /** What happened. Never holds a header value or a secret. */
  readonly message: string;
  /** What the operator does next. */
  readonly action: string;
  /** HTTP or gRPC status, where one came back. */
  readonly statusCode?: number;
  /** Whether the same batch may be sent again (OTLP, "Retryable Response Codes"). */
  readonly isRetryable: boolean;
  /** How long the collector asked to wait. */
  readonly retryAfterMillis?: number;
}

const ACTIONS: Readonly<Record<ExportCause, string>> = {
  connection_refused: 'start the collector, or correct host and port of the endpoint',
  dns: 'correct the host name of the endpoint, or the DNS of this machine',
  unreachable: 'check route and firewall between this machine and the collector',
  connection_reset: 'run the doctor: it asks the port which protocol it speaks',
  timeout: 'check the collector’s load and the route to it, or raise OTEL_EXPORTER_OTLP_TIMEOUT',
  tls_to_plaintext: 'the port speaks plain text: write http:// instead of https:// in the endpoint',
  plaintext_to_tls: 'the port speaks TLS: write https:// instead of http:// in the endpoint',
  certificate:
    'set OTEL_EXPORTER_OTLP_CERTIFICATE to the PEM file of the authority that signed the collector’s certificate',
  http_to_grpc_port: 'the port speaks gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or use the HTTP port (4318)',
  grpc_to_http_port: 'the port speaks HTTP: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, or use the gRPC port (4317)',
  unauthorized: 'put valid credentials into OTEL_EXPORTER_OTLP_HEADERS',
  forbidden: 'the credentials are known but not allowed: check what they may write',
  wrong_path:
    'correct the path: OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/<signal> appended, a per-signal endpoint is used as it is; ' +
    'to a server of traces only (Jaeger, Tempo, Phoenix) send nothing else: OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none',
  signal_unsupported:
    'send the signal elsewhere (OTEL_EXPORTER_OTLP_<SIGNAL>_ENDPOINT) or nowhere (OTEL_<SIGNAL>_EXPORTER=none)',
  proxy: 'a proxy answered instead of the collector: let this host pass it, or bypass it',
  redirect: 'set the endpoint to the address the redirect names; exporters do not follow redirects',
  unsupported_media_type: 'choose another OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf or http/json',
  too_large: 'lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE, or raise the collector’s limit',
  bad_request: 'the collector refuses the request: compare its version and the protocol; its log says why',
  rate_limited: 'lower the rate (sampler, batch size) or raise the quota at the collector',
  unavailable: 'the collector is overloaded or restarting; exporting goes on by itself when it is back',
  server_error: 'read the collector’s log',
  invalid_response: 'the endpoint answers, but not as a collector does: check that it is one',
  rejected: 'the collector keeps only a part: its message and its log say why',
  exporter_package_missing: 'install the package, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
  invalid_configuration: 'correct the setting',
  unencodable: 'look at what the application records: the record is dropped alone',
  internal: 'report it at the repository, with this message',
};

/** Builds a failure; the action is the usual one of its cause unless another is given. */
export function createFailure(
  cause: ExportCause,
  message: string,
  details: Partial<Pick<ExportFailure, 'action' | 'statusCode' | 'isRetryable' | 'retryAfterMillis'>> = {},
): ExportFailure {
  return { cause, message, action: ACTIONS[cause], isRetryable: false, ...details };
}

const ABSENT: ReadonlySet<ExportCause> = new Set(['connection_refused', 'dns', 'unreachable']);

/** Whether no collector is there, nor a proxy to one: waiting would only delay the end of the process. */
export function isCollectorAbsent({ cause, statusCode }: ExportFailure): boolean {
  return ABSENT.has(cause) || (cause === 'proxy' && statusCode === undefined);
}
