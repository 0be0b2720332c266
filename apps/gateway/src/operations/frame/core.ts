import type { ContentionEvent } from '@dcc-mcp/call-store';
import type { RequestContext, RequestContextSettings } from '@dcc-mcp/request-context';
import type { MessageFacts, WorkflowSpan, WorkflowSpans } from '@dcc-mcp/workflow-spans';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Governance } from '../../governance/governance.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { OperationTrail } from '../../recording/record/finished.ts';
import type { Recorder } from '../../recording/record/recorder.ts';
import type { SessionOutputs } from '../../registry/events/session-outputs.ts';
import type { Upstreams } from '../../registry/table/upstreams.ts';
import type { SearchMemory } from '../../search/memory/search-memory.ts';
import type { ToolSearch } from '../../search/tool-search.ts';
import type { HopPeer } from '../../upstream/upstream.ts';

/** What every operation works with. */
export interface OperationCore {
  readonly catalog: Catalog;
  readonly toolSearch: ToolSearch;
  readonly upstreams: Upstreams;
  /** What the upstreams write. */
  readonly outputs: SessionOutputs;
  /** What changed at the upstreams since a time in epoch milliseconds (default: all that is kept), the newest first. */
  readonly contention: (sinceMillis?: number) => AsyncIterable<ContentionEvent>;
  readonly spans: WorkflowSpans;
  readonly recorder: Recorder;
  readonly searchMemory: SearchMemory;
  readonly contextSettings: RequestContextSettings;
  readonly governance: Governance;
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
  readonly meta?: JsonObject;
  /** DCC types that the caller's credential may use, in lower case; absent or empty: all. */
  readonly scope?: readonly string[];
  /** What spans say of the message. */
  readonly facts: MessageFacts;
  /** The batch this operation is an item of. */
  readonly batch?: BatchPlace;
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
