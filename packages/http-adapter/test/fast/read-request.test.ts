// Whatever is read without Node's own server is read as that would read it. FUZZ_CASES=1000000 tries more of it.
import { quickest } from '@dcc-mcp/test-kit/quickest';
import { describe, expect, test } from '@jest/globals';
import { readRequest, type RequestReading } from '../../src/node/fast/read-request.ts';
import { createRandom, createRequests } from './generated-requests.ts';
import { NodeReader } from './node-reading.ts';

const MAX_HEADER_BYTES = 16_384;
const CASES = Number(process.env['FUZZ_CASES'] ?? 100_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130);

function read(text: string): RequestReading {
  return readRequest(Buffer.from(text, 'latin1'), MAX_HEADER_BYTES);
}

const HEAD = 'POST /mcp?a=b HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n';

describe('readRequest', () => {
  test('reads a plain request', () => {
    expect(read(`${HEAD}Content-Length: 5\r\n\r\nhello`)).toEqual({
      method: 'POST',
      target: '/mcp?a=b',
      headers: { host: 'x', 'x-a': '1', 'content-length': '5' },
      body: Buffer.from('hello'),
    });
  });

  test('says how much is missing of each beginning of one', () => {
    const text = `${HEAD}Content-Length: 5\r\n\r\nhello`;
    const readings = Array.from({ length: text.length }, (_, at) => read(text.slice(0, at)));
    const bodyStart = text.indexOf('hello');
    expect(readings).toEqual(readings.map((_, at) => (at < bodyStart ? 1 : text.length - at)));
  });

  test.each([
    ['a body of 64 KiB', 65_536, 'object'],
    ['one byte more', 65_537, 'string'],
  ])('%s', (_what, bytes, expected) => {
    expect(typeof read(`${HEAD}Content-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`)).toBe(expected);
  });

  test.each([
    [-1, 'object'],
    [0, 'object'],
    [1, 'string'],
  ])('headers of the bound and %p bytes', (more, expected) => {
    const rest = 'Content-Length: 0\r\n\r\n';
    const value = 'x'.repeat(MAX_HEADER_BYTES + more - HEAD.length - rest.length - 'X: \r\n'.length);
    expect(typeof read(`${HEAD}X: ${value}\r\n${rest}`)).toBe(expected);
  });

  test('takes no more time for more of whatever it can not read', async () => {
    for (const piece of ['a', 'a: ', 'a: b\r\n', ' ', '\t', 'a:b \r\n', '\r', '%', 'a: b c\r\n']) {
      const bytes = Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\n${piece.repeat(16_384)}`);
      expect(await quickest(() => readRequest(bytes, MAX_HEADER_BYTES))).toBeLessThan(100);
    }
  });

  test('reads what Node reads, and refuses what Node refuses', async () => {
    const random = createRandom(SEED);
    const next = createRequests(random);
    const node = new NodeReader();
    const wrong: unknown[] = [];
    let taken = 0;
    for (let index = 0; index < CASES; index += 1) {
      const bytes = next();
      const reading = readRequest(bytes, MAX_HEADER_BYTES);
      if (typeof reading === 'object') {
        taken += 1;
        const cut = Math.floor(random() * bytes.length);
        const { body, ...request } = reading;
        const seen = await node.read([bytes.subarray(0, cut), bytes.subarray(cut)]);
        const expected = {
          requests: [{ ...request, body: body.toString('latin1'), isComplete: true }],
          error: undefined,
        };
        if (!isSame(seen, expected) || typeof readRequest(bytes.subarray(0, cut), MAX_HEADER_BYTES) === 'object') {
          wrong.push({ text: bytes.toString('latin1'), seen, expected });
        }
      }
    }
    expect(wrong).toEqual([]);
    // Else it says nothing.
    expect(taken).toBeGreaterThan(CASES / 10);
  }, 900_000);
});

// How one request is made to look like two, or two like one.
describe('is for a whole parser', () => {
  const body = 'Content-Length: 5\r\n\r\nhello';
  test.each([
    ['length and chunks', `${HEAD}Transfer-Encoding: chunked\r\n${body}`],
    ['chunks and length', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello`],
    ['a transfer coding of another case', `${HEAD}tRANSFER-eNCODING: chunked\r\n${body}`],
    ['a transfer coding of another name', `${HEAD}Transfer_Encoding : chunked\r\n${body}`],
    ['two lengths', `${HEAD}Content-Length: 5\r\n${body}`],
    ['two lengths in one', `${HEAD}Content-Length: 5, 5\r\n\r\nhello`],
    ['a signed length', `${HEAD}Content-Length: +5\r\n\r\nhello`],
    ['a negative length', `${HEAD}Content-Length: -5\r\n\r\nhello`],
    ['a length of other digits', `${HEAD}Content-Length: 0x5\r\n\r\nhello`],
    ['a length with a zero before', `${HEAD}Content-Length: 05\r\n\r\nhello`],
    ['a length past all numbers', `${HEAD}Content-Length: 18446744073709551621\r\n\r\nhello`],
    ['white space before a length', `${HEAD}Content-Length:  5\r\n\r\nhello`],
    ['a tab before a length', `${HEAD}Content-Length:\t5\r\n\r\nhello`],
    ['white space behind a length', `${HEAD}Content-Length: 5 \r\n\r\nhello`],
    ['no length', `${HEAD}\r\nhello`],
    ['a length that is not said', `${HEAD}Content-Length:\r\n\r\nhello`],
    ['white space before a colon', `${HEAD}Content-Length : 5\r\n\r\nhello`],
    ['a folded line', `${HEAD}X-B: a\r\n b\r\n${body}`],
    ['a folded length', `${HEAD}Content-Length:\r\n 5\r\n\r\nhello`],
    ['a line that begins with white space', `POST / HTTP/1.1\r\n Host: x\r\n${body}`],
    ['lines that end with LF', `${HEAD}${body}`.replaceAll('\r\n', '\n')],
    ['one line that ends with LF', `${HEAD}X-B: a\n${body}`],
    ['a head that ends with LF', `${HEAD}Content-Length: 5\r\n\nhello`],
    ['a CR in a value', `${HEAD}X-B: a\rb\r\n${body}`],
    ['a NUL in a value', `${HEAD}X-B: a\0b\r\n${body}`],
    ['a NUL in a name', `${HEAD}X\0B: a\r\n${body}`],
    ['a high byte in a name', `${HEAD}X\u00ffB: a\r\n${body}`],
    ['a line without a colon', `${HEAD}X-B\r\n${body}`],
    ['a name of nothing', `${HEAD}: a\r\n${body}`],
    ['two hosts', `${HEAD}Host: y\r\n${body}`],
    ['no host', `POST / HTTP/1.1\r\n${body}`],
    ['a target with a host', `POST http://y/ HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a target that is a host', `POST y:80 HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a target of everything', `POST * HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a fragment', `POST /#a HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a high byte in the target', `POST /\u00ff HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a tab in the request line', `POST\t/ HTTP/1.1\r\nHost: x\r\n${body}`],
    ['two spaces in the request line', `POST  / HTTP/1.1\r\nHost: x\r\n${body}`],
    ['an empty line before', `\r\n${HEAD}${body}`],
    ['HTTP/1.0', `POST / HTTP/1.0\r\nHost: x\r\n${body}`],
    ['http/1.1', `POST / http/1.1\r\nHost: x\r\n${body}`],
    ['no version', `POST /\r\nHost: x\r\n${body}`],
    ['another method', `PUT / HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a method of another case', `post / HTTP/1.1\r\nHost: x\r\n${body}`],
    ['a GET with a body', `GET / HTTP/1.1\r\nHost: x\r\n${body}`],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\0'],
    ['an upgrade', `${HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\n${body}`],
    ['the last request of its connection', `${HEAD}Connection: close\r\n${body}`],
    ['a connection header of a proxy', `${HEAD}Proxy-Connection: close\r\n${body}`],
    ['a body that is held back', `${HEAD}Expect: 100-continue\r\n${body}`],
    ['a name that every object has', `${HEAD}__proto__: a\r\n${body}`],
    ['a list of cookies', `${HEAD}Set-Cookie: a=b\r\n${body}`],
    ['a request behind it', `${HEAD}${body}GET / HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['an empty line behind it', `${HEAD}${body}\r\n`],
  ])('%s', (_what, text) => {
    // What has no end in sight is looked at by Node soon.
    expect(read(text)).toBe(text.includes('\r\n\r\n') || !/^(POST|GET) \//.test(text) ? 'unusual' : 1);
  });
});

function isSame(seen: unknown, expected: unknown): boolean {
  return JSON.stringify(seen) === JSON.stringify(expected);
}
