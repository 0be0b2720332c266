// `npm start` before there is a gateway: commands that it knows, flags that npm kept for itself, Ctrl-C while it builds.
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { read, root } from '../workspace.ts';

const SCRIPTS = join(root, 'scripts');

test('each command on the history runs as it is typed, without the configuration of the demo', () => {
  const source = read('apps/gateway/src/cli/history/commands/history-verbs.ts');
  const verbs = Array.from(source.matchAll(/^ {2}'([\w-]+)',$/gm), ([, verb]) => verb!);
  expect(verbs).toContain('calls');
  const known = /SUBCOMMANDS = new Set\(\s*'([^']+)'/.exec(read('scripts/up.mjs'))?.[1]?.split(' ');
  expect(verbs.filter((verb) => known?.includes(verb) !== true)).toEqual([]);
});

test.each([
  ['npm start --port 9', { npm_config_port: 'true' }, ['9'], 'npm start -- --port 9'],
  ['npm start --port=9', { npm_config_port: '9' }, [], 'npm start -- --port 9'],
  ['npm start --metrics', { npm_config_metrics: 'true' }, [], 'npm start -- --metrics'],
  ['npm start --no-admin', { npm_config_admin: '' }, [], 'npm start -- --no-admin'],
  [
    'npm start doctor --config=a.yaml',
    { npm_config_config: 'a.yaml' },
    ['doctor'],
    'npm start -- doctor --config a.yaml',
  ],
])('%s is told what to type, and starts nothing', async (_typed, env, rest, meant) => {
  const child = spawn(process.execPath, [join(SCRIPTS, 'up.mjs'), 'start', ...rest], {
    env: { PATH: process.env['PATH'], npm_command: 'start', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, stderr.split('\n').length]).toEqual([2, 2]);
  expect(stderr).toMatch(/^npm has kept --[a-z-]+ for itself\. /);
  expect(stderr.trimEnd().endsWith(`: ${meant}`)).toBe(true);
});

test('Ctrl-C while it builds is answered at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'start-'));
  // Stands for turbo: begins, and takes its time to end.
  const turbo = `#!${process.execPath}
process.on('SIGINT', () => setTimeout(() => process.exit(0), 20_000).unref());
setInterval(() => {}, 1_000);
console.log('a:build: cache miss, executing');
process.kill(process.ppid, 'SIGINT');`;
  writeFileSync(join(folder, 'turbo'), turbo);
  chmodSync(join(folder, 'turbo'), 0o755);
  const build = `import { place } from '${pathToFileURL(join(SCRIPTS, 'up/run-child.mjs')).href}';
import { build } from '${pathToFileURL(join(SCRIPTS, 'up/steps.mjs')).href}';
place.env = process.env;
await build(['x']);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', build], {
    env: { PATH: [folder, process.env['PATH']].join(delimiter) },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
  expect(await lines.next()).toMatchObject({ value: 'Stopping …' });
  // The group of the test's own child, and nobody else.
  process.kill(-child.pid!, 'SIGKILL');
  await once(child, 'close');
  rmSync(folder, { recursive: true });
}, 15_000);
