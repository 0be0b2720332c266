import { afterEach, describe, expect, test } from '@jest/globals';
import type { LookupFunction, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientRequest, HttpClient } from '../../../src/upstream/http/exchange/http-client.ts';
import type { PlainClient } from '../../../src/upstream/http/plain/plain-client.ts';
import { createPool } from '../../../src/upstream/http/reach/create-pool.ts';
import { ADDRESS_NOT_ALLOWED, Reach } from '../../../src/upstream/http/reach/reach.ts';
import { type ClientOptions, createClient, OK, RawServer, send, type Taken, until } from './raw-server.ts';

const servers: RawServer[] = [];
const clients: HttpClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.destroy()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(
  answer: (socket: Socket, request: string, taken: Taken) => void,
  options: ClientOptions = {},
): Promise<{ readonly server: RawServer; readonly client: PlainClient }> {
  const server = await new RawServer(answer).start();
  const client = createClient(server.url, options);
  servers.push(server);
  clients.push(client);
  return { server, client };
}

const ok = (socket: Socket): void => void socket.write(OK);

const namedBy =
  (address: string): LookupFunction =>
  (_name, _options, callback) =>
    callback(null, [{ address, family: 4 }]);

describe('a connection of the plain client', () => {
  test('carries one request after the other, each in the bytes that HTTP has for it', async () => {
    const { server, client } = await start(ok);
    expect(await send(client, { body: '"ü€"', headers: ['x-a', 'b', 'X-\u0041bc', 'é'] }).answer).toBe('200 ok');
    await wait(5);
    expect(await send(client).answer).toBe('200 ok');
    expect(server.taken).toHaveLength(1);
    const head = `POST /mcp HTTP/1.1\r\nhost: ${server.url.host}\r\nconnection: keep-alive\r\n`;
    const first = `x-a: b\r\nX-Abc: \u00e9\r\ncontent-length: 7\r\n\r\n${Buffer.from('"ü€"').toString('latin1')}`;
    expect(server.taken[0]!.text).toBe(`${head}${first}${head}accept: */*\r\ncontent-length: 2\r\n\r\n{}`);
  });

  test('is not used again once the server has closed it', async () => {
    const { server, client } = await start(ok);
    await send(client).answer;
    server.taken[0]!.socket.end();
    await wait(20);
    expect(await send(client).answer).toBe('200 ok');
    expect(server.taken).toHaveLength(2);
  });

  test('is not used again where it closes right behind the answer', async () => {
    const { server, client } = await start((socket) => socket.end(OK));
    for (let count = 0; count < 20; count += 1) {
      expect(await send(client).answer).toBe('200 ok');
    }
    expect(server.taken).toHaveLength(20);
  });

  test.each([
    ['connection: close', 'connection: close\r\n'],
    ['two seconds, of which none is safe', 'keep-alive: timeout=2\r\n'],
  ])('is closed after an answer that says %s', async (_what, field) => {
    const { server, client } = await start((socket) => socket.write(OK.replace('\r\n', `\r\n${field}`)));
    await send(client).answer;
    await until(() => server.taken[0]!.isClosed);
    expect(await send(client).answer).toBe('200 ok');
  });

  test('is closed two seconds before the server would', async () => {
    const { server, client } = await start((socket) =>
      socket.write(OK.replace('\r\n', '\r\nkeep-alive: timeout=3\r\n')),
    );
    await send(client).answer;
    const startedAt = performance.now();
    await until(() => server.taken[0]!.isClosed);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    expect(performance.now() - startedAt).toBeLessThan(2_900);
  });

  test('that closes before the first byte of an answer breaks its request, as with undici', async () => {
    const { server, client } = await start((socket) => socket.end());
    const other = createPool(server.url, 1, undefined);
    clients.push(other);
    const answer = await send(client).answer;
    expect(answer).toBe('failed: other side closed UND_ERR_SOCKET');
    expect(await send(other).answer).toBe(answer);
  });

  test('on which the server says what nobody asked for is closed, and that answers nothing', async () => {
    const { server, client } = await start(ok);
    await send(client).answer;
    server.taken[0]!.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison');
    await until(() => server.taken[0]!.isClosed);
    expect(await send(client).answer).toBe('200 ok');
  });

  test('that has more behind an answer is not used again', async () => {
    const { server, client } = await start((socket) =>
      socket.write(`${OK}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(await send(client).answer).toBe('200 ok');
    expect(await send(client).answer).toBe('200 ok');
    expect(server.taken).toHaveLength(2);
  });

  test('is given up with its request, and the server sees it', async () => {
    const { server, client } = await start(() => {});
    const { source, answer } = send(client);
    await until(() => (server.taken[0]?.text ?? '') !== '');
    source.abort(new Error('nobody waits'));
    expect(await answer).toBe('failed: nobody waits ');
    await until(() => server.taken[0]!.isClosed);
  });

  test('stays for others when a request that was answered is given up', async () => {
    const { server, client } = await start(ok);
    const { source, answer } = send(client);
    await answer;
    const next = send(client);
    source.abort(new Error('nobody waits'));
    source.pause();
    expect(await next.answer).toBe('200 ok');
    expect(server.taken.every(({ isClosed }) => !isClosed)).toBe(true);
  });

  test('is read no further while its answer is too fast, and then to the end', async () => {
    const size = 20 * 1024 * 1024;
    const { server, client } = await start((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size, 'x'));
    });
    const handler = { onResponseStart: (source: { pause(): void }) => source.pause() };
    const sent = send(client, { handler });
    await until(() => server.taken.length > 0);
    await wait(100);
    expect(sent.received).toBeLessThan(1024 * 1024);
    expect(server.taken[0]!.socket.writableLength).toBeGreaterThan(0);
    sent.source.resume();
    expect((await sent.answer).length).toBe('0 '.length + size);
  });

  test('takes a body of many bytes, and one byte at a time', async () => {
    const { server, client } = await start((socket) => {
      OK.split('').forEach((byte, index) => setTimeout(() => socket.write(byte), index));
    });
    expect(await send(client, { body: 'ü'.repeat(3_000_000) }).answer).toBe('200 ok');
    expect(server.taken[0]!.text).toContain('content-length: 6000000\r\n');
  });

  test('breaks with what its handler throws, which then is told', async () => {
    const { server, client } = await start(ok);
    const handler = {
      onResponseData: () => {
        throw new Error('of the handler');
      },
    };
    expect(await send(client, { handler }).answer).toBe('failed: of the handler ');
    expect(await send(client).answer).toBe('200 ok');
    expect(server.taken).toHaveLength(2);
  });
});

describe('the connections of the plain client', () => {
  test('are no more than its bound; the others wait their turn, and can leave', async () => {
    const order: string[] = [];
    const { server, client } = await start(
      (socket, request) => {
        order.push(request.slice(-1));
        setTimeout(ok, 5, socket);
      },
      { connections: 1 },
    );
    const sent = ['1', '2', '3', '4'].map((body) => send(client, { body }));
    sent[2]!.source.abort(new Error('left'));
    const answers = await Promise.all(sent.map(({ answer }) => answer));
    expect(answers).toEqual(['200 ok', '200 ok', 'failed: left ', '200 ok']);
    expect(order).toEqual(['1', '2', '4']);
    expect(server.taken).toHaveLength(1);
  });

  test('are one for requests of which each is made when the one before has its answer', async () => {
    const { server, client } = await start(ok);
    const { promise, resolve } = Promise.withResolvers<void>();
    const next = (count: number): void =>
      void send(client, { handler: { onResponseEnd: () => (count === 0 ? resolve() : next(count - 1)) } });
    next(50);
    await promise;
    expect(server.taken).toHaveLength(1);
  });

  test('that were made for a request that was given up serve others', async () => {
    const { server, client } = await start(ok, { connections: 1 });
    const { source, answer } = send(client);
    await new Promise(setImmediate);
    source.abort(new Error('left'));
    expect(await answer).toBe('failed: left ');
    expect(await send(client).answer).toBe('200 ok');
    expect(server.taken).toHaveLength(1);
  });

  test('are as many as there are requests at once', async () => {
    const { server, client } = await start((socket) => setTimeout(ok, 50, socket), { connections: 3 });
    await Promise.all([send(client).answer, send(client).answer, send(client).answer, send(client).answer]);
    expect(server.taken).toHaveLength(3);
  });

  test('are closed with the client; what waits or is on its way fails, and so does what comes later', async () => {
    const { server, client } = await start(() => {}, { connections: 1 });
    const sent = [send(client), send(client)];
    await until(() => (server.taken[0]?.text ?? '') !== '');
    await client.destroy();
    const destroyed = 'failed: The client is destroyed UND_ERR_DESTROYED';
    expect(await Promise.all([...sent, send(client)].map(({ answer }) => answer))).toEqual(
      Array<string>(3).fill(destroyed),
    );
    await until(() => server.taken[0]!.isClosed);
  });

  test('that can not be made fail their requests, and hold up no others', async () => {
    const { server, client } = await start(ok, { connections: 1 });
    await server.stop();
    servers.splice(0);
    const answers = await Promise.all([send(client).answer, send(client).answer]);
    expect(answers).toEqual(answers.map(() => expect.stringContaining('ECONNREFUSED')));
  });

  test('go to allowed addresses alone, by number and by name', async () => {
    const reach = new Reach({ allow: [] }, namedBy('10.1.2.3'));
    const refused = [new URL('http://10.1.2.3:1/'), new URL('http://somewhere.test:1/')].map((url) => {
      const client = createClient(url, { reach });
      clients.push(client);
      return send(client).answer;
    });
    expect(await Promise.all(refused)).toEqual(refused.map(() => expect.stringContaining(ADDRESS_NOT_ALLOWED)));
    const { server } = await start(ok);
    const named = new URL(`http://somewhere.test:${server.url.port}/`);
    const client = createClient(named, { reach: new Reach({ allow: [] }, namedBy('127.0.0.1')) });
    clients.push(client);
    expect(await send(client).answer).toBe('200 ok');
  });
});

describe('what the plain client leaves to undici', () => {
  test.each<[string, Partial<ClientRequest>]>([
    ['another method', { method: 'GET', body: null }],
    ['no body', { body: '' }],
    ['a field of the connection', { headers: ['Expect', '100-continue'] }],
    ['a host of its own', { headers: ['host', 'other'] }],
    ['a value with a line break', { headers: ['x', 'a\r\nx-b: c'] }],
    ['a value that is no latin1', { headers: ['x', '€'] }],
    ['a name that is none', { headers: ['x y', 'a'] }],
  ])('%s', async (_what, unusual) => {
    const others: ClientRequest[] = [];
    const dispatch = (request: ClientRequest): void => void others.push(request);
    const { server, client } = await start(ok, { others: { dispatch, destroy: () => Promise.resolve() } });
    const request: ClientRequest = { method: 'POST', path: '/mcp', headers: [], body: '{}', ...unusual };
    client.dispatch(request, {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData() {},
      onResponseEnd() {},
      onResponseError() {},
    });
    expect(others).toEqual([request]);
    await wait(10);
    expect(server.taken).toEqual([]);
  });
});
