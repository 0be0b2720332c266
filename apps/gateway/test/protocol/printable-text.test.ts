// Text from anyone as a terminal may be given it.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  counted,
  MAX_LINE_LENGTH,
  toPrintableLine,
  toPrintableText,
  toPrintableValue,
} from '../../src/protocol/printable-text.ts';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** Texts in which what steers a terminal is as common as letters. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001B',
      '\u001B[',
      '\u001B]0;',
      '\u0007',
      '\u009B',
      '\u009D',
      '\u001B\\',
      '\r',
      '\n',
      '\r\n',
      '\t',
    ),
    fc.constantFrom(
      '\u202E',
      '\u2066',
      '\u200B',
      '\uFEFF',
      '\u2028',
      '\u0085',
      '\uD800',
      '\u{E0041}',
      '31m',
      '2J',
      ';',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  ),
  maxLength: 60,
});

describe('toPrintableLine', () => {
  test('gives one line without anything that a terminal obeys, whatever the text is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(toPrintableLine(text)).not.toMatch(UNSAFE);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is idempotent, also where it cuts', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 64, max: 120 }), (text, maxLength) => {
        const line = toPrintableLine(text.repeat(3), maxLength);
        expect(line.length).toBeLessThanOrEqual(maxLength);
        expect(toPrintableLine(line, maxLength)).toBe(line);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['colour', '\u001B[1;31mred\u001B[0m', 'red'],
    ['colour in 8 bits', '\u009B31mred', 'red'],
    ['the title of the window', 'a\u001B]0;owned\u0007b', 'ab'],
    ['a link', '\u001B]8;;http://evil.example\u001B\\here\u001B]8;;\u001B\\', 'here'],
    ['the clipboard', 'a\u001B]52;c;ZXZpbA==\u009Cb', 'ab'],
    ['a device string', 'a\u001BPq#0\u001B\\b', 'ab'],
    ['a full reset', 'a\u001Bcb', 'ab'],
    ['a sequence without an end', 'a\u001B]0;title', String.raw`a\u001b]0;title`],
    ['a sequence in a sequence', 'a\u001B\u001B[2J[2Jb', String.raw`a\u001b[2Jb`],
    ['a made-up line', 'x\nlistening on http://evil', String.raw`x\nlistening on http://evil`],
    ['a line that writes over itself', 'failed\rok    ', String.raw`failed\rok    `],
    ['backspaces', 'no\b\byes', String.raw`no\u0008\u0008yes`],
    ['text that runs backwards', 'a\u202Eb\u2066c', String.raw`a\u202eb\u2066c`],
    ['text of no width', 'pass\u200Bword\uFEFF', String.raw`pass\u200bword\ufeff`],
    ['a line separator', 'a\u2028b\u2029c\u0085d', String.raw`a\u2028b\u2029c\u0085d`],
    ['half of a pair', 'a\uD83Db', String.raw`a\ud83db`],
    ['tag characters', 'a\u{E0041}b', String.raw`a\udb40\udc41b`],
  ])('%s', (_what, text, line) => {
    expect(toPrintableLine(text)).toBe(line);
  });

  test.each([MAX_LINE_LENGTH - 1, MAX_LINE_LENGTH])('%d characters stay as they are', (length) => {
    expect(toPrintableLine('é'.repeat(length))).toBe('é'.repeat(length));
  });

  test.each([MAX_LINE_LENGTH + 1, MAX_LINE_LENGTH + 2, 5_000_000])(
    'of %d characters it says what it left out',
    (length) => {
      const line = toPrintableLine('x'.repeat(length));
      expect(line).toHaveLength(MAX_LINE_LENGTH);
      expect(line.endsWith(`x… (${length} characters)`)).toBe(true);
    },
  );

  test('what every language writes with stays', () => {
    const text = 'Größe 漢字 עברית العربية हिन्दी 👍🏽 c:\\new\\table "quoted"';
    expect(toPrintableLine(text)).toBe(text);
  });
});

test('toPrintableText keeps the lines of JSON, and its value', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile, { noNullPrototype: true }), (value) => {
      const json = toPrintableText(JSON.stringify(value, null, 2));
      expect(json.replaceAll('\n', '')).not.toMatch(UNSAFE);
      expect(JSON.parse(json)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test('toPrintableValue reaches every text', () => {
  const value = { list: [{ name: 'a\u001B[2Jb' }], count: 1, nested: { text: 'a\nb' } };
  expect(toPrintableValue(value)).toEqual({ list: [{ name: 'ab' }], count: 1, nested: { text: String.raw`a\nb` } });
});

test('one of a thing is not several', () => {
  expect([0, 1, 2].map((count) => counted(count, 'damaged line'))).toEqual([
    '0 damaged lines',
    '1 damaged line',
    '2 damaged lines',
  ]);
  expect([1, 2].map((count) => counted(count, 'line is', 'lines are'))).toEqual(['1 line is', '2 lines are']);
});
