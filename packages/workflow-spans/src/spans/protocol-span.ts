import type { RequestContext } from '@dcc-mcp/request-context';
import { type Context, ROOT_CONTEXT, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions';
import { HopSpan, type SharedSettings } from './hop-span.ts';
import { SpanClock } from './span-clock.ts';
import type { HopStart, SpanEnd } from './span-options.ts';
import { setErrorAttributes, setServerStatus } from './span-status.ts';

/** The request a protocol span serves. */
export interface StartedProtocolSpan {
  /** Absent where no span is wanted. */
  readonly span?: Span;
  readonly ctx: RequestContext;
  /** The one `span` was started with. */
  readonly clock?: SpanClock;
}

/**
 * A request that is no workflow operation: a method forwarded to an upstream, or, when asked for, one the gateway answers
 * itself and plain routes. Where no span is wanted it still hands the caller's context on.
 */
export class ProtocolSpan {
  readonly #span: Span | undefined;
  readonly #shared: SharedSettings;
  readonly #clock: SpanClock;
  /** The context of the request. */
  readonly ctx: RequestContext;

  constructor({ span, ctx, clock = new SpanClock() }: StartedProtocolSpan, shared: SharedSettings) {
    this.#span = span;
    this.#clock = clock;
    this.#shared = shared;
    this.ctx = ctx;
  }

  /** The span this request stands for. */
  get spanContext(): SpanContext {
    return this.ctx.spanContext;
  }

  /** True when attributes are worth computing. */
  get isRecording(): boolean {
    return this.#span?.isRecording() ?? false;
  }

  /** Starts the request to an upstream. */
  startHop(hop: HopStart): HopSpan {
    const { ctx } = this;
    return new HopSpan(
      this.#shared,
      { ctx, context: contextOf(this.#span, ctx), clock: this.#clock },
      { hop, facts: hop },
    );
  }

  /** Ends the span; the second call and later ones do nothing. */
  end(end: SpanEnd & { readonly httpStatus?: number }): void {
    const span = this.#span;
    if (span === undefined || !span.isRecording()) {
      return;
    }
    if (end.httpStatus !== undefined) {
      span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, end.httpStatus);
    }
    setErrorAttributes(span, end);
    setServerStatus(span, end.outcome, this.#shared.statusOk);
    span.end(end.endTime ?? this.#clock.now());
  }
}

/** OpenTelemetry context in which `span` (or what stands for it) is the parent. */
export function contextOf(span: Span | undefined, ctx: RequestContext): Context {
  // A tracer that makes no span still has to hand the request's own context on.
  const isOwn = span !== undefined && span.spanContext().spanId === ctx.spanContext.spanId;
  return isOwn ? trace.setSpan(ROOT_CONTEXT, span) : trace.setSpanContext(ROOT_CONTEXT, ctx.spanContext);
}
