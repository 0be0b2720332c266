#!/usr/bin/env node
// `npm start`, `npm test` and `npm run pack` on a machine with nothing but Node >= 20 and npm:
// 1. installs the workspace with the pnpm that package.json pins; the install brings Node 24 (optionalDependencies.node)
// 2. builds with turbo; that pnpm and that Node come first on PATH
// 3. start only: becomes the parent of the gateway itself, so that signals reach it and it never outlives us
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lostFlags } from './up/lost-flags.mjs';
import { place, runChild } from './up/run-child.mjs';
import { bringPnpm, build, install } from './up/steps.mjs';

const LEAST_NODE = 20;
if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
  process.stderr.write(
    `This needs Node ${LEAST_NODE} or newer, and this is Node ${process.versions.node}: install one from https://nodejs.org (the Node that the project runs on comes by itself).\n`,
  );
  process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
place.cwd = root;
place.facts = { root, packageManager };
// The gateway takes the folder from PATH again before it starts servers.
const withNode = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
place.env = { TURBO_TELEMETRY_DISABLED: '1', ...process.env, PATH: withNode };

const DEMO = ['--config', 'examples/demo/gateway.yaml'];
const SUBCOMMANDS = new Set(
  'doctor token config help version calls traces workflows stats tail bundle report export replay instances search-quality'.split(
    ' ',
  ),
);

/** The demo configuration stands in only where the user names neither a configuration nor another command. */
function gatewayArguments(rest) {
  const names = (flag) => rest.some((argument) => argument === flag || argument.startsWith(`${flag}=`));
  const isOther = SUBCOMMANDS.has(rest[0]) || ['--version', '-v', '--help', '-h'].some(names);
  return isOther || names('--config') || process.env.DCC_MCP_CONFIG ? rest : [...rest, ...DEMO];
}

/**
 * Makes `npx dcc-mcp-gateway` run what was built here. A workspace dependency of the root would do the same, and would
 * put every package above the gateway in turbo's graph.
 */
function linkCommand() {
  const command = join(root, 'apps/gateway/dist/main.js');
  const link = join(root, 'node_modules/.bin/dcc-mcp-gateway');
  if (process.platform !== 'win32' && existsSync(command)) {
    chmodSync(command, 0o755);
    rmSync(link, { force: true });
    symlinkSync(command, link);
  }
}

async function run(command, args) {
  const { code } = await runChild(command, args);
  if (code !== 0) {
    process.exit(code);
  }
}

const [task, ...rest] = process.argv.slice(2);
const lost = task === 'start' ? lostFlags(process.env, rest) : undefined;
if (lost !== undefined) {
  process.stderr.write(`${lost}\n`);
  process.exit(2);
}
const rememberPnpm = await bringPnpm(root, packageManager);
await install();
rememberPnpm();
if (task === 'start') {
  await build(['@dcc-mcp/gateway...', './examples/*']);
  linkCommand();
  const args = gatewayArguments(rest);
  if (args.includes(DEMO[1]) && process.stderr.isTTY) {
    process.stderr.write('This is the demo. In a second terminal: npm run demo:agent\n');
  }
  place.env.PATH = withNode; // pnpm was for the steps before
  await run('node', ['apps/gateway/dist/main.js', ...args]);
} else if (task === 'pack') {
  await build(['./packages/*', './apps/*']);
  await run('node', ['scripts/pack.mjs', ...rest]);
} else {
  await run('turbo', ['run', task, ...rest]);
  linkCommand();
}
