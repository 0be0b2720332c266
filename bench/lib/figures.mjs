// Puts what a benchmark measured into docs/benchmarks/figures.json, where the documents take their figures from.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename } from 'node:path';

const FILE = new URL('../../docs/benchmarks/figures.json', import.meta.url);
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

/** What the documents show now. */
export const readFigures = () => JSON.parse(readFileSync(FILE, 'utf8'));

/**
 * With `--write` on the command line, replaces the figures of these names; otherwise does nothing.
 *
 * @param figures What was measured, by the name in the file.
 * @param note How it was measured, in a few words.
 */
export function writeFigures(figures, note) {
  if (!process.argv.includes('--write')) {
    return;
  }
  if (process.argv.includes('--smoke')) {
    throw new Error('--smoke measures cold code: its figures are not written');
  }
  const measured = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    node: process.versions.node.split('.').slice(0, 2).join('.'),
    command: command(),
    note: `load ${LOAD.toFixed(1)} before; ${note}`,
  };
  const all = readFigures();
  for (const [name, data] of Object.entries(figures)) {
    all[name] = { measured, ...data };
  }
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
}
