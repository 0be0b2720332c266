import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import { JoinedApprovals } from '../../src/cluster/redis/approvals/joined-approvals.ts';
import { RedisApprovals } from '../../src/cluster/redis/approvals/redis-approvals.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { approveServer } from '../../src/governance/approvals/approve.ts';
import { learn } from '../../src/governance/approvals/learn.ts';
import type { Ledger } from '../../src/governance/approvals/ledger.ts';
import { MemoryApprovals } from '../../src/governance/approvals/memory-approvals.ts';
import { sharedRedis } from '../redis/fixtures/shared-redis.ts';
import { approvalsContract } from './approvals-contract.ts';

/** That a server came with one tool of that definition. */
function came(server: string, hash: string): (ledger: Ledger) => Ledger {
  const tools = [{ name: 'cut', hash, definition: { description: hash } }];
  const list = { server, dcc: 'maya', instance: 'i', tools };
  return (ledger) => learn(ledger, { list, before: new Map(), at: '2026-01-01T00:00:00Z' });
}

function heldOf(ledger: Ledger, server: string): readonly string[] {
  return (
    ledger.servers
      .get(server)
      ?.tools.get('cut')
      ?.held.map(({ hash }) => hash) ?? ['unknown']
  );
}

/** A link that a test takes away and gives back. */
class Switch {
  isUp: boolean = true;
  since: number = 0;

  flip(): void {
    this.isUp = !this.isUp;
    this.since += 1;
  }

  status(): ReturnType<RedisLink['status']> {
    return { isUp: this.isUp, since: this.since };
  }
}

describeWithTools({ describe, test }, ['redis-server'])('approvals that gateways share', () => {
  const redis = sharedRedis();

  approvalsContract('RedisApprovals', async () => {
    const { first, second } = await redis.pair();
    return { first: new RedisApprovals(first), second: new RedisApprovals(second) };
  });

  approvalsContract('JoinedApprovals', async () => {
    const { first, second } = await redis.pair();
    const [here, there] = [first, second].map(
      (link) => new JoinedApprovals({ link, remote: new RedisApprovals(link), local: new MemoryApprovals() }),
    );
    return { first: here!, second: there! };
  });

  test('a definition that one machine holds is not new for the others when it joins', async () => {
    const { first } = await redis.pair();
    const remote = new RedisApprovals(first);
    await remote.update(came('other', 'a'));
    const local = new MemoryApprovals();
    await local.update(came('shop', 'a'));
    await local.update(came('shop', 'b'));
    const joined = new JoinedApprovals({ link: first, remote, local });
    expect(heldOf(await joined.read(), 'shop')).toEqual(['b']);
    expect(heldOf(await remote.read(), 'shop')).toEqual(['b']);
    expect([...(await local.read()).servers.keys()].toSorted()).toEqual(['other', 'shop']);
  });

  test('of a server that both know the shared ledger says what may be used', async () => {
    const { first } = await redis.pair();
    const remote = new RedisApprovals(first);
    await remote.update(came('shop', 'a'));
    await remote.update(came('shop', 'b'));
    await remote.update((ledger) => approveServer(ledger, 'shop', '2026-01-02T00:00:00Z'));
    const local = new MemoryApprovals();
    await local.update(came('shop', 'a'));
    await local.update(came('shop', 'b'));
    const joined = new JoinedApprovals({ link: first, remote, local });
    expect(heldOf(await joined.read(), 'shop')).toEqual([]);
    expect(heldOf(await local.read(), 'shop')).toEqual([]);
  });

  test('without Redis the copy of this machine holds, and what came meanwhile is learnt by all when it is back', async () => {
    const { first } = await redis.pair();
    const remote = new RedisApprovals(first);
    const link = new Switch();
    const joined = new JoinedApprovals({ link, remote, local: new MemoryApprovals() });
    await joined.update(came('shop', 'a'));
    const before = await joined.revision();
    link.flip();
    expect(await joined.revision()).not.toBe(before);
    expect(heldOf(await joined.read(), 'shop')).toEqual([]);
    expect(heldOf(await joined.update(came('shop', 'b')), 'shop')).toEqual(['b']);
    expect(heldOf(await remote.read(), 'shop')).toEqual([]);
    link.flip();
    expect(heldOf(await joined.read(), 'shop')).toEqual(['b']);
    expect(heldOf(await remote.read(), 'shop')).toEqual(['b']);
  });

  test('what is no ledger is written over by nobody', async () => {
    const { first } = await redis.pair();
    await first.send(['HSET', first.key('approvals'), 'revision', 'x', 'ledger', '{"version":2}']);
    await expect(new RedisApprovals(first).update(came('shop', 'a'))).rejects.toThrow("can't be understood");
    expect(await first.send(['HGET', first.key('approvals'), 'ledger'])).toBe('{"version":2}');
  });
});
