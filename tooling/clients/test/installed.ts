// What `run.mjs` installed, and what each program is started with.
import { join } from 'node:path';

type Attempt = { readonly path: string } | { readonly reason: string };

const PROGRAMS = join(import.meta.dirname, '../programs');
const MODULES = join(PROGRAMS, 'node_modules');

/** A command line. */
export type Command = readonly [file: string, ...args: string[]];

type Source = 'npm' | 'python' | 'wheel';

function attemptOf(source: Source): Attempt {
  const attempts = JSON.parse(process.env['REAL_CLIENTS'] ?? '{}') as Partial<Record<Source, Attempt>>;
  return attempts[source] ?? { reason: 'these tests are started by `npm run clients`' };
}

function installed(source: Source, what: string): string {
  const attempt = attemptOf(source);
  if ('reason' in attempt) {
    throw new Error(`${what} is not installed: ${attempt.reason}`);
  }
  return attempt.path;
}

const npmProgram = (what: string, file: string): Command => {
  installed('npm', what);
  return [process.execPath, file];
};

/** How each client is started. @throws {Error} With the reason, when it could not be installed. */
export const CLIENTS = {
  sdkV1: (): Command => npmProgram('the TypeScript SDK 1.x', join(PROGRAMS, 'sdk-v1.mjs')),
  sdkV2: (): Command => npmProgram('the TypeScript SDK 2.x', join(PROGRAMS, 'sdk-v2.mjs')),
  reconnect: (): Command => npmProgram('the TypeScript SDK', join(PROGRAMS, 'reconnect.mjs')),
  oldTransport: (): Command => npmProgram('the TypeScript SDK 1.x', join(PROGRAMS, 'old-transport.mjs')),
  mcpProxy: (): Command => npmProgram('mcp-proxy', join(MODULES, 'mcp-proxy/dist/bin/mcp-proxy.mjs')),
  mcpRemote: (): Command => npmProgram('mcp-remote', join(MODULES, 'mcp-remote/dist/proxy.js')),
  mcporter: (): Command => npmProgram('mcporter', join(MODULES, 'mcporter/dist/cli.js')),
  inspector: (): Command =>
    npmProgram('the inspector', join(MODULES, '@modelcontextprotocol/inspector/clients/launcher/build/index.js')),
  wheel: (): Command => [installed('wheel', 'dcc-mcp-core'), join(PROGRAMS, 'adapter.py')],
  pythonSdk: (): Command => [installed('python', 'the Python SDK'), join(PROGRAMS, 'python-sdk.py')],
};

/** Why the host from PyPI is left out, where that is no fault: not in CI, and PyPI is not there. */
export function whyNoWheel(): string | undefined {
  const attempt = attemptOf('wheel');
  return 'reason' in attempt && process.env['CI'] === undefined ? attempt.reason : undefined;
}

/** How each server is started that is no dependency of the repository. @throws {Error} With the reason, when it could not be installed. */
export const REAL_SERVERS = {
  memory: (): Command =>
    npmProgram('server-memory', join(MODULES, '@modelcontextprotocol/server-memory/dist/index.js')),
  thinking: (): Command =>
    npmProgram(
      'server-sequential-thinking',
      join(MODULES, '@modelcontextprotocol/server-sequential-thinking/dist/index.js'),
    ),
  playwright: (): Command => npmProgram('playwright-mcp', join(MODULES, '@playwright/mcp/cli.js')),
  time: (): Command => [installed('python', 'mcp-server-time'), '-m', 'mcp_server_time'],
  git: (): Command => [installed('python', 'mcp-server-git'), '-m', 'mcp_server_git'],
};
