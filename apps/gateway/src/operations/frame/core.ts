import type { ContentionEvent } from '@dcc-mcp/call-store';
import type { ErrorDescription, RequestContext, RequestContextSettings } from '@dcc-mcp/request-context';
import type { MessageFacts, WorkflowSpan, WorkflowSpans } from '@dcc-mcp/workflow-spans';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { Governance } from '../../governance/governance.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { OperationTrail } from '../../recording/record/operation-trail.ts';
import type { Recorder } from '../../recording/record/recorder.ts';
import type { DepartedInstance } from '../../registry/events/instance-history.ts';
import type { SessionOutputs } from '../../registry/events/session-outputs.ts';
import type { Upstreams } from '../../registry/table/upstreams.ts';
import type { SearchMemory } from '../../search/memory/search-memory.ts';
import type { ToolSearch } from '../../search/tool-search.ts';
import type { HopUser } from '../../upstream/oauth/oauth-settings.ts';
import type { HopJob, HopPeer } from '../../upstream/upstream.ts';

/** What every operation works with. */
export interface OperationCore {
  readonly catalog: Catalog;
  readonly toolSearch: ToolSearch;
  readonly upstreams: Upstreams;
  /** Instances that have left, the last first. */
  readonly departed: () => readonly DepartedInstance[];
  /** What the upstreams write. */
  readonly outputs: SessionOutputs;
  /** What changed at the upstreams since a time in epoch milliseconds (default: all that is kept), the newest first. */
  readonly contention: (sinceMillis?: number) => AsyncIterable<ContentionEvent>;
  readonly spans: WorkflowSpans;
  readonly recorder: Recorder;
  readonly searchMemory: SearchMemory;
  readonly contextSettings: RequestContextSettings;
  readonly governance: Governance;
  readonly jobs: Jobs;
  /** How long a request waits for upstreams that boot. */
  readonly bootWaitMillis: number;
  /** Whether spans hold the path of an open scene, not only its last part. */
  readonly showsWholeScene: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Told of whatever should not have been thrown. */
  readonly onError: (error: unknown) => void;
}

/** Where an operation stands in its batch. */
export interface BatchPlace {
  readonly span: WorkflowSpan;
  readonly trail: OperationTrail | undefined;
  /** From 0. */
  readonly index: number;
}

/** What a call that goes on without its caller, or may do so, has beside others. */
export interface DetachedCall extends HopJob {
  /** The id of the job; absent while it is none. */
  readonly jobId: string | undefined;
  /** How long it may take; absent: as long as its upstream lets a call take. */
  readonly timeoutMillis: number | undefined;
  /** Why its end was asked for; absent where it was not. */
  readonly whyCancelled: string | undefined;
  /** Takes a place for the job, once nothing else speaks against the call; false where there is none. */
  admit(record: ToolRecord, span: WorkflowSpan): Promise<boolean>;
  /** The request leaves for its upstream. */
  started(): void;
}

/** The caller's side of an operation. */
export interface Caller {
  readonly ctx: RequestContext;
  /** When its request came, on the clock of the core; absent: now. */
  readonly receivedAt?: number;
  /** Aborts when the caller cancels. */
  readonly signal?: AbortSignal;
  /** True once nobody waits for the answer. */
  isGone(): boolean;
  /** Where notifications and questions of the upstream go. */
  readonly peer?: HopPeer;
  /** `params._meta` of the caller, for the upstream. */
  readonly meta?: JsonObject | undefined;
  /** DCC types that the caller's credential may use, in lower case; absent or empty: all. */
  readonly scope?: readonly string[] | undefined;
  /** Who signed in with a token of an issuer; absent where nobody did. */
  readonly user?: HopUser | undefined;
  /** What spans say of the message. */
  readonly facts: MessageFacts;
  /** The batch this operation is an item of. */
  readonly batch?: BatchPlace;
  /** Absent for a call that its caller waits for to its end. */
  readonly job?: DetachedCall;
  /** The JSON-RPC code that it is answered with where the operation ends so; absent where a result tells of errors. */
  readonly errorCode?: ((error: ErrorDescription) => number | undefined) | undefined;
}

/** What one operation runs in. */
export interface OperationContext {
  readonly core: OperationCore;
  readonly caller: Caller;
}

/** One operation on its way. */
export interface RunningOperation extends OperationContext {
  readonly span: WorkflowSpan;
  /** Absent where no rows are kept. */
  readonly trail: OperationTrail | undefined;
}
