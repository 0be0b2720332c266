import { isFinished, type JobRecord } from './job-record.ts';
import type { JobBounds, JobKey, JobPage, JobQuery, JobRecords, OpenJobs } from './job-records.ts';

/** Bytes that the results of finished jobs take together, at most: past it the oldest jobs are forgotten early. */
const MAX_RESULT_BYTES = 256 * 1024 * 1024;

export interface MemoryJobRecordsOptions extends JobBounds {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Default 256 MiB. */
  readonly maxResultBytes?: number;
}

/** Jobs in the memory of this process. */
export class MemoryJobRecords implements JobRecords {
  readonly #options: MemoryJobRecordsOptions;
  /** By id, in the order of their creation. */
  readonly #jobs = new Map<string, JobRecord>();
  /** In the order of their end. */
  readonly #finished = new Map<string, number>();
  #resultBytes = 0;

  constructor(options: MemoryJobRecordsOptions) {
    this.#options = options;
  }

  async create(job: JobRecord): Promise<boolean> {
    this.#forgetOld();
    if (this.#openCount >= this.#options.maxOpen) {
      return false;
    }
    this.#jobs.set(job.id, job);
    return true;
  }

  async write(job: JobRecord): Promise<JobRecord | undefined> {
    const known = this.#jobs.get(job.id);
    if (known === undefined || isFinished(known)) {
      return known;
    }
    this.#jobs.set(job.id, job);
    if (isFinished(job)) {
      const bytes = bytesOf(job);
      this.#finished.set(job.id, bytes);
      this.#resultBytes += bytes;
      this.#forgetOld();
    }
    return undefined;
  }

  get #openCount(): number {
    return this.#jobs.size - this.#finished.size;
  }

  async remove(id: string): Promise<void> {
    this.#forget(id);
  }

  async read({ id, owner }: JobKey): Promise<JobRecord | undefined> {
    this.#forgetOld();
    const job = this.#jobs.get(id);
    return job?.owner === owner ? job : undefined;
  }

  async gatewayOf(id: string): Promise<string | undefined> {
    return this.#jobs.get(id)?.gateway;
  }

  async list({ owner, state, tool, limit, after }: JobQuery): Promise<JobPage> {
    this.#forgetOld();
    const matching = [...this.#jobs.values()]
      .filter((job) => job.owner === owner && (state === undefined || job.state === state) && isOf(job, tool))
      .toReversed();
    const rest = after === undefined ? matching : matching.filter(({ id }) => id < after);
    const jobs = rest.slice(0, limit);
    return { total: matching.length, jobs, next: rest.length > limit ? jobs.at(-1)?.id : undefined };
  }

  async open(limit: number): Promise<OpenJobs> {
    const jobs: JobRecord[] = [];
    for (const job of this.#jobs.values()) {
      if (jobs.length === limit) {
        break;
      }
      if (!isFinished(job)) {
        jobs.push(job);
      }
    }
    return { total: this.#openCount, jobs };
  }

  #forgetOld(): void {
    const { now, retentionMillis, maxFinished, maxResultBytes = MAX_RESULT_BYTES } = this.#options;
    const expired = now() - retentionMillis;
    for (const id of this.#finished.keys()) {
      const finishedAt = this.#jobs.get(id)?.finishedAt ?? 0;
      if (finishedAt > expired && this.#finished.size <= maxFinished && this.#resultBytes <= maxResultBytes) {
        return;
      }
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#resultBytes -= this.#finished.get(id) ?? 0;
    this.#finished.delete(id);
    this.#jobs.delete(id);
  }
}

function isOf({ toolSlug, tool, toolLabel }: JobRecord, asked: string | undefined): boolean {
  return asked === undefined || asked === toolSlug || asked === tool || asked === toolLabel;
}

/** About: texts of ASCII take a byte a character. */
function bytesOf({ result, task }: JobRecord): number {
  const ofTask = task !== undefined && 'result' in task ? task.result.text.length : 0;
  return (result?.text.length ?? 0) + ofTask;
}
