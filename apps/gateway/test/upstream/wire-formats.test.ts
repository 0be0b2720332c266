import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EventStreamParser } from '../../src/protocol/event-stream-parser.ts';
import { LineFramer } from '../../src/protocol/line-framer.ts';
import { encodeMirroredValue } from '../../src/protocol/mirrored-value.ts';
import { backoffMillis } from '../../src/upstream/backoff.ts';
import { findMirroredParameters } from '../../src/upstream/http/mirror-headers.ts';

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

function frame(chunks: readonly Buffer[], maxLineBytes = 1_000_000): { lines: string[]; overlong: string[] } {
  const lines: string[] = [];
  const overlong: string[] = [];
  const framer = new LineFramer({
    maxLineBytes,
    onLine: (text) => void lines.push(text),
    onOverlong: (head) => void overlong.push(head),
  });
  for (const chunk of chunks) {
    framer.push(chunk);
  }
  return { lines, overlong };
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
      const { lines, overlong } = frame(pieces(Buffer.from(`${'x'.repeat(length)}\nnext\n`), [cut]), 10);
      expect([lines.length - 1, overlong.length]).toEqual([read, givenUp]);
      expect(lines.at(-1)).toBe('next');
    }
  });
});

function readEvents(chunks: readonly Buffer[]): { events: string[]; lastEventId: string | undefined; retry: number[] } {
  const events: string[] = [];
  const retry: number[] = [];
  const parser = new EventStreamParser({
    maxEventLength: 1_000_000,
    onEvent: ({ data }) => void events.push(data),
    onRetry: (millis) => void retry.push(millis),
    onOverlong: () => {},
  });
  for (const chunk of chunks) {
    parser.push(chunk);
  }
  return { events, retry, lastEventId: parser.lastEventId };
}

describe('EventStreamParser', () => {
  test.each(['\n', '\r\n', '\r'])(
    'reads the same events however the bytes are cut, with %j as the end of lines',
    (end) => {
      fc.assert(
        fc.property(fc.array(line), sizes, (expected, cuts) => {
          const text = expected.map((data) => `event: message${end}data: ${data}${end}${end}`).join('');
          expect(readEvents(pieces(Buffer.from(text), cuts)).events).toEqual(expected);
        }),
      );
    },
  );

  test('looks at a large event once, however many chunks it comes in', () => {
    const chunk = Buffer.alloc(16_384, 'x');
    const events: number[] = [];
    const parser = new EventStreamParser({
      maxEventLength: 64 * 1024 * 1024,
      onEvent: ({ data }) => void events.push(data.length),
      onRetry: () => {},
      onOverlong: () => {},
    });
    const startedAt = performance.now();
    parser.push(Buffer.from('data: '));
    for (let i = 0; i < 2_048; i += 1) {
      parser.push(chunk);
    }
    parser.push(Buffer.from('\n\n'));
    expect(events).toEqual([2_048 * 16_384]);
    // About 0.1 s; looking at all of it with each chunk takes 20 s.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('joins several data lines, skips comments and unknown fields, knows ids and retry', () => {
    const text = ': hello\n\nid: 1\nretry: 250\nfoo: bar\ndata: a\ndata:b\ndata\n\nid: 2\n\nid: 3\ndata: cut off';
    expect(readEvents([Buffer.from(text)])).toEqual({ events: ['a\nb\n'], retry: [250], lastEventId: '2' });
  });

  test('reports an event over the bound', () => {
    let isOverlong = false;
    const parser = new EventStreamParser({
      maxEventLength: 100,
      onEvent: () => {},
      onRetry: () => {},
      onOverlong: () => {
        isOverlong = true;
      },
    });
    parser.push(Buffer.from(`data: ${'x'.repeat(200)}`));
    expect(isOverlong).toBe(true);
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
