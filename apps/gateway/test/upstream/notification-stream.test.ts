// The stream for notifications is opened again when it ends, in no loop, and as the server wishes within bounds.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { startFakeHttp, type FakeHttp } from './fixtures/fake-http.ts';
import { closeAll, connected, http, textOf } from './fixtures/harness.ts';

const STREAM = { 'content-type': 'text/event-stream' };
const CHANGED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' });

type Answer = (response: ServerResponse, id?: unknown) => void;

const ENDING: Readonly<Record<string, Answer>> = {
  'at once': (response) => response.writeHead(200, STREAM).end(),
  'after an event': (response) => response.writeHead(200, STREAM).end(`data: ${CHANGED}\n\n`),
  'after the wish for no pause': (response) => response.writeHead(200, STREAM).end('retry: 0\n\n'),
  'with an error': (response) => response.writeHead(503).end(),
  'with too many requests': (response) => response.writeHead(429).end(),
  'with a broken connection': (response) => response.destroy(),
  'in the middle of an event': (response) => {
    response.writeHead(200, STREAM);
    response.write('id: 1\ndata: {', () => response.destroy());
  },
};
const NONE: Readonly<Record<string, Answer>> = {
  '405': (response) => response.writeHead(405).end(),
  '404': (response) => response.writeHead(404).end(),
  '400': (response) => response.writeHead(400).end('Bad Request'),
  '200 with JSON': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  '204': (response) => response.writeHead(204).end(),
};
/** What a server of the stateless era, which has no such stream, may do with the request that takes its place. */
const LISTENING: Readonly<Record<string, Answer>> = {
  'with its result at once': (response, id) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} })),
  'with an error': (response) => response.writeHead(500).end(),
  'as a stream at once': (response) => response.writeHead(200, STREAM).end(),
};
const WISHING: Answer = (response) => response.writeHead(200, STREAM).end('retry: 700\n\n');

const servers: FakeHttp[] = [];
/** When each stream was asked for, from the first on, in milliseconds. */
const asked = new Map<string, readonly number[]>();

async function watch(name: string, answer: Answer, era: 'legacy' | 'modern' = 'legacy'): Promise<void> {
  const times: number[] = [];
  const server = await startFakeHttp({
    era,
    intercept: ({ verb, message }, response) => {
      const isWatched = verb === 'GET' || message?.method === 'subscriptions/listen';
      if (isWatched) {
        times.push(performance.now());
        answer(response, message?.id);
      }
      return isWatched;
    },
  });
  servers.push(server);
  const harness = await connected(http(server.url), {}, { random: () => 1 });
  await wait(1_300);
  expect(textOf(await harness.call('echo', { text: 'works' }))).toBe('works');
  asked.set(
    name,
    times.map((time) => time - times[0]!),
  );
}

const pausesOf = (name: string): readonly number[] => {
  const times = asked.get(name)!;
  return times.slice(1).map((time, index) => time - times[index]!);
};

beforeAll(async () => {
  const all = Object.entries({ ...ENDING, ...NONE, wishing: WISHING });
  const listening = Object.entries(LISTENING).map(([name, answer]) => watch(`listening ${name}`, answer, 'modern'));
  await Promise.all([...listening, ...all.map(([name, answer]) => watch(name, answer))]);
});

afterAll(async () => {
  await closeAll();
  await Promise.all(servers.map((server) => server.kill()));
});

describe('a stream for notifications', () => {
  const ending = [...Object.keys(ENDING), ...Object.keys(LISTENING).map((name) => `listening ${name}`)];

  test.each(ending)('that ends is opened again with growing pauses: %s', (name) => {
    const pauses = pausesOf(name);
    expect(pauses.length).toBeGreaterThanOrEqual(2);
    pauses.forEach((pause, index) => expect(pause).toBeGreaterThanOrEqual(250 * 2 ** index - 20));
  });

  test('is opened again no sooner than the server wishes', () => {
    const pauses = pausesOf('wishing');
    expect(pauses.length).toBeGreaterThanOrEqual(1);
    pauses.forEach((pause) => expect(pause).toBeGreaterThanOrEqual(680));
  });

  test.each(Object.keys(NONE))('that is none is not asked for again: %s', (name) => {
    expect(asked.get(name)).toHaveLength(1);
  });
});
