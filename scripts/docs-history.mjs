// Notes each measurement of docs/benchmarks/figures.json in the run of its day (docs/benchmarks/runs/DATE.json: ratios only,
// and what they were measured on), and draws docs/benchmarks/history.html from all runs; with --check only says what is stale.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readFigures } from './lib/figures.mjs';
import { historyPage } from './lib/history-page.mjs';
import { writePage } from './lib/pages.mjs';
import { ratiosOf } from './lib/ratios.mjs';

const ROOT = new URL('..', import.meta.url);
const FOLDER = 'docs/benchmarks/runs';

const readRun = (path) =>
  existsSync(new URL(path, ROOT)) ? JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) : {};

/** The runs that are known, by day, with what figures.json says of its days. */
function collectRuns({ budgets, ...figures }) {
  const paths = globSync(`${FOLDER}/*.json`, { cwd: ROOT }).toSorted();
  const runs = new Map(paths.map((path) => [basename(path, '.json'), readRun(path)]));
  for (const [benchmark, { measured }] of Object.entries(figures)) {
    const ratios = ratiosOf({ [benchmark]: figures[benchmark] }, budgets).map(({ name, value }) => [name, value]);
    if (ratios.length > 0) {
      const { date, ...circumstances } = measured;
      runs.set(date, { ...runs.get(date), [benchmark]: { ...circumstances, ratios: Object.fromEntries(ratios) } });
    }
  }
  return new Map([...runs].toSorted(([a], [b]) => a.localeCompare(b)));
}

const figures = readFigures();
const runs = collectRuns(figures);
for (const [date, run] of runs) {
  writePage(`${FOLDER}/${date}.json`, `${JSON.stringify(run, undefined, 2)}\n`);
}
writePage('docs/benchmarks/history.html', historyPage(runs, ratiosOf(figures, figures.budgets)));
