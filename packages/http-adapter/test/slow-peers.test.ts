import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { HttpHandler } from '../src/index.ts';
import { type ServedHttp, serveHttp, type ServeHttpOptions } from '../src/node/node.ts';
import { connectRaw, until } from './raw-client.ts';

const HEADERS_MILLIS = 200;
const REQUEST_MILLIS = 400;
const SHORT: ServeHttpOptions = { headersTimeoutMillis: HEADERS_MILLIS, requestTimeoutMillis: REQUEST_MILLIS };

function bytesOf(text: string): readonly string[] {
  return Array.from({ length: text.length }, (_, at) => text.charAt(at));
}

/** Writes one piece at a time, as long as the other side listens. */
async function drip(socket: Socket, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed || socket.readableEnded) {
      return;
    }
    socket.write(piece);
    await wait(20);
  }
}

const echo: HttpHandler = async (http) => {
  const reading = await http.readBody(1_000_000);
  return { status: reading.ok ? 200 : 413, headers: {}, body: reading.ok ? reading.text : reading.reason };
};

const small: HttpHandler = async (http) => {
  const reading = await http.readBody(10);
  return { status: reading.ok ? 200 : 413, headers: {}, body: JSON.stringify(reading) };
};

async function post({ url }: ServedHttp, bytes: number): Promise<string> {
  return (await fetch(url, { method: 'POST', body: 'x'.repeat(bytes) })).text();
}

