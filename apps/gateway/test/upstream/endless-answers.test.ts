// An answer that never ends is ended: by the bound on its size, or by the time of its call.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { startFakeHttp, type FakeHttp } from './fixtures/fake-http.ts';
import { closeAll, connected, failureOf, http, type Harness, textOf } from './fixtures/harness.ts';

const MAX_BYTES = 1_000_000;
const CALL_MILLIS = 400;
const STREAM = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };
const LARGE = 'x'.repeat(100_000);

/** Writes `next` again and again, as fast as it is taken or every `millis`. */
function forever(response: ServerResponse, next: string | Buffer, millis = 0): void {
  const write = (): void => {
    if (!response.destroyed) {
      response.write(next, () => void setTimeout(write, millis));
    }
  };
  write();
}

type Endless = (response: ServerResponse) => void;

const stream =
  (next: string, millis?: number): Endless =>
  (response) =>
    forever(response.writeHead(200, STREAM), next, millis);
const body =
  (next: string | Buffer, millis?: number, headers: object = {}): Endless =>
  (response) =>
    forever(response.writeHead(200, { ...JSON_TYPE, ...headers }), next, millis);

const TOO_LARGE: Readonly<Record<string, Endless>> = {
  'a body': body(LARGE),
  'a line of a stream': (response) => {
    response.writeHead(200, STREAM).write('data: ');
    forever(response, LARGE);
  },
  'one event of endless data lines': stream(`data: ${LARGE}\n`),
  'a body in gzip': body(gzipSync(Buffer.alloc(2 * MAX_BYTES, ' ')), 5, { 'content-encoding': 'gzip' }),
};

const TOO_LONG: Readonly<Record<string, Endless>> = {
  'a body that drips': body(' ', 5),
  'a line that is no field': stream(LARGE, 1),
  'comments of a stream': stream(': still here\n\n', 1),
  'events of other types': stream('event: heartbeat\ndata: {}\n\n', 1),
  'ids and pauses': stream('id: 1\nretry: 1\n\n', 1),
  'log messages': stream('data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}\n\n', 1),
  'answers to others': stream('data: {"jsonrpc":"2.0","id":424242,"result":{}}\n\n', 1),
  'empty events': stream('data:\n\n', 1),
  'headers that drip': (response) => {
    response.socket!.write('HTTP/1.1 200 OK\r\n');
    forever(response.socket as unknown as ServerResponse, 'x', 5);
  },
  'nothing at all': () => {},
};

let server: FakeHttp;
let harness: Harness;
let endless: Endless = () => {};
let lastId: unknown;

beforeEach(async () => {
  server = await startFakeHttp({
    intercept: ({ message }, response) => {
      const isEndless = message?.method === 'tools/call' && message.params?.['name'] === 'endless';
      if (isEndless) {
        lastId = message.id;
        endless(response);
      }
      return isEndless;
    },
  });
  harness = await connected(http(server.url), {}, { maxMessageBytes: MAX_BYTES });
});

afterEach(async () => {
  await closeAll();
  await server.kill();
});

describe('an answer that never ends', () => {
  test.each(Object.keys(TOO_LARGE))('is ended by the bound on its size: %s', async (name) => {
    endless = TOO_LARGE[name]!;
    const failure = failureOf(await harness.call('endless', {}, { timeoutMillis: 20_000 }));
    expect(failure).toMatchObject({
      kind: 'backend-error',
      message: expect.stringContaining('more than 1000000 bytes'),
    });
    expect(textOf(await harness.call('echo', { text: 'goes on' }))).toBe('goes on');
  });

  test.each(Object.keys(TOO_LONG))('is ended by the time of its call: %s', async (name) => {
    endless = TOO_LONG[name]!;
    // A machine that stands still delays every timer.
    const due = new Promise<number>((resolve) => void setTimeout(() => resolve(performance.now()), CALL_MILLIS));
    const failure = failureOf(await harness.call('endless', {}, { timeoutMillis: CALL_MILLIS }));
    const endedAt = performance.now();
    expect(failure).toMatchObject({ kind: 'timeout' });
    expect(endedAt - (await due)).toBeLessThan(2_000);
    expect(textOf(await harness.call('echo', { text: 'goes on' }))).toBe('goes on');
  });

  test('whose stream stays open after the answer takes no connection away from the next', async () => {
    endless = (response) => {
      response.writeHead(200, STREAM);
      response.write(`data: {"jsonrpc":"2.0","id":${String(lastId)},"result":{"content":[]}}\n\n`);
    };
    for (let i = 0; i < 40; i += 1) {
      expect(await harness.call('endless', {}, { timeoutMillis: 20_000 })).toMatchObject({ ok: true });
    }
    expect(textOf(await harness.call('echo', { text: 'goes on' }))).toBe('goes on');
  }, 20_000);
});
