import type { ErrorDescription, RequestContext } from '@dcc-mcp/request-context';
import type {
  BackendErrorKind,
  JobResult,
  NotificationChannel,
  OPERATION_CALL,
  OPERATION_CALL_BATCH,
  OPERATION_DESCRIBE,
  OPERATION_LOAD_SKILL,
  OPERATION_SEARCH,
  Outcome,
  RejectionReason,
  ResponseSurface,
  SessionEndReason,
} from '@dcc-mcp/semantic-conventions';
import type { MessageFacts, WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { SpanContext } from '@opentelemetry/api';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { RememberedHit, SearchJoin } from '../../search/memory/search-memory.ts';
import type { OperationTrail } from './operation-trail.ts';

/** Whatever has come to an end and is worth telling a {@link Sink}; `kind` says what it is. */
export type Finished =
  | FinishedOperation
  | FinishedExchange
  | FinishedRequest
  | FinishedSession
  | FailedCheck
  | SentAnswer
  | SentNotification
  | JobStep;

/** How a peer is reached. */
export type NetworkTransport = 'tcp' | 'pipe';

/** One workflow operation, whose outcome was decided once. */
export interface FinishedOperation {
  readonly kind: 'operation';
  readonly ctx: RequestContext;
  readonly facts: MessageFacts;
  /** Not ended yet. */
  readonly span: WorkflowSpan;
  readonly outcome: Outcome;
  /** What the caller is told; absent where it went well. */
  readonly error: ErrorDescription | undefined;
  /** Absent where no upstream is to blame. */
  readonly backendErrorKind?: BackendErrorKind | undefined;
  /** The JSON-RPC code of the error that its server answered, else of the one that the caller is answered. */
  readonly rpcErrorCode?: number | undefined;
  readonly durationMillis: number;
  /** Milliseconds since the epoch, on the clock of its span. */
  readonly endedAt: number;
  /** What was asked for: JSON as it came, or a value; absent where neither its span nor a row is told of it. */
  readonly input: unknown;
  /** What was answered, likewise. */
  readonly output: unknown;
  /** The search that it follows, where it names one. */
  readonly join: SearchJoin | undefined;
  /** Absent where no rows are kept. */
  readonly trail: OperationTrail | undefined;
  /** That of the batch it is an item of; absent for any other. */
  readonly batchTrail: OperationTrail | undefined;
  readonly details: OperationDetails;
}

/** What only one kind of operation has to say. */
export type OperationDetails = SearchDetails | FollowUpDetails | CallDetails | BatchDetails;

export interface SearchDetails {
  readonly operation: typeof OPERATION_SEARCH;
  /** Absent for a refused search. */
  readonly found:
    | {
        readonly searchId: string;
        readonly rankerVersion: string;
        readonly indexGeneration: number;
        readonly total: number;
        readonly mode: 'fuzzy' | 'exact';
        /** All clauses as one text. */
        readonly query: string;
        readonly filters: Readonly<Record<string, unknown>>;
        readonly hits: readonly RememberedHit[];
        /** The caller's previous search, where this one words it anew. */
        readonly reformulationOf: string | undefined;
      }
    | undefined;
}

export interface FollowUpDetails {
  readonly operation: typeof OPERATION_DESCRIBE | typeof OPERATION_LOAD_SKILL;
  /** The tool that was meant; absent where there is none, or a skill was. */
  readonly record: ToolRecord | undefined;
}

export interface CallDetails {
  readonly operation: typeof OPERATION_CALL;
  /** Absent where there is no such tool. */
  readonly record: ToolRecord | undefined;
  /** Place in its batch, from 0. */
  readonly batchIndex: number | undefined;
  /** Absent for a call that was never admitted to an upstream's queue. */
  readonly timing: CallTiming | undefined;
  readonly rejection: RejectionReason | undefined;
  /** Absent where no upstream was found. */
  readonly transport: NetworkTransport | undefined;
}

/** Where the time of a call went, beside the gateway itself. */
export interface CallTiming {
  readonly queueMillis: number;
  /** Absent for a call that ended in the queue. */
  readonly upstreamMillis: number | undefined;
}

/** The calls of a batch are operations of their own. */
export interface BatchDetails {
  readonly operation: typeof OPERATION_CALL_BATCH;
  /** Calls that were asked for; absent for a refused batch. */
  readonly size: number | undefined;
}

/** One exchange with an upstream that is no tool call of a client: lists, prompts, resources, completions, loading of skills. */
export interface FinishedExchange {
  readonly kind: 'exchange';
  readonly method: string;
  /** Metric label of the tool that was called, if one was. */
  readonly tool?: string | undefined;
  readonly transport: NetworkTransport;
  readonly outcome: Outcome;
  readonly backendErrorKind: BackendErrorKind | undefined;
  /** Absent where it never left the queue. */
  readonly durationSeconds: number | undefined;
  /** The span of the operation that it is a part of; absent where it is of none. */
  readonly span?: SpanContext | undefined;
}

/** One MCP request that was answered, or one notification that was taken. */
export interface FinishedRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly transport: NetworkTransport;
  /** Metric label of the upstream tool that was meant, if one was. */
  readonly tool: string | undefined;
  /** The outcome of its operation, else a JSON-RPC error code or `tool_error`; absent where it went well. */
  readonly errorType: string | undefined;
  readonly durationSeconds: number;
  /** The span of the operation that it asked for, where it asked for one. */
  readonly span?: SpanContext | undefined;
}

/** One session with a client. */
export interface FinishedSession {
  readonly kind: 'session';
  readonly reason: SessionEndReason;
  readonly transport: NetworkTransport;
  readonly durationSeconds: number;
}

/** A check of governance that threw; its operation fails with it. */
export interface FailedCheck {
  readonly kind: 'failed-check';
  readonly span: WorkflowSpan;
}

/** The answer of a tool or a list, as it went out: what it costs a model to read. */
export interface SentAnswer {
  readonly kind: 'answer';
  readonly surface: ResponseSurface;
  readonly bytes: number;
}

/** One notification written to a client. */
export interface SentNotification {
  readonly kind: 'notification';
  readonly channel: NotificationChannel;
}

/** What became of the wish for a job, or of a job. Its call is an operation of its own. */
export type JobStep =
  | { readonly kind: 'job-created'; readonly tool: string | undefined; readonly result: JobResult }
  /** `waitSeconds`: since it was made. */
  | { readonly kind: 'job-started'; readonly tool: string; readonly waitSeconds: number }
  | { readonly kind: 'job-ended'; readonly tool: string };
