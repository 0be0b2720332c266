import { expect, test } from '@jest/globals';
import { MemoryJobRecords } from '../../src/jobs/memory-job-records.ts';
import { jobRecordsContract } from './job-records-contract.ts';

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
  const base = {
    owner: '',
    toolSlug: 'a.b.c',
    tool: 'c',
    toolLabel: 'a__c',
    dccType: 'a',
    instanceId: 'b',
    requestId: 'r',
    traceId: 't',
    createdAt: 0,
    updatedAt: 0,
  };
  for (const id of ['1', '2', '3']) {
    await records.create({ ...base, id, state: 'queued' });
    await records.write({ ...base, id, state: 'succeeded', finishedAt: 0, result: { text: '12345' } });
  }
  const kept = await Promise.all(['1', '2', '3'].map((id) => records.read({ id, owner: '' })));
  expect(kept.map((job) => job !== undefined)).toEqual([false, true, true]);
});
