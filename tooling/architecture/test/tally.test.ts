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
  const lines = stdout.trim().split('\n');
  return { line: lines.at(-1), explained: lines.slice(0, -1), status };
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
  ).toMatchObject({ line: '11 passed, 0 failed', status: 0 });
});

test('counts failed tests, and fails', () => {
  const log = jest('1 failed, 1 passed, 2 total', '2 failed, 5 passed, 7 total');
  expect(tally([['test', 1, log]])).toMatchObject({ line: '5 passed, 2 failed', status: 1 });
});

test('counts a suite that could not run as a failure', () => {
  expect(tally([['test', 1, jest('1 failed, 1 total', '0 total')]])).toMatchObject({
    line: '0 passed, 1 failed',
    status: 1,
  });
});

test('counts a step that ended badly as a failure even when its tests passed', () => {
  const log = jest('1 passed, 1 total', '4 passed, 4 total');
  expect(
    tally([
      ['test', 1, log],
      ['lint', 1, ''],
    ]),
  ).toMatchObject({ line: '4 passed, 2 failed', status: 1 });
});

test('reads through colours', () => {
  const log = '\u001B[1mTests:       \u001B[22m\u001B[1m\u001B[32m3 passed\u001B[39m\u001B[22m, 3 total\n';
  expect(tally([['test', 0, log]])).toMatchObject({ line: '3 passed, 0 failed', status: 0 });
});

test('names the tests that failed and those that passed only at the second try', () => {
  const log = [
    '@dcc-mcp/x:test:  LOGGING RETRY ERRORS  the gateway stops',
    '@dcc-mcp/x:test:  LOGGING RETRY ERRORS  the gateway starts',
    '@dcc-mcp/x:test:  LOGGING RETRY ERRORS  a call of "legacy" ends',
    '@dcc-mcp/x:test:   ● the gateway starts',
    '@dcc-mcp/x:test:   ● a call of "legacy" › ends',
    '@dcc-mcp/x:test:   ● Console',
    jest('1 failed, 1 total', '1 failed, 4 passed, 5 total'),
  ].join('\n');
  expect(tally([['test', 1, log]]).explained).toEqual([
    'step test ended with 1',
    'failed: @dcc-mcp/x: the gateway starts',
    'failed: @dcc-mcp/x: a call of "legacy" ends',
    'passed at the second try: @dcc-mcp/x: the gateway stops',
  ]);
});

test('fails when nothing ran', () => {
  expect(tally([]).status).toBe(1);
});
