// The last line of CI, `N passed, N failed`: it must not be able to look better than what ran.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.ts';

let logs = '';

beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'tally-'));
});

afterEach(() => rmSync(logs, { recursive: true }));

function tally(steps: readonly (readonly [name: string, exitCode: number, log: string])[]) {
  writeFileSync(join(logs, 'steps'), steps.map(([name, code]) => `${code} ${name}\n`).join(''));
  for (const [name, , log] of steps) {
    writeFileSync(join(logs, `${name}.log`), log);
  }
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'scripts/tally.mjs'), logs], { encoding: 'utf8' });
  return { line: stdout.trim(), status };
}

const jest = (suites: string, tests: string): string =>
  `@dcc-mcp/x:test: Test Suites: ${suites}\n@dcc-mcp/x:test: Tests:       ${tests}\n`;

test('adds up the tests of every package and one for each further step', () => {
  const log = jest('2 passed, 2 total', '7 passed, 7 total') + jest('1 passed, 1 total', '3 passed, 3 total');
  expect(
    tally([
      ['test', 0, log],
      ['lint', 0, 'fine'],
    ]),
  ).toEqual({ line: '11 passed, 0 failed', status: 0 });
});

test('counts failed tests, and fails', () => {
  const log = jest('1 failed, 1 passed, 2 total', '2 failed, 5 passed, 7 total');
  expect(tally([['test', 1, log]])).toEqual({ line: '5 passed, 2 failed', status: 1 });
});

test('counts a suite that could not run as a failure', () => {
  expect(tally([['test', 1, jest('1 failed, 1 total', '0 total')]])).toEqual({ line: '0 passed, 1 failed', status: 1 });
});

test('counts a step that ended badly as a failure even when its tests passed', () => {
  const log = jest('1 passed, 1 total', '4 passed, 4 total');
  expect(
    tally([
      ['test', 1, log],
      ['lint', 1, ''],
    ]),
  ).toEqual({ line: '4 passed, 2 failed', status: 1 });
});

test('reads through colours', () => {
  const log = '\u001B[1mTests:       \u001B[22m\u001B[1m\u001B[32m3 passed\u001B[39m\u001B[22m, 3 total\n';
  expect(tally([['test', 0, log]])).toEqual({ line: '3 passed, 0 failed', status: 0 });
});

test('fails when nothing ran', () => {
  expect(tally([]).status).toBe(1);
});
