import { hash } from 'node:crypto';
import { isFinished, type JobRecord, type KeptResult, type TaskEnd } from '../../../jobs/job-record.ts';
import type { JobBounds, JobKey, JobPage, JobQuery, JobRecords, OpenJobs } from '../../../jobs/job-records.ts';
import { parseOwn, toArguments, toList, toTexts } from '../joined/replies.ts';
import { type RedisCommand, type RedisLink, slotTag } from '../link/redis-link.ts';
import { LEFT_JOBS, REMOVE_JOB, RENEW_JOBS, TRIM_JOBS, WRITE_JOB } from './job-scripts.ts';

/** What {@link RedisJobRecords} are made of. */
export interface RedisJobsOptions extends JobBounds {
  readonly link: RedisLink;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long a job is its gateway's without a word of it; default {@link LEASE_MILLIS}. */
  readonly leaseMillis?: number;
}

/** The part of the keys that puts all jobs into one slot. */
export const JOBS = 'jobs';
/** As soon as its other shares, so that nobody waits long for the job of a gateway that was killed. */
export const LEASE_MILLIS = 9_000;
/** A job that is open and that no gateway at all looks after is forgotten then. */
const OPEN_TTL_MILLIS = 60 * 60_000;
/** Finished jobs go by their bounds; those that nobody looks at go so. */
const TTL_SLACK_MILLIS = 60_000;
const MAX_RESULT_BYTES = 256 * 1024 * 1024;
const PAGE = 500;

type WriteMode = 'create' | 'write' | 'put' | 'left';

/** A record without its result, which may be large. */
interface Row {
  readonly job: Omit<JobRecord, 'result' | 'task'>;
  /** Bytes of the whole result, where it was cut. */
  readonly originalSize?: number | undefined;
}

/** Jobs in Redis, and nowhere else. @throws {RedisUnavailable} From each method. */
export class RedisJobRecords implements JobRecords {
  readonly #options: RedisJobsOptions;
  readonly #link: RedisLink;
  readonly #prefix: string;

  constructor(options: RedisJobsOptions) {
    this.#options = options;
    this.#link = options.link;
    this.#prefix = `${options.link.key(slotTag(JOBS))}:`;
  }

  async create(job: JobRecord): Promise<boolean> {
    return (await this.put(job, 'create')) === 'written';
  }

  async write(job: JobRecord): Promise<JobRecord | undefined> {
    return (await this.put(job, 'write')) === 'over' ? this.read(job) : undefined;
  }

