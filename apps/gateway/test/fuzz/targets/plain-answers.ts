// The bytes of an answer over HTTP/1.1: what the plain client takes, undici takes for the same.
import * as fc from 'fast-check';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AnswerHandler, HttpClient } from '../../../src/upstream/http/exchange/http-client.ts';
import { PlainClient } from '../../../src/upstream/http/plain/plain-client.ts';
import { createPool } from '../../../src/upstream/http/reach/create-pool.ts';
import { type ByteText, type OpenTarget, type Target, toBytes } from '../target.ts';

/** What the server writes, piece by piece, before it ends the connection. */
export type PlainAnswerInput = readonly ByteText[];

/** What a client made of it. */
export type Reading =
  | { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }
  | { readonly error: string };

const PATIENCE_MILLIS = 10_000;

const text = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

const body = fc.oneof(text(['', '{}', '{"jsonrpc":"2.0","id":1,"result":{}}', 'ü€\u{10ffff}', 'a\r\nb', '0\r\n\r\n']));
const fields = fc.array(
  fc
    .tuple(
      text(['Content-Type', 'mcp-session-id', 'X-A', 'x-a', '__proto__', 'constructor', 'Retry-After', 'Set-Cookie']),
      text([':', ': ', ':\t ']),
      text(['', 'a', 'application/json', 'a b ', '\u00e4', 'text/event-stream; charset=utf-8', '1']),
    )
    .map((parts) => `${parts.join('')}\r\n`),
  { maxLength: 4 },
);
const connection = text([
  '',
  '',
  'Connection: close\r\n',
  'connection: keep-alive\r\n',
  'Keep-Alive: timeout=5\r\n',
  'Connection: keep-alive, x\r\nKeep-Alive: timeout=1, max=7\r\n',
]);
const status = text([
  '200 OK',
  '200 OK',
  '202 Accepted',
  '204 No Content',
  '304 Not Modified',
  '404 ',
  '500',
  '307 T R',
]);
const chunkEnd = text(['', ';a', ';a=b']);
const trailers = text(['', '', 'X-T: 1\r\n', 'a:\r\nb: c\r\n']);

