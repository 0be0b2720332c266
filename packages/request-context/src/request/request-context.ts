import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { type Baggage, type SpanContext, TraceFlags } from '@opentelemetry/api';
import {
  type ContextWarning,
  type MergedAgent,
  mergeAgentContext,
  toProduct,
  type TrustMap,
} from '../agent/agent-context.ts';
import type { AgentContext } from '../agent/agent-fields.ts';
import { readHeader, type RequestHeaders } from '../carriers/carrier-input.ts';
import type { ExtractedTrace, TraceCarrier } from '../carriers/trace-carriers.ts';
import { type ClientAddress, readClientAddress } from '../identity/client-address.ts';
import { isAcceptableId, type JsonRpcRequestId, readSearchId, type Transport } from '../identity/request-ids.ts';
import { groupSession, hasUnusableSession, type SessionGroup } from '../identity/session-grouping.ts';
import type { RequestContextSettings } from './request-context-settings.ts';

/** One request as the world handed it over. Nothing here is copied; don't change it while the context is in use. */
export interface RequestInput {
  readonly transport: Transport;
  readonly headers: RequestHeaders;
  /** MCP `params._meta`, REST `body.meta`. */
  readonly meta?: unknown;
  /** REST body, or the arguments of one of the gateway's own MCP tools; not the arguments of an upstream's tool. */
  readonly body?: unknown;
  /** The MCP session of a handshake-era request. */
  readonly session?: { readonly id: string; readonly clientInfo?: unknown } | undefined;
  readonly jsonrpcId?: string | number | undefined;
  readonly peerAddress?: string | undefined;
  /** Subject of the verified credential. */
  readonly authSubject?: string | undefined;
}

/** What `readRequestContext` found before anything lazy; `RequestContext` is made from it. */
export interface RequestIdentity {
  readonly requestId: string;
  readonly isIdReplaced: boolean;
  readonly sessionKey?: string | undefined;
  readonly trace: ExtractedTrace;
  /** The batch this request is an item of; what is derived from the caller is derived there, once. */
  readonly outer?: RequestContext;
}

const MAX_JSONRPC_ID_BYTES = 128;
const NOBODY: readonly string[] = [];
const PARENT_HEADER = 'x-dcc-mcp-parent-request-id';

/**
 * Who asks, in which trace. What most requests never need (agent context, addresses, session) is read on first use.
 * It changes in one way only: `adoptSpan`, once, when the entry span has started.
 */
export class RequestContext {
  readonly transport: Transport;
  readonly requestId: string;
  /** The caller's span: of `_meta` when it has a valid one, else of the headers. */
  readonly parent: SpanContext | undefined;
  readonly carrier: TraceCarrier;
  /** The losing carrier's span. */
  readonly links: readonly SpanContext[];
  /** Baggage under the allow-list. */
  readonly baggage: Baggage | undefined;
  /** Id of the search this request follows. */
  readonly searchId: string | undefined;

  readonly #input: RequestInput;
  readonly #settings: RequestContextSettings;
  readonly #identity: RequestIdentity;
  readonly #outer: RequestContext | undefined;
  #merged: MergedAgent | undefined;
  #address: ClientAddress | undefined;
  #spanContext: SpanContext | undefined;
  #entrySpan: SpanContext | undefined;
  #ownSpanId: string | undefined;

  /** Used by `readRequestContext` and `childContext`; applications don't call it. */
  constructor(input: RequestInput, settings: RequestContextSettings, identity: RequestIdentity) {
    const { outer } = identity;
    this.#input = input;
    this.#settings = settings;
    this.#identity = identity;
    this.#outer = outer;
    this.#spanContext = outer?.spanContext;
    this.transport = input.transport;
    this.requestId = identity.requestId;
    this.parent = identity.trace.parent;
    this.carrier = identity.trace.carrier;
    this.links = identity.trace.links;
    this.baggage = identity.trace.baggage;
    this.searchId = readSearchId(input.meta, input.body) ?? outer?.searchId;
  }

