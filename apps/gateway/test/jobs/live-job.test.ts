// What time does to a job whose end was asked for.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { JobRecord } from '../../src/jobs/job-record.ts';
import { LiveJob } from '../../src/jobs/live-job.ts';
import { MemoryJobRecords } from '../../src/jobs/memory-job-records.ts';
import { newJob } from '../ports/job-records-contract.ts';

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  jest.useRealTimers();
});

const ignore = (): void => {};

function startedJob(): { job: LiveJob; abort: AbortSignal; withdrawal: AbortSignal } {
  const controls = { abort: new AbortController(), withdrawal: new AbortController() };
  const records = new MemoryJobRecords({ maxOpen: 1, maxFinished: 1, retentionMillis: 1, now: Date.now });
  const job = new LiveJob(newJob(Date.now()), controls, {
    records,
    now: Date.now,
    onStarted: ignore,
    onEnded: ignore,
    onError: ignore,
  });
  job.start();
  return { job, abort: controls.abort.signal, withdrawal: controls.withdrawal.signal };
}

test('a server that does not confirm the end has 10 s; then the call ends without it', async () => {
  const { job, abort, withdrawal } = startedJob();
  job.cancel();
  expect([withdrawal.aborted, abort.aborted]).toEqual([true, false]);
  await jest.advanceTimersByTimeAsync(9_999);
  expect(abort.aborted).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(abort.aborted).toBe(true);
});

test('a question of the tool is declined once the end is asked for', async () => {
  const { job } = startedJob();
  const { signal } = new AbortController();
  const asked = job.ask({ key: 'name', method: 'elicitation/create', params: {}, signal });
  expect(job.record.questions).toEqual({ '1:name': { method: 'elicitation/create', params: {} } });
  job.cancel();
  expect(await asked).toMatchObject({ error: { code: expect.any(Number) } });
  expect(job.record.questions).toEqual({});
});

async function endedElsewhere(): Promise<{ job: LiveJob; abort: AbortSignal; lost: JobRecord; open: () => number }> {
  let open = 0;
  const records = new MemoryJobRecords({ maxOpen: 1, maxFinished: 1, retentionMillis: 1e9, now: Date.now });
  const controls = { abort: new AbortController(), withdrawal: new AbortController() };
  const made = newJob(Date.now());
  await records.create(made);
  const job = new LiveJob(made, controls, {
    records,
    now: Date.now,
    onStarted: () => (open += 1),
    onEnded: () => (open -= 1),
    onError: ignore,
  });
  job.start();
  await jest.advanceTimersByTimeAsync(1);
  const lost: JobRecord = { ...job.record, state: 'failed', finishedAt: Date.now(), error: '{"kind":"host-died"}' };
  await records.write(lost);
  return { job, abort: controls.abort.signal, lost, open: () => open };
}

describe('a job that another gateway has ended meanwhile', () => {
  test('stays as it ended, and tells so, whatever its call gives', async () => {
    const { job, lost, open } = await endedElsewhere();
    await job.end({ state: 'succeeded', durationMillis: 1, result: { text: '{}' } });
    expect(job.record).toEqual(lost);
    const told = job.after(0).events.map(({ event, data }) => [event, data?.['state']]);
    expect(told).toEqual([
      ['state', 'queued'],
      ['state', 'running'],
      ['state', 'failed'],
      ['end', undefined],
    ]);
    expect(open()).toBe(0);
  });

  test('is not called any further, once that is known', async () => {
    const { job, abort, lost, open } = await endedElsewhere();
    job.notify('notifications/progress', { progress: 1 });
    await jest.advanceTimersByTimeAsync(1);
    expect([abort.aborted, job.record, job.whyCancelled]).toEqual([
      true,
      lost,
      'Another gateway has ended the job: nothing was heard of the one that ran it',
    ]);
    await job.end({ state: 'cancelled', durationMillis: 1 });
    expect([job.record, job.after(0).events.at(-1)?.event, open()]).toEqual([lost, 'end', 0]);
  });
});
