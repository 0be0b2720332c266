#!/usr/bin/env node
// `npm start` and `npm test` on a machine with nothing but Node >= 20 and npm:
// 1. installs the workspace with the pnpm that package.json pins; the install brings Node 24 (optionalDependencies.node)
// 2. runs turbo through that pnpm, so that pnpm and that Node come first on PATH
// 3. start only: becomes the parent of the gateway itself, so that signals reach it and it never outlives us
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const launcher = process.ppid;
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const env = {
  TURBO_TELEMETRY_DISABLED: '1',
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
};

/** Runs `command` to its end; hands signals on; ends it when whoever started us is gone. Exits with its code unless 0. */
async function step(command, args, stdio = 'inherit') {
  const child = spawn(command, args, { cwd: root, env, stdio, shell: process.platform === 'win32' });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const watch = setInterval(() => process.ppid !== launcher && child.kill('SIGTERM'), 250);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (status, signal) => resolve(signal ? 1 : status));
  });
  clearInterval(watch);
  process.off('SIGINT', forward).off('SIGTERM', forward);
  if (code !== 0) {
    process.exit(code);
  }
}

// stdout belongs to the started program (MCP over --stdio), so the steps before it print to stderr.
const quiet = ['inherit', 2, 2];
const pnpm = (stdio, ...args) => step('npx', ['--yes', '--prefer-offline', packageManager, ...args], stdio);

const DEMO = ['--config', 'examples/demo/gateway.yaml'];
const SUBCOMMANDS = new Set(['doctor', 'token', 'config']);

/** The demo configuration stands in only where the user names neither a configuration nor another command. */
function gatewayArguments(rest) {
  const names = (flag) => rest.some((argument) => argument === flag || argument.startsWith(`${flag}=`));
  const isOther = SUBCOMMANDS.has(rest[0]) || names('--version') || names('--help');
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

const [task, ...rest] = process.argv.slice(2);
if (task === 'start') {
  await pnpm(quiet, 'install', '--frozen-lockfile');
  await pnpm(
    quiet,
    'exec',
    'turbo',
    'run',
    'build',
    '--filter=@dcc-mcp/gateway...',
    '--filter=./examples/*',
    '--output-logs=errors-only',
  );
  linkCommand();
  await step('node', ['apps/gateway/dist/main.js', ...gatewayArguments(rest)]);
} else {
  await pnpm('inherit', 'install', '--frozen-lockfile');
  await pnpm('inherit', 'exec', 'turbo', 'run', task, ...rest);
  linkCommand();
}
