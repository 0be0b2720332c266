import type { Attributes } from '@opentelemetry/api';

/** Stands for a request that no route matched. */
const UNMATCHED_HANDLER = 'none';
/** Stands for routes past the budget. */
const OTHER = '_other';

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
  return KNOWN_METHODS.has(method) ? method : '_OTHER';
}

/** What distinguishes one kind of finished request from another. */
export interface RequestKind {
  /** As {@link toMethodLabel} gives it. */
  readonly method: string;
  readonly scheme: string;
  /** Route template; `undefined` when no route matched. */
  readonly route: string | undefined;
  readonly status: number;
}

/** The attributes of one finished request for each instrument, always the same objects for equal kinds. */
export interface RequestAttributes {
  /** For the `http.server.*` instruments. */
  readonly convention: Attributes;
  /** For `http_requests_total`. */
  readonly request: Attributes;
  /** For `http_request_duration_seconds`. */
  readonly duration: Attributes;
  /** For the sizes. */
  readonly size: Attributes;
  /** Whether the route had to be replaced by `_other`. */
  readonly isOverflow: boolean;
}

/** Attribute objects by the values in them. */
class AttributeSets {
  readonly #sets = new Map<string, Attributes>();

  intern(attributes: Attributes): Attributes {
    const key = JSON.stringify(attributes);
    const known = this.#sets.get(key);
    if (known !== undefined) {
      return known;
    }
    this.#sets.set(key, Object.freeze(attributes));
    return attributes;
  }
}

function toConvention({ method, scheme, route, status }: RequestKind): Attributes {
  return {
    'http.request.method': method,
    'url.scheme': scheme,
    ...(route !== undefined && { 'http.route': route }),
    'http.response.status_code': status,
    ...(status >= 500 && { 'error.type': String(status) }),
  };
}

/** Gives each kind of request its attributes, for a bounded number of kinds over the life of the process. */
export class RequestSeries {
  readonly #maxKinds: number;
  readonly #sets = new AttributeSets();
  readonly #byRoute = new Map<string | undefined, Map<string, RequestAttributes>>();
  #kinds = 0;

  /** @param maxKinds Past it, new routes share `_other`. */
  constructor(maxKinds: number) {
    this.#maxKinds = maxKinds;
  }

  /** The attributes for `kind`; a status that HTTP does not have counts as 500. */
  find(kind: RequestKind): RequestAttributes {
    const status = Number.isInteger(kind.status) && kind.status >= 100 && kind.status <= 599 ? kind.status : 500;
    const key = `${kind.method} ${kind.scheme} ${status}`;
    const known = this.#byRoute.get(kind.route)?.get(key);
    if (known !== undefined) {
      return known;
    }
    const isAdmitted = kind.route === undefined || this.#kinds < this.#maxKinds;
    if (!isAdmitted && kind.route !== OTHER) {
      return this.find({ ...kind, route: OTHER });
    }
    return this.#add({ ...kind, status }, key);
  }

  #add(kind: RequestKind, key: string): RequestAttributes {
    const { method, route, status } = kind;
    const handler = route ?? UNMATCHED_HANDLER;
    const attributes: RequestAttributes = {
      convention: this.#sets.intern(toConvention(kind)),
      request: this.#sets.intern({ method, handler, status: String(status) }),
      duration: this.#sets.intern({ method, handler }),
      size: this.#sets.intern({ handler }),
      isOverflow: route === OTHER,
    };
    const ofRoute = this.#byRoute.get(route) ?? new Map<string, RequestAttributes>();
    this.#byRoute.set(route, ofRoute.set(key, attributes));
    this.#kinds += 1;
    return attributes;
  }
}
