import { OpenInferenceSpanKind, SemanticConventions } from '@arizeai/openinference-semantic-conventions';
import { memoize } from '@dcc-mcp/bounds';
import type { RequestContext } from '@dcc-mcp/request-context';
import {
  ATTR_DCC_MCP_PROFILE,
  ATTR_DCC_MCP_WORKFLOW_OPERATION,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_MCP_METHOD_NAME,
  GEN_AI_OPERATION_EXECUTE_TOOL,
  OPERATION_CALL,
  OPERATION_SEARCH,
  OPERATIONS,
  type Operation,
} from '@dcc-mcp/semantic-conventions';
import {
  type Attributes,
  type Context,
  INVALID_TRACEID,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  trace,
} from '@opentelemetry/api';
import { ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions';
import { createCapturePolicy } from '../content/capture-policy.ts';
import { NO_SPAN, type SharedSettings } from './hop-span.ts';
import { toKnownMethod } from './mcp-methods.ts';
import { ProtocolSpan } from './protocol-span.ts';
import { setRequestAttributes } from './request-attributes.ts';
import { toSharedAttributes } from './shared-attributes.ts';
import { setPresent } from './span-attributes.ts';
import { SpanClock } from './span-clock.ts';
import type { MessageFacts, ParentPolicy, WorkflowSpansOptions } from './span-options.ts';
import { WorkflowSpan } from './workflow-span.ts';

/** How a workflow span starts. */
export interface WorkflowStart extends MessageFacts {
  /** The batch this operation is an item of; none makes it the entry span of its request. */
  readonly parent?: WorkflowSpan;
}

/** How a protocol span starts. */
export interface ProtocolStart extends MessageFacts {
  /** The method goes to an upstream: the span is always made, as the hop's parent. Default false. */
  readonly isForwarded?: boolean;
}

/** A plain HTTP route. */
export interface HttpRoute {
  readonly method: string;
  /** Template, not path: `/v1/tools/{slug}`. */
  readonly route: string;
}

/** Starts the spans of requests; see `createWorkflowSpans`. */
export interface WorkflowSpans {
  /** Starts a workflow operation: SERVER as the entry of a request, INTERNAL as an item of a batch. */
  startWorkflow(ctx: RequestContext, operation: Operation, start?: WorkflowStart): WorkflowSpan;
  /** Starts a message that is no workflow operation. */
  startProtocol(ctx: RequestContext, method: string, start?: ProtocolStart): ProtocolSpan;
  /** Starts a plain HTTP route; a span only with `protocolSpans`. */
  startRoute(ctx: RequestContext, route: HttpRoute): ProtocolSpan;
}

// Samplers see these; one object per kind serves all spans, recorded or not.
const CHAIN: Attributes = Object.freeze({ [SemanticConventions.OPENINFERENCE_SPAN_KIND]: OpenInferenceSpanKind.CHAIN });
const TOOL: Attributes = Object.freeze({ [SemanticConventions.OPENINFERENCE_SPAN_KIND]: OpenInferenceSpanKind.TOOL });

/** What all recorded spans of an operation say. */
const OPERATION_ATTRIBUTES: Readonly<Record<RequestContext['transport'], (operation: Operation) => Attributes>> = {
  mcp: memoize((operation) => describeOperation(operation, 'tools/call'), OPERATIONS.length),
  rest: memoize((operation) => describeOperation(operation, undefined), OPERATIONS.length),
};

/** Spans of workflow operations, hops and protocol messages, with the same settings for all. */
export function createWorkflowSpans(options: WorkflowSpansOptions): WorkflowSpans {
  const starter = new SpanStarter(options);
  return {
    startWorkflow: (ctx, operation, start) => starter.startWorkflow(ctx, operation, start ?? {}),
    startProtocol: (ctx, method, start) => starter.startProtocol(ctx, method, start ?? {}),
    startRoute: (ctx, route) => starter.startRoute(ctx, route),
  };
}

interface SpanStart {
  readonly ctx: RequestContext;
  readonly name: string;
  readonly clock: SpanClock;
  readonly attributes?: Attributes;
}

class SpanStarter {
  readonly #options: WorkflowSpansOptions;
  readonly #shared: SharedSettings;
  readonly #parentPolicy: ParentPolicy;

  constructor(options: WorkflowSpansOptions) {
    this.#options = options;
    this.#parentPolicy = options.parentPolicy ?? 'auto';
    this.#shared = {
      tracer: options.tracer,
      settings: options.settings,
      capture: options.capture ?? createCapturePolicy(),
      statusOk: options.statusOk ?? false,
    };
  }

  startWorkflow(ctx: RequestContext, operation: Operation, start: WorkflowStart): WorkflowSpan {
    const attributes = operation === OPERATION_SEARCH ? CHAIN : TOOL;
    const clock = start.parent?.clock ?? new SpanClock();
    const span =
      start.parent === undefined
        ? this.#startEntry({ ctx, name: operation, clock, attributes })
        : this.#start({ ctx, name: operation, clock, attributes }, { kind: SpanKind.INTERNAL }, start.parent.context);
    if (span.isRecording()) {
      span.setAttributes(OPERATION_ATTRIBUTES[ctx.transport](operation));
      this.#describeEntry(span, ctx, start);
    }
    return new WorkflowSpan({ span, ctx, clock }, operation, this.#shared);
  }

  startProtocol(ctx: RequestContext, method: string, start: ProtocolStart): ProtocolSpan {
    const isWanted = start.isForwarded === true || this.#options.protocolSpans === true;
    if (!isWanted) {
      return new ProtocolSpan({ ctx }, this.#shared);
    }
    const known = toKnownMethod(method);
    const clock = new SpanClock();
    const span = this.#startEntry({ ctx, name: known, clock });
    if (span.isRecording()) {
      span.setAttribute(ATTR_MCP_METHOD_NAME, known);
      this.#describeEntry(span, ctx, start);
    }
    return new ProtocolSpan({ span, ctx, clock }, this.#shared);
  }

  startRoute(ctx: RequestContext, route: HttpRoute): ProtocolSpan {
    if (this.#options.protocolSpans !== true) {
      return new ProtocolSpan({ ctx }, this.#shared);
    }
    const clock = new SpanClock();
    const span = this.#startEntry({ ctx, name: `${route.method} ${route.route}`, clock });
    if (span.isRecording()) {
      span.setAttribute(ATTR_HTTP_REQUEST_METHOD, route.method);
      span.setAttribute(ATTR_HTTP_ROUTE, route.route);
      this.#describeEntry(span, ctx, { networkTransport: 'tcp' });
    }
    return new ProtocolSpan({ span, ctx, clock }, this.#shared);
  }

  #startEntry(start: SpanStart): Span {
    if (this.#shared.tracer === undefined) {
      return NO_SPAN;
    }
    const { ctx } = start;
    const isLocal = this.#parentPolicy === 'local';
    const callers = isLocal && ctx.parent !== undefined ? [ctx.parent, ...ctx.links] : ctx.links;
    const links: Link[] | undefined = callers.length === 0 ? undefined : callers.map((context) => ({ context }));
    const parent = isLocal || ctx.parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, ctx.parent);
    return this.#start(start, { kind: SpanKind.SERVER, ...(links !== undefined && { links }) }, parent);
  }

  #start(
    { ctx, name, clock, attributes }: SpanStart,
    place: Pick<SpanOptions, 'kind' | 'links'>,
    parent: Context,
  ): Span {
    const options = { ...place, startTime: clock.now(), ...(attributes !== undefined && { attributes }) };
    const span = this.#shared.tracer?.startSpan(name, options, parent) ?? NO_SPAN;
    const started = span.spanContext();
    // Without a tracer there is no span of ours: the request keeps standing for the caller's, or for a generated one.
    if (started.traceId !== INVALID_TRACEID) {
      ctx.adoptSpan(started);
    }
    return span;
  }

  #describeEntry(span: Span, ctx: RequestContext, facts: MessageFacts): void {
    setRequestAttributes(span, ctx, facts);
    setPresent(span, ATTR_DCC_MCP_PROFILE, this.#options.profile);
  }
}

function describeOperation(operation: Operation, method: string | undefined): Attributes {
  // A call names the tool it calls, as soon as the route is known; the other operations are tools themselves.
  const ownName = operation === OPERATION_CALL ? undefined : operation.slice('gateway.'.length);
  return toSharedAttributes((set) => {
    set(ATTR_DCC_MCP_WORKFLOW_OPERATION, operation);
    set(ATTR_MCP_METHOD_NAME, method);
    set(ATTR_GEN_AI_OPERATION_NAME, GEN_AI_OPERATION_EXECUTE_TOOL);
    set(ATTR_GEN_AI_TOOL_NAME, ownName);
    set(SemanticConventions.TOOL_NAME, operation === OPERATION_SEARCH ? undefined : ownName);
  });
}
