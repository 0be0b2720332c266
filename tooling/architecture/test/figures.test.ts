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

test('the history of the runs is drawn as the figures are now', () => {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const script = join(root, 'scripts/docs-history.mjs');
  expect(() => execFileSync(process.execPath, [script, '--check'], { env, stdio: 'pipe' })).not.toThrow();
  const page = read('docs/benchmarks/history.html');
  expect(page).not.toMatch(/<script|<link|@import|url\(|src=/);
});

describe.each(globSync('docs/benchmarks/runs/*.json', { cwd: root }).toSorted())('%s', (path) => {
  test('is named after its day and holds ratios and what they were measured on', () => {
    expect(path).toMatch(/\/20\d\d-\d\d-\d\d\.json$/);
    const runs = Object.values(JSON.parse(read(path)) as Record<string, Record<string, unknown>>);
    for (const { ratios, ...measured } of runs) {
      const text = expect.any(String);
      expect(measured).toEqual({ machine: text, node: text, command: text, note: text });
      expect(Object.values(ratios as object).every((value) => typeof value === 'number')).toBe(true);
    }
  });
});

/** A script as another program imports it. */
const urlOf = (name: string): string => JSON.stringify(pathToFileURL(join(root, 'scripts/lib', name)).href);

test('a leg of a benchmark that the tables have no name for is refused, not shown without one', () => {
  const program = `import { readFigures } from ${urlOf('figures.mjs')};
    import { TABLES } from ${urlOf('figure-tables.mjs')};
    const figures = readFigures();
    const of = (leg) => TABLES.gateway({ ...figures, gateway: { rows: [{ ...figures.gateway.rows[0], leg }] } });
    console.log(of('gateway, telemetry on').includes('kept in the history'));
    of('a leg of tomorrow');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stdout).toBe('true\n');
  expect(stderr).toContain('a row without all of client, leg,');
});

test('a run is told beside the committed figures: better, worse, the same within noise, or new; and its budget', () => {
  const program = `import { compareRuns } from ${urlOf('comparison.mjs')};
    const rows = (...ratios) => ratios.map((ratio, index) => ({ name: 'n' + index, ratio }));
    const capacities = (legacy, modern) => [
      { era: 'legacy', timesCapacity: legacy },
      { era: 'modern', timesCapacity: modern },
    ];
    const budgets = { record: { ratio: 1.2 }, workers: { timesCapacity: 1.6 } };
    const run = { record: { rows: rows(1, 0.9, 1.3, 1.02, 1) }, workers: { rows: capacities(1.9, 1.4) } };
    const committed = { record: { rows: rows(1, 1, 1.2, 1) }, workers: { rows: capacities(1.6, 1.7) } };
    const told = compareRuns(run, { budgets, ...committed });
    console.log(JSON.stringify(told.map((row) => [row['this run'], row.committed, row[''], row.budget])));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual([
    ['1.9×', '1.6×', 'better', 'met (1.6×)'],
    ['1.4×', '1.7×', 'WORSE', 'missed (1.6×)'],
    ['0.9×', '1×', 'better', 'met (1.2×)'],
    ['1.3×', '1.2×', 'WORSE', 'missed (1.2×)'],
    ['1.02×', '1×', 'same', 'met (1.2×)'],
    ['1×', '', 'new', 'met (1.2×)'],
  ]);
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
