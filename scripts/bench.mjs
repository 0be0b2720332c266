#!/usr/bin/env node
// `npm run bench`, after `npm run build`: every benchmark, one after the other, then its ratios beside the committed ones.
//   npm run bench -- [NAME…] [--write] [--smoke] [--prof]
// Names pick some of them. `--write` puts the figures into docs/benchmarks/figures.json and from there into the documents;
// `--smoke` says only whether they run; `--prof` adds CPU profiles of the gateway to its benchmark.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareRuns } from './lib/comparison.mjs';
import { readFigures } from './lib/figures.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values: flags, positionals: names } = parseArgs({
  options: { write: { type: 'boolean' }, smoke: { type: 'boolean' }, prof: { type: 'boolean' } },
  allowPositionals: true,
});

/** Short enough that all of them take less than twenty minutes. */
const BENCHMARKS = [
  { name: 'footprint' },
  { name: 'spans' },
  { name: 'record' },
  { name: 'search', node: ['--conditions=@dcc-mcp/source', '--expose-gc'] },
  { name: 'span-pipeline' },
  { name: 'scrape' },
  { name: 'exporter-faults' },
  { name: 'gateway', args: ['--secs', '3'], canProfile: true },
  { name: 'batch', args: ['--secs', '2'], canProfile: true },
  { name: 'peers', args: ['--secs', '3'] },
  { name: 'history', args: ['--secs', '3'] },
  { name: 'workers', args: ['--secs', '3'] },
  { name: 'fleet', node: ['--conditions=@dcc-mcp/source'], args: ['--secs', '5'] },
  { name: 'gateway-faults', args: ['--secs', '2'] },
  { name: 'page', node: ['--conditions=@dcc-mcp/source'] },
  { name: 'stress' },
  { name: 'soak', args: ['--secs', '180'] },
];

function fail(message, code) {
  console.error(message);
  process.exit(code);
}

/** @returns Whether it ended well; it leaves its figures in `file`. */
function run({ name, node = [], args = [], canProfile = false }, file) {
  const more = [
    ...(flags.smoke ? ['--smoke'] : args),
    ...(flags.write ? ['--write'] : []),
    ...(flags.prof && canProfile ? ['--prof'] : []),
  ];
  const command = [...node, `bench/${name}.mjs`, ...more];
  console.error(`\n=== node ${command.join(' ')}`);
  const env = { ...process.env, BENCH_FIGURES: file };
  return spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit', env }).status === 0;
}

const unknown = names.filter((name) => !BENCHMARKS.some((each) => each.name === name));
if (unknown.length > 0) {
  fail(`no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.map(({ name }) => name).join(', ')}`, 2);
}
if (flags.write && flags.smoke) {
  fail('--smoke measures cold code: its figures are not written', 2);
}
if (!existsSync(`${ROOT}/apps/gateway/dist/main.js`)) {
  fail('nothing is built: run npm run build first', 1);
}
const committed = readFigures(); // before --write replaces them
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const file = join(folder, 'figures.json');
const chosen = BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name));
const failed = chosen.filter((benchmark) => !run(benchmark, file));
if (existsSync(file) && !flags.smoke) {
  console.log(
    '\nThis run beside the committed figures (of another machine, perhaps); less is better, but for workers:',
  );
  console.table(compareRuns(JSON.parse(readFileSync(file, 'utf8')), committed));
}
rmSync(folder, { recursive: true, force: true });
if (failed.length > 0) {
  fail(`failed: ${failed.map(({ name }) => name).join(', ')}`, 1);
}
