// What every adapter of JobRecords promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { JobRecord } from '../../src/jobs/job-record.ts';
import type { JobBounds, JobRecords } from '../../src/jobs/job-records.ts';

/** One empty store, opened twice as two gateways would, and a way to let time pass for it. */
export interface OpenedJobRecords {
  readonly first: JobRecords;
  readonly second: JobRecords;
  now(): number;
  elapse(millis: number): Promise<void>;
}

const BOUNDS: JobBounds = { maxOpen: 3, maxFinished: 2, retentionMillis: 1_000 };
const OWNER = 'ada';

let count = 0;

/** Ids grow with time, as those of real jobs do. */
export function newJob(now: number, changes: Partial<JobRecord> = {}): JobRecord {
  count += 1;
  return {
    id: `01980000-0000-7000-8000-${String(count).padStart(12, '0')}`,
    owner: OWNER,
    toolSlug: 'maya.00000000.render',
    tool: 'render',
    toolLabel: 'maya__render',
    dccType: 'maya',
    instanceId: 'instance',
    requestId: 'request',
    traceId: 'trace',
    state: 'queued',
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
}

function finished(job: JobRecord, now: number): JobRecord {
  return { ...job, state: 'succeeded', finishedAt: now, result: { text: '{"ok":true}' } };
}

export function jobRecordsContract(name: string, open: (bounds: JobBounds) => Promise<OpenedJobRecords>): void {
  describe(`${name} as JobRecords`, () => {
    test('what one gateway writes another one reads', async () => {
      const { first, second, now } = await open(BOUNDS);
      const job = newJob(now());
      expect(await first.create(job)).toBe(true);
      expect(await second.read({ id: job.id, owner: OWNER })).toEqual(job);
      const running: JobRecord = { ...job, state: 'running', progress: { progress: 1, at: now() } };
      await second.write(running);
      expect(await first.read({ id: job.id, owner: OWNER })).toEqual(running);
    });

    test('to another owner there is no such job', async () => {
      const { first, now } = await open(BOUNDS);
      const job = newJob(now());
      await first.create(job);
      expect(await first.read({ id: job.id, owner: 'grace' })).toBeUndefined();
      expect(await first.list({ owner: 'grace', limit: 10 })).toMatchObject({ total: 0, jobs: [] });
    });

    test('where a job runs is known whoever asks, and of a job that is not there nothing', async () => {
      const { first, second, now } = await open(BOUNDS);
      const job = newJob(now(), { gateway: 'there' });
      await first.create(job);
      expect(await second.gatewayOf(job.id)).toBe('there');
      expect(await second.gatewayOf('none')).toBeUndefined();
    });

    test('of many jobs at once exactly as many are taken as may be open, over all gateways', async () => {
      const { first, second, now } = await open(BOUNDS);
      const asked = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? first : second).create(newJob(now())));
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(3);
    });

    test('a job that has ended, or is taken back, leaves its place', async () => {
      const { first, now } = await open({ ...BOUNDS, maxOpen: 1 });
      const job = newJob(now());
      await first.create(job);
      await first.write(finished(job, now()));
      const other = newJob(now());
      expect(await first.create(other)).toBe(true);
      await first.remove(other.id);
      expect(await first.read({ id: other.id, owner: OWNER })).toBeUndefined();
      expect(await first.create(newJob(now()))).toBe(true);
    });

    test('keeps as many finished jobs as are set, and lets the one go that ended first', async () => {
      const { first, second, now } = await open(BOUNDS);
      const jobs = [newJob(now()), newJob(now()), newJob(now())];
      for (const job of jobs) {
        await first.create(job);
      }
      for (const job of jobs.toReversed()) {
        await second.write(finished(job, now()));
      }
      const kept = await Promise.all(jobs.map(({ id }) => first.read({ id, owner: OWNER })));
      expect(kept.map((job) => job !== undefined)).toEqual([true, true, false]);
    });

    test('forgets a finished job after its time, and never one that is open', async () => {
      const { first, now, elapse } = await open(BOUNDS);
      const [over, running] = [newJob(now()), newJob(now())];
      await first.create(over);
      await first.create(running);
      await first.write(finished(over, now()));
      await elapse(999);
      expect(await first.read({ id: over.id, owner: OWNER })).toBeDefined();
      await elapse(2);
      expect(await first.read({ id: over.id, owner: OWNER })).toBeUndefined();
      expect(await first.list({ owner: OWNER, limit: 10 })).toMatchObject({ total: 1, jobs: [{ id: running.id }] });
    });

    test('a job that is gone is not there again because somebody writes it', async () => {
      const { first, now } = await open(BOUNDS);
      const job = newJob(now());
      await first.create(job);
      await first.remove(job.id);
      await first.write(finished(job, now()));
      expect(await first.read({ id: job.id, owner: OWNER })).toBeUndefined();
    });

    test('the first end stays, and whoever tells of another one gets to know it', async () => {
      const { first, second, now } = await open(BOUNDS);
      const job = newJob(now(), { state: 'running' });
      const lost: JobRecord = { ...job, state: 'failed', finishedAt: now(), error: '{"kind":"host-died"}' };
      await first.create(job);
      expect(await first.write({ ...job, progress: { progress: 1, at: now() } })).toBeUndefined();
      expect(await second.write(lost)).toBeUndefined();
      expect(await first.write(finished(job, now()))).toEqual(lost);
      expect(await first.write({ ...job, progress: { progress: 2, at: now() } })).toEqual(lost);
      expect(await second.read({ id: job.id, owner: OWNER })).toEqual(lost);
      expect(await first.list({ owner: OWNER, limit: 9, state: 'failed' })).toMatchObject({ total: 1 });
    });

    test('lists the newest first, page by page, of a state and of a tool by each of its names', async () => {
      const { first, now } = await open({ ...BOUNDS, maxOpen: 10 });
      const jobs = [newJob(now()), newJob(now(), { toolSlug: 'a.b.c', tool: 'c', toolLabel: 'a__c' }), newJob(now())];
      for (const job of jobs) {
        await first.create(job);
      }
      await first.write({ ...jobs[2]!, state: 'running' });
      const page = await first.list({ owner: OWNER, limit: 2 });
      expect([page.total, page.jobs.map(({ id }) => id)]).toEqual([3, [jobs[2]!.id, jobs[1]!.id]]);
      const last = await first.list({ owner: OWNER, limit: 2, after: page.next });
      expect(last).toMatchObject({ total: 3, jobs: [{ id: jobs[0]!.id }] });
      expect(last.next).toBeUndefined();
      expect((await first.list({ owner: OWNER, limit: 9, state: 'queued' })).total).toBe(2);
      for (const tool of ['a.b.c', 'c', 'a__c']) {
        expect((await first.list({ owner: OWNER, limit: 9, tool })).jobs.map(({ id }) => id)).toEqual([jobs[1]!.id]);
      }
    });

    test('tells the operator of open jobs of all owners, the oldest first', async () => {
      const { first, now } = await open(BOUNDS);
      const jobs = [newJob(now()), newJob(now(), { owner: 'grace' }), newJob(now())];
      for (const job of jobs) {
        await first.create(job);
      }
      await first.write(finished(jobs[0]!, now()));
      const all = await first.open(10);
      expect([all.total, all.jobs.map(({ id }) => id)]).toEqual([2, [jobs[1]!.id, jobs[2]!.id]]);
      expect(await first.open(1)).toMatchObject({ total: 2, jobs: [{ id: jobs[1]!.id }] });
    });
  });
}
