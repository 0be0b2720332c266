import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { type HopCarrier, injectHop, type RequestContext, type RequestContextSettings } from '@dcc-mcp/request-context';
import {
  ATTR_DCC_INSTANCE_ID,
  ATTR_DCC_JOB_ID,
  ATTR_DCC_SCENE,
  ATTR_DCC_TYPE,
  ATTR_DCC_MCP_RETRY_ATTEMPT,
  ATTR_DCC_MCP_RETRY_DELAY_MS,
  ATTR_DCC_MCP_RETRY_REASON,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROMPT_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_JSONRPC_REQUEST_ID,
  ATTR_MCP_AFFINITY,
  ATTR_MCP_METHOD,
  ATTR_MCP_PROTOCOL_VERSION,
  ATTR_MCP_REQUEST_ID,
  ATTR_MCP_RESOURCE_URI,
  ATTR_MCP_SESSION_ID_OF_HOP,
  ATTR_MCP_TOOL_SLUG,
  GEN_AI_OPERATION_EXECUTE_TOOL,
} from '@dcc-mcp/semantic-conventions';
import {
  type Context,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
  type Tracer,
  INVALID_SPAN_CONTEXT,
  INVALID_TRACEID,
} from '@opentelemetry/api';
import { ATTR_NETWORK_TRANSPORT, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import type { CapturePolicy } from '../content/capture-policy.ts';
import { toKnownMethod } from './mcp-methods.ts';
import { createDescriber } from './shared-attributes.ts';
import { setPresent } from './span-attributes.ts';
import type { SpanClock } from './span-clock.ts';
import type { HopFacts, HopStart, RetryFacts, SpanEnd } from './span-options.ts';
import { setClientStatus, setErrorAttributes } from './span-status.ts';

/** What all spans of a process share. */
export interface SharedSettings {
  readonly tracer: Tracer | undefined;
  readonly settings: RequestContextSettings;
  readonly capture: CapturePolicy;
  readonly statusOk: boolean;
}

/** The span above a hop. */
export interface HopParent {
  readonly ctx: RequestContext;
  /** OpenTelemetry context with it. */
  readonly context: Context;
  readonly clock: SpanClock;
}

/** Stands for each span where there is no tracer. */
export const NO_SPAN: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** How a hop starts. */
export interface StartedHop {
  readonly hop: HopStart;
  readonly facts: HopFacts;
}

/** One request to an upstream, as a CLIENT span below the workflow span. Retries are its events. */
export class HopSpan {
  /** The hop's own span; without a tracer the context that is passed through. */
  readonly spanContext: SpanContext;
  readonly #span: Span;
  readonly #ctx: RequestContext;
  readonly #settings: RequestContextSettings;
  readonly #clock: SpanClock;

  constructor(shared: SharedSettings, parent: HopParent, { hop, facts }: StartedHop) {
    const { ctx, clock } = parent;
    this.#ctx = ctx;
    this.#settings = shared.settings;
    this.#clock = clock;
    this.#span =
      shared.tracer?.startSpan(nameOf(hop), { kind: SpanKind.CLIENT, startTime: clock.now() }, parent.context) ??
      NO_SPAN;
    const started = this.#span.spanContext();
    this.spanContext = started.traceId === INVALID_TRACEID ? ctx.spanContext : started;
    if (this.#span.isRecording()) {
      setHopAttributes(this.#span, hop);
      this.#setRequest(ctx, facts);
    }
  }

  /** What to send with the request: into `params._meta` and, over HTTP, into the headers; and further headers. */
  carrier(): HopCarrier {
    return injectHop(this.spanContext, this.#ctx, this.#settings);
  }

  /** Notes that the request is sent once more. */
  addRetry(retry: RetryFacts): void {
    if (!this.#span.isRecording()) {
      return;
    }
    const { attempt, reason, delayMillis } = retry;
    const facts = {
      [ATTR_DCC_MCP_RETRY_ATTEMPT]: attempt,
      [ATTR_DCC_MCP_RETRY_REASON]: reason,
      ...(delayMillis !== undefined && { [ATTR_DCC_MCP_RETRY_DELAY_MS]: delayMillis }),
    };
    this.#span.addEvent('retry', facts, this.#clock.now());
  }

  /** The JSON-RPC id under which it went out; of a request that is sent again the last. */
  setJsonrpcId(id: string | number): void {
    if (this.#span.isRecording()) {
      this.#span.setAttribute(ATTR_JSONRPC_REQUEST_ID, String(id));
    }
  }

  /** The job that the call is at its host; known once the host has answered. */
  setJobId(jobId: string): void {
    if (this.#span.isRecording()) {
      setPresent(this.#span, ATTR_DCC_JOB_ID, sanitizeText(jobId));
    }
  }

  #setRequest(ctx: RequestContext, { jobId, jsonrpcId }: HopFacts): void {
    setPresent(this.#span, ATTR_DCC_JOB_ID, jobId);
    setPresent(this.#span, ATTR_MCP_SESSION_ID_OF_HOP, ctx.protocolSession);
    this.#span.setAttribute(ATTR_MCP_REQUEST_ID, ctx.requestId);
    if (jsonrpcId !== undefined) {
      this.#span.setAttribute(ATTR_JSONRPC_REQUEST_ID, String(jsonrpcId));
    }
  }

  /** Ends the span; the second call and later ones do nothing. */
  end(end: SpanEnd): void {
    if (!this.#span.isRecording()) {
      return;
    }
    setErrorAttributes(this.#span, end);
    setClientStatus(this.#span, end.outcome);
    this.#span.end(end.endTime ?? this.#clock.now());
  }
}

const MAX_TARGET_BYTES = 256;
const TOOL_CALL = 'tools/call';

// A URI would make every resource a span name of its own (MCP conventions: opt-in); it is an attribute instead.
function nameOf(hop: HopStart): string {
  const method = toKnownMethod(hop.method);
  const target = targetOf(hop);
  return target === '' || method.startsWith('resources/') ? method : `${method} ${target}`;
}

function targetOf({ target }: HopStart): string {
  return target === undefined ? '' : sanitizeText(target, MAX_TARGET_BYTES);
}

const setHopAttributes = createDescriber<HopStart>((hop, set) => {
  const method = toKnownMethod(hop.method);
  const target = targetOf(hop);
  set(ATTR_MCP_METHOD, method);
  if (method === TOOL_CALL) {
    set(ATTR_GEN_AI_OPERATION_NAME, GEN_AI_OPERATION_EXECUTE_TOOL);
    set(ATTR_GEN_AI_TOOL_NAME, target);
  }
  set(ATTR_MCP_RESOURCE_URI, method.startsWith('resources/') ? withoutQuery(target) : undefined);
  set(ATTR_GEN_AI_PROMPT_NAME, method === 'prompts/get' ? target : undefined);
  set(ATTR_DCC_TYPE, hop.dccType);
  set(ATTR_DCC_INSTANCE_ID, hop.instanceId);
  set(ATTR_DCC_SCENE, hop.scene === undefined ? undefined : sanitizeText(hop.scene));
  set(ATTR_MCP_TOOL_SLUG, hop.toolSlug);
  set(ATTR_MCP_AFFINITY, hop.affinity);
  set(ATTR_MCP_PROTOCOL_VERSION, hop.protocolVersion);
  set(ATTR_NETWORK_TRANSPORT, hop.networkTransport);
  set(ATTR_SERVER_ADDRESS, hop.serverAddress);
  set(ATTR_SERVER_PORT, hop.serverPort);
});

// Credentials travel in queries.
function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, '');
}
