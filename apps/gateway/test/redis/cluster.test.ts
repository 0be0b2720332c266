// Every room at a cluster of Redis, whose servers refuse a script on keys of two slots.
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, test } from '@jest/globals';
import { JoinedInputRounds } from '../../src/cluster/redis/capped/joined-input-rounds.ts';
import { JoinedSearchMemory } from '../../src/cluster/redis/capped/joined-search-memory.ts';
import { JoinedJobRecords } from '../../src/cluster/redis/jobs/joined-job-records.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { JoinedRegisteredInstances } from '../../src/cluster/redis/registry/joined-registered-instances.ts';
import { JoinedResourceOwners } from '../../src/cluster/redis/resources/joined-resource-owners.ts';
import { JoinedSessionRecords } from '../../src/cluster/redis/sessions/joined-session-records.ts';
import { inputRoundsContract } from '../ports/input-rounds-contract.ts';
import { jobRecordsContract } from '../ports/job-records-contract.ts';
import { registeredInstancesContract } from '../ports/registered-instances-contract.ts';
import { resourceOwnersContract } from '../ports/resource-owners-contract.ts';
import { searchMemoryContract } from '../ports/search-memory-contract.ts';
import { sessionRecordsContract } from '../ports/session-records-contract.ts';
import { onError, roomsOfFile } from './fixtures/rooms.ts';

describeWithTools({ describe, test }, ['redis-server'])('at a cluster of Redis', () => {
  const rooms = roomsOfFile(true);
  let millis = 1_000_000;
  const now = (): number => millis;
  const elapse = async (more: number): Promise<void> => {
    millis += more;
  };

  /** The same room of two gateways. */
  async function pair<T extends { whenJoined(): Promise<boolean>; close(): unknown }>(
    open: (link: RedisLink) => T,
  ): Promise<{ readonly first: T; readonly second: T }> {
    // What nobody waits for is there before what comes later: over one connection.
    const link = await rooms.link(rooms.prefix());
    const opened = [open(link), open(link)] as const;
    await Promise.all(opened.map((room) => room.whenJoined()));
    const [first, second] = opened.map((room) => rooms.closing(room)) as [T, T];
    return { first, second };
  }

  sessionRecordsContract('JoinedSessionRecords', (bounds) =>
    pair((link) => new JoinedSessionRecords({ link, bounds, gatewayId: String(Math.random()), onError })),
  );

  inputRoundsContract('JoinedInputRounds', (options) =>
    pair((link) => new JoinedInputRounds({ ...options, link, onError })),
  );

  resourceOwnersContract('JoinedResourceOwners', (options) =>
    pair((link) => new JoinedResourceOwners({ ...options, link, onError })),
  );

  jobRecordsContract('JoinedJobRecords', async (bounds) => ({
    ...(await pair((link) => new JoinedJobRecords({ ...bounds, link, now, onError }))),
    now,
    elapse,
  }));

  registeredInstancesContract('JoinedRegisteredInstances', async () => ({
    ...(await pair((link) => new JoinedRegisteredInstances({ link, now, id: String(Math.random()), onError }))),
    elapse,
  }));

  searchMemoryContract('JoinedSearchMemory', async () => {
    const prefix = rooms.prefix();
    const open = async (): Promise<JoinedSearchMemory> =>
      new JoinedSearchMemory({ link: await rooms.link(prefix), now });
    return { first: await open(), second: await open(), elapse };
  });
});
