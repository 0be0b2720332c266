// The stream for notifications is opened again when it ends, in no loop, and as the server wishes within bounds.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { startFakeHttp, type FakeHttp } from './fixtures/fake-http.ts';
import { closeAll, connected, http, textOf } from './fixtures/harness.ts';

const STREAM = { 'content-type': 'text/event-stream' };
const CHANGED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' });

type Answer = (response: ServerResponse) => void;

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
const WISHING: Answer = (response) => response.writeHead(200, STREAM).end('retry: 700\n\n');

const servers: FakeHttp[] = [];
/** When each stream was asked for, from the first on, in milliseconds. */
const asked = new Map<string, readonly number[]>();

async function watch(name: string, answer: Answer): Promise<void> {
  const times: number[] = [];
  const server = await startFakeHttp({
    intercept: ({ verb }, response) => {
      if (verb === 'GET') {
        times.push(performance.now());
        answer(response);
      }
      return verb === 'GET';
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

beforeAll(async () => {
  const all = Object.entries({ ...ENDING, ...NONE, wishing: WISHING });
  await Promise.all(all.map(([name, answer]) => watch(name, answer)));
});

afterAll(async () => {
  await closeAll();
  await Promise.all(servers.map((server) => server.kill()));
});

describe('a stream for notifications', () => {
  test.each(Object.keys(ENDING))('that ends is opened again with growing pauses: %s', (name) => {
    const [, second, third, ...more] = asked.get(name)!;
    expect(more).toEqual([]);
    expect(second).toBeGreaterThanOrEqual(240);
    expect(third! - second!).toBeGreaterThanOrEqual(490);
  });

  test('is opened again no sooner than the server wishes', () => {
    const [, second, ...more] = asked.get('wishing')!;
    expect(more).toEqual([]);
    expect(second).toBeGreaterThanOrEqual(690);
  });

  test.each(Object.keys(NONE))('that is none is not asked for again: %s', (name) => {
    expect(asked.get(name)).toHaveLength(1);
  });
});