interface Parts {
  readonly interim: string;
  readonly version: string;
  readonly status: string;
  readonly fields: readonly string[];
  readonly connection: string;
  readonly body: string;
  readonly framing: 'length' | 'chunked' | 'connection';
  readonly chunkLength: number;
  readonly chunkEnd: string;
  readonly trailers: string;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  interim: text(['', '', '', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n', 'HTTP/1.1 102 \r\n\r\n', '\r\n']),
  version: text(['1.1', '1.1', '1.1', '1.0']),
  status,
  fields,
  connection,
  body,
  framing: text(['length', 'length', 'chunked', 'connection']) as fc.Arbitrary<Parts['framing']>,
  chunkLength: fc.integer({ min: 1, max: 40 }),
  chunkEnd,
  trailers,
});

function toChunks({ body: whole, chunkLength, chunkEnd: end, trailers: last }: Parts): string {
  const bytes = Buffer.from(whole).toString('latin1');
  const chunks = bytes.match(new RegExp(`[^]{1,${chunkLength}}`, 'g')) ?? [];
  return `${chunks.map((chunk) => `${chunk.length.toString(16)}${end}\r\n${chunk}\r\n`).join('')}0\r\n${last}\r\n`;
}

/** An answer as the standard has it. */
function toText(given: Parts): ByteText {
  const bodiless = given.status.startsWith('204') || given.status.startsWith('304');
  const bytes = Buffer.from(given.body).toString('latin1');
  const head = `HTTP/${given.version} ${given.status}\r\n${given.fields.join('')}${given.connection}`;
  if (bodiless) {
    return `${given.interim}${head}\r\n`;
  }
  const framed = {
    length: `${head}content-length: ${bytes.length}\r\n\r\n${bytes}`,
    chunked: `${head}Transfer-Encoding: chunked\r\n\r\n${toChunks(given)}`,
    connection: `${head}\r\n${bytes}`,
  };
  return given.interim + framed[given.framing];
}

const mutation = fc.record({
  at: fc.nat(400),
  isFromEnd: fc.boolean(),
  cut: text(['', '', 'x', 'xx', 'xxxx']),
  put: text([
    '',
    '',
    '\r',
    '\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '0',
    '1',
    'f',
    '-',
    '+',
    '\u00ff',
    '\r\n\r\n',
    '\r\n ',
    'content-length: 2\r\n',
    '\r\ncontent-length: 02',
    '\r\nTransfer-Encoding: chunked',
    '\r\nTransfer-Encoding: gzip',
    '\r\nUpgrade: x\r\nConnection: upgrade',
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 100 \r\n\r\n',
  ]),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(whole: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((before, { at, isFromEnd, cut, put }) => {
    const place = Math.min(at, before.length);
    const from = isFromEnd ? before.length - place : place;
    return before.slice(0, from) + put + before.slice(from + cut.length);
  }, whole);
}

function toPieces(whole: string, cuts: readonly number[]): PlainAnswerInput {
  const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b), whole.length];
  return places.slice(1).map((place, index) => whole.slice(places[index], place));
}

const cuts = fc.array(fc.nat(300), { maxLength: 3 });

/** Answers that every client must take. */
export const VALID_ANSWERS: fc.Arbitrary<PlainAnswerInput> = fc
  .tuple(parts, cuts)
  .map(([given, places]) => toPieces(toText(given), places));

export const MUTATED_ANSWERS: fc.Arbitrary<PlainAnswerInput> = fc
  .tuple(parts, fc.array(mutation, { maxLength: 3 }), cuts)
  .map(([given, mutations, places]) => toPieces(mutate(toText(given), mutations), places));

function read(client: HttpClient): Promise<Reading> {
  return new Promise((resolve, reject) => {
    let begun: { status: number; headers: Readonly<Record<string, unknown>> } | undefined;
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => reject(new Error('it gave no answer')), PATIENCE_MILLIS);
    const end = (reading: Reading): void => {
      clearTimeout(timer);
      resolve(reading);
    };
    const handler: AnswerHandler = {
      onRequestStart() {},
      onResponseStart(_source, status_, headers) {
        begun = status_ < 200 ? begun : { status: status_, headers: { ...headers } };
      },
      onResponseData: (_source, chunk) => void chunks.push(Buffer.from(chunk)),
      onResponseEnd() {
        end(begun === undefined ? { error: 'no head' } : { ...begun, body: Buffer.concat(chunks).toString('latin1') });
      },
      onResponseError: (_source, error) => end({ error: error.message }),
    };
    client.dispatch({ method: 'POST', path: '/', headers: ['accept', '*/*'], body: '{}' }, handler);
  });
}

async function write(socket: Socket, pieces: PlainAnswerInput): Promise<void> {
  for (const piece of pieces) {
    socket.write(toBytes(piece));
    await nextTurn();
  }
  socket.end();
}

/** A server that writes what it is told, and what two clients read of it. */
export class TwoReaders {
  readonly #server: Server;
  readonly #url: URL;
  #pieces: PlainAnswerInput = [];

  private constructor(server: Server) {
    this.#server = server;
    this.#url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (socket) => {
      socket.setNoDelay(true).on('error', () => {});
      socket.once('data', () => void write(socket, this.#pieces));
    });
  }

  static async start(): Promise<TwoReaders> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return new TwoReaders(server);
  }

  async read(pieces: PlainAnswerInput): Promise<{ readonly plain: Reading; readonly undici: Reading }> {
    this.#pieces = pieces;
    const url = this.#url;
    const others = createPool(url, 1, undefined);
    const client = new PlainClient({ url, connections: 1, reach: undefined, others });
    try {
      const [plain, undici] = await Promise.all([read(client), read(others)]);
      return { plain, undici };
    } finally {
      await client.destroy();
    }
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const plainAnswers: Target<PlainAnswerInput> = {
  name: 'plain-answers',
  inputs: MUTATED_ANSWERS,
  async open(): Promise<OpenTarget<PlainAnswerInput>> {
    const readers = await TwoReaders.start();
    return {
      async check(pieces) {
        const { plain, undici } = await readers.read(pieces);
        if (!('error' in plain) && !isDeepStrictEqual(plain, undici)) {
          throw new Error(`read as ${JSON.stringify(plain)}, by undici as ${JSON.stringify(undici)}`);
        }
      },
      close: () => readers.close(),
    };
  },
};
