import { expect, test } from '@jest/globals';
import { MemoryJobRecords } from '../../src/jobs/memory-job-records.ts';
import { jobRecordsContract, newJob } from './job-records-contract.ts';

jobRecordsContract('MemoryJobRecords', async (bounds) => {
  let millis = 1_000_000;
  const records = new MemoryJobRecords({ ...bounds, now: () => millis });
  return {
    first: records,
    second: records,
    now: () => millis,
    elapse: async (more) => {
      millis += more;
    },
  };
});

test('MemoryJobRecords lets finished jobs go early where their results take too much', async () => {
  const records = new MemoryJobRecords({
    maxOpen: 10,
    maxFinished: 10,
    retentionMillis: 1_000,
    now: () => 0,
    maxResultBytes: 10,
  });
  const jobs = [newJob(0), newJob(0), newJob(0)];
  for (const job of jobs) {
    await records.create(job);
    await records.write({ ...job, state: 'succeeded', finishedAt: 0, result: { text: '12345' } });
  }
  const kept = await Promise.all(jobs.map(({ id, owner }) => records.read({ id, owner })));
  expect(kept.map((job) => job !== undefined)).toEqual([false, true, true]);
});
