// What every adapter of SessionRecords promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type {
  AddedSession,
  SessionBounds,
  SessionKey,
  SessionOwner,
  SessionRecord,
  SessionRecords,
} from '../../src/mcp/session/session-records.ts';

/** Opens one empty store twice, as two gateways would. */
export type OpenSessionRecords = (
  bounds: Partial<SessionBounds>,
) => Promise<{ readonly first: SessionRecords; readonly second: SessionRecords }>;

const START = 1_000_000;
const OWNER = { principal: undefined, share: 'from 127.0.0.1' };

export function sessionRecordOf(id: string, lastUsedAt = START, owner: SessionOwner = OWNER): SessionRecord {
  return {
    id,
    owner,
    transport: 'http',
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'client', version: '1' },
    capabilities: { sampling: {} },
    logLevel: undefined,
    startedAt: START,
    lastUsedAt,
    isUsed: false,
  };
}

/** What a client shows that nobody authenticated. */
function keyOf(id: string): SessionKey {
  return { id, principal: undefined };
}

function idsOf(ended: readonly { readonly record: SessionRecord }[]): readonly string[] {
  return ended.map(({ record }) => record.id);
}

/** The sessions that gave way, or what is full. */
function gaveWay(added: AddedSession): readonly string[] | string {
  return added.ok ? idsOf(added.ended) : added.full;
}

/** How many of several removals at once were given the session. */
function winners(ended: readonly unknown[]): number {
  return ended.flat().filter((one) => one !== undefined).length;
}

