import { isPrivateText } from '@dcc-mcp/bounds/redaction';
import {
  type Baggage,
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';
import type { RequestContextSettings } from '../request/request-context-settings.ts';
import { isRecord, type RequestHeaders } from './carrier-input.ts';

/** Which carrier brought the caller's trace context. */
export type TraceCarrier = 'meta' | 'header' | 'none';

/** Trace context as the carriers brought it. */
export interface ExtractedTrace {
  readonly carrier: TraceCarrier;
  /** The winning caller's span. */
  readonly parent?: SpanContext;
  /** The valid context of the losing carrier, when it names another span. */
  readonly links: readonly SpanContext[];
  /** Allowed entries only. */
  readonly baggage?: Baggage;
}

/** Bound of `tracestate`, in characters (W3C Trace Context, section 3.3.1.5). */
const MAX_TRACESTATE_CHARS = 512;
const MAX_BAGGAGE_CHARS = 8192;

// Flags this version of the specification knows: sampled and random. Unknown ones must not be passed on.
const KNOWN_FLAGS = 0x03;

const NO_LINKS: readonly SpanContext[] = [];
const NO_TRACE: ExtractedTrace = { carrier: 'none', links: NO_LINKS };

/**
 * Reads the caller's trace context with the configured propagators: `params._meta` first, then the headers; the loser
 * becomes a link. Values in `_meta` that aren't text are ignored.
 */
export function extractTrace(headers: RequestHeaders, meta: unknown, settings: RequestContextSettings): ExtractedTrace {
  const fromMeta = isRecord(meta) ? extract(meta, metaGetter, settings) : undefined;
  const fromHeaders = extract(headers, headerGetter, settings);
  if (fromMeta === undefined && fromHeaders === undefined) {
    return NO_TRACE;
  }
  const metaSpan = spanOf(fromMeta);
  const headerSpan = spanOf(fromHeaders);
  const baggage = allowedBaggage(fromMeta, settings) ?? allowedBaggage(fromHeaders, settings);
  const parent = metaSpan ?? headerSpan;
  const carrier = metaSpan === undefined ? (headerSpan === undefined ? 'none' : 'header') : 'meta';
  return {
    carrier,
    links: metaSpan && headerSpan && !isSameSpan(metaSpan, headerSpan) ? [headerSpan] : NO_LINKS,
    ...(parent !== undefined && { parent }),
    ...(baggage !== undefined && { baggage }),
  };
}

function extract<C>(carrier: C, getter: TextMapGetter<C>, settings: RequestContextSettings): Context | undefined {
  // Most requests carry nothing: asking for the few known fields is cheaper than running the propagators.
  for (const field of settings.propagationFields) {
    if (getter.get(carrier, field) !== undefined) {
      return settings.propagator.extract(ROOT_CONTEXT, carrier, getter);
    }
  }
  return undefined;
}

function isSameSpan(a: SpanContext, b: SpanContext): boolean {
  return a.spanId === b.spanId && a.traceId === b.traceId;
}

function spanOf(context: Context | undefined): SpanContext | undefined {
  const span = context && trace.getSpanContext(context);
  if (span === undefined || !isSpanContextValid(span)) {
    return undefined;
  }
  return span.traceFlags === (span.traceFlags & KNOWN_FLAGS)
    ? span
    : { ...span, traceFlags: span.traceFlags & KNOWN_FLAGS };
}

function allowedBaggage(context: Context | undefined, settings: RequestContextSettings): Baggage | undefined {
  if (context === undefined || settings.baggageAllow.size === 0) {
    return undefined;
  }
  const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
  const allowed = entries.filter(([key]) => settings.baggageAllow.has(key));
  return allowed.length === 0 ? undefined : propagation.createBaggage(Object.fromEntries(allowed));
}

/** Reads only texts: a caller may put anything into `_meta`. */
const metaGetter: TextMapGetter<Readonly<Record<string, unknown>>> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => {
    const value = Object.hasOwn(carrier, key) ? carrier[key] : undefined;
    return typeof value === 'string' ? bounded(key, value) : undefined;
  },
};

/** Reads lower-cased header names. A repeated `traceparent` is malformed; other repeated fields are lists. */
const headerGetter: TextMapGetter<RequestHeaders> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => {
    const name = key.toLowerCase();
    const value = carrier[name];
    if (value === undefined || typeof value === 'string') {
      return value && bounded(name, value);
    }
    if (value.length > 1 && name !== 'tracestate' && name !== 'baggage') {
      return undefined;
    }
    return bounded(name, value.join(','));
  },
};

function bounded(name: string, value: string): string | undefined {
  if (name === 'tracestate') {
    return boundedTracestate(value);
  }
  return value.length > MAX_BAGGAGE_CHARS ? undefined : value;
}

// Whole members from the left: the newest stand there, and half a member would be malformed. Spans export it, so a member
// that looks like a credential or an address takes it all along.
function boundedTracestate(value: string): string | undefined {
  if (isPrivateText(value)) {
    return undefined;
  }
  if (value.length <= MAX_TRACESTATE_CHARS) {
    return value;
  }
  const end = value.lastIndexOf(',', MAX_TRACESTATE_CHARS);
  return end <= 0 ? undefined : value.slice(0, end);
}
