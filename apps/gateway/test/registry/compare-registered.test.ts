// What a gateway makes of a store that others change, too.
import { describe, expect, test } from '@jest/globals';
import { compareRegistered } from '../../src/registry/http/compare-registered.ts';
import type { RegisteredInstance } from '../../src/registry/http/registered-instances.ts';
import { type InstanceOffer, registeredSettings } from '../../src/registry/table/instance-offer.ts';

const NOW = 100_000;

function offer(instanceId: string, heartbeatAt: number): InstanceOffer {
  const settings = registeredSettings({ source: 'http', instanceId, dccType: 'maya', url: 'http://127.0.0.1:1/mcp' });
  return { settings, facts: { heartbeatAt, ttlSecs: 30 } };
}

function registered(instanceId: string, heartbeatAt: number): RegisteredInstance {
  return { instanceId, dccType: 'maya', mcpUrl: 'http://127.0.0.1:1/mcp', ttlSecs: 30, registeredAt: 0, heartbeatAt };
}

describe('an instance that is registered no longer', () => {
  test('has missed its time where that is over, and else was taken out at another gateway', () => {
    const [late, early] = [offer('late', NOW - 30_000), offer('early', NOW - 29_999)];
    const { gone } = compareRegistered({ before: [late, early], current: [late, early], live: [], now: NOW });
    expect(gone.map(({ instanceId, leave }) => [instanceId, leave?.event, leave?.eviction])).toEqual([
      ['late', 'instance_exited', 'stale'],
      ['early', undefined, undefined],
    ]);
  });

  test('stays where it has registered again since the store was asked', () => {
    const before = [offer('a', 1)];
    expect(compareRegistered({ before, current: [offer('a', NOW)], live: [], now: NOW }).gone).toEqual([]);
  });
});

describe('an instance that another gateway knows', () => {
  test('comes, and its later heartbeats are taken', () => {
    const known = offer('known', 50_000);
    const live = [registered('known', 60_000), registered('new', 60_000)];
    expect(compareRegistered({ before: [known], current: [known], live, now: NOW }).news).toEqual(live);
  });

  test('is no news with a heartbeat that is known, or an older one', () => {
    const known = offer('known', 60_000);
    const ask = (heartbeatAt: number) =>
      compareRegistered({ before: [known], current: [known], live: [registered('known', heartbeatAt)], now: NOW }).news;
    expect([ask(60_000), ask(50_000)]).toEqual([[], []]);
  });

  test('does not come back where it has left since the store was asked', () => {
    const live = [registered('gone', 60_000)];
    expect(compareRegistered({ before: [offer('gone', 60_000)], current: [], live, now: NOW }).news).toEqual([]);
  });
});