  /** @returns What came of it; `over` where it had ended before. */
  async put(job: JobRecord, mode: WriteMode): Promise<'absent' | 'written' | 'over'> {
    const { maxOpen, leaseMillis = LEASE_MILLIS, retentionMillis } = this.#options;
    const { result, task, ...rest } = job;
    const row: Row = { job: rest, originalSize: result?.originalSize };
    const end = isFinished(job) ? String(job.finishedAt ?? this.#options.now()) : '';
    const fields = toArguments({
      row: JSON.stringify(row),
      owner: `=${job.owner}`,
      state: job.state,
      tools: JSON.stringify([job.toolSlug, job.tool, job.toolLabel]),
      result: result && JSON.stringify(result),
      task: task && JSON.stringify(task),
    });
    const bytes = bytesOf(job);
    const bounds = [maxOpen, leaseMillis, OPEN_TTL_MILLIS, retentionMillis + TTL_SLACK_MILLIS].map(String);
    const args = [mode, job.id, toOwnerName(job.owner), ...bounds, end, String(bytes), ...this.#trimmed(), ...fields];
    const code = await this.#link.run(WRITE_JOB, [this.#prefix], args);
    return code === 2 ? 'over' : code === 1 ? 'written' : 'absent';
  }

  async remove(id: string): Promise<void> {
    const owner = await this.#link.send(['HGET', this.#keyOf(id), 'owner']);
    if (typeof owner === 'string') {
      await this.#link.run(REMOVE_JOB, [this.#prefix], [id, toOwnerName(owner.slice(1))]);
    }
  }

  async read({ id, owner }: JobKey): Promise<JobRecord | undefined> {
    const [row, result, task] = toList(await this.#link.send(['HMGET', this.#keyOf(id), 'row', 'result', 'task']));
    const job = toJob(row, result, task);
    const isOver = job?.finishedAt !== undefined && job.finishedAt <= this.#expired();
    return job?.owner === owner && !isOver ? job : undefined;
  }

  async gatewayOf(id: string): Promise<string | undefined> {
    return toJob(await this.#link.send(['HGET', this.#keyOf(id), 'row']))?.gateway;
  }

  /** Its jobs are without their results, but for the size of one that was cut. */
  async list({ owner, state, tool, limit, after }: JobQuery): Promise<JobPage> {
    await this.#link.run(TRIM_JOBS, [this.#prefix], this.#trimmed());
    const key = `${this.#prefix}owner:${toOwnerName(owner)}`;
    const isAll = state === undefined && tool === undefined;
    const from = after === undefined ? '+' : `(${after}`;
    const [ids, total] = isAll
      ? await this.#page(key, from, limit)
      : await this.#matching(
          key,
          ({ state: is, tools }) =>
            (state === undefined || state === is) && (tool === undefined || tools.includes(tool)),
        );
    const rest = after === undefined ? ids : ids.filter((id) => id < after);
    const jobs = await this.#rows(rest.slice(0, limit));
    return { total, jobs, next: rest.length > limit ? rest[limit - 1] : undefined };
  }

  async open(limit: number): Promise<OpenJobs> {
    const key = `${this.#prefix}open`;
    const [total, ids] = await this.#link.pipeline([
      ['ZCARD', key],
      ['ZRANGE', key, '0', String(limit - 1)],
    ]);
    return { total: Number(total), jobs: await this.#rows(toTexts(ids)) };
  }

  /** Says that the gateway of these jobs is there. */
  async renew(keys: readonly JobKey[]): Promise<void> {
    const { leaseMillis = LEASE_MILLIS } = this.#options;
    for (let i = 0; i < keys.length; i += PAGE) {
      const told = keys.slice(i, i + PAGE).flatMap(({ id, owner }) => [id, toOwnerName(owner)]);
      await this.#link.run(RENEW_JOBS, [this.#prefix], [String(leaseMillis), String(OPEN_TTL_MILLIS), ...told]);
    }
  }

  /** Jobs of gateways that have not been heard of for the time of a lease. */
  async left(): Promise<readonly JobRecord[]> {
    return this.#rows(toTexts(await this.#link.run(LEFT_JOBS, [this.#prefix], [String(PAGE)])));
  }

  /** One id more than asked for, where there is one. */
  async #page(key: string, from: string, limit: number): Promise<readonly [readonly string[], number]> {
    const [total, ids] = await this.#link.pipeline([['ZCARD', key], descending(key, from, limit + 1)]);
    return [toTexts(ids), Number(total)];
  }

  /** Page by page, without the records themselves. */
  async #matching(
    key: string,
    matches: (job: { readonly state: unknown; readonly tools: readonly unknown[] }) => boolean,
  ): Promise<readonly [readonly string[], number]> {
    const matching: string[] = [];
    let from = '+';
    for (;;) {
      const ids = toTexts(await this.#link.send(descending(key, from, PAGE)));
      const rows = await this.#link.pipeline(ids.map((id) => ['HMGET', this.#keyOf(id), 'state', 'tools']));
      rows.forEach((row, i) => {
        const [state, tools] = toList(row);
        const id = ids[i];
        if (id !== undefined && typeof tools === 'string' && matches({ state, tools: toList(parseOwn(tools)) })) {
          matching.push(id);
        }
      });
      const last = ids.at(-1);
      if (last === undefined || ids.length < PAGE) {
        return [matching, matching.length];
      }
      from = `(${last}`;
    }
  }

  async #rows(ids: readonly string[]): Promise<readonly JobRecord[]> {
    const rows = await this.#link.pipeline(ids.map((id) => ['HGET', this.#keyOf(id), 'row']));
    return rows.flatMap((row) => toJob(row) ?? []);
  }

  #keyOf(id: string): string {
    return `${this.#prefix}job:${id}`;
  }

  #trimmed(): readonly string[] {
    return [this.#options.maxFinished, MAX_RESULT_BYTES, this.#expired()].map(String);
  }

  #expired(): number {
    return this.#options.now() - this.#options.retentionMillis;
  }
}

function descending(key: string, from: string, limit: number): RedisCommand {
  return ['ZRANGE', key, from, '-', 'BYLEX', 'REV', 'LIMIT', '0', String(limit)];
}

/** An owner names a key: it may be long, and anything may stand in it. */
function toOwnerName(owner: string): string {
  return hash('sha256', owner).slice(0, 32);
}

/** @returns `undefined` where the reply is no job. */
function toJob(row: unknown, result?: unknown, task?: unknown): JobRecord | undefined {
  const known = parseOwn<Row>(row);
  if (known === undefined) {
    return undefined;
  }
  const { job, originalSize } = known;
  const cut: KeptResult | undefined = originalSize === undefined ? undefined : { text: 'null', originalSize };
  const kept = parseOwn<KeptResult>(result) ?? cut;
  const end = parseOwn<TaskEnd>(task);
  return {
    ...job,
    ...(kept === undefined ? {} : { result: kept }),
    ...(end === undefined ? {} : { task: end }),
  };
}

/** About: texts of ASCII take a byte a character. */
function bytesOf({ result, task }: JobRecord): number {
  return (result?.text.length ?? 0) + (task !== undefined && 'result' in task ? task.result.text.length : 0);
}
