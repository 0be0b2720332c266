// The ports of a worker promise what those of the process promise that started it.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryState } from '../../src/cluster/shared-state.ts';
import type { Services } from '../../src/cluster/workers/channel/peer.ts';
import { remoteSearchMemory } from '../../src/cluster/workers/state/remote-search-memory.ts';
import { MemoryQuotas } from '../../src/governance/memory-quotas.ts';
import { MemoryJobRecords } from '../../src/jobs/memory-job-records.ts';
import { MemoryInputRounds } from '../../src/mcp/input-rounds/memory-input-rounds.ts';
import { MemoryResourceOwners } from '../../src/mcp/pass-through/memory-resource-owners.ts';
import { MemorySessionRecords } from '../../src/mcp/session/memory-session-records.ts';
import { SessionMessages } from '../../src/mcp/session/session-messages.ts';
import { MemoryRegisteredInstances } from '../../src/registry/http/memory-registered-instances.ts';
import { MemorySearchMemory } from '../../src/search/memory/memory-search-memory.ts';
import { startWorkers, type StartedWorkers } from '../fixtures/worker-states.ts';
import { approvalsContract } from './approvals-contract.ts';
import { concurrencyLeasesContract } from './concurrency-leases-contract.ts';
import { gatewayMessagesContract } from './gateway-messages-contract.ts';
import { inputRoundsContract } from './input-rounds-contract.ts';
import { jobRecordsContract } from './job-records-contract.ts';
import { quotasContract } from './quotas-contract.ts';
import { registeredInstancesContract } from './registered-instances-contract.ts';
import { resourceOwnersContract } from './resource-owners-contract.ts';
import { searchMemoryContract, searchOf } from './search-memory-contract.ts';
import { sessionRecordOf, sessionRecordsContract } from './session-records-contract.ts';

/** A clock that a test moves. */
function createClock(start: number) {
  let millis = start;
  return {
    now: () => millis,
    elapse: async (more: number): Promise<void> => {
      millis += more;
    },
  };
}

sessionRecordsContract('the sessions of workers', async (bounds) => {
  const { join } = startWorkers({ sessions: new MemorySessionRecords(bounds) });
  return { first: join().sessions, second: join().sessions };
});

inputRoundsContract('the input rounds of workers', async (options) => {
  const { join } = startWorkers({ inputRounds: new MemoryInputRounds(options) });
  return { first: join().inputRounds, second: join().inputRounds };
});

resourceOwnersContract('the resource owners of workers', async (options) => {
  const { join } = startWorkers({ resourceOwners: new MemoryResourceOwners(options) });
  return { first: join().resourceOwners, second: join().resourceOwners };
});

approvalsContract('the approvals of workers', async () => {
  const { join } = startWorkers();
  return { first: join().approvals, second: join().approvals };
});

searchMemoryContract('the search memory of workers', async () => {
  const { now, elapse } = createClock(1_000);
  const { join } = startWorkers({ searchMemory: new MemorySearchMemory({ now }) }, now);
  return { first: join().searchMemory, second: join().searchMemory, elapse };
});

describe('the search memory of workers', () => {
  const principal = { sessionId: 'session-1', traceId: 'trace-1' };

  test('knows of a success that another worker has not told yet, until it is told', async () => {
    const { join } = startWorkers();
    const [first, second] = [join().searchMemory, join().searchMemory];
    await first.remember(searchOf('a'));
    const settling = second.settle(principal);
    await sleep(1);
    expect(await first.remember(searchOf('b', 'cube'))).toEqual({ reformulationOf: undefined });
    await settling;
    expect(await first.remember(searchOf('c', 'cone'))).toEqual({ reformulationOf: 'b' });
  });

  test('a success that is told late leaves what was searched since', async () => {
    const { join } = startWorkers();
    const [first, second] = [join().searchMemory, join().searchMemory];
    const settling = second.settle(principal);
    await sleep(1);
    await first.remember(searchOf('a'));
    expect(await first.remember(searchOf('b', 'cube'))).toEqual({ reformulationOf: 'a' });
    await settling;
    expect(await first.remember(searchOf('c', 'cone'))).toEqual({ reformulationOf: 'b' });
  });
});

