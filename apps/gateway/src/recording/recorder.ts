import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { type RequestContext, statusOfOutcome } from '@dcc-mcp/request-context';
import type { BackendErrorKind, ErrorKind, Outcome, ResponseSurface } from '@dcc-mcp/semantic-conventions';
import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../catalog/tool-record.ts';
import type { Answer } from '../mcp/exchange/exchange.ts';
import type { FinishedRequest } from '../mcp/server/server.ts';
import type { RejectionReason } from '../operations/govern.ts';
import type { JsonRpcRequest } from '../protocol/json-rpc.ts';
import type { SearchMemory, SearchParty } from '../search/search-memory.ts';

/** What every finished operation has. */
export interface FinishedOperation {
  readonly ctx: RequestContext;
  readonly span: WorkflowSpan;
  readonly outcome: Outcome;
  readonly errorKind: ErrorKind | undefined;
}

/** One finished call: decided once, told to everyone from here. */
export interface FinishedCall extends FinishedOperation {
  readonly record: ToolRecord | undefined;
  readonly durationMillis: number;
  /** Absent for a call that was never admitted to an upstream's queue. */
  readonly timing: { readonly queueMillis: number; readonly upstreamMillis: number } | undefined;
  readonly rejection: RejectionReason | 'queue_full' | 'circuit_open' | undefined;
  readonly backendErrorKind: BackendErrorKind | undefined;
  /** How the upstream is reached; absent where none was found. */
  readonly transport: 'tcp' | 'pipe' | undefined;
}

/** One exchange with an upstream for a request that is no call. */
export interface FinishedForward {
  readonly method: string;
  readonly transport: 'tcp' | 'pipe';
  readonly outcome: Outcome;
  readonly backendErrorKind: BackendErrorKind | undefined;
  /** Absent where it never left the queue. */
  readonly durationSeconds: number | undefined;
}

/** One finished describe or load_skill. */
export interface FinishedFollowUp extends FinishedOperation {
  readonly kind: 'describe' | 'load_skill';
  readonly toolSlug: string | undefined;
  readonly skillName: string | undefined;
}

export interface FinishedSearch extends FinishedOperation {
  readonly startedAt: number;
  readonly durationMillis: number;
  /** Absent for a refused search. */
  readonly answer:
    | {
        readonly searchId: string;
        readonly rankerVersion: string;
        readonly total: number;
        readonly query: string;
        readonly hits: readonly { tool_slug: string; rank: number; score: number; match_reasons: readonly string[] }[];
      }
    | undefined;
}

export interface RecorderOptions {
  /** Absent with metrics off. */
  readonly metrics: GatewayMetrics | undefined;
  readonly searchMemory: SearchMemory;
  /** Told of whatever should not have been thrown. */
  readonly onDefect: (error: unknown) => void;
}

/** The only recording site: takes what is finished and fans it out to span, metrics and search joins. */
export class Recorder {
  readonly #metrics: GatewayMetrics | undefined;
  readonly #searchMemory: SearchMemory;
  readonly #onDefect: (error: unknown) => void;

  constructor(options: RecorderOptions) {
    this.#metrics = options.metrics;
    this.#searchMemory = options.searchMemory;
    this.#onDefect = options.onDefect;
  }

  call(call: FinishedCall): void {
    const { ctx, span, outcome, errorKind, record } = call;
    this.#joinSearch('call', ctx, span, record?.slug, record?.skillName);
    span.end({ outcome, ...(errorKind === undefined ? {} : { errorKind }) });
    const metrics = this.#metrics;
    metrics?.recordCall({
      tool: record?.label,
      status: statusOfOutcome(outcome),
      span: span.spanContext,
      ...(call.timing === undefined ? {} : durations(call.durationMillis, call.timing)),
    });
    this.#hop(call);
    this.#govern(outcome, span);
    if (call.rejection !== undefined) {
      metrics?.recordRejected(call.rejection, span.spanContext);
    }
    if (call.backendErrorKind !== undefined) {
      metrics?.recordBackendError(call.backendErrorKind, span.spanContext);
    }
    if (outcome === 'ok') {
      const elapsed = this.#searchMemory.noteSuccess(ctx.searchId, partyOf(ctx));
      if (elapsed !== undefined) {
        metrics?.recordTimeToFirstSuccess(elapsed / 1000, span.spanContext);
      }
    }
  }

