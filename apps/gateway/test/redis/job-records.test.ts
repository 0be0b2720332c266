import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import { JoinedJobRecords } from '../../src/cluster/redis/jobs/joined-job-records.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import type { JobRecord } from '../../src/jobs/job-record.ts';
import type { JobBounds } from '../../src/jobs/job-records.ts';
import { jobRecordsContract, newJob } from '../ports/job-records-contract.ts';
import { onError, roomsOfFile, untilJoined } from './fixtures/rooms.ts';
import { until } from './fixtures/until.ts';

/** On a machine that is busy for a moment the store has not answered in time, and is asked again. */
const notNow = (): undefined => undefined;

const BOUNDS: JobBounds = { maxOpen: 3, maxFinished: 2, retentionMillis: 3_600_000 };

interface GatewayUnderTest {
  readonly link: RedisLink;
  readonly records: JoinedJobRecords;
}

describeWithTools({ describe, test }, ['redis-server'])('jobs over Redis', () => {
  const rooms = roomsOfFile();
  let now = 1_000_000;

  async function gateway(prefix: string, bounds: JobBounds, leaseMillis?: number): Promise<GatewayUnderTest> {
    const link = await rooms.link(prefix);
    const lease = leaseMillis === undefined ? {} : { leaseMillis };
    const records = new JoinedJobRecords({ ...bounds, ...lease, link, now: () => now, onError });
    await records.whenJoined();
    return { link, records: rooms.closing(records) };
  }

  async function pair(
    bounds: JobBounds = BOUNDS,
    leaseMillis?: number,
  ): Promise<readonly [GatewayUnderTest, GatewayUnderTest]> {
    const prefix = rooms.prefix();
    return [await gateway(prefix, bounds, leaseMillis), await gateway(prefix, bounds, leaseMillis)];
  }

  function end(job: JobRecord): JobRecord {
    return { ...job, state: 'succeeded', finishedAt: now, result: { text: '{"ok":true}', originalSize: 99 } };
  }

  jobRecordsContract('JoinedJobRecords', async (bounds) => {
    const [first, second] = await pair(bounds);
    return {
      first: first.records,
      second: second.records,
      now: () => now,
      elapse: async (more) => {
        now += more;
      },
    };
  });

  test('a list says of a result that it was cut, and does not carry it', async () => {
    const [first, second] = await pair();
    const job = newJob(now);
    await first.records.create(job);
    await first.records.write(end(job));
    expect(await second.records.list({ owner: job.owner, limit: 1 })).toMatchObject({
      jobs: [{ state: 'succeeded', result: { text: 'null', originalSize: 99 } }],
    });
    expect(await second.records.read(job)).toEqual(end(job));
  });

  test('lists jobs past one page of Redis by state, and pages through all of them', async () => {
    const [first, second] = await pair({ ...BOUNDS, maxOpen: 2_000 });
    const jobs = Array.from({ length: 1_100 }, (_, i) => newJob(now, i % 2 === 0 ? { state: 'running' } : {}));
    for (let i = 0; i < jobs.length; i += 100) {
      await Promise.all(jobs.slice(i, i + 100).map((job) => first.records.create(job)));
    }
    const { owner } = jobs[0]!;
    // A machine that is busy for a moment has let go of Redis meanwhile, and each knows its own jobs until it is back.
    await untilJoined(first);
    await untilJoined(second);
    const page = await second.records.list({ owner, state: 'running', limit: 500 });
    expect([page.total, page.jobs.length, page.next]).toEqual([550, 500, page.jobs[499]!.id]);
    const last = await second.records.list({ owner, state: 'running', limit: 500, after: page.next });
    expect([last.total, last.jobs.length, last.next]).toEqual([550, 50, undefined]);
    expect(last.jobs.at(-1)).toEqual(jobs[0]);
  });

  test('of jobs that ended without a result, too, only so many are kept', async () => {
    const [first, second] = await pair();
    const jobs = [newJob(now), newJob(now), newJob(now)];
    for (const job of jobs) {
      await first.records.create(job);
      await first.records.write({ ...job, state: 'failed', finishedAt: now, error: '{}' });
    }
    const kept = await Promise.all(jobs.map((job) => second.records.read(job)));
    expect(kept.map((job) => job?.state)).toEqual([undefined, 'failed', 'failed']);
    await first.records.remove(jobs[1]!.id);
    expect(await second.records.read(jobs[1]!)).toBeUndefined();
  });

  test('the job of a gateway that is gone has failed, and leaves its place', async () => {
    const [first, second] = await pair({ ...BOUNDS, maxOpen: 1 }, 300);
    const job = newJob(now, { state: 'running' });
    await first.records.create(job);
    first.records.close();
    first.link.close();
    await until(async () => (await second.records.read(job))?.state === 'failed');
    const { error } = (await second.records.read(job))!;
    expect(JSON.parse(error!)).toMatchObject({ kind: 'host-died', message: 'The gateway that ran the job is gone' });
    expect(await second.records.create(newJob(now))).toBe(true);
  });

  test('a job has failed within fifteen seconds after its gateway was killed', async () => {
    const [first, second] = await pair();
    const job = newJob(now, { state: 'running' });
    await first.records.create(job);
    first.records.close();
    first.link.close();
    await until(async () => (await second.records.read(job).catch(notNow))?.state === 'failed', 15_000);
    expect((await second.records.open(1)).total).toBe(0);
  }, 20_000);

  test('the job of a gateway that lives goes on for longer than it has to say so, and than many others', async () => {
    const [first, second] = await pair(BOUNDS, 300);
    const job = newJob(now, { state: 'running' });
    await first.records.create(job);
    for (const other of Array.from({ length: BOUNDS.maxOpen + BOUNDS.maxFinished }, () => newJob(now))) {
      await first.records.create(other);
      await first.records.write(end(other));
    }
    const begun = performance.now();
    await until(() => performance.now() - begun > 900);
    expect(await second.records.read(job)).toMatchObject({ state: 'running' });
  });

  test('results of finished jobs take so much and no more: the oldest go', async () => {
    const [first] = await pair({ ...BOUNDS, maxOpen: 1_000, maxFinished: 1_000 });
    const text = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 260; i += 1) {
      const job = newJob(now);
      await first.records.create(job);
      await first.records.write({ ...end(job), result: { text } });
    }
    const page = await first.records.list({ owner: newJob(now).owner, limit: 1 });
    expect(page.total).toBe(256);
  });

  describe('while Redis is away', () => {
    test('own jobs are made, go on and end, and all gateways know when Redis is back', async () => {
      const [first, second] = await pair();
      const [running, over, taken] = [newJob(now), newJob(now), newJob(now)];
      await first.records.create(running);
      await rooms.freeze(first, second);
      await first.records.create(over);
      await first.records.write({ ...running, state: 'running' });
      await first.records.write(end(over));
      await first.records.create(taken);
      await first.records.remove(taken.id);
      expect(await first.records.read(running)).toMatchObject({ state: 'running' });
      expect(await first.records.list({ owner: over.owner, limit: 9 })).toMatchObject({ total: 2 });
      await expect(second.records.read(running)).rejects.toMatchObject({ httpStatus: 503 });
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await second.records.read(running)).toMatchObject({ state: 'running' });
      expect(await second.records.read(over)).toEqual(end(over));
      expect(await second.records.read(taken)).toBeUndefined();
    });

    test('a Redis that has lost all is told what each gateway knows', async () => {
      const [first, second] = await pair();
      const [running, over] = [newJob(now), newJob(now)];
      await first.records.create(running);
      await first.records.create(over);
      await first.records.write(end(over));
      await first.link.send(['FLUSHALL']);
      await rooms.freeze(first, second);
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await second.records.read(running)).toEqual(running);
      expect(await second.records.read(over)).toEqual(end(over));
    });
  });
});
