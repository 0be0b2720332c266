import { RingBuffer } from '@dcc-mcp/bounds';
import type { JsonObject } from '../protocol/json-rpc.ts';

/** What happened to a job. */
export type JobEventName = 'state' | 'progress' | 'log' | 'end';

/** One thing that happened to a job, in the order of its number, which begins with 1. */
export interface JobEvent {
  readonly id: number;
  readonly event: JobEventName;
  /** Absent for `end`, which tells of the whole job as it is when that is read. */
  readonly data: JsonObject | undefined;
}

/** Events kept of one job: enough for a reader that was away for a moment. */
const MAX_EVENTS = 256;

/** What a reader missed. */
export interface MissedEvents {
  readonly events: readonly JobEvent[];
  /** Whether some that came before these were let go. */
  readonly isCut: boolean;
}

/** The last events of one job, and who listens to more. */
export class JobEvents {
  readonly #kept = new RingBuffer<JobEvent>(MAX_EVENTS);
  readonly #listeners = new Set<(event: JobEvent) => void>();
  #lastId = 0;
  #hasEnded = false;

  /** Whether nothing more comes. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Number of the last event; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  add(event: JobEventName, data: JsonObject | undefined): void {
    this.#lastId += 1;
    const added: JobEvent = { id: this.#lastId, event, data };
    this.#hasEnded ||= event === 'end';
    this.#kept.push(added);
    for (const listener of this.#listeners) {
      listener(added);
    }
  }

  /** Those behind an event, oldest first. */
  after(id: number): MissedEvents {
    const kept = this.#kept.toArray();
    return { events: kept.filter((event) => event.id > id), isCut: (kept[0]?.id ?? 1) > id + 1 };
  }

  /** @returns What ends it. */
  listen(listener: (event: JobEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
