// Figures in documents come from docs/benchmarks/figures.json, which the benchmarks write.
import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { read, root } from './workspace.ts';

/** How and when something was measured. */
interface Measured {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly command: string;
}

const figures = JSON.parse(read('docs/benchmarks/figures.json')) as Readonly<
  Record<string, { readonly measured?: Measured }>
>;
/** What is no measurement: what is aimed at, and counts of a test. */
const NOT_MEASURED = new Set(['budgets', 'search-quality']);

/** Prose without what stands in marks, tables of marks included, and without code. */
const unmarked = (text: string): string =>
  text
    .replace(/<!-- (figure|measured|table):[^>]*-->.*?<!-- \/\1 -->/gs, '')
    .replace(/^(```+).*?^\1\s*$/gms, '')
    .replace(/`[^`\n]*`/g, '');

const NUMBER = String.raw`\d[\d.,]*(?:[–-][\d.,]+)?`;
const looksMeasured = (text: string, units: string): readonly string[] =>
  [...text.matchAll(new RegExp(`${NUMBER}\\s?(?:${units})(?![\\w])`, 'g'))].map(([found]) => found);

test('no document is stale', () => {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const script = join(root, 'scripts/docs-figures.mjs');
  expect(() => execFileSync(process.execPath, [script, '--check'], { env, stdio: 'pipe' })).not.toThrow();
});

/** A script as another program imports it. */
const urlOf = (name: string): string => JSON.stringify(pathToFileURL(join(root, 'scripts/lib', name)).href);

test('a leg of a benchmark that the tables have no name for is refused, not shown without one', () => {
  const program = `import { readFigures } from ${urlOf('figures.mjs')};
    import { TABLES } from ${urlOf('figure-tables.mjs')};
    const figures = readFigures();
    const of = (leg) => TABLES.gateway({ ...figures, gateway: { rows: [{ ...figures.gateway.rows[0], leg }] } });
    console.log(of('gateway, telemetry on, no history').includes('no history'));
    of('a leg of tomorrow');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stdout).toBe('true\n');
  expect(stderr).toContain('a row without all of client, leg,');
});

test('docs/benchmarks.md has no figure but in a mark', () => {
  expect(looksMeasured(unmarked(read('docs/benchmarks.md')), 'µs|ms|ns|MB|MiB|kB|KiB|×|%|calls/s')).toEqual([]);
});

const pages = globSync(['*.md', 'docs/guides/*.md', 'packages/*/README.md', 'apps/*/README.md'], { cwd: root });

describe.each(pages.toSorted())('%s', (path) => {
  test('has no figure of speed but in a mark', () => {
    expect(looksMeasured(unmarked(read(path)), 'µs|ns|×|calls/s')).toEqual([]);
  });
});

describe.each(globSync('docs/decisions/*.md', { cwd: root }).toSorted())('%s', (path) => {
  test('says when it was, where it holds a measurement of its day', () => {
    const text = read(path);
    const isMeasured = looksMeasured(unmarked(text), 'µs|ms|ns|MB|MiB|kB|KiB|×|calls/s').length > 0;
    expect(!isMeasured || /\b20\d\d\b/.test(text) || /\]\(\.\.\/benchmarks\.md\)/.test(text)).toBe(true);
  });
});

describe.each(Object.entries(figures).filter(([name]) => !NOT_MEASURED.has(name)))(
  'the figures %s',
  (_, { measured }) => {
    test('say machine, Node, day and command', () => {
      expect(measured).toEqual({
        date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
        machine: expect.stringMatching(/cores/),
        node: expect.stringMatching(/^\d+\.\d+/),
        command: expect.stringContaining('node '),
        note: expect.any(String),
      });
      const [script] = /bench\/[\w-]+\.mjs/.exec(measured!.command) ?? [];
      expect(existsSync(join(root, script!))).toBe(true);
    });
  },
);

test('every benchmark can write its figures, and is part of npm run bench', () => {
  const scripts = globSync('bench/*.mjs', { cwd: root });
  const all = read('scripts/bench.mjs');
  const silent = scripts.filter((path) => !read(path).includes('writeFigures('));
  const apart = scripts.filter((path) => !all.includes(`name: '${path.slice('bench/'.length, -'.mjs'.length)}'`));
  expect([silent, apart]).toEqual([[], []]);
});