describe.each([false, true])('with fastPath %p', (fastPath) => {
  const servers: ServedHttp[] = [];
  const sockets: Socket[] = [];

  async function start(handler: HttpHandler, options: ServeHttpOptions = {}): Promise<ServedHttp> {
    const server = await serveHttp(handler, { fastPath, ...options });
    servers.push(server);
    return server;
  }

  async function client({ port }: ServedHttp): ReturnType<typeof connectRaw> {
    const raw = await connectRaw(port);
    sockets.push(raw.socket);
    return raw;
  }

  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    await Promise.all(servers.splice(0).map((server) => server.close({ graceMillis: 0 })));
  });

  const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';
  const GET = 'GET / HTTP/1.1\r\nHost: x\r\n';

  describe('a request that does not arrive', () => {
    test.each<[string, readonly string[]]>([
      ['a connection on which nothing comes', []],
      ['a request line by drips', bytesOf(`GET /${'x'.repeat(200)}`)],
      [
        'headers by drips',
        ['GET / HTTP/1.1\r\nHost: x\r\n', ...Array.from({ length: 200 }, (_, at) => `x-${at}: 1\r\n`)],
      ],
      ['a body by drips', [`${POST}Content-Length: 200\r\n\r\n`, ...bytesOf('x'.repeat(199))]],
      ['a body that stops', [`${POST}Content-Length: 200\r\n\r\nxx`]],
      [
        'chunks by drips',
        [`${POST}Transfer-Encoding: chunked\r\n\r\n`, ...Array.from({ length: 200 }, () => '1\r\nx\r\n')],
      ],
      ['trailers by drips', [`${POST}Transfer-Encoding: chunked\r\n\r\n0\r\n`, ...bytesOf('x-a: 1'.repeat(40))]],
    ])('%s: is answered 408 and closed', async (_what, pieces) => {
      const { socket, heard } = await client(await start(echo, SHORT));
      const ended = once(socket, 'end');
      await Promise.all([drip(socket, pieces), ended]);
      expect(heard()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(heard()).toContain('did not arrive as a whole in time');
    });

    test('comes on a connection that has served before: is answered 408 as well', async () => {
      const { socket, heard } = await client(await start(echo, SHORT));
      socket.write(`${GET}\r\n`);
      await until(() => heard().includes('200 OK'));
      socket.write(GET);
      await once(socket, 'end');
      expect(heard()).toContain('HTTP/1.1 408');
    });
  });

  describe('a connection that has served', () => {
    test('is closed when nothing more comes for as long as it is kept, and a second', async () => {
      const { socket, heard } = await client(await start(echo, { ...SHORT, keepAliveTimeoutMillis: 1 }));
      socket.write(`${GET}\r\n`);
      await until(() => heard().includes('200 OK'));
      const heardAt = performance.now();
      await once(socket, 'end');
      expect(performance.now() - heardAt).toBeGreaterThan(500);
      expect(heard().split('HTTP/1.1')).toHaveLength(2);
    });

    test('is kept for any time where no time is set', async () => {
      const { socket, heard } = await client(await start(echo, { ...SHORT, keepAliveTimeoutMillis: 0 }));
      socket.write(`${GET}\r\n`);
      await until(() => heard().includes('200 OK'));
      await wait(REQUEST_MILLIS * 2);
      expect(socket.readableEnded).toBe(false);
    });
  });

  test('a request that comes in many small pieces is read', async () => {
    const { socket, heard } = await client(await start(echo));
    socket.setNoDelay(true);
    for (const piece of bytesOf(`${POST}Content-Length: 100\r\n\r\n${'x'.repeat(100)}`)) {
      socket.write(piece);
      await new Promise(setImmediate);
    }
    await until(() => heard().includes('x'.repeat(100)));
    socket.write(`${GET}\r\n`);
    await until(() => heard().split('200 OK').length === 3);
    expect(heard()).not.toContain('HTTP/1.1 4');
  });

  test('what comes while an answer is made is read after it, however much it is', async () => {
    const server = await start(async (http) => {
      const reading = await http.readBody(100_000);
      await wait(30);
      return { status: 200, headers: {}, body: `${http.path} ${reading.ok ? reading.text.length : 0};` };
    });
    const { socket, heard } = await client(server);
    for (const path of ['/1', '/2', '/3', '/4']) {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n${'x'.repeat(60_000)}`);
      await wait(5);
    }
    await until(() => heard().includes('/4 60000;'));
    expect(heard().match(/\/\d \d+;/g)).toEqual(['/1 60000;', '/2 60000;', '/3 60000;', '/4 60000;']);
  });

  test('whoever leaves at any moment has an end, and nothing of it is told', async () => {
    const told: unknown[] = [];
    let [begun, ended] = [0, 0];
    const server = await start(
      async (http) => {
        begun += 1;
        http.onEnd(() => (ended += 1));
        await wait(5);
        return echo(http);
      },
      { ...SHORT, onError: (error) => told.push(error) },
    );
    const text = `${POST}Content-Length: 10\r\n\r\n0123456789`;
    const clients = await Promise.all(Array.from({ length: 100 }, () => client(server)));
    await Promise.all(
      clients.map(async ({ socket }, at) => {
        socket.write(text.slice(0, (at * text.length) / 60));
        await wait(at % 40);
        socket.destroy();
      }),
    );
    expect(await post(server, 5)).toBe('xxxxx');
    await server.close({ graceMillis: 1000 });
    expect(begun).toBeGreaterThan(0);
    expect([ended, told]).toEqual([begun, []]);
  });

  test.each([0, 20, 150])('a body that comes %p ms after its head is read', async (millis) => {
    const { socket, heard } = await client(await start(echo));
    for (let round = 1; round <= 3; round += 1) {
      socket.write(`${POST}Content-Length: 2\r\n\r\n`);
      await wait(millis);
      socket.write('hi');
      await until(() => heard().split('hi').length === round + 1);
    }
    expect(heard().split('200 OK')).toHaveLength(4);
  });

  describe('what may take any time', () => {
    test('is an answer, however short the bounds of its request', async () => {
      const server = await start(async (http) => {
        const { ok } = await http.readBody(100);
        await wait(REQUEST_MILLIS * 2);
        return { status: 200, headers: {}, body: String(ok) };
      }, SHORT);
      expect(await (await fetch(server.url, { method: 'POST', body: 'x' })).text()).toBe('true');
    });

    test('is a stream', async () => {
      const encoder = new TextEncoder();
      const server = await start(async () => {
        const body = new ReadableStream<Uint8Array>({
          async start(controller) {
            controller.enqueue(encoder.encode('first '));
            await wait(REQUEST_MILLIS * 2);
            controller.enqueue(encoder.encode('last'));
            controller.close();
          },
        });
        return { status: 200, headers: { 'content-type': 'text/event-stream' }, body };
      }, SHORT);
      expect(await (await fetch(server.url)).text()).toBe('first last');
    });
  });

  describe('a caller that does not read', () => {
    const LARGE = 64 * 1024 * 1024;
    const piece = new Uint8Array(1024 * 1024);
    const answers: Record<string, HttpHandler> = {
      text: async () => ({ status: 200, headers: { 'content-length': String(LARGE) }, body: 'x'.repeat(LARGE) }),
      stream: async () => ({
        status: 200,
        headers: {},
        body: new ReadableStream({ pull: (controller) => controller.enqueue(piece) }),
      }),
    };

    test.each(['text', 'stream'])('is cut while it leaves a %s waiting', async (kind) => {
      let isEnded = false;
      const server = await start(
        async (http) => {
          http.onEnd(() => (isEnded = true));
          return answers[kind]!(http);
        },
        { slowReaderMillis: 200 },
      );
      const { socket } = await client(server);
      socket.pause();
      socket.write(`${GET}\r\n`);
      await until(() => isEnded);
      expect(isEnded).toBe(true);
    });

    test('is not cut when it reads in its own time', async () => {
      const server = await start(answers['text']!, { slowReaderMillis: 1_500 });
      const response = await fetch(server.url);
      let bytes = 0;
      for await (const chunk of response.body!) {
        const before = Math.floor(bytes / (16 * 1024 * 1024));
        bytes += chunk.byteLength;
        if (Math.floor(bytes / (16 * 1024 * 1024)) > before) {
          await wait(600);
        }
      }
      expect(bytes).toBe(LARGE);
    });
  });

  describe('connections', () => {
    test('past the bound take the place of the one that is idle longest', async () => {
      const server = await start(echo, { maxConnections: 8 });
      const first = await client(server);
      const others = await Promise.all([1, 2, 3].map(() => client(server)));
      await wait(20);
      const next = await client(server);
      next.socket.write(`${GET}\r\n`);
      await until(() => next.heard().includes('200 OK'));
      await until(() => first.socket.readableEnded || first.socket.destroyed);
      expect(others.map(({ socket }) => socket.readableEnded)).toEqual([false, false, false]);
    });

    test('are refused with 503 while all others wait for answers, and it is told once', async () => {
      const told: boolean[] = [];
      let begun = 0;
      const release = Promise.withResolvers<void>();
      const server = await start(
        async () => {
          begun += 1;
          await release.promise;
          return { status: 204, headers: {} };
        },
        { maxConnections: 4, onFull: (isFull) => told.push(isFull) },
      );
      const busy = await Promise.all([client(server), client(server)]);
      busy.forEach(({ socket }) => socket.write(`${GET}\r\n`));
      await until(() => begun === 2);
      const refused = await Promise.all([client(server), client(server)]);
      await until(() => refused.every(({ heard }) => heard().startsWith('HTTP/1.1 503')));
      expect(refused[0].heard()).toContain('all connections are in use');
      expect(told).toEqual([true]);
      release.resolve();
      await until(() => busy.every(({ heard }) => heard().startsWith('HTTP/1.1 204')));
      busy[0].socket.destroy();
      // Refused as long as the server has not seen that one leave.
      while (told.length === 1) {
        await client(server);
        await wait(20);
      }
      expect(told).toEqual([true, false]);
    });
  });

  describe('requests that do not wait for answers', () => {
    test('are answered one by one, in order', async () => {
      let running = 0;
      let most = 0;
      const server = await start(async ({ path }) => {
        running += 1;
        most = Math.max(most, running);
        await wait(1);
        running -= 1;
        return { status: 200, headers: { 'content-length': String(path.length) }, body: path };
      });
      const { socket, heard } = await client(server);
      const paths = Array.from({ length: 200 }, (_, at) => `/${at}`);
      socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
      await until(() => heard().endsWith('/199'));
      expect(
        heard()
          .match(/\r\n\r\n(\/\d+)/g)
          ?.map((text) => text.trim()),
      ).toEqual(paths);
      expect(most).toBe(1);
    });

    test('are no more than the gateway keeps: the connection is cut', async () => {
      const server = await start(() => new Promise(() => undefined));
      const { socket, heard } = await client(server);
      socket.write(`${GET}\r\n`.repeat(2000));
      await once(socket, 'end');
      expect(heard()).toBe('');
    });

    test('are read no further while too many wait', async () => {
      let begun = 0;
      const release = Promise.withResolvers<void>();
      const server = await start(async () => {
        begun += 1;
        await release.promise;
        return { status: 204, headers: {} };
      });
      const { socket, heard } = await client(server);
      // Each with 20 kB of body, so that one read holds few of them.
      const request = `${POST}Content-Length: 20000\r\n\r\n${'x'.repeat(20_000)}`;
      for (let sent = 0; sent < 150; sent += 1) {
        socket.write(request);
      }
      await until(() => begun > 0);
      await wait(50);
      expect(begun).toBe(1);
      release.resolve();
      await until(() => begun === 150 && heard().split('HTTP/1.1 204').length === 151);
    });
  });

  describe('what is no request', () => {
    test.each<[string, string, string, string]>([
      ['garbage', 'garbage\r\n\r\n', '400', 'no request of HTTP/1.1'],
      ['another protocol', '\u0016\u0003\u0001\u0002\u0000\u0001', '400', 'no request of HTTP/1.1'],
      ['headers beyond the bound', `${GET}x: ${'x'.repeat(20_000)}\r\n\r\n`, '431', 'headers are too large'],
      ['many headers', `${GET}${'a:b\r\n'.repeat(10_000)}\r\n`, '431', 'headers are too large'],
      ['two lengths', `${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, '400', 'said twice; send one'],
      ['a length that is none', `${POST}Content-Length: x\r\n\r\nx`, '400', 'Content-Length'],
      [
        'length and chunks',
        `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        '400',
        'stands beside a Content-Length',
      ],
      [
        'chunks and a length',
        `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
        '400',
        'stands beside Transfer-Encoding; send one of them',
      ],
      ['an unknown transfer coding', `${POST}Transfer-Encoding: gzip\r\n\r\n`, '400', 'Transfer-Encoding'],
      ['no Host', 'GET / HTTP/1.1\r\n\r\n', '400', 'Host header is missing'],
      ['an expectation', `${POST}Expect: tea\r\nContent-Length: 1\r\n\r\nx`, '417', 'only 100-continue'],
      ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n', '405', 'CONNECT'],
    ])('%s: is answered and the connection closed', async (_what, text, status, words) => {
      const { socket, heard } = await client(await start(echo));
      socket.write(text, 'latin1');
      await once(socket, 'end');
      expect(heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(heard()).toContain(words);
      expect(heard()).toMatch(/connection: close/i);
    });

    test('behind a request: the request is answered first, and nothing else', async () => {
      const { socket, heard } = await client(await start(echo));
      socket.write(`${POST}Content-Length: 5\r\n\r\nhellogarbage\r\n\r\n`);
      await once(socket, 'end');
      expect(heard()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(heard().split('HTTP/1.1')).toHaveLength(2);
    });
  });

  describe('a body', () => {
    test('is asked for with 100 when somebody reads it', async () => {
      const { socket, heard } = await client(await start(small));
      socket.write(`${POST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
      await until(() => heard().startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
      socket.write('hi');
      await until(() => heard().includes('200 OK'));
      expect(heard()).toContain('"text":"hi"');
    });

    test.each<[string, HttpHandler, string]>([
      ['one that is too large', small, '413'],
      ['one that nobody reads', async () => ({ status: 401, headers: {} }), '401'],
    ])('is never asked for: %s', async (_what, handler, status) => {
      const { socket, heard } = await client(await start(handler));
      socket.write(`${POST}Expect: 100-continue\r\nContent-Length: 11\r\n\r\n`);
      await once(socket, 'end');
      expect(heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(heard()).not.toContain('100 Continue');
    });

    test('in chunks beyond the bound is answered 413, and the connection ends while it is still sent', async () => {
      const { socket, heard } = await client(await start(small));
      socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
      await Promise.all([
        once(socket, 'end'),
        drip(
          socket,
          Array.from({ length: 200 }, () => '5\r\nxxxxx\r\n'),
        ),
      ]);
      expect(heard()).toMatch(/^HTTP\/1\.1 413 /);
      expect(heard()).toMatch(/connection: close/i);
      expect(heard().split('HTTP/1.1')).toHaveLength(2);
    });
  });

  describe('bodies that are held', () => {
    const LARGE_BYTES = 300_000;

    async function holdLarge(server: ServedHttp): Promise<Awaited<ReturnType<typeof connectRaw>>> {
      const raw = await client(server);
      raw.socket.write(`${POST}Content-Length: ${LARGE_BYTES}\r\n\r\n${'x'.repeat(LARGE_BYTES - 1)}`);
      return raw;
    }

    /** What callers do is seen by the server a moment later. */
    async function untilPosted(server: ServedHttp, answer: string): Promise<void> {
      while ((await post(server, LARGE_BYTES)) !== answer) {
        await wait(10);
      }
    }

    test('have a bound together; small ones are read all the same', async () => {
      const server = await start(echo, { maxHeldBodyBytes: 500_000 });
      const held = await Promise.all([holdLarge(server), holdLarge(server)]);
      await wait(100);
      await untilPosted(server, 'overloaded');
      expect(await post(server, 60_000)).toHaveLength(60_000);
      held.forEach(({ socket }) => socket.write('x'));
      await until(() => held.every(({ heard }) => heard().includes('200 OK')));
      expect(await post(server, LARGE_BYTES)).toHaveLength(LARGE_BYTES);
    });

    test('are let go of when their callers leave', async () => {
      const server = await start(echo, { maxHeldBodyBytes: 300_000 });
      const { socket } = await holdLarge(server);
      await untilPosted(server, 'overloaded');
      socket.destroy();
      await untilPosted(server, 'x'.repeat(LARGE_BYTES));
      expect(await post(server, LARGE_BYTES)).toHaveLength(LARGE_BYTES);
    });
  });

  describe('headers', () => {
    test('are all there, however many fit into their bound', async () => {
      const { socket, heard } = await client(
        await start(async ({ headers }) => ({ status: 200, headers: {}, body: String(headers['last']) })),
      );
      socket.write(`${GET}${'a:b\r\n'.repeat(2500)}last: here\r\nConnection: close\r\n\r\n`);
      await once(socket, 'end');
      expect(heard()).toContain('here');
    });

    test.each(['host', 'authorization', 'origin', 'mcp-session-id'])(
      'that come twice are not one: %s',
      async (name) => {
        const { socket, heard } = await client(
          await start(async ({ headers }) => ({ status: 200, headers: {}, body: String(headers[name]) })),
        );
        const host = name === 'host' ? '' : 'Host: x\r\n';
        socket.write(`GET / HTTP/1.1\r\n${host}${name}: a\r\n${name}: b\r\nConnection: close\r\n\r\n`);
        await once(socket, 'end');
        expect(heard()).toContain('a, b');
      },
    );
  });
});
