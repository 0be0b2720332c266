import {
  createRequestContextSettings,
  isRecord,
  readRequestContext,
  type RequestContext,
  type RequestContextSettings,
  type RequestHeaders,
} from '@dcc-mcp/request-context';
import { type Context, propagation, ROOT_CONTEXT, type TextMapPropagator, trace } from '@opentelemetry/api';

/** HTTP headers as the web or Node hands them over. */
export type AnyHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a message may carry trace context in. */
export interface MessageCarriers {
  readonly headers?: AnyHeaders;
  /** MCP `params._meta`. */
  readonly meta?: unknown;
}

/** What an outgoing message takes trace context in; what is given is written to. */
export interface OutgoingCarriers {
  readonly headers?: Headers | Record<string, string>;
  /** MCP `params._meta`. */
  readonly meta?: Record<string, unknown>;
}

/**
 * Reads the caller's context from one message: `params._meta` first (MCP SEP-414), then its headers. Take it from the message,
 * never from the request that opened a stream.
 *
 * @param propagator Default: the one registered with the OpenTelemetry API.
 * @returns `ROOT_CONTEXT` with the caller's span in it, or bare when the message has none.
 */
export function extractContext(carriers: MessageCarriers, propagator?: TextMapPropagator): Context {
  return contextOf(readMessage(carriers, settingsOf(propagator)));
}

/** The caller's span and baggage as a context of OpenTelemetry. */
export function contextOf({ parent, baggage }: RequestContext): Context {
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return baggage === undefined ? context : propagation.setBaggage(context, baggage);
}

/**
 * Writes the span of `context` into the headers and `params._meta` of an outgoing message.
 *
 * @param propagator Default: the one registered with the OpenTelemetry API.
 */
export function injectContext(context: Context, carriers: OutgoingCarriers, propagator?: TextMapPropagator): void {
  const fields: Record<string, string> = {};
  if (propagator === undefined) {
    propagation.inject(context, fields);
  } else {
    propagator.inject(context, fields, { set: (carrier, key, value) => (carrier[key] = value) });
  }
  const { headers, meta } = carriers;
  for (const [key, value] of Object.entries(fields)) {
    if (isWebHeaders(headers)) {
      headers.set(key, value);
    } else if (headers !== undefined) {
      headers[key] = value;
    }
    if (meta !== undefined) {
      meta[key] = value;
    }
  }
}

/** Reads one message of an MCP server. */
export function readMessage(carriers: MessageCarriers, settings: RequestContextSettings): RequestContext {
  return readRequestContext(
    { transport: 'mcp', headers: toRequestHeaders(carriers.headers), meta: carriers.meta },
    settings,
  );
}

const NO_HEADERS: RequestHeaders = {};

function toRequestHeaders(headers: AnyHeaders | undefined): RequestHeaders {
  if (headers === undefined) {
    return NO_HEADERS;
  }
  if (isWebHeaders(headers)) {
    return Object.fromEntries(headers);
  }
  const entries = Object.entries(headers).map(([name, value]): [string, string | readonly string[] | undefined] => [
    name.toLowerCase(),
    value,
  ]);
  return Object.fromEntries(entries);
}

// By what it can do: fetch implementations, and jest, bring a class of their own.
function isWebHeaders(headers: unknown): headers is Headers {
  return isRecord(headers) && typeof headers['set'] === 'function' && Symbol.iterator in headers;
}

/** The propagator registered with the API at the time of the call: it may be registered after this module is loaded. */
const registered: TextMapPropagator = {
  inject: (context, carrier, setter) => propagation.inject(context, carrier, setter),
  extract: (context, carrier, getter) => propagation.extract(context, carrier, getter),
  fields: () => propagation.fields(),
};

const known = new WeakMap<TextMapPropagator, RequestContextSettings>();

/** Settings for one propagator, made once. Those of the registered one are made each time, since it may change. */
export function settingsOf(propagator: TextMapPropagator | undefined): RequestContextSettings {
  if (propagator === undefined) {
    return createRequestContextSettings({ propagator: registered });
  }
  const settings = known.get(propagator) ?? createRequestContextSettings({ propagator });
  known.set(propagator, settings);
  return settings;
}
