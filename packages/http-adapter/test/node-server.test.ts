import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { FetchHandler } from '../src/index.ts';
import { serve, type ServedHttp, type ServeOptions } from '../src/node/node.ts';
import { connectRaw, until } from './raw-client.ts';

async function readAll(request: Request): Promise<Response> {
  return new Response(String((await request.arrayBuffer()).byteLength));
}

function countHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
}

describe.each([false, true])('with fastPath %p', (fastPath) => {
  const servers: ServedHttp[] = [];

  async function start(handler: FetchHandler, options?: ServeOptions): Promise<ServedHttp> {
    const server = await serve(handler, { fastPath, ...options });
    servers.push(server);
    return server;
  }

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close({ graceMillis: 50 })));
  });

  const encoder = new TextEncoder();

  /** A body that emits what `push` is given, until `end`. */
  function openStream(): {
    body: ReadableStream;
    push: (text: string) => void;
    end: () => void;
    isCancelled: () => boolean;
  } {
    let isCancelled = false;
    let control: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        control = controller;
      },
      cancel() {
        isCancelled = true;
      },
    });
    return {
      body,
      push: (text) => control?.enqueue(encoder.encode(text)),
      end: () => control?.close(),
      isCancelled: () => isCancelled,
    };
  }

  const eventStream = { headers: { 'content-type': 'text/event-stream' } };

  describe('serve', () => {
    test('hands method, URL, headers, body and peer to the handler', async () => {
      const { url } = await start(async (request, client) =>
        Response.json({
          method: request.method,
          url: request.url,
          header: request.headers.get('x-test'),
          body: await request.text(),
          address: client.address,
        }),
      );
      const response = await fetch(`${url}/a/b?c=d`, { method: 'POST', headers: { 'x-test': '1' }, body: 'hello' });
      expect(await response.json()).toEqual({
        method: 'POST',
        url: `${url}/a/b?c=d`,
        header: '1',
        body: 'hello',
        address: '127.0.0.1',
      });
    });

    test('writes status, cookies and one line for each challenge', async () => {
      const headers = new Headers([
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['www-authenticate', 'Basic realm="dcc-mcp metrics", charset="UTF-8"'],
        ['www-authenticate', 'Bearer realm="dcc-mcp metrics"'],
      ]);
      const { port } = await start(async () => new Response('no', { status: 401, headers }));
      const { socket, heard } = await connectRaw(port);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await once(socket, 'end');
      socket.destroy();
      expect(heard()).toContain('set-cookie: a=1\r\nset-cookie: b=2\r\n');
      expect(heard()).toContain(
        'www-authenticate: Basic realm="dcc-mcp metrics", charset="UTF-8"\r\nwww-authenticate: Bearer realm="dcc-mcp metrics"\r\n',
      );
    });

    test('sends headers and each event at once', async () => {
      const stream = openStream();
      const { url } = await start(async () => new Response(stream.body, eventStream));
      const response = await fetch(url);
      const reader = response.body!.getReader();
      stream.push('data: one\n\n');
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: one\n\n');
      stream.push('data: two\n\n');
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: two\n\n');
      stream.end();
      expect((await reader.read()).done).toBe(true);
    });

    test('aborts request.signal and cancels the body when the client goes', async () => {
      const stream = openStream();
      let signal: AbortSignal | undefined;
      const { url } = await start(async (request) => {
        signal = request.signal;
        return new Response(stream.body, eventStream);
      });
      const controller = new AbortController();
      const response = await fetch(url, { signal: controller.signal });
      expect(signal?.aborted).toBe(false);
      controller.abort();
      await response.body?.cancel().catch(() => undefined);
      await until(() => signal?.aborted === true && stream.isCancelled());
    });

    test('takes a client that only half-closes for gone, and leaks nothing', async () => {
      const stream = openStream();
      const { port } = await start(async () => new Response(stream.body, eventStream));
      const { socket, heard } = await connectRaw(port);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await until(() => heard().includes('text/event-stream'));
      socket.end();
      await until(() => stream.isCancelled());
      expect(stream.isCancelled()).toBe(true);
      socket.destroy();
    });

    test('does not abort the signal of an answered request', async () => {
      let signal: AbortSignal | undefined;
      const { url } = await start(async (request) => {
        signal = request.signal;
        return new Response('done');
      });
      await (await fetch(url)).text();
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      expect(signal?.aborted).toBe(false);
    });

    test('reads from the handler no faster than the client reads', async () => {
      let produced = 0;
      const chunk = new Uint8Array(64 * 1024);
      const { port } = await start(
        async () =>
          new Response(
            new ReadableStream({
              pull(controller) {
                produced += 1;
                if (produced > 2000) {
                  controller.close();
                } else {
                  controller.enqueue(chunk);
                }
              },
            }),
          ),
      );
      const { socket, heard } = await connectRaw(port);
      socket.pause();
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => {
        setTimeout(resolve, 150);
      });
      expect(produced).toBeLessThan(500);
      expect(heard()).toBe('');
      socket.destroy();
    });

    test('cuts the connection when the body breaks half way', async () => {
      const errors: unknown[] = [];
      const { url } = await start(
        async () =>
          new Response(
            new ReadableStream({
              start: (controller) => controller.enqueue(encoder.encode('half')),
              pull: (controller) => controller.error(new Error('broken')),
            }),
          ),
        { onError: (error) => errors.push(error) },
      );
      await expect((await fetch(url)).text()).rejects.toThrow('terminated');
      expect(errors).toEqual([new Error('broken')]);
    });

    test('answers 500 without the message when the handler throws', async () => {
      const errors: unknown[] = [];
      const { url } = await start(
        async () => {
          throw new Error('secret');
        },
        { onError: (error) => errors.push(error) },
      );
      const response = await fetch(url);
      expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error\n']);
      expect(errors).toHaveLength(1);
    });

    test('answers HEAD without a body', async () => {
      const { url } = await start(async () => new Response('body', { headers: { 'x-a': 'b' } }));
      const response = await fetch(url, { method: 'HEAD' });
      expect([response.headers.get('x-a'), await response.text()]).toEqual(['b', '']);
    });

    test.each([
      ['a method that fetch forbids', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', '405'],
      ['a host that is none', 'GET / HTTP/1.1\r\nHost: bad host\r\n\r\n', '400'],
      ['a request without a host', 'GET / HTTP/1.1\r\n\r\n', '400'],
      ['headers past the bound', `GET / HTTP/1.1\r\nHost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`, '431'],
    ])('answers %s', async (_name, text, status) => {
      const { port } = await start(async () => new Response('ok'));
      const { socket, heard } = await connectRaw(port);
      socket.write(text);
      await until(() => heard() !== '');
      expect(heard()).toContain(`HTTP/1.1 ${status}`);
      socket.destroy();
    });
  });

  describe('the body limit', () => {
    test.each([
      [9, 200],
      [10, 200],
      [11, 413],
    ])('with a bound of 10 answers %p declared bytes with %p', async (bytes, status) => {
      const { url } = await start(readAll, { maxBodyBytes: 10 });
      expect((await fetch(url, { method: 'POST', body: 'x'.repeat(bytes) })).status).toBe(status);
    });

    test.each([
      [10, 'HTTP/1.1 200'],
      [11, 'HTTP/1.1 413'],
    ])('with a bound of 10 answers %p chunked bytes with %p', async (bytes, status) => {
      const { port } = await start(readAll, { maxBodyBytes: 10 });
      const { socket, heard } = await connectRaw(port);
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      socket.write(`5\r\nxxxxx\r\n${(bytes - 5).toString(16)}\r\n${'x'.repeat(bytes - 5)}\r\n0\r\n\r\n`);
      await until(() => heard() !== '');
      expect(heard()).toContain(status);
      socket.destroy();
    });

    test('never hands the handler more than the bound', async () => {
      let seen = 0;
      const { port } = await start(
        async (request) => {
          for await (const chunk of request.body!) {
            seen += chunk.byteLength;
          }
          return new Response('unreachable');
        },
        { maxBodyBytes: 10 },
      );
      const { socket, heard } = await connectRaw(port);
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      socket.write(`5\r\nxxxxx\r\n40\r\n${'x'.repeat(64)}\r\n`);
      await until(() => heard().includes('413'));
      expect(seen).toBeLessThanOrEqual(10);
      expect(heard()).not.toContain('unreachable');
      socket.destroy();
    });
  });

  describe('close', () => {
    test('finishes what runs, then ends at once with kept-alive connections', async () => {
      const gate = Promise.withResolvers<void>();
      let hasStarted = false;
      const server = await serve(
        async () => {
          hasStarted = true;
          await gate.promise;
          return new Response('finished');
        },
        { fastPath },
      );
      const agent = new Agent({ keepAlive: true });
      const request = httpRequest(server.url, { agent }).end();
      await until(() => hasStarted);
      const startedAt = Date.now();
      const closed = server.close();
      gate.resolve();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(response.headers.connection).toBe('close');
      response.resume();
      await closed;
      expect(Date.now() - startedAt).toBeLessThan(2000);
      agent.destroy();
    });

    test('cuts off what does not end in time', async () => {
      const stream = openStream();
      const server = await serve(async () => new Response(stream.body, eventStream), { fastPath });
      const response = await fetch(server.url);
      await server.close({ graceMillis: 20 });
      await expect(response.text()).rejects.toThrow('terminated');
      await until(() => stream.isCancelled());
    });

    test('refuses new connections and may be asked twice', async () => {
      const server = await serve(async () => new Response('ok'), { fastPath });
      await Promise.all([server.close(), server.close()]);
      await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    });

    test('gives the port back: a second server can take it', async () => {
      const first = await serve(async () => new Response('first'), { fastPath });
      await (await fetch(first.url)).text();
      await first.close();
      const second = await start(async () => new Response('second'), { port: first.port });
      expect(await (await fetch(second.url)).text()).toBe('second');
    });

    test('leaves no handle behind, however often a server starts and stops', async () => {
      const agent = new Agent({ keepAlive: false });
      const before = countHandles();
      for (let round = 0; round < 20; round += 1) {
        const server = await serve(async () => new Response('ok'), { fastPath });
        const [response] = (await once(httpRequest(server.url, { agent }).end(), 'response')) as [IncomingMessage];
        await once(response.resume(), 'end');
        await server.close();
      }
      await until(() => countHandles() <= before);
      expect(countHandles()).toBeLessThanOrEqual(before);
    });

    test('says that a port is in use', async () => {
      const { port } = await start(async () => new Response('ok'));
      await expect(serve(async () => new Response(), { port, fastPath })).rejects.toThrow('EADDRINUSE');
    });
  });
});
