// A stack of the program as it is shipped names the files that a reader knows.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { originalStack } from '../../src/config/load/original-stack.ts';
import { MAIN } from '../fixtures/start-gateway.ts';

/** Line and column, from 1, of the first `text` in the built program. */
function placeOf(text: string): string {
  const lines = readFileSync(MAIN, 'utf8').split('\n');
  const line = lines.findIndex((each) => each.includes(text));
  return `${line + 1}:${lines[line]!.indexOf(text) + 1}`;
}

test('a frame of the bundle names the source file and its line', () => {
  const stack = `Error: broken\n    at isNodeTooOld (${pathToFileURL(MAIN).href}:${placeOf('function isNodeTooOld')})`;
  const line = readFileSync(new URL('../../src/main.ts', import.meta.url), 'utf8')
    .split('\n')
    .findIndex((each) => each.includes('function isNodeTooOld'));
  expect(originalStack(stack)).toBe(`Error: broken\n    at isNodeTooOld (src/main.ts:${line + 1}:1)`);
});

test.each([
  ['of Node', 'Error: x\n    at emit (node:events:487:28)'],
  ['without a map', 'Error: x\n    at f (file:///nowhere/at/all.js:3:4)'],
  ['without a stack', 'out of memory'],
])('a frame %s stays as it is', (_name, stack) => {
  expect(originalStack(stack)).toBe(stack);
});
