// What is answered with and without Node's own server is the same, byte for byte.
import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { HttpHandler, HttpResponse } from '../../src/index.ts';
import { serve, type ServedHttp, serveHttp, type ServeHttpOptions } from '../../src/node/node.ts';
import { connectRaw } from '../raw-client.ts';

const servers: ServedHttp[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMillis: 0 })));
});

const REQUEST = 'POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-A: \u00e9\r\nContent-Length: 5\r\n\r\nhello';

/** What is heard of an answer to `text`, until the connection ends or says nothing more. */
async function hear(
  port: number,
  text: string,
  { isLast = false }: { readonly isLast?: boolean } = {},
): Promise<string> {
  const { socket, heard } = await connectRaw(port);
  const ended = once(socket, 'close').then(() => ' closed');
  if (isLast) {
    socket.end(text, 'latin1');
  } else {
    socket.write(text, 'latin1');
  }
  const end = once(socket, 'end').then(() => ' ended');
  const how = await Promise.race([ended, end, quiet(socket, heard)]);
  socket.destroy();
  return heard().replaceAll(/Date: [^\r]+/g, 'Date: now') + how;
}

/** Resolves when something was heard, and nothing more for a while. */
async function quiet(socket: Socket, heard: () => string): Promise<string> {
  for (let before = ''; !socket.destroyed && (before === '' || before !== heard());) {
    before = heard();
    await wait(100);
  }
  return '';
}

async function both(handler: HttpHandler, ask: (port: number) => Promise<string>, options: ServeHttpOptions = {}) {
  const [slow = '', fast = ''] = await Promise.all(
    [false, true].map(async (fastPath) => {
      const server = await serveHttp(handler, { ...options, fastPath });
      servers.push(server);
      return ask(server.port);
    }),
  );
  return { slow, fast };
}

const encoder = new TextEncoder();

function streamOf(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      pieces.forEach((piece) => controller.enqueue(encoder.encode(piece)));
      controller.close();
    },
  });
}

const length = (text: string): Record<string, string> => ({ 'content-length': String(Buffer.byteLength(text)) });
const CHALLENGES = 'Basic realm="a", Bearer realm="b"';

const ANSWERS: Readonly<Record<string, () => HttpResponse>> = {
  'a text with its length': () => ({ status: 200, headers: { ...length('größ'), 'x-a': 'b' }, body: 'größ' }),
  'a text without its length': () => ({ status: 200, headers: { 'x-a': '\u00e9' }, body: 'größ' }),
  'a text and a header past ASCII': () => ({
    status: 200,
    headers: { ...length('größ'), 'x-a': '\u00e9' },
    body: 'größ',
  }),
  'bytes with their length': () => ({ status: 200, headers: length('größ'), body: encoder.encode('größ') }),
  'bytes without their length': () => ({ status: 200, headers: {}, body: encoder.encode('größ') }),
  'no bytes': () => ({ status: 200, headers: {}, body: new Uint8Array() }),
  'bytes and a header past ASCII': () => ({
    status: 200,
    headers: { ...length('ab'), 'x-a': '\u00e9' },
    body: Buffer.from('ab'),
  }),
  'many bytes': () => ({
    status: 200,
    headers: length('ä'.repeat(2_000_000)),
    body: encoder.encode('ä'.repeat(2_000_000)),
  }),
  'many bytes without their length': () => ({
    status: 200,
    headers: {},
    body: encoder.encode('ä'.repeat(2_000_000)),
  }),
  'an empty text': () => ({ status: 200, headers: {}, body: '' }),
  nothing: () => ({ status: 202, headers: {} }),
  'nothing, of no length': () => ({ status: 401, headers: length('') }),
  'nothing, with a header past ASCII': () => ({ status: 401, headers: { ...length(''), 'x-a': '\u00e9' } }),
  'no content': () => ({ status: 204, headers: {} }),
  'no content, but a text': () => ({ status: 204, headers: {}, body: 'x' }),
  'not modified': () => ({ status: 304, headers: { etag: '"a"' } }),
  'a status nobody knows': () => ({ status: 299, headers: length('') }),
  'words of its own': () => ({ status: 200, statusText: 'Fine', headers: length('') }),
  'a status that is none': () => ({ status: 42, headers: {} }),
  cookies: () => ({ status: 200, headers: { ...length(''), 'set-cookie': ['a=b', 'c=d'] } }),
  challenges: () => ({ status: 401, headers: { ...length(''), 'www-authenticate': CHALLENGES } }),
  'a date of its own': () => ({ status: 200, headers: { ...length(''), date: 'today' } }),
  'its last word': () => ({ status: 200, headers: { connection: 'close', ...length('x') }, body: 'x' }),
  'a stream': () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: streamOf('größ', '', 'ß'),
  }),
  'a stream and a header past ASCII': () => ({ status: 200, headers: { 'x-a': '\u00e9' }, body: streamOf('a') }),
  'a stream with its length': () => ({ status: 200, headers: length('ab'), body: streamOf('a', 'b') }),
  'a stream of nothing': () => ({ status: 200, headers: {}, body: streamOf() }),
  'a stream that breaks': () => ({
    status: 200,
    headers: {},
    body: new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) }),
  }),
  'a large text': () => ({ status: 200, headers: length('ä'.repeat(2_000_000)), body: 'ä'.repeat(2_000_000) }),
  'a large text without its length': () => ({ status: 200, headers: {}, body: 'ä'.repeat(2_000_000) }),
  'a large piece of a stream': () => ({ status: 200, headers: {}, body: streamOf('ä'.repeat(2_000_000)) }),
  'a header that is none': () => ({ status: 200, headers: { 'x-a': 'b\r\nx-c: d' } }),
  'a name that is none': () => ({ status: 200, headers: { 'x a': 'b' } }),
  'words that are none': () => ({ status: 200, statusText: 'a\r\nb', headers: {} }),
  'an error': () => {
    throw new Error('thrown');
  },
};

