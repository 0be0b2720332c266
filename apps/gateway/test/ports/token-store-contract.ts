// What every store of tokens does.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import type { TokenRecord } from '../../src/upstream/oauth/token-record.ts';
import type { TokenStore } from '../../src/upstream/oauth/token-store.ts';

export interface StoreUnderTest {
  readonly store: TokenStore;
  /** Another gateway's view of the same tokens. */
  readonly other: TokenStore;
  stop(): void;
}

function record(accessToken: string): TokenRecord {
  return {
    url: 'https://tracker.example/mcp',
    client: { client_id: 'known' },
    discovery: { authorizationServerUrl: 'https://id.example' },
    token: { accessToken, obtainedAt: 1, expiresAt: 2, refreshToken: 'r', scope: 'tools' },
  };
}

const tokenOf = (key: string): string => `of-${encodeURIComponent(key)}`;

/** Runs the contract on the store that `create` makes. */
export function describeTokenStore(name: string, create: () => StoreUnderTest): void {
  describe(`${name} as TokenStore`, () => {
    let under: StoreUnderTest;

    beforeEach(() => {
      under = create();
    });

    afterEach(() => under.stop());

    test('has nothing at first, and gives back what was written', async () => {
      expect(await under.store.read('tracker')).toBeUndefined();
      expect(await under.store.version('tracker')).toBeUndefined();
      await under.store.write('tracker', record('one'));
      expect(await under.other.read('tracker')).toEqual(record('one'));
      expect(await under.store.read('another')).toBeUndefined();
    });

    test('tells keys apart that look alike', async () => {
      const keys = ['a/b', 'a_b', 'a b', 'A_b', '../a', ''];
      await Promise.all(keys.map((key) => under.store.write(key, record(tokenOf(key)))));
      const read = await Promise.all(keys.map((key) => under.other.read(key)));
      expect(read.map((each) => each?.token?.accessToken)).toEqual(keys.map(tokenOf));
    });

    test('has another version after each change, whoever made it', async () => {
      await under.store.write('tracker', record('one'));
      const first = await under.other.version('tracker');
      await wait(5);
      await under.store.write('tracker', record('two'));
      const second = await under.other.version('tracker');
      expect(first).toBeDefined();
      expect(second).not.toBe(first);
      expect(await under.store.remove('tracker')).toBe(true);
      expect(await under.other.version('tracker')).toBeUndefined();
      expect(await under.other.remove('tracker')).toBe(false);
    });

    test('lets one at a time work on a key, also where work fails', async () => {
      let running = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        await wait(5);
        running -= 1;
        throw new Error('for the test');
      };
      const stores = [under.store, under.other, under.store, under.other];
      const ends = await Promise.allSettled(stores.map((store) => store.exclusively('tracker', work)));
      expect(ends.map(({ status }) => status)).toEqual(stores.map(() => 'rejected'));
      expect(most).toBe(1);
      expect(await under.other.exclusively('tracker', async () => 'next')).toBe('next');
    });
  });
}
