// What stands in Redis: its names, its ends, and how much of it there can be.
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import { JoinedInputRounds } from '../../src/cluster/redis/capped/joined-input-rounds.ts';
import { JoinedSearchMemory } from '../../src/cluster/redis/capped/joined-search-memory.ts';
import { JoinedJobRecords } from '../../src/cluster/redis/jobs/joined-job-records.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { JoinedRegisteredInstances } from '../../src/cluster/redis/registry/joined-registered-instances.ts';
import { JoinedResourceOwners } from '../../src/cluster/redis/resources/joined-resource-owners.ts';
import { JoinedSessionRecords } from '../../src/cluster/redis/sessions/joined-session-records.ts';
import { newJob } from '../ports/job-records-contract.ts';
import { searchOf } from '../ports/search-memory-contract.ts';
import { sessionRecordOf } from '../ports/session-records-contract.ts';
import { onError, roomsOfFile } from './fixtures/rooms.ts';

/** How many of each there may be. */
const CAP = 100;
/** As the library has it, for what has no setting. */
const MAX_LISTS = 500;
const MAX_INSTANCES = 1_000;

/** Fills each room with as many of everything as `times` its cap. */
async function fill(link: RedisLink, times: number): Promise<void> {
  const now = Date.now();
  const clock = { link, now: Date.now, onError };
  const sessions = new JoinedSessionRecords({ link, onError, gatewayId: 'g', bounds: { maxSessions: CAP } });
  const rounds = new JoinedInputRounds({ link, onError, maxRounds: CAP });
  const jobs = new JoinedJobRecords({ ...clock, maxOpen: CAP, maxFinished: CAP, retentionMillis: 60_000 });
  const instances = new JoinedRegisteredInstances({ ...clock, id: 'here' });
  const owners = new JoinedResourceOwners({ link, onError });
  const searches = new JoinedSearchMemory({ ...clock, maxSearches: CAP });
  await Promise.all([sessions, rounds, jobs, instances, owners].map((room) => room.whenJoined()));
  for (let i = 0; i < CAP * times; i += 1) {
    const id = `${times}-${i}`;
    const owner = { principal: id, share: id };
    await sessions.add(sessionRecordOf(id, now, owner), now);
    await sessions.subscribe(id, `scene://${id}`);
    const round = { requestState: id, principal: id, gatewayId: 'g', keys: ['k'], expiresAt: now + 60_000 };
    const job = newJob(now, { owner: id });
    await Promise.all([
      rounds.put(round),
      jobs.create(job),
      searches.remember(searchOf(id, id, { sessionId: id, traceId: id })),
    ]);
    await jobs.write({ ...job, state: 'succeeded', finishedAt: now, result: { text: '{}' } });
    await searches.join({
      searchId: id,
      principal: { sessionId: id, traceId: id },
      toolSlug: undefined,
      skillName: undefined,
      isSuccess: true,
    });
  }
  for (let i = 0; i < MAX_INSTANCES * Math.min(2, times); i += 1) {
    await instances.register({ instanceId: `${i}`, dccType: 'maya', mcpUrl: 'http://127.0.0.1:1/', ttlSecs: 60 });
  }
  for (let i = 0; i < MAX_LISTS * Math.min(2, times); i += 1) {
    await owners.replace({ instanceId: `${times}-${i}`, uris: [`scene://${i}`], prefixes: ['frame://'] });
  }
  await sessions.close();
  [rounds, jobs, owners].forEach((room) => room.close());
  await instances.close();
}

async function keysOf(link: RedisLink): Promise<readonly string[]> {
  const keys: string[] = [];
  let cursor = '0';
  do {
    const [next, page] = (await link.send(['SCAN', cursor, 'COUNT', '1000'])) as [string, string[]];
    keys.push(...page);
    cursor = next;
  } while (cursor !== '0');
  return keys;
}

async function datasetBytes(link: RedisLink): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(String(await link.send(['INFO', 'memory'])))?.[1]);
}

describeWithTools({ describe, test }, ['redis-server'])('the keys of a gateway in Redis', () => {
  const rooms = roomsOfFile();

  test('have the prefix, the version and an end, and are no more at ten times the caps than at the caps', async () => {
    const link = await rooms.link('studio:');
    await fill(link, 1);
    const [before, bytes] = [await keysOf(link), await datasetBytes(link)];
    await fill(link, 10);
    const keys = await keysOf(link);
    expect(keys.filter((key) => !key.startsWith('studio:v1:'))).toEqual([]);
    const ends = await link.pipeline(keys.map((key) => ['PTTL', key]));
    // Gone since it was listed, or with an end; never without one.
    expect(keys.filter((_, i) => ends[i] === -1)).toEqual([]);
    expect(keys.length).toBeLessThanOrEqual(before.length * 1.1);
    expect(await datasetBytes(link)).toBeLessThan(bytes * 1.2);
  });
});
