import {
  type CallRow,
  estimateTokens,
  type RowContext,
  type RowError,
  type RowIdentity,
  toRowIdentity,
} from '@dcc-mcp/call-store';
import type { SpanContext } from '@opentelemetry/api';
import type { ToolRecord } from '../../../catalog/tool-record.ts';
import type { CallTiming, FinishedOperation, OperationDetails } from '../../record/finished.ts';
import type { HopTrail, OperationTrail } from '../../record/operation-trail.ts';
import type { KeptCaller } from './kept-caller.ts';

/** Bytes and estimated tokens of input and output. */
export type Sizes = Pick<CallRow, 'input_bytes' | 'output_bytes' | 'input_tokens' | 'output_tokens'>;

/** A tool, as rows tell of it. */
export interface KeptTool extends Pick<
  ToolRecord,
  'slug' | 'label' | 'backendTool' | 'dccType' | 'instanceId' | 'skillName'
> {}

/** What only some kinds of operations have to say, in their rows. */
export interface KeptDetails {
  readonly operation: OperationDetails['operation'];
  readonly record?: KeptTool | undefined;
  readonly batchIndex?: number | undefined;
  readonly timing?: CallTiming | undefined;
}

/** One request to an upstream, as rows tell of it. */
export interface KeptHop extends Pick<
  HopTrail,
  'name' | 'startedAt' | 'endedAt' | 'failedTries' | 'queueMillis' | 'ending'
> {
  readonly spanContext: Pick<SpanContext, 'spanId'>;
}

/** The way of an operation, as rows tell of it. */
export interface KeptTrail extends Pick<OperationTrail, 'spanId' | 'parentSpanId' | 'startedAt' | 'policy' | 'jobId'> {
  readonly hops: readonly KeptHop[];
}

/** What names a request of a caller. */
export interface RequestIds extends Pick<RowContext, 'callerTraceId' | 'jsonrpcId' | 'parentRequestId' | 'requestId'> {
  readonly traceId: string;
  readonly traceFlags: number;
  readonly sessionId: string;
}

/** What {@link OperationFacts} are made of. */
export interface FactParts extends Pick<FinishedOperation, 'durationMillis' | 'join' | 'outcome'> {
  readonly rowId: string;
  readonly caller: KeptCaller;
  readonly request: RequestIds;
  readonly trail: KeptTrail;
  readonly details: KeptDetails;
  readonly error: RowError | undefined;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** One operation with what its rows are made of: neither content nor headers and bodies are in it. */
export class OperationFacts {
  readonly trail: KeptTrail;
  readonly details: KeptDetails;
  readonly durationMillis: number;
  /** Bounded and redacted: what a server answered may stand behind an error, whole. */
  readonly error: RowError | undefined;
  readonly join: FinishedOperation['join'];
  readonly outcome: FinishedOperation['outcome'];
  readonly #parts: FactParts;

  constructor(parts: FactParts) {
    this.trail = parts.trail;
    this.details = parts.details;
    this.durationMillis = parts.durationMillis;
    this.error = parts.error;
    this.join = parts.join;
    this.outcome = parts.outcome;
    this.#parts = parts;
  }

  get sizes(): Sizes {
    const { inputBytes, outputBytes } = this.#parts;
    return {
      input_bytes: inputBytes,
      output_bytes: outputBytes,
      input_tokens: estimateTokens(inputBytes),
      output_tokens: estimateTokens(outputBytes),
    };
  }

  /** Bounded and without credentials; all that its caller said of itself. */
  get agent(): RowContext['agent'] {
    return this.#parts.caller.agent;
  }

  /** The members that all rows of it have. */
  get identity(): RowIdentity {
    const { rowId, caller, request } = this.#parts;
    const { spanId, parentSpanId, startedAt } = this.trail;
    const { networkTransport, protocolVersion, sessionSource, ...said } = caller;
    const { sessionId, traceId, traceFlags, ...ids } = request;
    const context: RowContext = {
      ...said,
      ...ids,
      session: { id: sessionId, source: sessionSource },
      spanContext: { traceId, spanId, traceFlags },
      parent: parentSpanId === undefined ? undefined : { traceId, spanId: parentSpanId, traceFlags },
    };
    const mcpTransport = networkTransport === 'pipe' ? 'stdio' : 'http';
    return toRowIdentity(context, {
      rowId,
      atMillis: startedAt + this.durationMillis,
      mcpTransport: caller.transport === 'mcp' ? mcpTransport : undefined,
      protocolVersion,
    });
  }
}
