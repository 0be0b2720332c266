import { describe, expect, test } from '@jest/globals';
import { ago, bytes, clock, duration, fullTime, percent, zone } from '../src/text/format.ts';

describe('numbers as they are read', () => {
  test.each([
    [0, '0 ms'],
    [0.04, '0.04 ms'],
    [9.96, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [59_940, '59.9 s'],
    [59_999, '1 min'],
    [119_999, '2 min'],
    [3 * 3_600_000, '3 h'],
  ])('%d ms take %s', (millis, text) => {
    expect(duration(millis)).toBe(text);
  });

  test.each([
    [0, '0 %'],
    [0.000_04, '< 0.1 %'],
    [0.001, '0.1 %'],
    [0.989, '99 %'],
    [0.9996, '99.9 %'],
    [1, '100 %'],
  ])('a share of %d is %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });

  test.each([
    [999, '999 B'],
    [999_900, '999.9 kB'],
    [999_999, '1 MB'],
  ])('%d bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});

describe('times as they are read', () => {
  test('begin a day with 00', () => {
    const midnight = new Date(2026, 0, 31, 0, 0, 5);
    expect(clock(midnight.toISOString())).toContain('00:00:05');
  });

  test('have a zone that can be said', () => {
    expect(fullTime(new Date(2026, 0, 31).toISOString())).toContain(zone());
    expect(zone()).not.toBe('');
  });

  test.each([ago, clock, fullTime])('%p leaves what is no time as it is', (write) => {
    expect(write('yester\u202Eday')).toBe('yester‹U+202E›day');
  });
});
