import type { IncomingHttpHeaders } from 'node:http';
import { createFailure, type ExportCause, type ExportFailure } from '../health/export-failure.ts';
import { readRefusal, toOneLine } from './otlp-response.ts';
import type { NamedProxy } from './proxy-environment.ts';
import { actionOfProxy, describeProxy, toFailureOfProxy, type Route } from './proxy-failure.ts';
import { isRetryableStatus, parseRetryAfter, readJsonRetryInfo, readRetryInfo } from './retry-wish.ts';

/** Node's error code, of the error or of the first error inside an aggregate. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return '';
  }
  if ('code' in error && typeof error.code === 'string') {
    return error.code;
  }
  if (error instanceof AggregateError) {
    return errorCode(error.errors[0]);
  }
  return error instanceof Error && error.cause !== undefined ? errorCode(error.cause) : '';
}

const NETWORK_CAUSES: Readonly<Record<string, ExportCause>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls_to_plaintext',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls_to_plaintext',
  EPROTO: 'tls_to_plaintext',
};

const SENTENCES: Partial<Record<ExportCause, string>> = {
  connection_refused: 'nothing listens there',
  dns: 'the host name cannot be resolved',
  unreachable: 'the host cannot be reached',
  timeout: 'no answer in time',
  connection_reset: 'the connection was closed without an answer',
  tls_to_plaintext: 'TLS was spoken to a port that speaks plain text',
  plaintext_to_tls: 'plain text was spoken to a port that speaks TLS',
  http_to_grpc_port: 'HTTP/1.1 was spoken to a port that speaks HTTP/2 (gRPC)',
};

const NOT_RETRYABLE: ReadonlySet<ExportCause> = new Set([
  'tls_to_plaintext',
  'plaintext_to_tls',
  'certificate',
  'http_to_grpc_port',
]);

/** The bytes of an answer that is not HTTP/1.1 tell what it is: a TLS alert, or an HTTP/2 frame. */
function causeOfParseError(error: unknown): ExportCause {
  const packet = typeof error === 'object' && error !== null && 'rawPacket' in error ? error.rawPacket : undefined;
  if (packet instanceof Uint8Array && packet[0] === 0x15) {
    return 'plaintext_to_tls';
  }
  if (packet instanceof Uint8Array && packet[0] === 0 && packet.length >= 9) {
    return 'http_to_grpc_port';
  }
  return 'invalid_response';
}

function causeOfError(error: unknown): ExportCause {
  const code = errorCode(error);
  const known = NETWORK_CAUSES[code];
  if (known !== undefined) {
    return known;
  }
  if (code.startsWith('HPE_')) {
    return causeOfParseError(error);
  }
  if (/CERT|SELF_SIGNED|ISSUER|ERR_TLS|ERR_SSL|UNABLE_TO_VERIFY/.test(code)) {
    return 'certificate';
  }
  return 'internal';
}

/** Explains a request that got no answer; with its `route`, a proxy on the way is told from the collector. */
export function failureOfError(error: unknown, route?: Route): ExportFailure {
  const failure = failureOfNetwork(error);
  return route === undefined ? failure : toFailureOfProxy(error, failure, route);
}

function failureOfNetwork(error: unknown): ExportFailure {
  const cause = causeOfError(error);
  const code = errorCode(error);
  const text = error instanceof Error ? toOneLine(error.message, 200) : 'unknown error';
  const sentence = SENTENCES[cause] ?? (cause === 'certificate' ? `the certificate is not trusted: ${text}` : text);
  return createFailure(cause, code === '' ? sentence : `${sentence} (${code})`, {
    isRetryable: cause in SENTENCES && !NOT_RETRYABLE.has(cause),
  });
}

const STATUS_CAUSES: Readonly<Record<number, ExportCause>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'wrong_path',
  405: 'wrong_path',
  407: 'proxy',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

const PROXY_HEADERS = ['via', 'proxy-authenticate', 'proxy-connection', 'x-squid-error', 'x-proxy-error'];
const TLS_EXPECTED = /HTTP request (was sent )?to (an )?HTTPS (server|port)/i;

function isFromProxy(status: number, headers: IncomingHttpHeaders): boolean {
  if (status === 407) {
    return true;
  }
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) {
    return true;
  }
  const isPage = (headers['content-type'] ?? '').startsWith('text/html');
  return isPage && (status === 200 || status === 403 || status >= 502);
}

function causeOfStatus(status: number, headers: IncomingHttpHeaders, body: string): ExportCause {
  if (status === 400 && TLS_EXPECTED.test(body)) {
    return 'plaintext_to_tls';
  }
  if (status !== 401 && status !== 404 && isFromProxy(status, headers)) {
    return 'proxy';
  }
  if (status >= 300 && status < 400) {
    return 'redirect';
  }
  return STATUS_CAUSES[status] ?? (status >= 500 ? 'server_error' : 'bad_request');
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly path: string;
  /** The proxy that passed the request on, where one did. */
  readonly proxy?: NamedProxy | undefined;
}

/** Explains an answer that is not success; the body's text is shown as one short line. */
export function failureOfAnswer(answer: HttpAnswer, nowMillis: number): ExportFailure {
  const { status, headers } = answer;
  const text = toOneLine(readRefusal(answer.body.subarray(0, 4_096), headers['content-type'] ?? ''), 200);
  const cause = causeOfStatus(status, headers, text);
  const retryAfterMillis = readWish(answer, nowMillis);
  return createFailure(cause, describeAnswer(cause, answer, text), {
    statusCode: status,
    isRetryable: isRetryableStatus(status),
    ...(cause === 'proxy' && answer.proxy !== undefined ? { action: actionOfProxy(answer.proxy, status) } : {}),
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
  });
}

function describeAnswer(cause: ExportCause, answer: HttpAnswer, text: string): string {
  const { status, headers, path, proxy } = answer;
  const isPage = (headers['content-type'] ?? '').startsWith('text/html');
  const details = text === '' || isPage ? '' : `: ${text}`;
  const way = proxy === undefined ? '' : ` by way of ${describeProxy(proxy)}`;
  if (cause === 'wrong_path') {
    return `the server answered ${status} for ${path}${way}${details}`;
  }
  if (cause === 'redirect') {
    return `the server answered ${status} and points to ${toOneLine(headers.location ?? '', 200)}`;
  }
  if (cause === 'proxy') {
    const who = toOneLine([headers.via ?? headers['server'] ?? 'a web page'].flat().join(', '), 80);
    const named =
      proxy === undefined ? `a proxy answered ${status} (${who})` : `${describeProxy(proxy)} answered ${status}`;
    return `${named}${details}`;
  }
  return `the server answered ${status}${way}${details}`;
}

/** How long the collector asks to wait: by a header, or by the status in the body. */
function readWish({ headers, body }: HttpAnswer, nowMillis: number): number | undefined {
  const header = headers['retry-after'];
  if (header !== undefined) {
    return parseRetryAfter(header, nowMillis);
  }
  const mediaType = headers['content-type'] ?? '';
  if (mediaType.startsWith('application/x-protobuf')) {
    return readRetryInfo(body);
  }
  return mediaType.startsWith('application/json') ? readJsonRetryInfo(parseJson(body)) : undefined;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
