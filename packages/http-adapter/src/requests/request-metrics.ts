import type { ExemplarStore, SeriesUsage } from '@dcc-mcp/bounded-meter';
import type { Meter, SpanContext } from '@opentelemetry/api';
import { watchBody } from '../context/watch-body.ts';
import type { FetchHandler, Middleware } from '../fetch/fetch-handler.ts';
import { compileExcludedHandlers } from './excluded-handlers.ts';
import { RequestInstruments } from './request-instruments.ts';

export { compileExcludedHandlers } from './excluded-handlers.ts';

/** Options of {@link createRequestMetrics}. */
export interface RequestMetricsOptions {
  readonly meter: Meter;
  /** Comma list of regular expressions (RE2), searched for in the path; what they find is not measured at all. */
  readonly excludedHandlers?: string | readonly string[];
  /** Labels of `app_info`; it has none without them. */
  readonly customLabels?: Readonly<Record<string, string>>;
  /** Comes before the ContextForge names; `default` means none. */
  readonly namespace?: string;
  /** Comes after the namespace. */
  readonly subsystem?: string;
  /** Bound in kinds of requests (method, scheme, route, status) over the life of the process; default 2,000. */
  readonly seriesBudget?: number;
  /** Keeps an exemplar of each series, for a pull exporter that can carry them; default: none are kept. */
  readonly exemplars?: Pick<ExemplarStore, 'reservoir'>;
  /** Monotonic clock in milliseconds; default `performance.now`. */
  readonly now?: () => number;
}

/** What is known when a request begins. */
export interface RequestStart {
  readonly method: string;
  /** Path without query; only matched against the excluded handlers, never a label. */
  readonly path: string;
  /** `https`, or `http` for everything else. */
  readonly scheme: string;
  /** Bytes of the body as sent; absent when nobody knows. */
  readonly bodyBytes?: number | undefined;
}

/** What is known when it ends. */
export interface RequestEnd {
  readonly status: number;
  /** Route template of the host framework; `undefined` when no route matched. Never the path. */
  readonly route: string | undefined;
  /** Bytes of the response body as sent; absent when nobody knows. */
  readonly bodyBytes?: number | undefined;
  /** Bytes of the request body, where they were not known when it began. */
  readonly requestBytes?: number | undefined;
  /** The span of the request: its trace becomes the exemplar of its measurements when it is sampled. */
  readonly span?: SpanContext | undefined;
}

/** A request that is being answered. The first of the two calls counts, the others do nothing. */
export interface OpenRequest {
  /** The response is written. */
  end(end: RequestEnd): void;
  /** The answer is a stream that lives on its own: it is counted, but neither timed nor in progress. */
  endAsStream(end: RequestEnd): void;
}

/** Options of {@link RequestMetrics.middleware}. */
export interface MeasureOptions {
  /** The route template that matched; asked when the handler has answered. `undefined`: none. */
  readonly getRoute: (request: Request, response: Response | undefined) => string | undefined;
  /** Whether the answer is a stream that lives on its own; default: an event stream in answer to GET. */
  readonly isStream?: (request: Request, response: Response) => boolean;
}

/** Measures requests under OTel's convention and under the names of ContextForge. */
export interface RequestMetrics {
  /** For servers that are not fetch-style; `@dcc-mcp/http-adapter/node` has `measureNodeRequests` on top of it. */
  begin(start: RequestStart): OpenRequest;
  /** For fetch-style handlers. Answers pass through byte by byte: nothing is buffered, nothing waits. */
  middleware(options: MeasureOptions): Middleware;
  /** How much of their budget the kinds of requests have used, by the name of their counter. */
  seriesUsage(): Readonly<Record<string, SeriesUsage>>;
  /** Takes the callbacks off the meter. */
  shutdown(): void;
}

const IGNORED: OpenRequest = { end() {}, endAsStream() {} };

/** `namespace_subsystem_`; the literal `default` and blank text mean none. */
function toPrefix(...parts: readonly (string | undefined)[]): string {
  const words = parts.filter((part) => part !== undefined && part.trim() !== '' && part !== 'default');
  const bad = words.find((word) => !/^[A-Za-z][A-Za-z0-9_]*$/.test(word ?? ''));
  if (bad !== undefined) {
    throw new TypeError(`"${bad}" can't begin a metric name: use letters, digits and underscores`);
  }
  return words.map((word) => `${word}_`).join('');
}