  /**
   * The span this request stands for: the entry span once it has started; before, and without a tracer, the caller's own,
   * else a generated one with flag 00. What answers and hops carry.
   */
  get spanContext(): SpanContext {
    this.#spanContext ??= this.parent ?? {
      traceId: this.#settings.newTraceId(),
      spanId: this.#settings.newSpanId(),
      traceFlags: TraceFlags.NONE,
    };
    return this.#spanContext;
  }

  /** Names the span of this request in rows, be it exported or not: never the caller's, nor that of the batch it is in. */
  get ownSpanId(): string {
    const { spanId } = this.spanContext;
    const above = this.#outer?.spanContext.spanId ?? this.parent?.spanId;
    return spanId === above ? (this.#ownSpanId ??= this.#settings.newSpanId()) : spanId;
  }

  /** Trace id of the entry span. */
  get traceId(): string {
    return this.spanContext.traceId;
  }

  /** The caller's trace id, when it is another than `traceId` (parent policy `local`). */
  get callerTraceId(): string | undefined {
    return this.parent === undefined || this.parent.traceId === this.traceId ? undefined : this.parent.traceId;
  }

  /** Makes `span` the entry span of this request; called by workflow-spans when it has started. */
  adoptSpan(span: SpanContext): void {
    this.#spanContext = span;
    this.#entrySpan = span;
  }

  /** The entry span, once it has started; absent where the request has none, or there is no tracer. */
  get entrySpan(): SpanContext | undefined {
    return this.#entrySpan;
  }

  /** The raw JSON-RPC id as text, bounded; it repeats among clients. */
  get jsonrpcId(): string | undefined {
    const id: JsonRpcRequestId = this.#input.jsonrpcId;
    if (id === undefined) {
      return undefined;
    }
    return typeof id === 'number' ? String(id) : sanitizeText(id, MAX_JSONRPC_ID_BYTES);
  }

  /** Request-level parent: the outer request of a batch item, else what the caller names. */
  get parentRequestId(): string | undefined {
    if (this.#outer !== undefined) {
      return this.#outer.requestId;
    }
    const header = readHeader(this.#input.headers, PARENT_HEADER);
    if (header !== undefined && isAcceptableId(header)) {
      return header;
    }
    const named = this.agent.parent_request_id;
    return named !== undefined && isAcceptableId(named) ? named : undefined;
  }

  /** The conversation; always one, since the trace groups what nothing else does. */
  get session(): SessionGroup {
    const { sessionKey } = this.#identity;
    if (sessionKey !== undefined) {
      return { id: sessionKey, source: 'protocol' };
    }
    const agentSessionId = this.agent.session_id;
    return groupSession({
      headers: this.#input.headers,
      traceId: this.traceId,
      ...(agentSessionId !== undefined && { agentSessionId }),
      ...(this.baggage !== undefined && { baggage: this.baggage }),
    });
  }

  /** Key of the protocol session; `undefined` where the protocol has none. */
  get protocolSession(): string | undefined {
    return this.#identity.sessionKey;
  }

  /** Bounded, sanitized, unproven: see `trust`. */
  get agent(): AgentContext {
    return this.#mergedAgent().agent;
  }

  /** How far each identity field can be believed. */
  get trust(): TrustMap {
    const { trust } = this.#mergedAgent();
    const address = this.#clientAddress();
    if (address.sourceIp === undefined) {
      return trust;
    }
    const source = { ...trust, source_ip: address.trust };
    return address.forwardedFor === undefined ? source : { ...source, forwarded_for: address.trust };
  }

  /** What was sent and not taken. */
  get warnings(): readonly ContextWarning[] {
    const { warnings } = this.#mergedAgent();
    const refused: string[] = [];
    if (this.#identity.isIdReplaced) {
      refused.push('request_id');
    }
    if (!this.#namedParents().every(isAcceptableId)) {
      refused.push('parent_request_id');
    }
    if (hasUnusableSession(this.#input.headers)) {
      refused.push('session_id');
    }
    if (refused.length === 0) {
      return warnings;
    }
    return [...refused.map((field): ContextWarning => ({ field, reason: 'invalid_id' })), ...warnings];
  }

  /** Counts of dropped fields and of high-sensitivity metadata keys that were removed. */
  get dropped(): MergedAgent['dropped'] {
    return this.#mergedAgent().dropped;
  }

  /** Address of the client, derived from the peer and trusted proxies only. */
  get sourceIp(): string | undefined {
    return this.#clientAddress().sourceIp;
  }

  /** The forwarded chain, client first; only behind a trusted proxy. */
  get forwardedFor(): readonly string[] | undefined {
    return this.#clientAddress().forwardedFor;
  }

  /** First product token of the User-Agent. */
  get userAgentProduct(): string | undefined {
    const userAgent = readHeader(this.#input.headers, 'user-agent');
    return userAgent === undefined ? undefined : toProduct(userAgent) || undefined;
  }

  /** Context of one item of this batch: `<outer>:batch-<index>`, same trace, this request as its parent. */
  child(index: number, meta?: unknown): RequestContext {
    const requestId = `${this.requestId}:batch-${index}`;
    const identity = { ...this.#identity, requestId, isIdReplaced: false, outer: this };
    return new RequestContext({ ...this.#input, meta, body: undefined }, this.#settings, identity);
  }

  /** What the caller names as parent, best first; not yet looked at. */
  #namedParents(): readonly string[] {
    const header = readHeader(this.#input.headers, PARENT_HEADER);
    const { parent_request_id: said } = this.agent;
    return header === undefined && said === undefined ? NOBODY : [header, said].filter((id) => id !== undefined);
  }

  #mergedAgent(): MergedAgent {
    if (this.#outer !== undefined) {
      return this.#outer.#mergedAgent();
    }
    this.#merged ??= mergeAgentContext(this.#input);
    return this.#merged;
  }

  #clientAddress(): ClientAddress {
    if (this.#outer !== undefined) {
      return this.#outer.#clientAddress();
    }
    const { headers, peerAddress } = this.#input;
    this.#address ??= readClientAddress(headers, peerAddress, this.#settings.isTrustedProxy);
    return this.#address;
  }
}

/** The context of item `index` (from 0) of the batch `outer`. `meta` is the item's own, for its `search_id`. */
export function childContext(outer: RequestContext, index: number, meta?: unknown): RequestContext {
  return outer.child(index, meta);
}
