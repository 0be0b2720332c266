import type { HttpHeaders, HttpResponse } from '@dcc-mcp/http-adapter';

/** One request to the admin or debug API, once its sender is let in. */
export interface AdminRequest {
  readonly query: URLSearchParams;
  /** Path parameters by name, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: HttpHeaders;
  /** The address people reach the gateway by, without a slash at its end; links begin with it. */
  readonly baseUrl: string;
  /** Which request and which trace this is; said where it is refused. */
  readonly ids?: RequestIds | undefined;
}

/** Names of one request, as the error envelope has them. */
export interface RequestIds {
  readonly request_id: string;
  readonly trace_id: string;
}

/** Answers a request; rejects only for what should not have happened. */
export type AdminHandler = (request: AdminRequest) => Promise<HttpResponse>;

/** A refusal: what was wrong with a request, or not there. */
export class AdminRefusal extends Error {
  readonly status: number;
  readonly kind: string;
  /** What to do instead, one sentence. */
  readonly advice: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ status, kind, message, advice, details = {} }: AdminRefusalOptions) {
    super(message);
    this.name = 'AdminRefusal';
    this.status = status;
    this.kind = kind;
    this.advice = advice;
    this.details = details;
  }
}

/** What an {@link AdminRefusal} says. */
export interface AdminRefusalOptions {
  /** HTTP status. */
  readonly status: 400 | 403 | 404 | 503;
  readonly kind: string;
  readonly message: string;
  readonly advice: string;
  /** Further members of the error. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A JSON answer. */
export function jsonAnswer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const text = JSON.stringify(body);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      'cache-control': 'no-store',
      ...headers,
    },
    body: text,
  };
}

/** The answer to what is refused, in the error envelope of the gateway. */
export function refusalAnswer(refusal: AdminRefusal, ids?: RequestIds): HttpResponse {
  const { status, kind, message, advice, details } = refusal;
  const error = { kind, message, retryable: status === 503, recommended_next_action: advice, ...details };
  return jsonAnswer({ error, ...ids }, status);
}