/**
 * @throws {TypeError} When an excluded handler is no regular expression (the message names it), or when namespace or
 *   subsystem can't be part of a metric name.
 */
export function createRequestMetrics(options: RequestMetricsOptions): RequestMetrics {
  const { meter, excludedHandlers = [], customLabels = {}, namespace, subsystem, seriesBudget = 2000 } = options;
  const now = options.now ?? (() => performance.now());
  const isExcluded = compileExcludedHandlers(excludedHandlers);
  const prefix = toPrefix(namespace, subsystem);
  const { exemplars } = options;
  const instruments = new RequestInstruments({ meter, prefix, customLabels, seriesBudget, exemplars });
  function begin(start: RequestStart): OpenRequest {
    return isExcluded(start.path) ? IGNORED : openRequest(instruments, start, now);
  }
  return {
    begin,
    middleware: (measure) => (next) => (request, client) => handle({ begin, measure, next }, request, client),
    seriesUsage: () => instruments.usage(),
    shutdown: () => instruments.stop(),
  };
}

function openRequest(instruments: RequestInstruments, start: RequestStart, now: () => number): OpenRequest {
  const { method, scheme, bodyBytes: requestBytes } = start;
  const startedAt = now();
  let isOpen = true;
  instruments.changeActive(method, scheme, 1);
  function close(): boolean {
    const wasOpen = isOpen;
    isOpen = false;
    if (wasOpen) {
      instruments.changeActive(method, scheme, -1);
    }
    return wasOpen;
  }
  return {
    end({ status, route, bodyBytes: responseBytes, requestBytes: receivedBytes, span }) {
      if (!close()) {
        return;
      }
      const durationSeconds = Math.max(0, now() - startedAt) / 1000;
      const sizes = { requestBytes: requestBytes ?? receivedBytes, responseBytes };
      instruments.record({ method, scheme, status, route, durationSeconds, ...sizes, span });
    },
    endAsStream({ status, route, span }) {
      if (close()) {
        instruments.record({ method, scheme, status, route, span });
      }
    },
  };
}

/** `Content-Length` as a number of bytes. */
function parseLength(headers: Headers): number | undefined {
  const text = headers.get('content-length');
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function toStart(request: Request): RequestStart {
  const { protocol, pathname } = new URL(request.url);
  const bodyBytes = parseLength(request.headers) ?? (request.body === null ? 0 : undefined);
  return { method: request.method, path: pathname, scheme: protocol.slice(0, -1), bodyBytes };
}

function isEventStream({ headers }: Response): boolean {
  return (headers.get('content-type') ?? '').trim().toLowerCase().startsWith('text/event-stream');
}

interface Measured {
  readonly begin: (start: RequestStart) => OpenRequest;
  readonly measure: MeasureOptions;
  readonly next: FetchHandler;
}

async function handle({ begin, measure, next }: Measured, ...call: Parameters<FetchHandler>): Promise<Response> {
  const [request] = call;
  const { getRoute, isStream = ({ method }, answer) => method === 'GET' && isEventStream(answer) } = measure;
  const open = begin(toStart(request));
  if (open === IGNORED) {
    return next(...call);
  }
  let response: Response;
  try {
    response = await next(...call);
  } catch (error) {
    open.end({ status: 500, route: getRoute(request, undefined) });
    throw error;
  }
  const { status } = response;
  const route = getRoute(request, response);
  if (isStream(request, response)) {
    open.endAsStream({ status, route });
    return response;
  }
  const { body, statusText, headers } = response;
  const length = request.method === 'HEAD' ? 0 : parseLength(headers);
  if (body === null || length !== undefined) {
    open.end({ status, route, bodyBytes: body === null ? 0 : length });
    return response;
  }
  const watched = watchBody(body, (bodyBytes) => open.end({ status, route, bodyBytes }));
  return new Response(watched, { status, statusText, headers });
}
