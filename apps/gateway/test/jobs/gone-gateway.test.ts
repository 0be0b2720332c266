// Jobs of a gateway that is gone, at one that is there.
import { expect, test } from '@jest/globals';
import { Jobs } from '../../src/jobs/jobs.ts';
import { MemoryJobRecords } from '../../src/jobs/memory-job-records.ts';
import type { GatewayMessages } from '../../src/protocol/messages/gateway-messages.ts';
import { newJob } from '../ports/job-records-contract.ts';

const ignore = (): void => {};
const MESSAGES: GatewayMessages = {
  address: 'here',
  publish: async () => false,
  listen: () => ignore,
  close: async () => {},
};

test('a list of running jobs has none that has ended with its gateway', async () => {
  const bounds = { maxOpen: 9, maxFinished: 9, retentionMillis: 60_000 };
  const records = new MemoryJobRecords({ ...bounds, now: Date.now });
  const jobs = new Jobs({
    records,
    bounds,
    messages: MESSAGES,
    isGone: (address) => address === 'gone',
    timeoutMillis: 60_000,
    newId: () => '',
    now: Date.now,
    onStarted: ignore,
    onEnded: ignore,
    onError: ignore,
  });
  const lost = newJob(Date.now(), { state: 'running', gateway: 'gone' });
  const running = newJob(Date.now(), { state: 'running', gateway: 'there' });
  await records.create(lost);
  await records.create(running);
  const list = async (state: 'running' | 'failed'): Promise<readonly unknown[]> => {
    const page = await jobs.list({ owner: running.owner, limit: 9, state });
    return [page.total, page.jobs.map(({ id }) => id)];
  };
  expect(await list('running')).toEqual([1, [running.id]]);
  expect(await list('failed')).toEqual([1, [lost.id]]);
});
