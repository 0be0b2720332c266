import type { JsonObject } from '../protocol/json-rpc.ts';
import type { FollowedJob } from './followed-job.ts';
import type { JobEvent, JobEventName, MissedEvents } from './job-events.ts';
import { isFinished, type JobRecord, stateEventOf } from './job-record.ts';

/** How often the record is read of a job that runs elsewhere, while somebody follows it. */
const POLL_MILLIS = 500;

/** What a {@link DistantJob} works with. */
export interface DistantJobParts {
  /** `undefined` where it is kept no longer. */
  readonly read: () => Promise<JobRecord | undefined>;
  readonly onError: (error: unknown) => void;
}

/**
 * A job that runs at another gateway, as its record tells of it: state, progress and end; what it logs is told there alone.
 * Its events have the time of their record as number (epoch milliseconds), far above those of a job that runs here.
 */
export class DistantJob implements FollowedJob {
  readonly #parts: DistantJobParts;
  #record: JobRecord;

  constructor(record: JobRecord, parts: DistantJobParts) {
    this.#record = record;
    this.#parts = parts;
  }

  get record(): JobRecord {
    return this.#record;
  }

  get stateEvent(): JsonObject {
    return stateEventOf(this.#record);
  }

  hasTold(last: number): boolean {
    return isFinished(this.#record) && last >= this.#record.updatedAt;
  }

  /** What came before is known where it runs: a reader begins with how it stands. */
  after(): MissedEvents {
    return { events: [], isCut: true };
  }

  listen(listener: (event: JobEvent) => void): () => void {
    let told: JobRecord = { ...this.#record };
    delete (told as { progress?: unknown }).progress;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const poll = async (isFirst: boolean): Promise<void> => {
      if (!isFirst) {
        await this.#read();
      }
      newsOf(told, this.#record).forEach((event) => !isOver && listener(event));
      told = this.#record;
      isOver ||= isFinished(told);
      if (!isOver) {
        timer = setTimeout(() => void poll(false), POLL_MILLIS).unref();
      }
    };
    timer = setTimeout(() => void poll(true), 0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  async #read(): Promise<void> {
    try {
      // One that is kept no longer has ended, whatever came of it.
      this.#record = (await this.#parts.read()) ?? { ...this.#record, state: 'failed' };
    } catch (error) {
      this.#parts.onError(error);
    }
  }
}

function newsOf(before: JobRecord, now: JobRecord): readonly JobEvent[] {
  const { progress } = now;
  const hasMoved = now.state !== before.state || now.isCancelRequested !== before.isCancelRequested;
  const event = (name: JobEventName, data?: JsonObject): JobEvent => ({ id: now.updatedAt, event: name, data });
  return [
    ...(progress === undefined || progress.at === before.progress?.at
      ? []
      : [event('progress', { ...progress, at: new Date(progress.at).toISOString() })]),
    ...(hasMoved ? [event('state', stateEventOf(now))] : []),
    ...(isFinished(now) ? [event('end')] : []),
  ];
}
