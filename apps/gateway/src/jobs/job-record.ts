// jobs/: calls that go on without their caller, and what is known of them.
import type { JsonObject } from '../protocol/json-rpc.ts';

/** Where a job stands; the last three are final. */
export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
/** One of {@link JOB_STATES}. */
export type JobState = (typeof JOB_STATES)[number];

/** What a job said of itself last. */
export interface JobProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A result as it is kept, as JSON. */
export interface KeptResult {
  readonly text: string;
  /** Bytes of the whole; absent where nothing was cut. */
  readonly originalSize?: number;
}

/** What a client of the tasks extension is answered in the end. */
export type TaskEnd =
  | { readonly result: KeptResult }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: string } };

/** What is known of a job when it is made. */
export interface JobFacts {
  readonly id: string;
  /** Who may see it: the principal, or `''` where nothing tells callers apart. */
  readonly owner: string;
  readonly toolSlug: string;
  /** The tool as its server names it. */
  readonly tool: string;
  /** `<dcc>__<tool>`, as metrics name it. */
  readonly toolLabel: string;
  readonly dccType: string;
  readonly instanceId: string;
  readonly requestId: string;
  readonly traceId: string;
  /** The address of the gateway that runs it; absent where no other can ask for it. */
  readonly gateway?: string;
}

/** All that is known of a job: plain data, times in milliseconds since the epoch. */
export interface JobRecord extends JobFacts {
  readonly state: JobState;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Of the call, to the microsecond. */
  readonly durationMillis?: number;
  readonly progress?: JobProgress;
  readonly isCancelRequested?: true;
  /** What the tool asks its caller and has no answer to, by key. */
  readonly questions?: JsonObject;
  /** The body of the error, as JSON. */
  readonly error?: string;
  readonly result?: KeptResult;
  readonly task?: TaskEnd;
}

/** How a job stands, as an event tells it. */
export function stateEventOf({ id, state, updatedAt, isCancelRequested }: JobRecord): JsonObject {
  const at = new Date(updatedAt).toISOString();
  return { job_id: id, state, at, ...(isCancelRequested === true ? { cancel_requested: true } : {}) };
}

/** Whether a job is over. */
export function isFinished({ state }: Pick<JobRecord, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}
