import { toErrorBody } from '@dcc-mcp/request-context';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { GatewayMessages } from '../protocol/messages/gateway-messages.ts';
import { DistantJob } from './distant-job.ts';
import type { FollowedJob } from './followed-job.ts';
import { JobMessages } from './job-messages.ts';
import { isFinished, type JobFacts, type JobRecord } from './job-record.ts';
import type { JobBounds, JobKey, JobPage, JobQuery, OpenJobs } from './job-records.ts';
import { type JobControls, LiveJob, type LiveJobParts } from './live-job.ts';

/** What the gateway's jobs are made of. */
export interface JobsOptions extends LiveJobParts {
  /** Reaches the gateways that share the records. */
  readonly messages: GatewayMessages;
  /** Whether a gateway of that address was there, and is not any more. */
  readonly isGone: (address: string) => boolean;
  /** How long a job may take, waiting included, in milliseconds. */
  readonly timeoutMillis: number;
  readonly bounds: Pick<JobBounds, 'maxFinished' | 'retentionMillis'>;
  /** A new id: UUID version 7. */
  readonly newId: () => string;
}

/** The jobs of a gateway: the records of all, and the calls of those that run here. */
export class Jobs {
  readonly timeoutMillis: number;
  readonly retentionMillis: number;
  readonly #options: JobsOptions;
  readonly #messages: JobMessages;
  /** Those that run here, and those that ended here and are kept. */
  readonly #live = new Map<string, LiveJob>();
  /** Those of them that are over, in the order of their end. */
  readonly #finished = new Set<string>();

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#messages = new JobMessages(options.messages);
    this.#messages.listen({
      cancel: (key) => this.#held(key)?.cancel(),
      answer: (key, responses) => this.#held(key)?.questions.answer(responses),
    });
    this.timeoutMillis = options.timeoutMillis;
    this.retentionMillis = options.bounds.retentionMillis;
  }

  newId(): string {
    return this.#options.newId();
  }

  /** Takes a place for a job; `undefined` where as many are open as may be. */
  async create(facts: JobFacts, controls: JobControls): Promise<LiveJob | undefined> {
    const createdAt = this.#options.now();
    const gateway = this.#messages.address;
    const record: JobRecord = { ...facts, gateway, state: 'queued', createdAt, updatedAt: createdAt };
    if (!(await this.#options.records.create(record))) {
      return undefined;
    }
    const job = new LiveJob(record, controls, this.#options);
    this.#live.set(facts.id, job);
    void job.whenEnded.then(() => this.#keep(facts.id));
    return job;
  }

  /** Takes back a job that came to nothing: its call was refused. */
  async remove(id: string): Promise<void> {
    this.#live.delete(id);
    await this.#options.records.remove(id);
  }

  async find(key: JobKey): Promise<JobRecord | undefined> {
    const record = await this.#options.records.read(key);
    return record && this.#endedWithItsGateway(record);
  }

  /** The job with its events; one that runs elsewhere tells less of itself. */
  async follow(key: JobKey): Promise<FollowedJob | undefined> {
    const record = await this.find(key);
    const read = (): Promise<JobRecord | undefined> => this.find(key);
    return record && (this.#live.get(record.id) ?? new DistantJob(record, { read, onError: this.#options.onError }));
  }

  async list(query: JobQuery): Promise<JobPage> {
    const { records } = this.#options;
    const page = await records.list(query);
    const jobs = await Promise.all(page.jobs.map((job) => this.#endedWithItsGateway(job)));
    // One that has just ended may be none of those that were asked for.
    return jobs.every((job, index) => job === page.jobs[index]) ? page : records.list(query);
  }

  /** Open jobs of all owners, the oldest first, and how many there are; for the operator. */
  open(limit: number): Promise<OpenJobs> {
    return this.#options.records.open(limit);
  }

  /** Asks for the end of a job that is open, wherever it runs; gives how it stands then. */
  async cancel(key: JobKey): Promise<JobRecord | 'unreachable' | undefined> {
    const record = await this.find(key);
    const job = record && this.#live.get(record.id);
    if (job !== undefined) {
      job.cancel();
      return job.record;
    }
    if (record === undefined || isFinished(record)) {
      return record;
    }
    return (await this.#messages.cancel(record)) ? { ...record, isCancelRequested: true } : 'unreachable';
  }

  /** Takes the answers of the caller to what a job asks, wherever it runs; those to no question are dropped. */
  async answer(key: JobKey, responses: JsonObject): Promise<'taken' | 'unreachable' | 'unknown'> {
    const record = await this.find(key);
    if (record === undefined) {
      return 'unknown';
    }
    const job = this.#live.get(record.id);
    job?.questions.answer(responses);
    const isTaken = job !== undefined || isFinished(record) || (await this.#messages.answer(record, responses));
    return isTaken ? 'taken' : 'unreachable';
  }

  /** Ends all that run, as cancelled; resolves when they are recorded, or after `timeoutMillis`. */
  async stop(timeoutMillis: number): Promise<void> {
    const open = [...this.#live.values()].filter(({ record }) => !isFinished(record));
    if (open.length === 0) {
      return;
    }
    open.forEach((job) => job.stop());
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, timeoutMillis);
    await Promise.race([Promise.all(open.map(({ whenEnded }) => whenEnded)), late.promise]);
    clearTimeout(timer);
  }

  /** What ran at a gateway that is gone has ended with it: nobody else says so. */
  async #endedWithItsGateway(job: JobRecord): Promise<JobRecord> {
    const { isGone, now, records } = this.#options;
    if (job.gateway === undefined || isFinished(job) || !isGone(job.gateway)) {
      return job;
    }
    const at = now();
    const error = JSON.stringify(toErrorBody({ kind: 'host-died', message: 'The gateway that ran the job is gone' }));
    const { questions: _, ...rest } = job;
    const ended: JobRecord = { ...rest, state: 'failed', finishedAt: at, updatedAt: at, error };
    return (await records.write(ended)) ?? ended;
  }

  #held({ id, owner }: JobKey): LiveJob | undefined {
    const job = this.#live.get(id);
    return job?.record.owner === owner ? job : undefined;
  }

  #keep(id: string): void {
    const { bounds, now } = this.#options;
    this.#finished.add(id);
    for (const oldest of this.#finished) {
      const finishedAt = this.#live.get(oldest)?.record.finishedAt ?? 0;
      if (this.#finished.size <= bounds.maxFinished && finishedAt > now() - bounds.retentionMillis) {
        return;
      }
      this.#finished.delete(oldest);
      this.#live.delete(oldest);
    }
  }
}
