import { createRequestContextSettings, type RequestContextSettings } from '@dcc-mcp/request-context';
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { hash } from 'node:crypto';

export const TRACE_A = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_A = 'b7ad6b7169203331';
const TRACE_B = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN_B = '00f067aa0ba902b7';
export const PARENT_A = `00-${TRACE_A}-${SPAN_A}-01`;
export const PARENT_B = `00-${TRACE_B}-${SPAN_B}-01`;

export const w3c = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** Settings with ids that count, so that what is recorded can be compared. */
export function countingSettings(baggageAllow: readonly string[] = []): RequestContextSettings {
  let requests = 0;
  let traces = 0;
  return createRequestContextSettings({
    propagator: w3c,
    baggageAllow,
    newRequestId: () => `request-${(requests += 1)}`,
    newTraceId: () => `f${String((traces += 1)).padStart(31, '0')}`,
    sha256: (text) => hash('sha256', text),
  });
}

/** A real provider that keeps its spans, with ids that count. */
export interface Recording {
  readonly tracer: Tracer;
  readonly exporter: InMemorySpanExporter;
  /** Finished spans by name. */
  span(name: string): ReadableSpan;
}

export function startRecording(sampler?: Sampler): Recording {
  const exporter = new InMemorySpanExporter();
  let spans = 0;
  let traces = 0;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'dcc-mcp-gateway' }),
    idGenerator: {
      generateSpanId: () => `e${String((spans += 1)).padStart(15, '0')}`,
      generateTraceId: () => `e${String((traces += 1)).padStart(31, '0')}`,
    },
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(sampler !== undefined && { sampler }),
  });
  return {
    tracer: provider.getTracer('test'),
    exporter,
    span: (name) => {
      const found = exporter.getFinishedSpans().find((span) => span.name === name);
      if (found === undefined) {
        throw new Error(`no span ${name}`);
      }
      return found;
    },
  };
}

/** A span as a person reads it: no times, names instead of numbers. */
export interface PlainSpan {
  readonly name: string;
  readonly kind: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  readonly status: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly unknown[];
}

export function toPlainSpan(span: ReadableSpan): PlainSpan {
  const { code, message } = span.status;
  return {
    name: span.name,
    kind: SpanKind[span.kind] ?? '',
    parent: span.parentSpanContext?.spanId,
    links: span.links.map(({ context }) => context.spanId),
    status: message === undefined ? (SpanStatusCode[code] ?? '') : `${SpanStatusCode[code]} ${message}`,
    attributes: Object.fromEntries(Object.entries(span.attributes).toSorted(([a], [b]) => a.localeCompare(b))),
    events: span.events.map(({ name, attributes }) => ({ name, ...attributes })),
  };
}
