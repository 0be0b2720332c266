import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Histogram,
  type Meter,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  METRIC_HTTP_CLIENT_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { isRecord } from '../start/is-record.ts';
import { redactUrl } from './redact-url.ts';

/** What undici, and the `fetch` that Node builds from it, tells about a request. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  addHeader(name: string, value: string): void;
}

interface Running {
  readonly span: Span;
  readonly startedAt: number;
  readonly attributes: Attributes;
}

const DURATION_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

function isUndiciRequest(value: unknown): value is UndiciRequest {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['addHeader'] === 'function';
}

function requestOf(message: unknown): UndiciRequest | undefined {
  const request = isRecord(message) ? message['request'] : undefined;
  return isUndiciRequest(request) ? request : undefined;
}

/**
 * Makes a CLIENT span and `http.client.request.duration` for each request of `fetch` and undici, and
 * injects the context (OTel conventions, "HTTP client"). Works from Node's diagnostics channels, so it
 * does not matter how or how often undici was loaded.
 */
export class FetchSpans {
  readonly #tracer: Tracer;
  readonly #duration: Histogram;
  readonly #running = new WeakMap<UndiciRequest, Running>();
  readonly #handlers: Readonly<Record<string, (message: unknown) => void>>;

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer;
    this.#duration = meter.createHistogram(METRIC_HTTP_CLIENT_REQUEST_DURATION, {
      unit: 's',
      description: 'Duration of HTTP client requests.',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    });
    this.#handlers = {
      'undici:request:create': (message) => {
        this.#start(message);
      },
      'undici:request:headers': (message) => {
        this.#setStatus(message);
      },
      'undici:request:trailers': (message) => {
        this.#end(message);
      },
      'undici:request:error': (message) => {
        this.#fail(message);
      },
    };
  }

  enable(): void {
    for (const [channel, handler] of Object.entries(this.#handlers)) {
      subscribe(channel, handler);
    }
  }

  disable(): void {
    for (const [channel, handler] of Object.entries(this.#handlers)) {
      unsubscribe(channel, handler);
    }
  }

  #start(message: unknown): void {
    const request = requestOf(message);
    const parent = context.active();
    if (request === undefined || isTracingSuppressed(parent)) {
      return;
    }
    const url = new URL(request.path, request.origin);
    const attributes = {
      [ATTR_HTTP_REQUEST_METHOD]: request.method,
      [ATTR_SERVER_ADDRESS]: url.hostname,
      [ATTR_SERVER_PORT]: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    };
    const span = this.#tracer.startSpan(
      request.method,
      { kind: SpanKind.CLIENT, attributes: { ...attributes, [ATTR_URL_FULL]: redactUrl(url.href) } },
      parent,
    );
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(parent, span), carrier);
    for (const [name, value] of Object.entries(carrier)) {
      request.addHeader(name, value);
    }
    this.#running.set(request, { span, startedAt: performance.now(), attributes });
  }

  #setStatus(message: unknown): void {
    const request = requestOf(message);
    const running = request === undefined ? undefined : this.#running.get(request);
    const response = isRecord(message) ? message['response'] : undefined;
    const status = isRecord(response) ? Number(response['statusCode']) : Number.NaN;
    if (running === undefined || Number.isNaN(status)) {
      return;
    }
    const failed = status >= 400 ? { [ATTR_ERROR_TYPE]: String(status) } : {};
    Object.assign(running.attributes, { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status, ...failed });
    running.span.setAttributes(running.attributes);
    if (status >= 400) {
      running.span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  #end(message: unknown): void {
    const request = requestOf(message);
    const running = request === undefined ? undefined : this.#running.get(request);
    if (request === undefined || running === undefined) {
      return;
    }
    this.#running.delete(request);
    this.#duration.record((performance.now() - running.startedAt) / 1_000, running.attributes);
    running.span.end();
  }

  #fail(message: unknown): void {
    const request = requestOf(message);
    const running = request === undefined ? undefined : this.#running.get(request);
    const error = isRecord(message) ? message['error'] : undefined;
    if (running === undefined) {
      return;
    }
    const type = error instanceof Error ? ('code' in error ? String(error.code) : error.name) : 'error';
    running.attributes[ATTR_ERROR_TYPE] = type;
    running.span.setAttribute(ATTR_ERROR_TYPE, type);
    running.span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(error instanceof Error ? { message: error.message } : {}),
    });
    this.#end(message);
  }
}
