import type { JsonObject } from '../protocol/json-rpc.ts';
import type { JobEvent, MissedEvents } from './job-events.ts';
import type { JobRecord } from './job-record.ts';

/** A job as somebody follows it, wherever it runs. */
export interface FollowedJob {
  readonly record: JobRecord;
  /** How it stands, as an event tells it. */
  readonly stateEvent: JsonObject;
  /** Whether nothing comes behind event `last`. */
  hasTold(last: number): boolean;
  /** The events behind event `last` that are kept, oldest first. */
  after(last: number): MissedEvents;
  /** Takes those that come; never called before this has returned. @returns What ends it. */
  listen(listener: (event: JobEvent) => void): () => void;
}
