import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

type Scheme = 'light' | 'dark';

/** Tokens that are a colour in each scheme: `--ink: light-dark(#1a2027, #e3e8ee)`. */
const COLOURS = new Map(
  Array.from(
    readFileSync(new URL('../src/style/tokens.css', import.meta.url), 'utf8').matchAll(
      /--([\w-]+):\s*light-dark\((#[\da-f]{6}), (#[\da-f]{6})\)/g,
    ),
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

const PAPERS = ['paper', 'paper-sunken', 'paper-raised', 'row-hover', 'row-open'];

/** What is read on what. */
const TEXT_PAIRS: readonly (readonly [ink: string, paper: string])[] = [
  ...['ink', 'ink-soft', 'accent', 'bad', 'warn', 'good'].flatMap((ink) =>
    PAPERS.map((paper) => [ink, paper] as const),
  ),
  ['on-accent', 'accent'],
  ...['bad', 'ink', 'ink-soft'].map((ink) => [ink, 'bad-paper'] as const),
  ...['warn', 'ink', 'ink-soft'].map((ink) => [ink, 'warn-paper'] as const),
];

/** What is seen but not read: edges of controls, parts of bars. */
const SHAPE_PAIRS: readonly (readonly [shape: string, paper: string])[] = [
  ...['paper', 'paper-sunken', 'paper-raised'].flatMap((paper) => [['line-strong', paper] as const]),
  ...['queue', 'gateway', 'upstream'].map((shape) => [shape, 'paper'] as const),
];

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, scheme: Scheme): number {
  const lights = [one, other]
    .map((name) => luminance(COLOURS.get(name)?.[scheme] ?? '#000000'))
    .toSorted((a, b) => a - b);
  const [darker = 0, lighter = 0] = lights;
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each(['light', 'dark'] as const)('contrast in the %s scheme (WCAG AA)', (scheme) => {
  test('every pair is made of colours that there are', () => {
    const named = [...TEXT_PAIRS, ...SHAPE_PAIRS].flat();
    expect(named.filter((name) => !COLOURS.has(name))).toEqual([]);
  });

  test.each(TEXT_PAIRS)('%s is read on %s: at least 4.5', (ink, paper) => {
    expect(contrast(ink, paper, scheme)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(SHAPE_PAIRS)('%s is seen on %s: at least 3', (shape, paper) => {
    expect(contrast(shape, paper, scheme)).toBeGreaterThanOrEqual(3);
  });
});