  /** The upstream's share of a call, as the client that we are to it. */
  #hop({ timing, record, outcome, span, transport }: FinishedCall): void {
    if (timing !== undefined && transport !== undefined) {
      this.#metrics?.recordOperation({
        side: 'client',
        method: 'tools/call',
        tool: record?.label,
        errorType: statusOfOutcome(outcome) === 'success' ? undefined : outcome,
        transport,
        durationSeconds: timing.upstreamMillis / 1000,
        span: span.spanContext,
      });
    }
  }

  /** What was handed on: lists, prompts, resources, completions. */
  forwarded({ method, transport, outcome, backendErrorKind, durationSeconds }: FinishedForward): void {
    const metrics = this.#metrics;
    if (durationSeconds !== undefined) {
      const errorType = statusOfOutcome(outcome) === 'success' ? undefined : outcome;
      metrics?.recordOperation({ side: 'client', method, errorType, transport, durationSeconds });
    }
    if (backendErrorKind !== undefined) {
      metrics?.recordBackendError(backendErrorKind);
    }
  }

  followUp(operation: FinishedFollowUp): void {
    const { ctx, span, kind, outcome, errorKind } = operation;
    this.#joinSearch(kind, ctx, span, operation.toolSlug, operation.skillName);
    span.end({ outcome, ...(errorKind === undefined ? {} : { errorKind }) });
    this.#govern(outcome, span);
  }

  search(search: FinishedSearch): void {
    const { ctx, span, outcome, errorKind, answer } = search;
    if (answer !== undefined) {
      const { searchId, rankerVersion, total } = answer;
      span.setSearch({ id: searchId, rankerVersion, total, zeroResults: total === 0 });
      const { isReformulation } = this.#searchMemory.remember(answer, partyOf(ctx), search.startedAt);
      this.#metrics?.recordSearch({
        result: total === 0 ? 'zero' : 'nonzero',
        durationSeconds: search.durationMillis / 1000,
        span: span.spanContext,
      });
      if (isReformulation) {
        this.#metrics?.recordReformulation(span.spanContext);
      }
    }
    span.end({ outcome, ...(errorKind === undefined ? {} : { errorKind }) });
    this.#govern(outcome, span);
  }

  /** The batch itself is no call: only its span ends here. */
  batch(batch: FinishedOperation & { readonly size: number }): void {
    const { span, outcome, errorKind, size } = batch;
    span.setBatchSize(size);
    span.end({ outcome, ...(errorKind === undefined ? {} : { errorKind }) });
  }

  /** One MCP request that was answered, or one notification that was taken, whatever it was. */
  request({ method, transport, tool, answer, durationSeconds }: FinishedRequest): void {
    this.#metrics?.recordOperation({
      side: 'server',
      method,
      tool,
      errorType: answer && errorTypeOf(answer),
      transport: transport === 'stdio' ? 'pipe' : 'tcp',
      durationSeconds,
    });
  }

  /** The answer of a tool or a list, as it went out: what it costs a model to read. */
  answered({ method, params }: JsonRpcRequest, bytes: number): void {
    const surface = surfaceOf(method, params?.['name']);
    if (surface !== undefined) {
      this.responseSize(surface, bytes);
    }
  }

  /** The size of an answer by what it answers. */
  responseSize(surface: ResponseSurface, bytes: number): void {
    this.#metrics?.recordResponseTokens(surface, bytes);
  }

  /** A request that was wrong itself: nothing ran. */
  refused({ span, outcome, errorKind }: FinishedOperation): void {
    span.end({ outcome, ...(errorKind === undefined ? {} : { errorKind }) });
  }

  defect(error: unknown): void {
    this.#onDefect(error);
  }

  /** A check of governance that threw; the operation fails with it. */
  governanceFailed(span: WorkflowSpan): void {
    this.#metrics?.recordGovernance('middleware', 'error', span.spanContext);
  }

  #govern(outcome: Outcome, span: WorkflowSpan): void {
    if (outcome === 'denied') {
      this.#metrics?.recordGovernance('policy', 'denied', span.spanContext);
    } else if (outcome === 'throttled') {
      this.#metrics?.recordGovernance('rate-limit', 'throttled', span.spanContext);
    }
  }

  #joinSearch(
    kind: 'describe' | 'load_skill' | 'call',
    ctx: RequestContext,
    span: WorkflowSpan,
    slug: string | undefined,
    skillName: string | undefined,
  ): void {
    const followUp = this.#searchMemory.followUp(ctx.searchId, slug, skillName);
    if (followUp === undefined) {
      return;
    }
    const { searchId, rankBucket, ...facts } = followUp;
    span.setSearch({ id: searchId, ...facts });
    this.#metrics?.recordSearchFollowup(kind, rankBucket, span.spanContext);
  }
}

function errorTypeOf(answer: Answer): string | undefined {
  if ('error' in answer) {
    return String(answer.error.code);
  }
  return answer.result['isError'] === true ? 'tool_error' : undefined;
}

function surfaceOf(method: string, tool: unknown): ResponseSurface | undefined {
  if (method === 'tools/list') {
    return 'tools_list';
  }
  if (method !== 'tools/call' || tool === 'load_skill') {
    return undefined;
  }
  return tool === 'search' || tool === 'describe' ? tool : 'call';
}

function durations(
  durationMillis: number,
  { queueMillis, upstreamMillis }: { readonly queueMillis: number; readonly upstreamMillis: number },
): { durationSeconds: number; phases: { queueSeconds: number; gatewaySeconds: number; upstreamSeconds: number } } {
  const gatewayMillis = Math.max(0, durationMillis - queueMillis - upstreamMillis);
  return {
    durationSeconds: durationMillis / 1000,
    phases: {
      queueSeconds: queueMillis / 1000,
      gatewaySeconds: gatewayMillis / 1000,
      upstreamSeconds: upstreamMillis / 1000,
    },
  };
}

function partyOf(ctx: RequestContext): SearchParty {
  const { session, traceId } = ctx;
  return { traceId, ...(session.source === 'trace' ? {} : { sessionId: session.id }) };
}
