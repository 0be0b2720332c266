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
import { type Context, type Span, type SpanContext, SpanKind, type Tracer, INVALID_TRACEID } from '@opentelemetry/api';
import { ATTR_NETWORK_TRANSPORT, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import type { CapturePolicy } from '../content/capture-policy.ts';
import { toKnownMethod } from './mcp-methods.ts';
import { setPresent } from './span-attributes.ts';
import type { SpanClock } from './span-clock.ts';
import type { HopStart, RetryFacts, SpanEnd } from './span-options.ts';
import { setClientStatus, setErrorAttributes } from './span-status.ts';

/** What all spans of a process share. */
export interface SharedSettings {
  readonly tracer: Tracer;
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

/** One request to an upstream, as a CLIENT span below the workflow span. Retries are its events. */
export class HopSpan {
  /** The hop's own span; without a tracer the context that is passed through. */
  readonly spanContext: SpanContext;
  readonly #span: Span;
  readonly #ctx: RequestContext;
  readonly #settings: RequestContextSettings;
  readonly #clock: SpanClock;

  constructor(shared: SharedSettings, { ctx, context, clock }: HopParent, hop: HopStart) {
    const method = toKnownMethod(hop.method);
    const target = hop.target === undefined ? '' : sanitizeText(hop.target, MAX_TARGET_BYTES);
    this.#ctx = ctx;
    this.#settings = shared.settings;
    this.#clock = clock;
    // A URI would make every resource a span name of its own (MCP conventions: opt-in); it is an attribute instead.
    const isNamed = target !== '' && !method.startsWith('resources/');
    const options = { kind: SpanKind.CLIENT, startTime: clock.now() };
    this.#span = shared.tracer.startSpan(isNamed ? `${method} ${target}` : method, options, context);
    const started = this.#span.spanContext();
    this.spanContext = started.traceId === INVALID_TRACEID ? ctx.spanContext : started;
    if (this.#span.isRecording()) {
      setTarget(this.#span, method, target);
      setHopAttributes(this.#span, hop, ctx);
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

function setTarget(span: Span, method: string, target: string): void {
  span.setAttribute(ATTR_MCP_METHOD, method);
  if (method === TOOL_CALL) {
    span.setAttribute(ATTR_GEN_AI_OPERATION_NAME, GEN_AI_OPERATION_EXECUTE_TOOL);
    setPresent(span, ATTR_GEN_AI_TOOL_NAME, target);
  }
  if (method.startsWith('resources/')) {
    setPresent(span, ATTR_MCP_RESOURCE_URI, withoutQuery(target));
  }
  if (method === 'prompts/get') {
    setPresent(span, ATTR_GEN_AI_PROMPT_NAME, target);
  }
}

function setHopAttributes(span: Span, hop: HopStart, ctx: RequestContext): void {
  setPresent(span, ATTR_DCC_TYPE, hop.dccType);
  setPresent(span, ATTR_DCC_INSTANCE_ID, hop.instanceId);
  setPresent(span, ATTR_DCC_SCENE, hop.scene === undefined ? undefined : sanitizeText(hop.scene));
  setPresent(span, ATTR_DCC_JOB_ID, hop.jobId);
  setPresent(span, ATTR_MCP_TOOL_SLUG, hop.toolSlug);
  setPresent(span, ATTR_MCP_AFFINITY, hop.affinity);
  setPresent(span, ATTR_MCP_SESSION_ID_OF_HOP, ctx.protocolSession);
  span.setAttribute(ATTR_MCP_REQUEST_ID, ctx.requestId);
  if (hop.jsonrpcId !== undefined) {
    span.setAttribute(ATTR_JSONRPC_REQUEST_ID, String(hop.jsonrpcId));
  }
  setPresent(span, ATTR_MCP_PROTOCOL_VERSION, hop.protocolVersion);
  setPresent(span, ATTR_NETWORK_TRANSPORT, hop.networkTransport);
  setPresent(span, ATTR_SERVER_ADDRESS, hop.serverAddress);
  setPresent(span, ATTR_SERVER_PORT, hop.serverPort);
}

// Credentials travel in queries.
function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, '');
}