test.each(Object.keys(ANSWERS))('%s', async (name) => {
  const told: unknown[] = [];
  const onError = (error: unknown): void => void told.push(String(error));
  const { slow, fast } = await both(
    async () => ANSWERS[name]!(),
    (port) => hear(port, REQUEST),
    { onError },
  );
  expect(fast === slow ? 'the same' : fast).toBe(fast === slow ? 'the same' : slow);
  // Each server has told as much.
  expect(told.length % 2).toBe(0);
});

test.each(Object.keys(ANSWERS))('%s, while the server closes', async (name) => {
  const { slow, fast } = await both(
    async () => {
      void Promise.all(servers.map((server) => server.close()));
      await wait(1);
      return ANSWERS[name]!();
    },
    (port) => hear(port, REQUEST),
  );
  expect(fast === slow ? 'the same' : fast).toBe(fast === slow ? 'the same' : slow);
});

const echo: HttpHandler = async (http) => {
  const { method, path, headers, bodyBytes, query } = http;
  const facts = { method, path, query: String(query), headers, bodyBytes, body: await http.readBody(10) };
  const text = JSON.stringify(facts);
  return { status: 200, headers: length(text), body: text };
};

test('a handler is told the same of a request', async () => {
  const { slow, fast } = await both(echo, (port) => hear(port, REQUEST));
  expect(fast).toBe(slow);
  expect(fast).toContain('"text":"hello"');
});

test.each([0, 1, 4, 5, 7, 16, 30, REQUEST.length - 1])(
  'a caller that stops after %p bytes, and says so',
  async (bytes) => {
    const { slow, fast } = await both(echo, (port) => hear(port, REQUEST.slice(0, bytes), { isLast: true }));
    expect(fast).toBe(slow);
  },
);

test('a caller that says nothing more after its request', async () => {
  const { slow, fast } = await both(echo, (port) => hear(port, REQUEST, { isLast: true }));
  expect(fast).toBe(slow);
  expect(fast).toContain('HTTP/1.1 200 OK');
});

const late: HttpHandler = (http) => wait(50).then(() => echo(http));

test('a caller that says nothing more while its answer is made', async () => {
  const { slow, fast } = await both(late, (port) => hear(port, REQUEST, { isLast: true }));
  expect(fast).toBe(slow);
});

test('requests that do not wait for answers', async () => {
  const { slow, fast } = await both(echo, (port) => hear(port, REQUEST.repeat(3)));
  expect(fast).toBe(slow);
  expect(fast.split('HTTP/1.1 200')).toHaveLength(4);
});

test('a request of each kind, on one connection', async () => {
  const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const chunked = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n';
  const { slow, fast } = await both(echo, async (port) => {
    const { socket, heard } = await connectRaw(port);
    for (const text of [REQUEST, get, chunked, REQUEST, get]) {
      socket.write(text, 'latin1');
      await wait(30);
    }
    socket.destroy();
    return heard().replaceAll(/Date: [^\r]+/g, '');
  });
  expect(fast).toBe(slow);
  expect(fast.split('HTTP/1.1 200')).toHaveLength(6);
});

test.each([REQUEST, 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /a HTTP/1.1\r\nHost: x y\r\n\r\n'])(
  'a handler of the Fetch API: %j',
  async (text) => {
    const [slow, fast] = await Promise.all(
      [false, true].map(async (fastPath) => {
        const server = await serve(
          async (request) =>
            Response.json({
              url: request.url.replace(/:\d+/, ''),
              headers: [...request.headers],
              body: await request.text(),
            }),
          { fastPath },
        );
        servers.push(server);
        return hear(server.port, text);
      }),
    );
    expect(fast).toBe(slow);
  },
);
