import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { type HttpHandler, toFetchHandler, watchBody } from '../src/index.ts';
import { serve, type ServedHttp, serveHttp } from '../src/node/node.ts';
import { connectRaw, until } from './raw-client.ts';

const answerBytes: HttpHandler = async () => ({ status: 200, headers: { 'x-a': 'b' }, body: Buffer.from('größe') });

const describeRequest: HttpHandler = async (http) => {
  const { method, path, query, headers, bodyBytes } = http;
  const body = await http.readBody(10);
  const facts = { method, path, tool: query.get('tool'), header: headers['x-test'], bodyBytes, body };
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(facts) };
};

describe.each([false, true])('with fastPath %p', (fastPath) => {
  const servers: ServedHttp[] = [];

  async function start(handler: HttpHandler): Promise<ServedHttp> {
    const server = await serveHttp(handler, { fastPath });
    servers.push(server);
    return server;
  }

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close({ graceMillis: 50 })));
  });

  const ways = {
    node: async (init: RequestInit) => fetch(`${(await start(describeRequest)).url}/a/b?tool=c`, init),
    fetch: (init: RequestInit) => toFetchHandler(describeRequest)(new Request('http://gateway/a/b?tool=c', init)),
  };

  describe.each(['node', 'fetch'] as const)('a handler of plain data, asked by %s', (way) => {
    test('gets method, path, query, headers and the body', async () => {
      const init = { method: 'POST', headers: { 'x-test': '1', 'content-length': '6' }, body: 'größ' };
      expect(await (await ways[way](init)).json()).toEqual({
        method: 'POST',
        path: '/a/b',
        tool: 'c',
        header: '1',
        bodyBytes: 6,
        body: { ok: true, text: 'größ' },
      });
    });

    test.each([
      [9, true],
      [10, true],
      [11, false],
    ])('with a bound of 10 reads %p bytes: %p', async (bytes, ok) => {
      const response = await ways[way]({ method: 'POST', body: 'x'.repeat(bytes) });
      const { body } = (await response.json()) as { body: { ok: boolean; reason?: string } };
      expect(body.ok).toBe(ok);
      expect(body.reason).toBe(ok ? undefined : 'too_large');
    });
  });

  test.each(['node', 'fetch'] as const)('bytes are an answer, asked by %s', async (way) => {
    const response = await (way === 'node'
      ? fetch((await start(answerBytes)).url)
      : toFetchHandler(answerBytes)(new Request('http://gateway/')));
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([200, 'b', 'größe']);
  });

  describe('serveHttp', () => {
    test('reads on once requests that came without waiting are answered', async () => {
      const { port } = await start(() => Promise.resolve({ status: 200, headers: {}, body: 'answered' }));
      const { socket, heard } = await connectRaw(port);
      const answers = (): number => heard().split('answered').length - 1;
      for (const total of [200, 400, 401]) {
        socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(total - answers()));
        await until(() => answers() >= total);
        expect(answers()).toBe(total);
      }
      socket.destroy();
    });

    test('leaves no timer behind when its port is taken', async () => {
      const { port } = await start(describeRequest);
      const made = jest.spyOn(globalThis, 'setInterval');
      try {
        await expect(serveHttp(describeRequest, { port, fastPath })).rejects.toMatchObject({ code: 'EADDRINUSE' });
        expect(made).not.toHaveBeenCalled();
      } finally {
        made.mockRestore();
      }
    });

    test('takes a target in absolute form', async () => {
      const { port } = await start(async ({ path, query }) => ({
        status: 200,
        headers: {},
        body: `${path} ${query.get('a')}`,
      }));
      const { socket, heard } = await connectRaw(port);
      socket.write(
        'GET http://gateway.example/metrics?a=b HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n',
      );
      await once(socket, 'end');
      socket.destroy();
      expect(heard()).toContain('/metrics b');
    });

    test.each([
      ['gateway.example', 'Gateway.Example', 'Gateway.Example'],
      ['gateway.example:80', 'other.example', 'gateway.example:80, not other.example'],
      ['gateway.example', '', 'gateway.example, not '],
    ])('the host of a target in absolute form, %s, counts beside the Host "%s"', async (asked, host, expected) => {
      const { port } = await start(async ({ headers, overruledHost }) => ({
        status: 200,
        headers: {},
        body: `<${String(headers['host'])}${overruledHost === undefined ? '' : `, not ${overruledHost}`}>`,
      }));
      const { socket, heard } = await connectRaw(port);
      socket.write(`GET http://${asked}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      await once(socket, 'end');
      socket.destroy();
      expect(heard()).toContain(`<${expected}>`);
    });

    test('tells when the answer is written, and that the caller did not leave before', async () => {
      const heard: string[] = [];
      const { url } = await start(async (http) => {
        http.onEnd(() => heard.push('end'));
        http.onGone(() => heard.push('gone'));
        return { status: 204, headers: {} };
      });
      await fetch(url);
      await until(() => heard.length > 0);
      expect(heard).toEqual(['end']);
    });

    test('tells when the caller leaves, and cancels the stream', async () => {
      let isCancelled = false;
      const heard: string[] = [];
      const { port } = await start(async (http) => {
        http.onGone(() => heard.push('gone'));
        const body = new ReadableStream<Uint8Array>({
          cancel() {
            isCancelled = true;
          },
        });
        return { status: 200, headers: { 'content-type': 'text/event-stream' }, body };
      });
      const client = await connectRaw(port);
      client.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await until(() => client.heard().includes('event-stream'));
      client.socket.destroy();
      await until(() => isCancelled);
      expect(heard).toEqual(['gone']);
    });

    test('keeps a connection usable whose request body nobody read', async () => {
      const { port } = await start(async () => ({ status: 401, headers: { 'content-length': '0' } }));
      const { socket, heard } = await connectRaw(port);
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n${'x'.repeat(70_000)}`);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await until(() => heard().split('401').length === 3);
      expect(heard()).toMatch(/^HTTP\/1\.1 401[^]*HTTP\/1\.1 401/);
      socket.destroy();
    });

    test('answers a body that is too large at once, and lets the caller finish before it hangs up', async () => {
      const server = await serve(async () => new Response('unreachable'), { maxBodyBytes: 10, fastPath });
      servers.push(server);
      const { socket, heard } = await connectRaw(server.port);
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n');
      await until(() => heard().includes('too large'));
      expect(socket.readableEnded).toBe(false);
      socket.write('x'.repeat(70_000));
      await once(socket, 'end');
      expect(heard()).toContain('HTTP/1.1 413');
      socket.destroy();
    });

    test('lets the caller finish, too, where the answer is a stream that another server gave', async () => {
      const server = await serve(async () => new Response(new Blob(['full']).stream(), { status: 503 }), { fastPath });
      servers.push(server);
      const { socket, heard } = await connectRaw(server.port);
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n');
      await until(() => heard().includes('full'));
      expect(socket.readableEnded).toBe(false);
      socket.write('x'.repeat(70_000));
      await once(socket, 'end');
      expect(heard()).toContain('HTTP/1.1 503');
      socket.destroy();
    });
  });
});

describe('watchBody', () => {
  test.each([
    ['read to the end', async (stream: ReadableStream) => new Response(stream).text(), 6],
    ['cancelled', async (stream: ReadableStream) => stream.cancel(), 0],
  ])('counts the bytes of a stream that is %s', async (_how, use, expected) => {
    const sizes: number[] = [];
    const source = new Response('größ').body!;
    await use(watchBody(source, (bytes) => sizes.push(bytes)));
    expect(sizes).toEqual([expected]);
  });
});
