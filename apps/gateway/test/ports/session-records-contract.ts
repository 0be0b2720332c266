// What every adapter of SessionRecords promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { SessionRecord, SessionRecords } from '../../src/mcp/session/session-records.ts';

/** Opens one empty store twice, as two gateways would. */
export type OpenSessionRecords = (options: {
  readonly maxSessions: number;
}) => Promise<{ readonly first: SessionRecords; readonly second: SessionRecords }>;

const START = 1_000_000;

export function sessionRecordOf(id: string, lastUsedAt = START): SessionRecord {
  return {
    id,
    transport: 'http',
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'client', version: '1' },
    capabilities: { sampling: {} },
    logLevel: undefined,
    startedAt: START,
    lastUsedAt,
  };
}

function idsOf(ended: readonly { readonly record: SessionRecord }[]): readonly string[] {
  return ended.map(({ record }) => record.id);
}

/** How many of several removals at once were given the session. */
function winners(ended: readonly unknown[]): number {
  return ended.flat().filter((one) => one !== undefined).length;
}

export function sessionRecordsContract(name: string, open: OpenSessionRecords): void {
  describe(`${name} as SessionRecords`, () => {
    test('gives a session to every gateway as it was added', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'));
      expect(await second.use('a', START)).toEqual(sessionRecordOf('a'));
      expect(await second.read(['a', 'unknown'])).toEqual([sessionRecordOf('a')]);
    });

    test('knows nothing of an id that was never added or has ended', async () => {
      const { first } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('ended'));
      await first.end('ended');
      for (const id of ['never', 'ended']) {
        await first.setLogLevel(id, 'error');
        await first.unsubscribe(id, 'scene://one');
        expect(await first.subscribe(id, 'scene://one')).toBe(false);
        expect(await first.use(id, START)).toBeUndefined();
        expect(await first.end(id)).toBeUndefined();
      }
      expect(await first.subscribersOf('scene://one')).toEqual([]);
      expect(await first.subscribedUris()).toEqual([]);
    });

    test('a change of one gateway is seen by the other', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'));
      await first.setLogLevel('a', 'warning');
      expect(await second.use('a', START)).toMatchObject({ logLevel: 'warning' });
      await second.use('a', START + 5_000);
      expect(await first.read(['a'])).toMatchObject([{ logLevel: 'warning', lastUsedAt: START + 5_000 }]);
    });

    test.each([
      [2, 0],
      [3, 0],
      [4, 1],
    ])('of %i sessions where 3 may be, %i gives way', async (sessions, evicted) => {
      const { first } = await open({ maxSessions: 3 });
      const ended: string[] = [];
      for (let i = 0; i < sessions; i += 1) {
        ended.push(...idsOf(await first.add(sessionRecordOf(`s${i}`, START + i))));
      }
      expect(ended).toHaveLength(evicted);
      expect(await first.use(`s${sessions - 1}`, START)).toBeDefined();
    });

    test('the session unused longest gives way, with its subscriptions', async () => {
      const { first, second } = await open({ maxSessions: 2 });
      await first.add(sessionRecordOf('old'));
      await first.add(sessionRecordOf('idle', START + 1));
      await first.subscribe('idle', 'scene://one');
      await second.use('old', START + 2_000);
      const ended = await second.add(sessionRecordOf('new', START + 2_001));
      expect(ended).toEqual([{ record: sessionRecordOf('idle', START + 1), subscriptions: ['scene://one'] }]);
      expect(await first.subscribersOf('scene://one')).toEqual([]);
    });

    test('ends what was not used after the deadline, and nothing else', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      for (const [id, at] of [
        ['before', START - 1],
        ['at', START],
        ['after', START + 1],
      ] as const) {
        await first.add(sessionRecordOf(id, at));
      }
      expect(idsOf(await second.endIdle(START)).toSorted()).toEqual(['at', 'before']);
      expect(await first.read(['before', 'at', 'after'])).toMatchObject([{ id: 'after' }]);
    });

    test('a use keeps a session from ending', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'));
      await second.use('a', START + 60_000);
      expect(await first.endIdle(START + 30_000)).toEqual([]);
    });

    test('of several that end a session at once one is given it', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'));
      const ended = await Promise.all([
        first.end('a'),
        second.end('a'),
        first.endIdle(START),
        second.endIdle(START),
        second.end('a'),
      ]);
      expect(winners(ended)).toBe(1);
    });

    test('a URI has the sessions that listen to it, and is listed once', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'));
      await first.add(sessionRecordOf('b'));
      await Promise.all([first.subscribe('a', 'scene://one'), second.subscribe('b', 'scene://one')]);
      await second.subscribe('b', 'scene://two');
      expect((await first.subscribersOf('scene://one')).toSorted()).toEqual(['a', 'b']);
      expect((await first.subscribedUris()).toSorted()).toEqual(['scene://one', 'scene://two']);
      await first.unsubscribe('b', 'scene://one');
      await first.end('a');
      expect(await second.subscribersOf('scene://one')).toEqual([]);
      expect(await second.subscribedUris()).toEqual(['scene://two']);
    });

    test('of two gateways that subscribe a session to a URI at once one has begun it', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'));
      const begun = await Promise.all([first.subscribe('a', 'scene://one'), second.subscribe('a', 'scene://one')]);
      expect(begun.filter((isNew) => isNew)).toHaveLength(1);
    });

    test('is plain data: what is given back can be written as JSON and read again', async () => {
      const { first } = await open({ maxSessions: 10 });
      const { logLevel: _, ...record } = sessionRecordOf('a');
      await first.add({ ...record, logLevel: 'info' });
      await first.subscribe('a', 'scene://one');
      const ended = await first.end('a');
      expect(JSON.parse(JSON.stringify(ended))).toEqual(ended);
    });
  });
}
