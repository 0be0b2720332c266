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
/** What their data takes together, in characters of its JSON: jobs may be many, and what they log may be long. */
const MAX_LENGTH = 128 * 1024;

interface KeptEvent {
  readonly event: JobEvent;
  readonly length: number;
}

/** What a reader missed. */
export interface MissedEvents {
  readonly events: readonly JobEvent[];
  /** Whether some that came before these were let go. */
  readonly isCut: boolean;
}

/** The last events of one job, and who listens to more. */
export class JobEvents {
  /** The oldest first. */
  readonly #kept: KeptEvent[] = [];
  #length = 0;
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
    this.#keep(added);
    for (const listener of this.#listeners) {
      listener(added);
    }
  }

  /** Those behind an event, oldest first. */
  after(id: number): MissedEvents {
    const events = this.#kept.flatMap(({ event }) => (event.id > id ? event : []));
    return { events, isCut: (this.#kept[0]?.event.id ?? 1) > id + 1 };
  }

  /** The event that is the last one there will be, where it has come. */
  ending(): readonly JobEvent[] {
    return this.#kept.flatMap(({ event }) => (event.event === 'end' ? event : []));
  }

  /** @returns What ends it. */
  listen(listener: (event: JobEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(event: JobEvent): void {
    const length = event.data === undefined ? 0 : JSON.stringify(event.data).length;
    this.#kept.push({ event, length });
    this.#length += length;
    while (this.#kept.length > MAX_EVENTS || (this.#length > MAX_LENGTH && this.#kept.length > 1)) {
      this.#length -= this.#kept.shift()?.length ?? 0;
    }
  }
}
