import { toErrorBody } from '@dcc-mcp/request-context';
import { isFinished, type JobRecord } from '../../../jobs/job-record.ts';
import type { JobKey, JobPage, JobQuery, JobRecords, OpenJobs } from '../../../jobs/job-records.ts';
import { MemoryJobRecords } from '../../../jobs/memory-job-records.ts';
import { ERROR_SERVER, McpError } from '../../../protocol/mcp-protocol.ts';
import { JoinedRoom } from '../joined/joined-room.ts';
import { JOBS, LEASE_MILLIS, RedisJobRecords, type RedisJobsOptions } from './redis-job-records.ts';

/** What {@link JoinedJobRecords} are made of. */
export interface JoinedJobsOptions extends RedisJobsOptions {
  readonly onError: (error: unknown) => void;
}

/** How many renewals fit into a lease. */
const RENEWALS = 3;
const SHARE_PAGE = 20;

/**
 * Jobs that can be asked for at any gateway of one Redis. The gateway that runs a job says so every 3 s; one that has not for
 * 9 s is gone, and its job has failed. While Redis is away a gateway knows the jobs that it made, and makes new ones.
 */
export class JoinedJobRecords implements JobRecords {
  readonly #options: JoinedJobsOptions;
  readonly #local: MemoryJobRecords;
  readonly #remote: RedisJobRecords;
  readonly #room: JoinedRoom;
  /** Jobs made here that may be known still, by id, the oldest first. */
  readonly #own = new Map<string, JobKey>();
  /** Those of them that are not over. */
  readonly #open = new Set<string>();
  /** Those of them that Redis knows less of. */
  readonly #ahead = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  /** Until then nobody's job is taken for left: while Redis was away no gateway could say anything. */
  #patientUntil = 0;

  constructor(options: JoinedJobsOptions) {
    const { link, onError, leaseMillis = LEASE_MILLIS } = options;
    this.#options = options;
    this.#local = new MemoryJobRecords(options);
    this.#remote = new RedisJobRecords(options);
    this.#room = new JoinedRoom({
      link,
      name: JOBS,
      share: (hasLost) => this.#share(hasLost),
      isAhead: () => this.#ahead.size > 0,
      onError,
    });
    this.#timer = setInterval(() => void this.#renew().catch(onError), leaseMillis / RENEWALS).unref();
  }

  /** Resolves when what this gateway has is shared, or Redis turned out to be away: with false. */
  whenJoined(): Promise<boolean> {
    return this.#room.join();
  }

  async create(job: JobRecord): Promise<boolean> {
    const isTaken = await this.#room.run(
      async () => {
        const isTakenThere = await this.#remote.create(job);
        await (isTakenThere ? this.#local.create(job) : undefined);
        return isTakenThere;
      },
      async () => {
        const isTakenHere = await this.#local.create(job);
        return isTakenHere && this.#ahead.add(job.id).size > 0;
      },
    );
    if (isTaken) {
      this.#note(job);
    }
    return isTaken;
  }

  async write(job: JobRecord): Promise<JobRecord | undefined> {
    const endedHere = await this.#local.write(job);
    if (isFinished(job)) {
      this.#open.delete(job.id);
    }
    const endedThere = await this.#room.run(
      () => this.#remote.write(job),
      async () => {
        if (this.#own.has(job.id)) {
          this.#ahead.add(job.id);
        }
        return endedHere;
      },
    );
    if (endedThere !== undefined) {
      this.#open.delete(job.id);
      await this.#local.write(endedThere);
    }
    return endedThere;
  }

  async remove(id: string): Promise<void> {
    await this.#local.remove(id);
    this.#open.delete(id);
    await this.#room.run(
      () => this.#remote.remove(id),
      async () => {
        this.#ahead.add(id);
      },
    );
  }

  async read(key: JobKey): Promise<JobRecord | undefined> {
    return this.#room.run(
      () => this.#remote.read(key),
      async () => {
        if (!this.#own.has(key.id)) {
          const message =
            'The job is not known to this gateway, and the store it shares with others is away: try again';
          throw new McpError(ERROR_SERVER, message, { httpStatus: 503, retryAfterSeconds: 1 });
        }
        return this.#local.read(key);
      },
    );
  }

  async gatewayOf(id: string): Promise<string | undefined> {
    return this.#room.run(
      () => this.#remote.gatewayOf(id),
      () => this.#local.gatewayOf(id),
    );
  }

  async list(query: JobQuery): Promise<JobPage> {
    return this.#room.run(
      () => this.#remote.list(query),
      () => this.#local.list(query),
    );
  }

  async open(limit: number): Promise<OpenJobs> {
    return this.#room.run(
      () => this.#remote.open(limit),
      () => this.#local.open(limit),
    );
  }

  close(): void {
    clearInterval(this.#timer);
    this.#room.close();
  }

  #note({ id, owner }: JobRecord): void {
    this.#own.set(id, { id, owner });
    this.#open.add(id);
    const { maxOpen, maxFinished } = this.#options;
    const oldest = this.#own.size > maxOpen + maxFinished ? this.#oldestOver() : undefined;
    this.#own.delete(oldest ?? '');
  }

  /** One that is open is told of until it is over, or it would count as left. */
  #oldestOver(): string | undefined {
    for (const id of this.#own.keys()) {
      if (!this.#open.has(id)) {
        return id;
      }
    }
    return undefined;
  }

  /** This gateway is there, and it ends the jobs of those that are not. */
  async #renew(): Promise<void> {
    await this.#room.run(
      async () => {
        await this.#remote.renew(this.#openKeys());
        const left = performance.now() < this.#patientUntil ? [] : await this.#remote.left();
        for (const job of left) {
          await this.#remote.put(this.#toLost(job), 'left');
        }
      },
      async () => undefined,
    );
  }

  #openKeys(): readonly JobKey[] {
    return [...this.#open].flatMap((id) => this.#own.get(id) ?? []);
  }

  #toLost(job: JobRecord): JobRecord {
    const now = this.#options.now();
    const message = 'The gateway that ran the job is gone';
    const error = JSON.stringify(toErrorBody({ kind: 'host-died', message }));
    return { ...job, state: 'failed', updatedAt: now, finishedAt: now, error };
  }

  async #share(hasLost: boolean): Promise<void> {
    this.#patientUntil = performance.now() + (this.#options.leaseMillis ?? LEASE_MILLIS);
    await this.#remote.renew(this.#openKeys());
    const ids = hasLost ? [...new Set([...this.#own.keys(), ...this.#ahead])] : [...this.#ahead];
    for (let i = 0; i < ids.length; i += SHARE_PAGE) {
      await Promise.all(ids.slice(i, i + SHARE_PAGE).map((id) => this.#shareOne(id)));
    }
  }

  async #shareOne(id: string): Promise<void> {
    const key = this.#own.get(id);
    const job = key && (await this.#local.read(key));
    this.#ahead.delete(id);
    try {
      await (job === undefined ? this.#remote.remove(id) : this.#remote.put(job, 'put'));
    } catch (error) {
      this.#ahead.add(id);
      throw error;
    }
  }
}
