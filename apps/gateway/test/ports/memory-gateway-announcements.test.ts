import { describe, expect, test } from '@jest/globals';
import { readAnnouncement } from '../../src/registry/announced/announcement-text.ts';
import { MemoryGatewayAnnouncements } from '../../src/registry/announced/memory-gateway-announcements.ts';
import { gatewayAnnouncementsContract } from './gateway-announcements-contract.ts';

gatewayAnnouncementsContract('MemoryGatewayAnnouncements', async () => {
  let now = 1_000_000;
  const announcements = new MemoryGatewayAnnouncements(() => now);
  return { first: announcements, second: announcements, letPass: async (millis) => void (now += millis) };
});

const INSTANCE = {
  key: 'maya',
  instanceId: '0f0e0d0c-0b0a-4908-8706-050403020100',
  dccType: 'maya',
  affinity: 'any',
  concurrency: 1,
  maxQueued: 1,
  timeoutMillis: 1,
  coercesArguments: true,
};

describe('an announcement from outside', () => {
  test.each([
    ['no JSON', 'x'],
    ['a list', '[]'],
    ['without an address', '{"instances":[]}'],
    ['with an address that is none', '{"address":"a b","instances":[]}'],
    ['too deep', `{"address":"a","instances":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
  ])('that is %s is none', (_, text) => {
    expect(readAnnouncement(text)).toBeUndefined();
  });

  test.each([
    ['a file', 'file:///etc/passwd'],
    ['credentials', 'http://user:password@10.0.0.1:1'],
    ['no URL', 'x'],
    ['a number', 1],
  ])('with a URL that is %s has none', (_, url) => {
    expect(readAnnouncement(JSON.stringify({ address: 'a', url, instances: [] }))).toEqual({
      address: 'a',
      instances: [],
    });
  });

  test.each([
    ['an id that is none', { instanceId: '../../admin' }],
    ['no key', { key: '' }],
    ['a key that is too long', { key: 'x'.repeat(513) }],
    ['a negative bound', { concurrency: -1 }],
    ['a bound that is no number', { timeoutMillis: '1' }],
    ['a bound that is too large', { maxQueued: 2 ** 40 }],
  ])('leaves out an instance with %s', (_, wrong) => {
    const text = JSON.stringify({ address: 'a', instances: [{ ...INSTANCE, ...wrong }, null, INSTANCE] });
    expect(readAnnouncement(text)?.instances).toEqual([INSTANCE]);
  });

  test('takes nothing of an instance but what it is asked for', () => {
    const text = JSON.stringify({ address: 'a', instances: [{ ...INSTANCE, transport: { type: 'stdio' }, env: {} }] });
    expect(readAnnouncement(text)?.instances).toEqual([INSTANCE]);
  });
});
