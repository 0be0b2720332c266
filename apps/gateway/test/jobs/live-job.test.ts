// What time does to a job whose end was asked for.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
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
