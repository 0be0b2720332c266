// Puts what a benchmark measured into docs/benchmarks/figures.json, where the documents take their figures from.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const FILE = fileURLToPath(new URL('docs/benchmarks/figures.json', ROOT));
const NUMBERS = ['no', 'one', 'two', 'three', 'four'];
/** What others did on the machine, before the benchmark did anything. */
const LOAD = loadavg()[0];

function machine() {
  const cores = cpus();
  const count = NUMBERS[cores.length] ?? cores.length;
  const model =
    /Xeon|EPYC|Ryzen|Core|Graviton|Apple M\d+/.exec(cores[0]?.model ?? '')?.[0] ?? cores[0]?.model ?? 'unknown';
  return `${count} cores (${model})`;
}

function command() {
  const args = process.argv.slice(2).filter((argument) => argument !== '--write');
  return ['node', ...process.execArgv, `bench/${basename(process.argv[1])}`, ...args].join(' ');
}

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

/** What the documents show now. */
export const readFigures = () => read(FILE);

/**
 * Replaces the figures of these names: with `--write` on the command line in the file of the documents, and the documents
 * with them; in the file that BENCH_FIGURES names, where `npm run bench` wants them.
 *
 * @param figures What was measured, by the name in the file.
 * @param note How it was measured, in a few words.
 */
export function writeFigures(figures, note) {
  const isWritten = process.argv.includes('--write');
  if (isWritten && process.argv.includes('--smoke')) {
    throw new Error('--smoke measures cold code: its figures are not written');
  }
  const measured = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    node: process.versions.node.split('.').slice(0, 2).join('.'),
    command: command(),
    note: `load ${LOAD.toFixed(1)} before; ${note}`,
  };
  for (const file of [process.env.BENCH_FIGURES, isWritten ? FILE : undefined].filter(Boolean)) {
    const all = read(file);
    for (const [name, data] of Object.entries(figures)) {
      all[name] = { measured, ...data };
    }
    writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
  }
  if (isWritten) {
    updateDocuments();
  }
}

/** The documents say what was measured, the run is noted for the history, and all of them are laid out. */
function updateDocuments() {
  const commands = [
    [process.execPath, 'scripts/docs-figures.mjs'],
    [process.execPath, 'scripts/docs-history.mjs'],
    ['node_modules/.bin/oxfmt', '*.md', 'docs/**', 'packages/*/README.md', 'apps/*/README.md'],
  ];
  for (const [program, ...args] of commands) {
    if (spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0) {
      throw new Error(`${program} ${args.join(' ')} failed: the documents are not those of this run`);
    }
  }
}
