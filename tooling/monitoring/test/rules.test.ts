// Rules: what Prometheus' own tool says of them, and that nobody is woken without being told what to do.
import { describeWithTools, findPromtool } from '@dcc-mcp/test-kit/prometheus';
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERTS } from '../src/rules/alerts.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'monitoring/prometheus');
const runbooks = readFileSync(join(root, 'docs/guides/runbooks.md'), 'utf8');

/** The text below a heading, up to the next. */
function sectionOf(heading: string): string {
  const [, rest = ''] = runbooks.split(`\n## ${heading}\n`);
  return rest.split('\n## ', 1)[0] ?? '';
}

describe.each(ALERTS)('$name', ({ name }) => {
  test('its runbook says what it means, what to look at and what to do', () => {
    const section = sectionOf(name);
    expect(['**It means**', '**Look at**', '**Do**'].filter((part) => !section.includes(part))).toEqual([]);
  });
});

test('no runbook is left of an alert that is gone', () => {
  const headings = [...runbooks.matchAll(/^## (DccMcp\w+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(ALERTS.map(({ name }) => name));
});

function run(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(findPromtool()!, args, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describeWithTools({ describe, test }, ['promtool'])('promtool', () => {
  test('finds nothing wrong with the rules', () => {
    expect(run('check', 'rules', 'rules.yml')).toMatchObject({ status: 0 });
  });

  test('every alert fires when it should, and is silent when it should not', () => {
    const { status, said } = run('test', 'rules', 'rules.test.yml', 'rules.series.test.yml');
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
  }, 120_000);
});
