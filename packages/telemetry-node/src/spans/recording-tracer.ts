import {
  type Attributes,
  type Context,
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
  type TraceState,
} from '@opentelemetry/api';
import { type InstrumentationScope, isTracingSuppressed } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import { RandomIdGenerator, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import { RecordedSpan } from './recorded-span.ts';
import type { SpanLimits } from './span-limits.ts';

/** What the tracers of one provider share. */
export interface TracerSettings {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly limits: SpanLimits;
  /** Called when a span begins that will be recorded. */
  readonly onStart: () => void;
  readonly onEnd: (span: RecordedSpan) => void;
}

const NO_OPTIONS: SpanOptions = Object.freeze({});
const NO_ATTRIBUTES: Attributes = Object.freeze({});
const ids = new RandomIdGenerator();

/** Starts the spans of one instrumentation scope: asks the sampler, records what it lets through. */
export class RecordingTracer implements Tracer {
  readonly #scope: InstrumentationScope;
  readonly #settings: TracerSettings;

  constructor(scope: InstrumentationScope, settings: TracerSettings) {
    this.#scope = scope;
    this.#settings = settings;
  }

  startSpan(name: string, given?: SpanOptions | null, context: Context = contextApi.active()): Span {
    const options = given ?? NO_OPTIONS;
    const above = options.root === true ? trace.deleteSpan(context) : context;
    if (isTracingSuppressed(above)) {
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    }
    const parent = validParent(above);
    const traceId = parent?.traceId ?? ids.generateTraceId();
    const kind = options.kind ?? SpanKind.INTERNAL;
    // None of the samplers that can be configured looks at them, so they are not cleaned before there is a span.
    const attributes = options.attributes ?? NO_ATTRIBUTES;
    const sampling = this.#settings.sampler.shouldSample(above, traceId, name, kind, attributes, options.links ?? []);
    const isSampled = sampling.decision === SamplingDecision.RECORD_AND_SAMPLED;
    const traceState = sampling.traceState ?? parent?.traceState;
    const spanContext = toSpanContext(traceId, isSampled, traceState);
    if (sampling.decision === SamplingDecision.NOT_RECORD) {
      return trace.wrapSpanContext(spanContext);
    }
    const { resource, limits, onStart, onEnd } = this.#settings;
    const span = new RecordedSpan({
      name,
      kind,
      spanContext,
      parentSpanContext: parent,
      startTime: options.startTime,
      links: options.links,
      resource,
      instrumentationScope: this.#scope,
      limits,
      onEnd,
    });
    span.attributeList.setFirst(attributes);
    if (sampling.attributes !== undefined) {
      span.attributeList.setFirst(sampling.attributes);
    }
    onStart();
    return span;
  }

  startActiveSpan<F extends (span: Span) => ReturnType<F>>(
    name: string,
    ...rest: ActiveSpanArguments<F>
  ): ReturnType<F> {
    const [options, context, fn] = toFullArguments(rest);
    const span = this.startSpan(name, options, context);
    return contextApi.with(trace.setSpan(context, span), fn, undefined, span);
  }
}

type ActiveSpanArguments<F> = readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, Context, F];

function toFullArguments<F>(rest: ActiveSpanArguments<F>): readonly [SpanOptions, Context, F] {
  if (rest.length === 1) {
    return [{}, contextApi.active(), rest[0]];
  }
  if (rest.length === 2) {
    return [rest[0], contextApi.active(), rest[1]];
  }
  return rest;
}

function validParent(context: Context): SpanContext | undefined {
  const parent = trace.getSpanContext(context);
  return parent !== undefined && isSpanContextValid(parent) ? parent : undefined;
}

function toSpanContext(traceId: string, isSampled: boolean, traceState: TraceState | undefined): SpanContext {
  const spanId = ids.generateSpanId();
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return traceState === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, traceState };
}
