import { describe, expect, test } from '@jest/globals';
import { maxHeaderSize } from 'node:http';
import type { AnswerHead } from '../../../src/upstream/http/plain/answer-head.ts';
import { AnswerReader } from '../../../src/upstream/http/plain/answer-reader.ts';

/** What is read of one answer: `→` where it has ended. */
function read(
  text: string,
  pieceLength = text.length,
): { readonly head: AnswerHead | undefined; readonly body: string } {
  const seen = { head: undefined as AnswerHead | undefined, body: '' };
  const reader = new AnswerReader({
    onHead: (head) => void (seen.head = head),
    onData: (bytes) => void (seen.body += bytes.toString('latin1')),
    onEnd: () => void (seen.body += '→'),
  });
  reader.begin();
  for (let at = 0; at < text.length; at += pieceLength) {
    reader.read(Buffer.from(text.slice(at, at + pieceLength), 'latin1'));
  }
  return seen;
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('an answer is read', () => {
  test.each([
    ['by its length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello', 'hello→'],
    ['by its chunks', `${CHUNKED}3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nx: y\r\n\r\n`, 'hello→'],
    ['to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', 'hello'],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', '→'],
    ['without a reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', '→'],
    ['behind interim ones', 'HTTP/1.1 103 Early\r\na: b\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx', 'x→'],
    ['behind line breaks', '\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx', 'x→'],
  ])('%s, however it is cut', (_how, text, body) => {
    for (let pieceLength = 1; pieceLength <= text.length; pieceLength += 1) {
      expect(read(text, pieceLength).body).toBe(body);
    }
  });

  test('with fields of one name side by side, and those of names that objects inherit', () => {
    const { head } = read('HTTP/1.1 200 OK\r\nA: 1\r\na:\t2 \r\n__proto__: p\r\nconstructor:\r\n\r\n');
    expect({ ...head?.headers }).toEqual({
      a: ['1', '2 '],
      ['__proto__']: 'p',
      constructor: '',
    });
  });

  test.each([
    ['HTTP/1.1 200 OK\r\ncontent-length: 0', 4_000],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: max=5, timeout=7', 5_000],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nkeep-alive: timeout=99999', 600_000],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: x, Close', 0],
    ['HTTP/1.1 200 OK', 0],
    ['HTTP/1.1 204 OK\r\ncontent-length: 3', 0],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0', 0],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive', 4_000],
  ])('%j keeps its connection for %d ms', (text, idleMillis) => {
    expect(read(`${text}\r\n\r\n`).head?.idleMillis).toBe(idleMillis);
  });
});

describe('an answer is refused', () => {
  test.each([
    ['another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status that goes on', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a continuation that was not asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['another protocol that was not asked for', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\na: b\r\n\r\n'],
    ['a bare line feed in a value', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['a zero byte', 'HTTP/1.1 200 OK\r\na: b\0\r\n\r\n'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\na : b\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    ['two lists of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\n'],
    ['a signed length', 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n'],
    ['no length', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
    ['a length beyond numbers', `HTTP/1.1 200 OK\r\ncontent-length: ${'9'.repeat(16)}\r\n\r\n`],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['an interim answer with a body', 'HTTP/1.1 103 E\r\ncontent-length: 1\r\n\r\n'],
    ['an interim answer that is the last', 'HTTP/1.1 103 E\r\nconnection: close\r\n\r\n'],
    ['a chunk of no size', `${CHUNKED}\r\n`],
    ['a chunk of a size that is none', `${CHUNKED}0x1\r\na\r\n`],
    ['a chunk of a size beyond numbers', `${CHUNKED}${'f'.repeat(13)}\r\n`],
    ['a chunk that is longer than it says', `${CHUNKED}1\r\nab\r\n`],
    ['a chunk with a bare line feed', `${CHUNKED}1\na\r\n`],
    ['an extension that is none', `${CHUNKED}1; x\r\na\r\n`],
    ['a trailer that is none', `${CHUNKED}0\r\nx y\r\n\r\n`],
    ['a length behind the body', `${CHUNKED}0\r\ncontent-length: 1\r\n\r\n`],
  ])('for %s, however it is cut', (_what, text) => {
    for (let pieceLength = 1; pieceLength <= text.length; pieceLength += 1) {
      expect(() => read(text, pieceLength)).toThrow(Error);
    }
  });

  const names = 'content-length'.length + '0'.length + 'x'.length;
  const withSize = (size: number): string =>
    `HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: ${'a'.repeat(size - names)}\r\n\r\n`;

  test('for fields of as many bytes as Node takes, names and values together', () => {
    expect(read(withSize(maxHeaderSize - 1)).body).toBe('→');
    expect(() => read(withSize(maxHeaderSize))).toThrow('Headers Overflow');
  });

  test.each([
    ['a head', 'HTTP/1.1 200 OK\r\nx: '],
    ['the line of a chunk', `${CHUNKED}1;`],
    ['a trailer', `${CHUNKED}0\r\nx: `],
  ])('for %s that has no end', (_what, begin) => {
    expect(() => read(`${begin}${'a'.repeat(100_000)}`, 100)).toThrow(Error);
  });
});
