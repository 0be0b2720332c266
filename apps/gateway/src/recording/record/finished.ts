import type { RequestContext } from '@dcc-mcp/request-context';
import type {
  BackendErrorKind,
  ErrorKind,
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
import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { SearchJoin } from '../../search/memory/search-memory.ts';

/** Whatever has come to an end and is worth telling a {@link Sink}; `kind` says what it is. */
export type Finished =
  | FinishedOperation
  | FinishedForward
  | FinishedRequest
  | FinishedSession
  | FailedCheck
  | SentAnswer
  | SentNotification;

/** How a peer is reached. */
export type NetworkTransport = 'tcp' | 'pipe';

/** One workflow operation, whose outcome was decided once. */
export interface FinishedOperation {
  readonly kind: 'operation';
  readonly ctx: RequestContext;
  /** Not ended yet. */
  readonly span: WorkflowSpan;
  readonly outcome: Outcome;
  readonly errorKind: ErrorKind | undefined;
  readonly durationMillis: number;
  /** The search that it follows, where it names one. */
  readonly join: SearchJoin | undefined;
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
        readonly total: number;
        /** Whether it words the caller's previous search anew. */
        readonly isReformulation: boolean;
      }
    | undefined;
}

export interface FollowUpDetails {
  readonly operation: typeof OPERATION_DESCRIBE | typeof OPERATION_LOAD_SKILL;
}

export interface CallDetails {
  readonly operation: typeof OPERATION_CALL;
  /** Metric label of the tool; absent where there is no such tool. */
  readonly tool: string | undefined;
  /** `<dcc>.<id8>.<backend_tool>`; absent where there is no such tool. */
  readonly slug: string | undefined;
  /** Absent for a call that was never admitted to an upstream's queue. */
  readonly timing: CallTiming | undefined;
  readonly rejection: RejectionReason | undefined;
  readonly backendErrorKind: BackendErrorKind | undefined;
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

/** One exchange with an upstream for a request that is no call: lists, prompts, resources, completions. */
export interface FinishedForward {
  readonly kind: 'forward';
  readonly method: string;
  readonly transport: NetworkTransport;
  readonly outcome: Outcome;
  readonly backendErrorKind: BackendErrorKind | undefined;
  /** Absent where it never left the queue. */
  readonly durationSeconds: number | undefined;
}

/** One MCP request that was answered, or one notification that was taken. */
export interface FinishedRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly transport: NetworkTransport;
  /** Metric label of the upstream tool that was meant, if one was. */
  readonly tool: string | undefined;
  /** JSON-RPC error code or `tool_error`; absent where it went well. */
  readonly errorType: string | undefined;
  readonly durationSeconds: number;
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
