// Whatever a client repeats in a header, the work grows with its length and no faster.
import { describe, expect, test } from '@jest/globals';
import { array, assert, constantFrom, property } from 'fast-check';
import { acceptsEncoding, acceptsMediaType, parseAccept } from '../src/index.ts';

/** A megabyte: what is not linear in it takes minutes. */
const LENGTH = 1_000_000;
const PATIENCE_MILLIS = 1_000;

const piece = constantFrom(
  'a',
  ',',
  ';',
  '"',
  '\\',
  ' ',
  '=',
  '/',
  '*',
  'q=',
  '0.',
  '1',
  '"a',
  'a/b;q=0.1,',
  'gzip, ',
  'é',
);
const repeated = array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => {
  const unit = pieces.join('');
  return unit.repeat(Math.ceil(LENGTH / unit.length));
});

function millisOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

describe('a header of a megabyte', () => {
  test.each<[string, (header: string) => unknown]>([
    ['parseAccept', parseAccept],
    ['acceptsMediaType', (header) => acceptsMediaType(header, 'text/event-stream')],
    ['acceptsEncoding', (header) => acceptsEncoding(header, 'gzip')],
  ])('costs %s no more than its length', (_name, read) => {
    assert(
      property(repeated, (header) => {
        expect(millisOf(() => read(header))).toBeLessThan(PATIENCE_MILLIS);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['100,000 parts', 'text/plain,'.repeat(100_000)],
    ['100,000 parameters', `text/plain${';a=b'.repeat(100_000)}`],
    ['a quoted string without end', `text/plain;a="${'\\"'.repeat(100_000)}`],
  ])('of %s has no more entries than 4,096 characters hold', (_what, header) => {
    const entries = parseAccept(header);
    const parameters = entries.reduce((sum, entry) => sum + entry.parameters.size, 0);
    expect(entries.length + parameters).toBeLessThan(4_096);
  });
});
