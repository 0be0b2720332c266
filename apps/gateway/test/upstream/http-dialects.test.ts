// Answers as servers and the proxies before them really send them: understood, or named for what they are.
import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { closeAll, connected, createHarness, failureOf, http, textOf } from './fixtures/harness.ts';

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly text?: string } };
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The JSON-RPC answer. */
  readonly text: string;
  readonly url: string;
}

type Dialect = (asked: Asked) => void;

const RESULTS: Readonly<Record<string, (message: Message) => object>> = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'dialect', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] }),
  'tools/call': ({ params }) => ({ content: [{ type: 'text', text: params?.arguments?.text ?? '' }] }),
};

function answerOf(message: Message): string {
  const result = RESULTS[message.method]?.(message);
  const outcome = result === undefined ? { error: { code: -32_601, message: 'Method not found' } } : { result };
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome });
}

const servers: Server[] = [];

async function serve(dialect: Dialect): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const message = request.method === 'POST' ? (JSON.parse(Buffer.concat(chunks).toString()) as Message) : undefined;
      if (message?.id === undefined) {
        response.writeHead(message === undefined ? 405 : 202).end();
      } else {
        dialect({ request, response, text: answerOf(message), url });
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await closeAll();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const body =
  (headers: Record<string, string>, encode: (text: string) => string | Buffer = (text) => text): Dialect =>
  ({ response, text }) =>
    response.writeHead(200, headers).end(encode(text));
const event = (text: string): string => `event: message\ndata: ${text}\n\n`;
const JSON_TYPE = { 'content-type': 'application/json' };
const encoded = (name: string, encode: (text: string) => Buffer): Dialect =>
  body({ ...JSON_TYPE, 'content-encoding': name }, encode);

/** Redirects each request for `/mcp`, and answers elsewhere what its headers show to be the same request. */
const redirected =
  (status: number, to: (asked: Asked) => string): Dialect =>
  (asked) => {
    const { request, response, text } = asked;
    if (request.url === '/mcp') {
      response.writeHead(status, { location: to(asked) }).end('<html>moved</html>');
    } else {
      const isWhole = request.method === 'POST' && request.headers['authorization'] === 'Bearer secret';
      response.writeHead(isWhole ? 200 : 401, JSON_TYPE).end(text);
    }
  };

const UNDERSTOOD: Readonly<Record<string, Dialect>> = {
  'a type with a charset': body({ 'content-type': 'application/json; charset=utf-8' }),
  'no type': body({}),
  'a type in other letters': body({ 'content-type': 'Application/JSON' }),
  'text/plain': body({ 'content-type': 'text/plain' }),
  'a stream': body({ 'content-type': 'text/event-stream' }, event),
  'a stream in other letters, with a charset': body({ 'content-type': 'Text/Event-Stream ;charset=UTF-8' }, event),
  'a byte order mark': body(JSON_TYPE, (text) => `\ufeff${text}`),
  'a byte order mark in a stream': body({ 'content-type': 'text/event-stream' }, (text) => `\ufeff${event(text)}`),
  gzip: encoded('gzip', gzipSync),
  'x-gzip in other letters': encoded('X-GZip', gzipSync),
  deflate: encoded('deflate', deflateSync),
  'deflate without its wrapper': encoded('deflate', deflateRawSync),
  brotli: encoded('br', brotliCompressSync),
  zstd: encoded('zstd', zstdCompressSync),
  identity: encoded('identity', Buffer.from),
  'gzip of a stream': body({ 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }, (text) =>
    gzipSync(event(text)),
  ),
  'a body that comes byte by byte': ({ response, text }) => {
    response.writeHead(200, JSON_TYPE);
    Buffer.from(text).forEach((byte) => response.write(Buffer.from([byte])));
    response.end();
  },
  'chunks with trailers': ({ response, text }) => {
    response.writeHead(200, { ...JSON_TYPE, 'transfer-encoding': 'chunked', trailer: 'x-checksum' });
    response.write(text);
    response.addTrailers({ 'x-checksum': 'abc' });
    response.end();
  },
  '202 with the answer in its body': ({ response, text }) => response.writeHead(202, JSON_TYPE).end(text),
  '307 to a path': redirected(307, () => '/mcp/'),
  '308 to a path': redirected(308, () => '/v2/mcp?x=1'),
  '307 to the same origin': redirected(307, ({ url }) => `${url}/elsewhere`),
  '308 to a relative path': redirected(308, () => 'other'),
  '307 three times': (asked) => {
    const { request, response } = asked;
    const at = Number(/\d/.exec(request.url!)?.[0] ?? 0);
    if (at < 3) {
      response.writeHead(307, { location: `/step${at + 1}` }).end();
    } else {
      redirected(307, () => '')(asked);
    }
  },
};

const NAMED: Readonly<Record<string, { dialect: Dialect; error: RegExp }>> = {
  'a page': {
    dialect: ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    error: /something that is not JSON \(text\/html\)/,
  },
  'an empty body': { dialect: ({ response }) => response.writeHead(200).end(), error: /an empty body/ },
  '202 without a body': { dialect: ({ response }) => response.writeHead(202).end(), error: /HTTP 202/ },
  '204': { dialect: ({ response }) => response.writeHead(204).end(), error: /HTTP 204/ },
  'a stream that is empty': {
    dialect: ({ response }) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
    error: /ended without an answer/,
  },
  'an encoding that nobody knows': {
    dialect: encoded('compress', (text) => Buffer.from(text)),
    error: /encoded as compress, which was not asked for/,
  },
  'two encodings': { dialect: encoded('gzip, br', gzipSync), error: /encoded as gzip, br/ },
  'what is no gzip': {
    dialect: encoded('gzip', (text) => Buffer.from(text)),
    error: /says gzip and can not be decoded/,
  },
  'half of a gzip': {
    dialect: encoded('gzip', (text) => gzipSync(text).subarray(0, 20)),
    error: /says gzip and can not be decoded/,
  },
  'a few bytes that become very many': {
    dialect: encoded('gzip', () => gzipSync(Buffer.alloc(8_000_000, ' '))),
    error: /more than 1000000 bytes/,
  },
  '307 to another origin': {
    dialect: redirected(307, () => 'http://user:password@other.example/mcp?token=secret'),
    error: /HTTP 307: a redirect to http:\/\/other\.example\/mcp that is not followed, because it is another origin/,
  },
  '308 to another port': {
    dialect: redirected(308, () => 'http://127.0.0.1:1/mcp'),
    error: /a redirect to http:\/\/127\.0\.0\.1:1\/mcp that is not followed/,
  },
  '307 to TLS': {
    dialect: redirected(307, ({ url }) => `${url.replace('http:', 'https:')}/mcp`),
    error: /a redirect to https:.* another origin/,
  },
  '302 to a page': {
    dialect: redirected(302, () => '/login'),
    error: /HTTP 302: a redirect to http:\/\/127\.0\.0\.1:\d+\/login that is not followed, because only 307 and 308/,
  },
  '307 in a circle': { dialect: redirected(307, () => '/mcp'), error: /the redirects have no end/ },
  '307 that says no target': {
    dialect: ({ response }) => response.writeHead(307).end(),
    error: /HTTP 307/,
  },
};

describe('an answer over HTTP', () => {
  test.each(Object.keys(UNDERSTOOD))('is understood: %s', async (name) => {
    const url = await serve(UNDERSTOOD[name]!);
    const harness = await connected(http(`${url}/mcp`, { authorization: 'Bearer secret' }));
    expect(textOf(await harness.call('echo', { text: 'héllo' }))).toBe('héllo');
  });

  test.each(Object.keys(NAMED))('is named in last_error, and nothing secret with it: %s', async (name) => {
    const { dialect, error } = NAMED[name]!;
    const url = await serve(dialect);
    const harness = createHarness(http(`${url}/mcp`), {}, { maxMessageBytes: 1_000_000 });
    await harness.upstream.connect(5_000);
    expect(harness.upstream.status.lastError).toMatch(error);
    expect(harness.upstream.status.lastError).not.toMatch(/password|secret/);
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind: 'backend-unreachable' });
  });
});
