// Sessions of two gateways over one store: the records are shared, the streams are not.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MessageHub } from '../../src/cluster/messages/memory-gateway-messages.ts';
import { MemorySessionRecords } from '../../src/mcp/session/memory-session-records.ts';
import type { SessionRecords } from '../../src/mcp/session/session-records.ts';
import type { ClientAnswer } from '../../src/mcp/session/session-streams.ts';
import { Sessions } from '../../src/mcp/session/sessions.ts';

const START = {
  owner: { principal: 'alice', share: 'alice' },
  transport: 'http',
  protocolVersion: '2025-11-25',
  clientInfo: undefined,
  capabilities: {},
} as const;
const SWEEP_MILLIS = 30_000;

interface Gateway {
  readonly sessions: Sessions;
  readonly ended: readonly string[];
  readonly errors: readonly unknown[];
}

let lastId = 0;

let hub = new MessageHub();

function createSessions(records: SessionRecords): Gateway {
  const ended: string[] = [];
  const errors: unknown[] = [];
  const sessions = new Sessions({
    records,
    messages: hub.join((error) => errors.push(error)),
    onSubscriptions: () => {},
    now: Date.now,
    newId: () => `session-${(lastId += 1)}`,
    onEnd: ({ record }, reason) => ended.push(`${record.id} ${reason}`),
    onError: (error) => errors.push(error),
    idleMillis: 60_000,
  });
  return { sessions, ended, errors };
}

describe('Sessions', () => {
  let records: MemorySessionRecords;
  let here: Gateway;
  let there: Gateway;

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
    lastId = 0;
    hub = new MessageHub();
    records = new MemorySessionRecords({ maxSessions: 2 });
    here = createSessions(records);
    there = createSessions(records);
  });

  afterEach(async () => {
    await Promise.all([here.sessions.close(), there.sessions.close()]);
    jest.useRealTimers();
  });

  test('a session that began at one gateway goes on at the other', async () => {
    const { id } = await here.sessions.create(START);
    const session = await there.sessions.use({ id, principal: 'alice' });
    await session?.setLogLevel('error');
    expect(await here.sessions.use({ id, principal: 'alice' })).toMatchObject({ record: { id, logLevel: 'error' } });
  });

  test('what two gateways end at once is counted once', async () => {
    const { id } = await here.sessions.create(START);
    const ended = await Promise.all([here.sessions.end(id, 'deleted'), there.sessions.end(id, 'deleted')]);
    expect(ended.filter((isWinner) => isWinner)).toHaveLength(1);
    expect([...here.ended, ...there.ended]).toEqual([`${id} deleted`]);
  });

  test('the end of a session answers what its client was asked', async () => {
    const session = await here.sessions.create(START);
    const answers: ClientAnswer[] = [];
    session.streams.asked.set('q', (answer) => answers.push(answer));
    await here.sessions.end(session.id, 'deleted');
    expect(answers).toMatchObject([{ error: { message: 'The session has ended' } }]);
  });

  test('the session unused longest gives way', async () => {
    const first = await here.sessions.create(START);
    await here.sessions.create(START);
    await here.sessions.create(START);
    expect([here.ended, here.sessions.count]).toEqual([[`${first.id} evicted`], 2]);
  });

  test('a session with a running request gives way to nobody, whoever asks', async () => {
    const session = await here.sessions.create(START);
    session.streams.running.set(1, new AbortController());
    await jest.advanceTimersByTimeAsync(600_000);
    const flood = Array.from({ length: 20 }, () => there.sessions.create(START));
    await Promise.all(flood);
    expect(await here.sessions.use({ id: session.id, principal: 'alice' })).toBe(session);
  });

  test('where every session is in use a new one is refused, and told when to come again', async () => {
    for (const { sessions } of [here, there]) {
      await sessions.use({ id: (await sessions.create(START)).id, principal: 'alice' });
    }
    const refused = await here.sessions.create(START).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: -32000, httpStatus: 503, retryAfterSeconds: 30 });
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await here.sessions.create(START)).toBeDefined();
  });

  test('whoever shows another’s session ends none of its streams', async () => {
    const session = await here.sessions.create(START);
    session.streams.asked.set('q', () => {});
    for (const principal of ['bob', undefined]) {
      expect(await here.sessions.use({ id: session.id, principal })).toBeUndefined();
      expect(await here.sessions.find({ id: session.id, principal })).toBeUndefined();
    }
    expect(session.streams.asked.size).toBe(1);
    expect(here.sessions.count).toBe(1);
  });

  test('a session that nobody uses ends', async () => {
    const { id } = await here.sessions.create(START);
    await jest.advanceTimersByTimeAsync(60_000 + SWEEP_MILLIS);
    expect([here.ended, here.sessions.count]).toEqual([[`${id} idle`], 0]);
  });

  test('a session with a running request stays, and ends when it was idle long enough', async () => {
    const session = await here.sessions.create(START);
    session.streams.running.set(1, new AbortController());
    await jest.advanceTimersByTimeAsync(600_000);
    expect(await there.sessions.use({ id: session.id, principal: 'alice' })).toBeDefined();
    session.streams.running.clear();
    await jest.advanceTimersByTimeAsync(60_000 + SWEEP_MILLIS);
    expect([...here.ended, ...there.ended]).toEqual([`${session.id} idle`]);
  });

  test('a gateway lets go of a session that another has ended', async () => {
    const session = await here.sessions.create(START);
    session.streams.running.set(1, new AbortController());
    await there.sessions.end(session.id, 'deleted');
    await jest.advanceTimersByTimeAsync(SWEEP_MILLIS);
    expect([here.sessions.count, here.ended]).toEqual([0, []]);
  });

  test('only the sessions that are held here hear of a resource', async () => {
    const own = await here.sessions.create(START);
    const foreign = await there.sessions.create(START);
    await Promise.all([own.subscribe('scene://one'), foreign.subscribe('scene://one')]);
    expect(await here.sessions.subscribersOf('scene://one')).toEqual([own]);
  });

  test('a sweep that fails is told, and the next one runs', async () => {
    jest.spyOn(records, 'endIdle').mockRejectedValueOnce(new Error('the store is gone'));
    const { id } = await here.sessions.create(START);
    await jest.advanceTimersByTimeAsync(60_000 + SWEEP_MILLIS);
    expect(here.errors).toEqual([new Error('the store is gone')]);
    expect(here.ended).toEqual([`${id} idle`]);
  });

  test('closing ends every session once', async () => {
    const { id } = await here.sessions.create(START);
    await here.sessions.close();
    expect([here.ended, here.sessions.count]).toEqual([[`${id} shutdown`], 0]);
  });
});