registeredInstancesContract('the registered instances of workers', async () => {
  const { now, elapse } = createClock(1_000_000);
  const { join } = startWorkers({ registeredInstances: new MemoryRegisteredInstances(now) });
  return { first: join().registeredInstances, second: join().registeredInstances, elapse };
});

concurrencyLeasesContract('the leases of workers', async () => {
  const { join } = startWorkers();
  return { first: join().createLeases(), second: join().createLeases() };
});

jobRecordsContract('the job records of workers', async (bounds) => {
  const { now, elapse } = createClock(1_000_000);
  const { served, join } = startWorkers({ createJobRecords: () => new MemoryJobRecords({ ...bounds, now }) });
  served.state.createJobRecords(bounds);
  return { first: join().createJobRecords(bounds), second: join().createJobRecords(bounds), now, elapse };
});

describe('with a clock of its own', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  quotasContract('the quotas of workers', async (ratePerMinute) => {
    jest.useFakeTimers({ now: 1_000_000, doNotFake: ['queueMicrotask'] });
    const { join } = startWorkers({ createQuotas: (rate) => new MemoryQuotas(rate) });
    const [first, second] = [join().createQuotas(ratePerMinute, 'rate'), join().createQuotas(ratePerMinute, 'rate')];
    return { first, second, elapse: (millis) => jest.advanceTimersByTimeAsync(millis) };
  });
});

let started: StartedWorkers | undefined;
let joined = 0;
gatewayMessagesContract('the messages of workers', async (onError) => {
  started = joined % 3 === 0 || started === undefined ? startWorkers() : started;
  joined += 1;
  return started.join().createMessages(onError);
});

describe('the sessions of a worker', () => {
  const key = { id: 'a', principal: undefined };

  test('a session that was used here is found without asking, and is told of as used once a second at most', async () => {
    const sessions = new MemorySessionRecords();
    const use = jest.spyOn(sessions, 'use');
    const worker = startWorkers({ sessions }).join();
    await worker.sessions.add(sessionRecordOf('a'), 0);
    await worker.sessions.use(key, 1_000_000);
    await worker.sessions.use(key, 1_000_999);
    expect(use).toHaveBeenCalledTimes(1);
    await worker.sessions.use(key, 1_001_000);
    expect(await worker.sessions.find(key)).toMatchObject({ id: 'a' });
    expect(use).toHaveBeenCalledTimes(2);
  });

  test('a session that another worker has ended is not served once that is answered', async () => {
    const { join } = startWorkers();
    const [first, second] = [join(), join()];
    await first.sessions.add(sessionRecordOf('a'), 0);
    await second.sessions.use(key, 1);
    await first.sessions.end('a');
    expect(await second.sessions.use(key, 2)).toBeUndefined();
  });

  test('a session that another gateway has ended is counted no longer', async () => {
    const own = createMemoryState();
    const { served, join } = startWorkers(own);
    await join().sessions.add(sessionRecordOf('a'), 0);
    expect(served.sessionCount()).toBe(1);
    const other = new SessionMessages(own.createMessages(jest.fn()));
    await other.ended(['a']);
    expect(served.sessionCount()).toBe(0);
  });

  test('they outlive the worker', async () => {
    const { join } = startWorkers();
    const [first, second] = [join(), join()];
    await first.sessions.add(sessionRecordOf('a'), 0);
    expect(await first.sessions.close()).toEqual([]);
    expect(await second.sessions.find(key)).toMatchObject({ id: 'a' });
  });
});

describe('the search memory of a worker', () => {
  test('tells of a success also where the other process reads of it after it has asked', async () => {
    const services: Record<string, (...args: never[]) => unknown> = {};
    const { promise: whenTold, resolve: told } = Promise.withResolvers<void>();
    const { promise: whenRead, resolve: read } = Promise.withResolvers<void>();
    const peer = {
      serve: (more: Services) => void Object.assign(services, more),
      call: (method: string) => {
        told();
        return method === 'searchMemory.settleAll' ? whenRead : Promise.reject(new Error(method));
      },
    };
    const memory = remoteSearchMemory(peer, () => 5_000);
    const principal = { sessionId: 'a', traceId: 'b' };
    void memory.settle(principal, 1_000);
    await whenTold;
    const answer = services['searchMemory.lastSuccess']!(principal as never);
    read();
    expect(await answer).toBe(4_000);
    expect(await services['searchMemory.lastSuccess']!(principal as never)).toBeUndefined();
  });
});
