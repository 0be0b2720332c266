import type { LabelValues, Series } from '@dcc-mcp/bounded-meter';
import type { MetricLabel } from '@dcc-mcp/semantic-conventions';
import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';

/** Stands for a request that no route matched. */
const UNMATCHED_HANDLER = 'none';
const OTHER_METHOD = '_OTHER';

const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** A method that HTTP knows, else `_OTHER` (OTel HTTP conventions): callers can make up any word. */
export function toMethodLabel(method: string): string {
  return KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
}

/** `https`, else `http`. */
export function toSchemeLabel(scheme: string): string {
  return scheme === 'https' ? scheme : 'http';
}

/** What distinguishes one kind of finished request from another. */
export interface RequestKind {
  readonly method: string;
  readonly scheme: string;
  /** Route template; `undefined` when no route matched. */
  readonly route: string | undefined;
  readonly status: number;
}

const MIN_STATUS = 100;
const MAX_STATUS = 599;

/** The labels that tell kinds of requests apart: only routes can be many, past the budget they share `_other`. */
export const KIND_LABELS: readonly MetricLabel[] = [
  { name: 'route' },
  { name: 'method', values: [...KNOWN_METHODS, OTHER_METHOD] },
  { name: 'scheme', values: ['http', 'https'] },
  {
    name: 'status',
    values: Array.from({ length: MAX_STATUS - MIN_STATUS + 1 }, (_, index) => String(MIN_STATUS + index)),
  },
];

/** The label values of a kind; a status that HTTP does not have counts as 500. */
export function toKindLabels({ method, scheme, route, status }: RequestKind): LabelValues {
  const isStatus = Number.isInteger(status) && status >= MIN_STATUS && status <= MAX_STATUS;
  return {
    route,
    method: toMethodLabel(method),
    scheme: toSchemeLabel(scheme),
    status: isStatus ? String(status) : '500',
  };
}

/** The attributes of one kind of request, for each family of instruments. */
export interface RequestAttributes {
  /** For the `http.server.*` instruments. */
  readonly convention: Attributes;
  /** For `http_requests_total`. */
  readonly request: Attributes;
  /** For `http_request_duration_seconds`. */
  readonly duration: Attributes;
  /** For the sizes. */
  readonly size: Attributes;
}

/** Writes the series of a kind under the labels that each family has. */
export function toRequestAttributes({ attributes }: Series): RequestAttributes {
  const { route, method, scheme, status } = attributes;
  const handler = route ?? UNMATCHED_HANDLER;
  const isError = Number(status) >= 500;
  return {
    convention: Object.freeze({
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_URL_SCHEME]: scheme,
      ...(route === undefined ? {} : { [ATTR_HTTP_ROUTE]: route }),
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: Number(status),
      ...(isError ? { [ATTR_ERROR_TYPE]: status } : {}),
    }),
    request: Object.freeze({ method, handler, status }),
    duration: Object.freeze({ method, handler }),
    size: Object.freeze({ handler }),
  };
}
