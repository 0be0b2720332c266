import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventStreamParser } from '../../src/protocol/event-stream-parser.ts';
import { RawJson } from '../../src/protocol/json/raw-json.ts';
import { LineFramer } from '../../src/protocol/line-framer.ts';
import { findMirroredParameters } from '../../src/protocol/mirrored/mirrored-parameters.ts';
import { encodeMirroredValue } from '../../src/protocol/mirrored/mirrored-value.ts';
import { backoffMillis } from '../../src/upstream/hop/backoff.ts';
import { toMirroredHeaders } from '../../src/upstream/hop/mirrored-headers.ts';

/** `bytes` in pieces of the given sizes, over and over. */
function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    found.push(bytes.subarray(start, start + size));
    start += size;
  }
  return found;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n]/.test(text));

interface Framed {
  readonly lines: readonly string[];
  readonly overlong: readonly string[];
  /** Those of them that have ended, with their lengths. */
  readonly ended: readonly (readonly [head: string, bytes: number])[];
}

function frame(chunks: readonly Buffer[], bounds: Partial<Record<'maxLineBytes' | 'headBytes', number>> = {}): Framed {
  const lines: string[] = [];
  const overlong: string[] = [];
  const ended: (readonly [string, number])[] = [];
  const framer = new LineFramer({
    maxLineBytes: 1_000_000,
    ...bounds,
    onLine: (text) => void lines.push(text),
    onOverlong: (head) => void overlong.push(head),
    onOverlongEnd: (head, bytes) => void ended.push([head, bytes]),
  });
  for (const chunk of chunks) {
    framer.push(chunk);
  }
  framer.end();
  return { lines, overlong, ended };
}

/** Bytes of heap and buffers that something still refers to. */
function residentMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('LineFramer', () => {
  test('finds the same lines however the bytes are cut, also inside a character', () => {
    fc.assert(
      fc.property(fc.array(line), sizes, (expected, cuts) => {
        const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
        expect(frame(pieces(bytes, cuts)).lines).toEqual(expected);
      }),
    );
  });

  test.each([
    [9, 1, 0],
    [10, 1, 0],
    [11, 0, 1],
  ])('with a bound of 10 bytes a line of %i is read %i times and given up %i times', (length, read, givenUp) => {
    for (const cut of [1, 100]) {
      const { lines, overlong } = frame(pieces(Buffer.from(`${'x'.repeat(length)}\nnext\n`), [cut]), {
        maxLineBytes: 10,
      });
      expect([lines.length - 1, overlong.length]).toEqual([read, givenUp]);
      expect(lines.at(-1)).toBe('next');
    }
  });

  test.each(['\n', ''])(
    'a line over the bound is told of at once, and when it has ended (%j) with its length',
    (end) => {
      const bytes = Buffer.from(`first\n${'0123456789'.repeat(30)}${end}`);
      for (const cut of [1, 7, 100, 1_000]) {
        const { lines, overlong, ended } = frame(pieces(bytes, [cut]), { maxLineBytes: 20, headBytes: 15 });
        expect([lines, overlong, ended]).toEqual([['first'], ['012345678901234'], [['012345678901234', 300]]]);
      }
    },
  );
});

interface ReadStream {
  readonly events: string[];
  readonly ids: string[];
  readonly retry: number[];
  readonly overlong: number;
}

function readEvents(chunks: readonly Buffer[], maxEventBytes = 1_000_000): ReadStream {
  const events: string[] = [];
  const ids: string[] = [];
  const retry: number[] = [];
  let overlong = 0;
  const parser = new EventStreamParser({
    maxEventBytes,
    onEvent: (data) => void events.push(data),
    onId: (id) => void ids.push(id),
    onRetry: (millis) => void retry.push(millis),
    onOverlong: () => {
      overlong += 1;
    },
  });
  for (const chunk of chunks) {
    parser.push(chunk);
  }
  return { events, ids, retry, overlong };
}

