import { OpenInferenceSpanKind, SemanticConventions } from '@arizeai/openinference-semantic-conventions';
import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { isRecord, type RequestContext, type RequestContextSettings, toolFailure } from '@dcc-mcp/request-context';
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_MCP_METHOD_NAME,
  GEN_AI_OPERATION_EXECUTE_TOOL,
  type Outcome,
} from '@dcc-mcp/semantic-conventions';
import {
  type Context,
  context as contextApi,
  type Span,
  SpanKind,
  type TextMapPropagator,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { ATTR_EXCEPTION_TYPE } from '@opentelemetry/semantic-conventions';
import { summarizeContent, toJsonContent } from '../content/content.ts';
import { toKnownMethod } from '../spans/mcp-methods.ts';
import { setPresent } from '../spans/span-attributes.ts';
import { setClientStatus, setErrorAttributes, setServerStatus } from '../spans/span-status.ts';
import {
  contextOf,
  injectContext,
  type MessageCarriers,
  type OutgoingCarriers,
  readMessage,
  settingsOf,
} from './propagate-context.ts';

/** The span kinds of OpenInference. */
export type SpanKindWord =
  | 'AGENT'
  | 'CHAIN'
  | 'EMBEDDING'
  | 'EVALUATOR'
  | 'GUARDRAIL'
  | 'LLM'
  | 'PROMPT'
  | 'RERANKER'
  | 'RETRIEVER'
  | 'TOOL';

/** What `withWorkflowSpan` takes. */
export interface WithWorkflowSpanOptions extends MessageCarriers {
  /** Take it when you start the span, not at module scope: a tracer taken before registration may never record. */
  readonly tracer: Tracer;
  /** Default: the one registered with the OpenTelemetry API. */
  readonly propagator?: TextMapPropagator;
  /** `server` (default) serves a message and continues its trace; `client` sends one; `internal` is a step of your own. */
  readonly side?: 'server' | 'client' | 'internal';
  /** MCP method. Default `tools/call`; `internal` steps have none unless given. */
  readonly method?: string;
  /** Name of the tool, prompt or step. */
  readonly target: string;
  /** OpenInference kind. Default TOOL. */
  readonly kind?: SpanKindWord;
  /** Parent of `client` and `internal` spans. Default: the active context. */
  readonly parent?: Context;
  /** Arguments; only their names, size and hash are written. */
  readonly input?: unknown;
  /** Set `Ok` on success. Default false: unset, as the specification asks of libraries. */
  readonly statusOk?: boolean;
}

/** The running span, as the work inside sees it. */
export interface RunningSpan {
  readonly span: Span;
  /** OpenTelemetry context with the span in it; also the active one where a context manager is registered. */
  readonly context: Context;
  /** Writes this span into an outgoing message. */
  readonly inject: (carriers: OutgoingCarriers) => void;
}

type Side = NonNullable<WithWorkflowSpanOptions['side']>;

/** What is settled before the span starts. */
interface Step {
  readonly side: Side;
  /** The message that a `server` step serves. */
  readonly message: RequestContext | undefined;
  readonly settings: RequestContextSettings;
}

const SPAN_KIND = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/**
 * Runs `work` in a span that MCP, GenAI and OpenInference tools understand. A result that says the tool failed
 * (`isError`, `success: false`) makes the span an error, as does a throw, which is passed on. Neither arguments, results nor
 * messages of errors are written.
 */
export async function withWorkflowSpan<T>(
  options: WithWorkflowSpanOptions,
  work: (running: RunningSpan) => Promise<T> | T,
): Promise<T> {
  const side = options.side ?? 'server';
  const settings = settingsOf(options.propagator);
  const message = side === 'server' ? readMessage(options, settings) : undefined;
  const parent = message === undefined ? (options.parent ?? contextApi.active()) : contextOf(message);
  const span = startSpan(options, { side, message, settings }, parent);
  const context = trace.setSpan(parent, span);
  const running: RunningSpan = {
    span,
    context,
    inject: (carriers) => injectContext(context, carriers, options.propagator),
  };
  try {
    const result = await contextApi.with(context, async () => work(running));
    finish(span, toolFailure(result) ? 'tool_error' : 'ok', options);
    return result;
  } catch (error) {
    setPresent(span, ATTR_EXCEPTION_TYPE, nameOf(error));
    finish(span, toOutcome(error), options);
    throw error;
  }
}

function startSpan(options: WithWorkflowSpanOptions, step: Step, parent: Context): Span {
  const method = methodOf(options, step.side);
  const target = sanitizeText(options.target, MAX_TARGET_BYTES);
  const links = step.message === undefined ? [] : step.message.links.map((context) => ({ context }));
  const span = options.tracer.startSpan(
    method === undefined ? target : `${method} ${target}`,
    {
      kind: SPAN_KIND[step.side],
      links,
      attributes: { [SemanticConventions.OPENINFERENCE_SPAN_KIND]: options.kind ?? OpenInferenceSpanKind.TOOL },
    },
    parent,
  );
  if (!span.isRecording()) {
    return span;
  }
  setMethod(span, method, target);
  if (step.message !== undefined) {
    setCaller(span, step.message);
  }
  if (options.input !== undefined) {
    setInput(span, options.input, step.settings);
  }
  return span;
}

const MAX_TARGET_BYTES = 256;

function methodOf(options: WithWorkflowSpanOptions, side: Side): string | undefined {
  const method = options.method ?? (side === 'internal' ? undefined : 'tools/call');
  return method === undefined ? undefined : toKnownMethod(method);
}

function setMethod(span: Span, method: string | undefined, target: string): void {
  setPresent(span, ATTR_MCP_METHOD_NAME, method);
  if (method === 'tools/call') {
    span.setAttribute(ATTR_GEN_AI_OPERATION_NAME, GEN_AI_OPERATION_EXECUTE_TOOL);
    span.setAttribute(ATTR_GEN_AI_TOOL_NAME, target);
    span.setAttribute(SemanticConventions.TOOL_NAME, target);
  }
}

function setCaller(span: Span, { session, agent }: RequestContext): void {
  if (session.source !== 'trace') {
    span.setAttribute(SemanticConventions.SESSION_ID, session.id);
  }
  setPresent(span, SemanticConventions.USER_ID, agent.actor_id);
}

function setInput(span: Span, input: unknown, { sha256 }: RequestContextSettings): void {
  const summary = summarizeContent(toJsonContent(input), { sha256 });
  span.setAttribute(SemanticConventions.INPUT_VALUE, summary.value);
  span.setAttribute(SemanticConventions.INPUT_MIME_TYPE, summary.mimeType);
}

// Aborts are DOMExceptions, and errors may come from another realm: the name tells, not the class.
function nameOf(error: unknown): string {
  return isRecord(error) && typeof error['name'] === 'string' ? error['name'] : typeof error;
}

function toOutcome(error: unknown): Outcome {
  const name = nameOf(error);
  if (name === 'AbortError') {
    return 'cancelled';
  }
  return name === 'TimeoutError' ? 'timeout' : 'internal';
}

function finish(span: Span, outcome: Outcome, { side, statusOk = false }: WithWorkflowSpanOptions): void {
  setErrorAttributes(span, { outcome });
  if (side === 'client') {
    setClientStatus(span, outcome);
  } else {
    setServerStatus(span, outcome, statusOk);
  }
  span.end();
}
