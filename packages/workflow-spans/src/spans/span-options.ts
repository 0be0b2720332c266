import type { RequestContextSettings } from '@dcc-mcp/request-context';
import type { ErrorKind, Outcome } from '@dcc-mcp/semantic-conventions';
import type { Tracer } from '@opentelemetry/api';
import type { CapturePolicy } from '../content/capture-policy.ts';

/**
 * Whose trace the entry span belongs to (`DCC_MCP_TRACE_PARENT`). `auto` and `remote`: the caller's, when it brought one.
 * `local`: always a new trace that links to the caller's span.
 */
export type ParentPolicy = 'auto' | 'remote' | 'local';

/** What `createWorkflowSpans` takes. */
export interface WorkflowSpansOptions {
  /** Absent: no span is made, which ids and headers of requests don't show. */
  readonly tracer?: Tracer | undefined;
  /** The same object that requests are read with; it brings the propagators. */
  readonly settings: RequestContextSettings;
  /** Default `auto`. */
  readonly parentPolicy?: ParentPolicy;
  /** Default: no content. */
  readonly capture?: CapturePolicy;
  /** Set `Ok` on spans whose outcome is ok. Default false: unset, as the specification asks of libraries. */
  readonly statusOk?: boolean;
  /** Spans for methods the gateway answers itself and for plain routes (`DCC_MCP_TRACE_PROTOCOL_SPANS`). Default false. */
  readonly protocolSpans?: boolean;
  /** Value of `dcc_mcp.profile` on each entry span. Default none. */
  readonly profile?: string;
}

/** What is known of a message beside its context. */
export interface MessageFacts {
  /** `tcp` for HTTP, `pipe` for stdio. */
  readonly networkTransport?: 'tcp' | 'pipe';
  /** MCP revision spoken with the caller, for example `2025-11-25`. */
  readonly protocolVersion?: string;
}

/** How a span ended: the outcome word, decided once, and what stands behind it. */
export interface SpanEnd {
  readonly outcome: Outcome;
  readonly errorKind?: ErrorKind;
  /** JSON-RPC error code of the answer. */
  readonly rpcErrorCode?: number;
  /** Milliseconds since the epoch; default now. */
  readonly endTime?: number;
}

/** Where a call goes. Of a frozen one that is given again what it says is looked at once. */
export interface Route {
  readonly dccType?: string;
  readonly instanceId?: string;
  readonly skillName?: string;
  /** `<dcc>.<id8>.<backend_tool>`. */
  readonly toolSlug?: string;
  /** Name of the tool at its server: `gen_ai.tool.name` and `tool.name` of a call. */
  readonly toolName?: string;
}

/** What a search found, or which of its hits a later call follows. */
export interface SearchFacts {
  readonly id?: string;
  readonly rankerVersion?: string;
  readonly total?: number;
  readonly zeroResults?: boolean;
  /** From 1. */
  readonly selectedRank?: number;
  readonly score?: number;
  /** At most five are written. */
  readonly matchReasons?: readonly string[];
}

/** What policy said. */
export interface PolicyDecision {
  readonly outcome: 'allowed' | 'denied' | 'throttled';
  readonly reason?: string;
}

/** What the check of a call's arguments did beside refusing. */
export interface ValidationFacts {
  /** Why they were not checked, or not all of them; absent where they were. */
  readonly skippedReason?: string | undefined;
  /** JSON Pointers of values whose type was mended; at most 16 are written. */
  readonly coercedPaths?: readonly string[];
}

/** One request to an upstream. Of a frozen one that is given again what it says is looked at once. */
export interface HopStart extends HopFacts {
  /** JSON-RPC method, for example `tools/call`. */
  readonly method: string;
  /** Name of the tool or prompt, the second word of the span's name; or URI of the resource, an attribute. */
  readonly target?: string;
  readonly dccType?: string;
  readonly instanceId?: string;
  readonly scene?: string;
  /** `<dcc>__<tool>`. */
  readonly toolSlug?: string;
  readonly affinity?: 'main' | 'any';
  /** MCP revision spoken with the upstream. */
  readonly protocolVersion?: string;
  readonly networkTransport?: 'tcp' | 'pipe';
  readonly serverAddress?: string;
  readonly serverPort?: number;
}

/** What is another one for each request to an upstream. */
export interface HopFacts {
  readonly jobId?: string;
  /** JSON-RPC id at the upstream. */
  readonly jsonrpcId?: string | number;
  /** Time in the upstream's queue, in milliseconds; stands on the workflow span. */
  readonly queueWaitMillis?: number;
}

/** One more try of the same request. */
export interface RetryFacts {
  /** From 1: the first retry. */
  readonly attempt: number;
  /** Outcome word of the try that failed. */
  readonly reason: Outcome;
  readonly delayMillis?: number;
}