/** `count` pieces of `size` bytes each, the same buffer again and again. */
function* repeated(size: number, count: number): Generator<Buffer> {
  const piece = Buffer.alloc(size, 'x');
  for (let i = 0; i < count; i += 1) {
    yield piece;
  }
}

const MIB = 1_048_576;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the heap that something still refers to. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('LineFramer keeps a line that comes in pieces of a byte in linear memory', () => {
  const lengths: number[] = [];
  const framer = new LineFramer({
    maxLineBytes: 64 * MIB,
    onLine: (text) => void lengths.push(text.length),
    onOverlong: () => {},
  });
  const before = residentMemory();
  for (const piece of repeated(1, 4 * MIB)) {
    framer.push(piece);
  }
  expect(residentMemory() - before).toBeLessThan(30 * MIB);
  framer.push(Buffer.from('\n'));
  expect(lengths).toEqual([4 * MIB]);
});

describe('EventStreamParser', () => {
  test.each(['\n', '\r\n', '\r'])(
    'reads the same events however the bytes are cut, with %j as the end of lines',
    (end) => {
      fc.assert(
        fc.property(fc.array(line), sizes, (expected, cuts) => {
          const text = expected.map((data) => `event: message${end}data: ${data}${end}${end}`).join('');
          // A lone CR at the very end may be half of a line end, so a last event waits for what follows.
          expect(readEvents(pieces(Buffer.from(`${text}:`), cuts)).events).toEqual(expected);
        }),
      );
    },
  );

  test.each([
    [4, 1],
    [20, 16_384],
  ])('reads %i MiB that come in pieces of %i bytes in linear time and memory', (mebibytes, size) => {
    const length = mebibytes * MIB;
    const events: number[] = [];
    const parser = new EventStreamParser({
      maxEventBytes: 64 * MIB,
      onEvent: (data) => void events.push(data.length),
      onId: () => {},
      onRetry: () => {},
      onOverlong: () => {},
    });
    const before = heapInUse();
    const startedAt = performance.now();
    parser.push(Buffer.from('data: '));
    for (const piece of repeated(size, length / size)) {
      parser.push(piece);
    }
    const after = heapInUse();
    parser.push(Buffer.from('\n\n'));
    expect(events).toEqual([length]);
    // About half a second; looking at all of it with each piece takes minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    // The text, perhaps in two bytes for each character; a list entry for every byte takes 32 MiB more.
    expect(after - before).toBeLessThan(2 * length + 20 * MIB);
  });

  test('joins several data lines, skips comments and unknown fields, knows ids and retry', () => {
    const text = ': hello\n\nid: 1\nretry: 250\nfoo: bar\ndata: a\ndata:b\ndata\n\nid: 2\n\nid: 3\ndata: cut off';
    expect(readEvents([Buffer.from(text)])).toEqual({ events: ['a\nb\n'], ids: ['1', '2'], retry: [250], overlong: 0 });
  });

  test('removes one byte order mark, at the start only', () => {
    const text = '\uFEFFdata: \uFEFFa\n\n\uFEFFdata: b\n\ndata: c\n\n';
    expect(readEvents(pieces(Buffer.from(text), [1])).events).toEqual(['\uFEFFa', 'c']);
    expect(readEvents([Buffer.from(`\uFEFF${text}`)]).events).toEqual(['c']);
  });

  test('ignores a pause that no timer can wait', () => {
    expect(readEvents([Buffer.from('retry: 999999999\nretry: 1000000000\nretry: 1e3\n\n')]).retry).toEqual([
      999_999_999,
    ]);
  });

  test.each([
    { letter: 'x', count: 99, isRead: true },
    { letter: 'x', count: 100, isRead: true },
    { letter: 'x', count: 101, isRead: false },
    { letter: 'ä', count: 50, isRead: true },
    { letter: 'ä', count: 51, isRead: false },
  ])('with a bound of 100 bytes, that $count times $letter is read is $isRead', ({ letter, count, isRead }) => {
    for (const cut of [1, 7, 1_000]) {
      const bytes = Buffer.from(`id: 1\ndata: ${letter.repeat(count)}\n\ndata: next\n\n`);
      const { events, overlong } = readEvents(pieces(bytes, [cut]), 100);
      expect(events).toEqual(isRead ? [letter.repeat(count), 'next'] : []);
      expect(overlong).toBe(isRead ? 0 : 1);
    }
  });

  test.each(['data: ', 'id: ', 'event: ', 'data: x\ndata: '])(
    'gives up a line that begins with %j and never ends',
    (start) => {
      const { events, overlong } = readEvents([Buffer.from(start), ...repeated(5_000, 3)], 10_000);
      expect([events, overlong]).toEqual([[], 1]);
    },
  );

  test.each([':', 'unknown: '])('drops a line that begins with %j, whatever its length', (start) => {
    const chunks = [Buffer.from(start), ...repeated(5_000, 4), Buffer.from('\ndata: a\n\n')];
    expect(readEvents(chunks, 10_000)).toMatchObject({ events: ['a'], overlong: 0 });
  });

  test('reads two million unknown fields in a second or two', () => {
    const startedAt = performance.now();
    readEvents(Array.from({ length: 64 }, () => Buffer.from('x\n'.repeat(32_768))));
    // The parser takes 20 s where it may report each of them.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});

describe('backoffMillis', () => {
  test('doubles from 250 ms to 30 s, never below the base, with jitter of up to a half', () => {
    const full = Array.from({ length: 9 }, (_, attempt) => backoffMillis(attempt, { random: () => 1 }));
    expect(full).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    fc.assert(
      fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const pause = backoffMillis(attempt, { random: () => random });
        expect(pause).toBeGreaterThanOrEqual(250);
        expect(pause).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});

describe('encodeMirroredValue', () => {
  test.each([
    ['us-west1', 'us-west1'],
    ['two words', 'two words'],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['grün', '=?base64?Z3LDvG4=?='],
    ['', '=?base64??='],
    ['=?base64?eA==?=', '=?base64?PT9iYXNlNjQ/ZUE9PT89?='],
    ['line\nbreak', '=?base64?bGluZQpicmVhaw==?='],
  ])('writes %j as %j', (value, expected) => {
    expect(encodeMirroredValue(value)).toBe(expected);
  });
});

describe('findMirroredParameters', () => {
  test('finds marks along properties only, and ignores names that are no header', () => {
    const schema = {
      properties: {
        a: { type: 'string', 'x-mcp-header': 'A' },
        b: { type: 'object', properties: { c: { type: 'integer', 'x-mcp-header': 'C' } } },
        d: { type: 'array', items: { 'x-mcp-header': 'D' } },
        e: { 'x-mcp-header': 'not a token' },
      },
    };
    expect(findMirroredParameters(schema)).toEqual([
      { header: 'A', path: ['a'] },
      { header: 'C', path: ['b', 'c'] },
    ]);
  });
});

test.each([
  ['725653563933458432', '725653563933458432'],
  ['1e400', '1e400'],
  ['1.5', '1.5'],
  ['7.0', '7'],
  ['"text"', 'text'],
  ['true', 'true'],
])('a parameter of %s is repeated as %s in its header', (json, header) => {
  const raw = RawJson.read(`{"deep":{"n":${json}}}`);
  const mirrored = [{ header: 'N', path: ['deep', 'n'] }];
  const params = { name: 'a', arguments: raw.value };
  expect(toMirroredHeaders('tools/call', params, { mirrored, rawParams: { arguments: raw } })).toEqual([
    'mcp-method',
    'tools/call',
    'mcp-name',
    'a',
    'mcp-param-n',
    header,
  ]);
});
