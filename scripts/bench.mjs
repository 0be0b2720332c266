#!/usr/bin/env node
// `npm run bench`, after `npm run build`: every benchmark, one after the other. `--write` puts the figures into
// docs/benchmarks/figures.json and from there into the documents; `--smoke` says only whether they run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values: flags } = parseArgs({ options: { write: { type: 'boolean' }, smoke: { type: 'boolean' } } });

/** Short enough that all of them take less than a quarter of an hour. */
const BENCHMARKS = [
  { name: 'footprint' },
  { name: 'spans' },
  { name: 'record' },
  { name: 'search', node: ['--conditions=@dcc-mcp/source', '--expose-gc'] },
  { name: 'span-pipeline' },
  { name: 'scrape' },
  { name: 'exporter-faults' },
  { name: 'gateway', args: ['--secs', '3'] },
  { name: 'history', args: ['--secs', '3'] },
  { name: 'workers', args: ['--secs', '3'] },
  { name: 'fleet', node: ['--conditions=@dcc-mcp/source'], args: ['--secs', '5'] },
  { name: 'gateway-faults', args: ['--secs', '2'] },
  { name: 'page', node: ['--conditions=@dcc-mcp/source'] },
  { name: 'stress' },
  { name: 'soak', args: ['--secs', '180'] },
];

/** @returns Whether it ended well. */
function run(args) {
  console.error(`\n=== node ${args.join(' ')}`);
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
}

if (flags.write && flags.smoke) {
  console.error('--smoke measures cold code: its figures are not written');
  process.exit(2);
}
if (!existsSync(`${ROOT}/apps/gateway/dist/main.js`)) {
  console.error('nothing is built: run npm run build first');
  process.exit(1);
}
const more = Object.keys(flags).map((flag) => `--${flag}`);
const failed = BENCHMARKS.filter(
  ({ name, node = [], args = [] }) => !run([...node, `bench/${name}.mjs`, ...(flags.smoke ? [] : args), ...more]),
);
if (flags.write && !run(['scripts/docs-figures.mjs'])) {
  failed.push({ name: 'docs-figures' });
}
if (failed.length > 0) {
  console.error(`failed: ${failed.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}
