// Connections that another server has accepted are answered as those of serveHttp are.
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type HttpHandler, toHttpHandler } from '../src/index.ts';
import { serveConnections, type ServeConnectionsOptions, type ServedConnections } from '../src/node/node.ts';
import { connectRaw, until } from './raw-client.ts';

const hello: HttpHandler = async ({ peerAddress }) => ({ status: 200, headers: {}, body: `hello ${peerAddress}` });

describe.each([false, true])('with fastPath %p', (fastPath) => {
  const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const listeners: Server[] = [];
  const servers: ServedConnections[] = [];
  const sockets: Socket[] = [];

  async function start(
    handler: HttpHandler,
    options: ServeConnectionsOptions = {},
    accepted: (socket: Socket) => Socket = (socket) => socket,
  ) {
    const served = serveConnections(handler, { fastPath, ...options });
    const listener = createServer({ pauseOnConnect: true }, (socket) => served.take(accepted(socket)));
    listeners.push(listener.listen(0, '127.0.0.1'));
    servers.push(served);
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const connect = async (): ReturnType<typeof connectRaw> => {
      const raw = await connectRaw(port);
      sockets.push(raw.socket);
      return raw;
    };
    return { served, connect, url: `http://127.0.0.1:${port}` };
  }

  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    await Promise.all(servers.splice(0).map((server) => server.close({ graceMillis: 0 })));
    listeners.splice(0).forEach((listener) => listener.close());
  });

  describe('serveConnections', () => {
    test('answers requests of a connection that it is given, and knows whose it is', async () => {
      const { url } = await start(hello);
      expect(await (await fetch(url)).text()).toBe('hello 127.0.0.1');
    });

    test('knows that a connection is encrypted', async () => {
      const handler = toHttpHandler(async ({ url }) => new Response(url));
      const { connect } = await start(handler, {}, (socket) => Object.assign(socket, { encrypted: true }));
      const { socket, heard } = await connect();
      socket.write(GET);
      await until(() => heard().includes('//x/'));
      expect(heard()).toContain('https://x/');
    });

    test('reads a body that came with the connection', async () => {
      const { url } = await start(async (http) => {
        const reading = await http.readBody(100);
        return { status: 200, headers: {}, body: reading.ok ? reading.text : reading.reason };
      });
      expect(await (await fetch(url, { method: 'POST', body: 'all of it' })).text()).toBe('all of it');
    });

    test('answers a caller that has said all it has to say', async () => {
      const { connect } = await start(hello);
      const { socket, heard } = await connect();
      socket.end(GET);
      await until(() => heard().includes('hello'));
      expect(heard()).toMatch(/^HTTP\/1\.1 200/);
    });

    test('ends a request that does not arrive', async () => {
      const { connect } = await start(hello, { headersTimeoutMillis: 100 });
      const { socket, heard } = await connect();
      socket.write('GET / HTTP/1.1\r\n');
      await until(() => heard() !== '');
      expect(heard()).toMatch(/^HTTP\/1\.1 408/);
    });

    test('refuses a connection more than it may hold, while all wait for answers', async () => {
      const { promise: never } = Promise.withResolvers<never>();
      let asked = 0;
      const waits: HttpHandler = () => {
        asked += 1;
        return never;
      };
      const { connect, served } = await start(waits, { maxConnections: 1 });
      const first = await connect();
      first.socket.write(GET);
      await until(() => asked === 1);
      const second = await connect();
      await until(() => second.heard() !== '');
      expect(second.heard()).toMatch(/^HTTP\/1\.1 503/);
      first.socket.destroy();
      await until(() => served.open === 0);
    });

    test('ends connections with their answers where its owner says so', async () => {
      let isEnding = false;
      const { connect, served } = await start(hello, { endsConnections: () => isEnding });
      const { socket, heard } = await connect();
      socket.write(GET);
      await until(() => heard().includes('hello'));
      expect(served.open).toBe(1);
      isEnding = true;
      socket.write(GET);
      await until(() => served.open === 0);
      expect(heard()).toMatch(/connection: close/i);
    });

    test('closes when what runs is answered, and lets nobody wait for an idle connection', async () => {
      const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
      const { connect, served } = await start(async ({ method }) => {
        await (method === 'POST' ? answered : undefined);
        return { status: 200, headers: {}, body: method === 'POST' ? 'late' : 'soon' };
      });
      const [busy, idle] = [await connect(), await connect()];
      busy.socket.write(GET.replace('GET', 'POST'));
      idle.socket.write(GET);
      await until(() => idle.heard().includes('soon'));
      const closed = served.close();
      await until(() => served.open === 1);
      answer();
      await closed;
      await until(() => busy.heard().includes('late'));
      expect(served.open).toBe(0);
    });

    test('waits for no body that does not come once its owner says so, and for any that has come', async () => {
      const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
      const readings: string[] = [];
      const { connect, served } = await start(async (http) => {
        const reading = await http.readBody(100);
        const body = reading.ok ? reading.text : reading.reason;
        readings.push(body);
        await (reading.ok ? answered : undefined);
        return { status: reading.ok ? 200 : 503, headers: {}, body };
      });
      const [half, whole, late] = [await connect(), await connect(), await connect()];
      const begin = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n';
      half.socket.write(`${begin}half`);
      whole.socket.write(`${begin}whole it`);
      await until(() => readings.length === 1);
      served.endBodies();
      late.socket.write(`${begin}half`);
      await until(() => half.heard().includes('stopping') && late.heard().includes('stopping'));
      expect(half.heard()).toMatch(/^HTTP\/1\.1 503[^]*connection: close/i);
      answer();
      await until(() => whole.heard().includes('whole it'));
      expect(readings).toEqual(['whole it', 'stopping', 'stopping']);
    });

    test('cuts off what is not answered in time', async () => {
      const { promise: never } = Promise.withResolvers<never>();
      const { connect, served } = await start(() => never);
      const { socket } = await connect();
      socket.write(GET);
      await until(() => served.open === 1);
      await served.close({ graceMillis: 10 });
      expect(served.open).toBe(0);
    });
  });
});