export function sessionRecordsContract(name: string, open: OpenSessionRecords): void {
  describe(`${name} as SessionRecords`, () => {
    test('gives a session to every gateway as it was added', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'), START);
      expect(await second.find(keyOf('a'))).toEqual(sessionRecordOf('a'));
      expect(await second.read(['a', 'unknown'])).toEqual([sessionRecordOf('a')]);
      expect(await second.use(keyOf('a'), START)).toEqual({ ...sessionRecordOf('a'), isUsed: true });
    });

    test('knows nothing of an id that was never added or has ended', async () => {
      const { first } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('ended'), START);
      await first.end('ended');
      for (const id of ['never', 'ended']) {
        await first.setLogLevel(id, 'error');
        await first.unsubscribe(id, 'scene://one');
        expect(await first.subscribe(id, 'scene://one')).toBe('no-session');
        expect(await first.find(keyOf(id))).toBeUndefined();
        expect(await first.use(keyOf(id), START)).toBeUndefined();
        expect(await first.end(id)).toBeUndefined();
      }
      expect(await first.subscribersOf('scene://one')).toEqual([]);
      expect(await first.subscribedUris()).toEqual([]);
    });

    test('a change of one gateway is seen by the other', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'), START);
      await first.setLogLevel('a', 'warning');
      expect(await second.use(keyOf('a'), START)).toMatchObject({ logLevel: 'warning' });
      await second.use(keyOf('a'), START + 5_000);
      expect(await first.read(['a'])).toMatchObject([{ logLevel: 'warning', lastUsedAt: START + 5_000 }]);
    });

    test.each([
      [2, 0],
      [3, 0],
      [4, 1],
    ])('of %i sessions where 3 may be, %i gives way', async (sessions, evicted) => {
      const { first } = await open({ maxSessions: 3 });
      const ended: unknown[] = [];
      for (let i = 0; i < sessions; i += 1) {
        ended.push(gaveWay(await first.add(sessionRecordOf(`s${i}`, START + i), START)));
      }
      expect(ended.flat()).toHaveLength(evicted);
      expect(await first.use(keyOf(`s${sessions - 1}`), START)).toBeDefined();
    });

    test('the session that nobody has used gives way first, then the one unused longest', async () => {
      const { first, second } = await open({ maxSessions: 3 });
      await first.add(sessionRecordOf('old'), START);
      await first.add(sessionRecordOf('older'), START);
      await first.add(sessionRecordOf('never'), START);
      await second.use(keyOf('older'), START + 1_000);
      await first.use(keyOf('old'), START + 2_000);
      const gone: unknown[] = [];
      for (let i = 0; i < 3; i += 1) {
        gone.push(gaveWay(await second.add({ ...sessionRecordOf(`new${i}`), isUsed: true }, START + 3_000)));
      }
      expect(gone).toEqual([['never'], ['older'], ['old']]);
      expect(gaveWay(await first.add(sessionRecordOf('new'), START))).toEqual(['new0']);
    });

    test('what gives way is given with its subscriptions', async () => {
      const { first, second } = await open({ maxSessions: 1 });
      await first.add(sessionRecordOf('idle'), START);
      await first.subscribe('idle', 'scene://one');
      const added = await second.add(sessionRecordOf('new'), START);
      expect(added).toEqual({ ok: true, ended: [{ record: sessionRecordOf('idle'), subscriptions: ['scene://one'] }] });
      expect(await first.subscribersOf('scene://one')).toEqual([]);
    });

    test.each([
      ['before', 1, ['used']],
      ['at', 0, ['used']],
      ['after', -1, 'table'],
    ])('a session used %s the time from which it is in use gives way: %j', async (_, elapsed, expected) => {
      const { first } = await open({ maxSessions: 1 });
      await first.add(sessionRecordOf('used'), START);
      await first.use(keyOf('used'), START + 5_000);
      expect(gaveWay(await first.add(sessionRecordOf('new'), START + 5_000 + elapsed))).toEqual(expected);
      expect(await first.find(keyOf('new'))).toEqual(expected === 'table' ? undefined : sessionRecordOf('new'));
    });

    test('a caller who has all of a share takes no place of another', async () => {
      const { first, second } = await open({ maxSessions: 10, maxPerShare: 2 });
      const alice = { principal: 'alice', share: 'alice' };
      const bob = { principal: 'bob', share: 'bob' };
      await first.add(sessionRecordOf('of alice', START, alice), START);
      const gone: unknown[] = [];
      for (let i = 0; i < 4; i += 1) {
        gone.push(gaveWay(await second.add(sessionRecordOf(`of bob ${i}`, START, bob), START)));
      }
      expect(gone).toEqual([[], [], ['of bob 0'], ['of bob 1']]);
      await first.use({ id: 'of bob 2', principal: 'bob' }, START + 1_000);
      await first.use({ id: 'of bob 3', principal: 'bob' }, START + 1_000);
      expect(gaveWay(await first.add(sessionRecordOf('of bob 4', START, bob), START))).toBe('share');
      expect(await first.find({ id: 'of alice', principal: 'alice' })).toBeDefined();
    });

    test.each([['bob'], [undefined], [''], ['Alice'], ['alice ']])(
      '%j does not find the session of alice',
      async (principal) => {
        const { first } = await open({ maxSessions: 10 });
        await first.add(sessionRecordOf('a', START, { principal: 'alice', share: 'alice' }), START);
        expect(await first.find({ id: 'a', principal })).toBeUndefined();
        expect(await first.use({ id: 'a', principal }, START + 60_000)).toBeUndefined();
        expect(await first.read(['a'])).toMatchObject([{ lastUsedAt: START, isUsed: false }]);
      },
    );

    test('a session listens to as much as it may keep, and to more once it has let go of some', async () => {
      const { first, second } = await open({ maxStateBytes: 1_024 });
      await first.add(sessionRecordOf('a'), START);
      const uris = Array.from({ length: 10 }, (_, i) => `scene://${i}`.padEnd(200, 'x'));
      const outcomes: string[] = [];
      for (const uri of uris) {
        outcomes.push(await second.subscribe('a', uri));
      }
      expect(outcomes).toEqual(['new', 'new', 'new', ...Array.from({ length: 7 }, () => 'full')]);
      expect(await first.subscribe('a', uris[0]!)).toBe('known');
      await first.unsubscribe('a', uris[0]!);
      await first.unsubscribe('a', uris[0]!);
      expect(await second.subscribe('a', uris[8]!)).toBe('new');
      expect(await second.subscribe('a', uris[9]!)).toBe('full');
    });

    test('ends what was not used after the deadline, and nothing else', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      for (const [id, at] of [
        ['before', START - 1],
        ['at', START],
        ['after', START + 1],
      ] as const) {
        await first.add(sessionRecordOf(id, at), START);
      }
      expect(idsOf(await second.endIdle(START)).toSorted()).toEqual(['at', 'before']);
      expect(await first.read(['before', 'at', 'after'])).toMatchObject([{ id: 'after' }]);
    });

    test('a use keeps a session from ending', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'), START);
      await second.use(keyOf('a'), START + 60_000);
      expect(await first.endIdle(START + 30_000)).toEqual([]);
    });

    test('of several that end a session at once one is given it', async () => {
      const { first, second } = await open({ maxSessions: 10 });
      await first.add(sessionRecordOf('a'), START);
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
      await first.add(sessionRecordOf('a'), START);
      await first.add(sessionRecordOf('b'), START);
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
      await first.add(sessionRecordOf('a'), START);
      const begun = await Promise.all([first.subscribe('a', 'scene://one'), second.subscribe('a', 'scene://one')]);
      expect(begun.toSorted()).toEqual(['known', 'new']);
    });

    test('is plain data: what is given back can be written as JSON and read again', async () => {
      const { first } = await open({ maxSessions: 10 });
      const { logLevel: _, ...record } = sessionRecordOf('a');
      await first.add({ ...record, logLevel: 'info' }, START);
      await first.subscribe('a', 'scene://one');
      const ended = await first.end('a');
      expect(JSON.parse(JSON.stringify(ended))).toEqual(ended);
    });
  });
}
