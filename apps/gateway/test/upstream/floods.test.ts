// However much an upstream sends that nobody asked for, the gateway and its clients are kept busy by a bounded part of it.
import { afterEach, describe, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { startFakeHttp, type FakeHttp, type FakeHttpOptions } from './fixtures/fake-http.ts';
import { begin, closeAll, connected, createPeer, http, type Harness, until } from './fixtures/harness.ts';

const COUNT = 20_000;
/** The burst, and what comes in the second that a slow machine may take. */
const FEW = 1_500;
const MEBIBYTE = 1024 * 1024;

let server: FakeHttp | undefined;

afterEach(async () => {
  await closeAll();
  await server?.kill();
});

async function start(options: FakeHttpOptions = {}): Promise<Harness> {
  server = await startFakeHttp(options);
  const harness = await connected(http(server.url));
  await until(() => server!.streams.size === 1);
  return harness;
}

const event = (message: object): string => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;

/** Sends the messages on the stream for notifications; resolves when the gateway has read them. */
async function flood(harness: Harness, message: (index: number) => object, count = COUNT): Promise<void> {
  const [stream] = server!.streams;
  stream!.write(Array.from({ length: count }, (_, index) => event(message(index))).join(''));
  const late = harness.upstream.status.lateAnswers;
  stream!.write(event({ id: 999_999_999, result: {} })); // nobody waits for it, which is counted
  await until(() => harness.upstream.status.lateAnswers > late);
}

/** A call that does not end before its caller leaves. */
function hang(harness: Harness): { readonly told: readonly unknown[]; leave(): Promise<unknown> } {
  const peer = createPeer();
  const leaving = new AbortController();
  const result = harness.call('hang', {}, { peer, signal: leaving.signal, meta: { progressToken: 'mine' } });
  const leave = (): Promise<unknown> => {
    leaving.abort();
    return result;
  };
  return { told: peer.told, leave };
}

/** The id under which the gateway sent the last call. */
const lastCallId = (): unknown =>
  server!.requests.findLast(({ message }) => message?.method === 'tools/call')?.message?.id;

const answersGiven = (): number =>
  server!.requests.filter(({ message }) => message?.id !== undefined && message.method === undefined).length;
const listsRead = (): number => server!.requests.filter(({ message }) => message?.method === 'tools/list').length;

describe('a flood', () => {
  test.each<{ name: string; message: (index: number) => object }>([
    { name: 'log messages', message: (i) => ({ method: 'notifications/message', params: { level: 'info', data: i } }) },
    {
      name: 'progress',
      message: (i) => ({ method: 'notifications/progress', params: { progressToken: lastCallId(), progress: i } }),
    },
    {
      name: 'large log messages',
      message: (i) => ({
        method: 'notifications/message',
        params: { level: 'info', data: 'x'.repeat(i === 0 ? 2 * MEBIBYTE : 1) },
      }),
    },
  ])('of $name reaches a caller in part, and is told of once', async ({ message }) => {
    const harness = await start();
    const call = hang(harness);
    await until(() => lastCallId() !== undefined);
    await flood(harness, message);
    expect(call.told.length).toBeGreaterThanOrEqual(999);
    expect(call.told.length).toBeLessThan(FEW);
    const note = 'notifications: cut: of more than 200 in a second, and of more than 1 MiB, some are dropped';
    expect(harness.diary.log.filter((line) => line.endsWith(note))).toHaveLength(1);
    expect(harness.upstream.status.cutLists).toHaveProperty('notifications');
    await call.leave();
  });

  test.each(['tools', 'prompts', 'resources'])('of changed lists of %s is served now and then', async (list) => {
    const harness = await start();
    const before = listsRead();
    const end = performance.now() + 1_000;
    while (performance.now() < end) {
      await flood(harness, () => ({ method: `notifications/${list}/list_changed` }), 200);
      await wait(5);
    }
    const isTools = list === 'tools';
    const served = isTools ? (listsRead() - before) / 3 : harness.diary.notifications.length; // the fake has three pages
    expect(served).toBeGreaterThanOrEqual(1);
    expect(served).toBeLessThanOrEqual(6);
  });

  test('of changed tools, each told once the last was read, is read within a second or so each', async () => {
    const harness = await start();
    const waits: number[] = [];
    for (let change = 0; change < 8; change += 1) {
      const [before, began] = [listsRead(), performance.now()];
      await flood(harness, () => ({ method: 'notifications/tools/list_changed' }), 1);
      await until(() => listsRead() === before + 3);
      waits.push(performance.now() - began);
    }
    expect(Math.max(...waits)).toBeLessThan(1_600);
  }, 20_000);

  test('of changes of one resource is told in part, its last change among them', async () => {
    const harness = await start();
    const uri = 'scene://mine';
    await harness.upstream.request({ method: 'resources/subscribe', params: { uri }, begin, timeoutMillis: 5_000 });
    await flood(harness, (version) => ({ method: 'notifications/resources/updated', params: { uri, version } }));
    await until(() => harness.diary.notifications.at(-1)?.params?.['version'] === COUNT - 1);
    expect(harness.diary.notifications.length).toBeLessThan(FEW);
  });

  test('of changes of resources that nobody subscribed to reaches nobody', async () => {
    const harness = await start();
    await flood(harness, (i) => ({ method: 'notifications/resources/updated', params: { uri: `scene://${i}` } }));
    expect(harness.diary.notifications).toEqual([]);
  });

  test.each(['ping', 'sampling/createMessage', 'roots/list'])('of %s is answered in part', async (method) => {
    const harness = await start();
    await flood(harness, (i) => ({ id: `q${i}`, method }), 5_000);
    await until(() => answersGiven() >= 900);
    await wait(200);
    expect(answersGiven()).toBeLessThan(2_500);
    expect(harness.upstream.status.cutLists).toHaveProperty(['requests of the upstream']);
    expect(harness.upstream.status.readiness).toBe('ready');
  });
});

const greeting = (more: object): FakeHttpOptions => ({
  intercept: ({ message }, response) => {
    if (message?.method !== 'initialize') {
      return false;
    }
    const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, ...more };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
    return true;
  },
});

describe('what a server says of itself', () => {
  const long = 'x'.repeat(MEBIBYTE);

  test.each<{ name: string; more: object; cut: string }>([
    { name: 'instructions', more: { instructions: long }, cut: 'instructions' },
    { name: 'serverInfo', more: { serverInfo: { name: long, version: '1' } }, cut: 'serverInfo' },
    { name: 'capabilities', more: { capabilities: { tools: {}, experimental: { long } } }, cut: 'capabilities' },
    {
      name: 'many capabilities',
      more: {
        capabilities: { tools: {}, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`c${i}`, {}])) },
      },
      cut: 'capabilities',
    },
    { name: 'everything', more: { instructions: long, serverInfo: { long } }, cut: 'serverInfo, instructions' },
  ])('is kept within bounds, and said to be cut: $name', async ({ more, cut }) => {
    server = await startFakeHttp(greeting(more));
    server.sessions.add('undefined'); // the greeting gives no session id
    const { upstream } = await connected(http(server.url));
    const { serverInfo, instructions, capabilities, cutLists } = upstream.status;
    expect(JSON.stringify({ serverInfo, instructions, capabilities }).length).toBeLessThan(60_000);
    expect(capabilities).toHaveProperty('tools');
    expect(cutLists).toEqual({ 'the greeting': `cut: more ${cut} than is kept` });
  });
});
