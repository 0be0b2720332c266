// `npm start` whose npm was killed: the gateway is told to end, and has the time to do so in order.
import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const RUN_CHILD = pathToFileURL(join(import.meta.dirname, '../../../../scripts/up/run-child.mjs')).href;
/** Longer than it takes to look for the launcher several times. */
const ENDING_MILLIS = 1_200;

/** Stands for the gateway: counts how often it is told to end while it does so. */
const GATEWAY = `
let told = 0;
process.on('SIGTERM', () => {
  told += 1;
  if (told === 1) {
    setTimeout(() => { console.log('told ' + told); process.exit(0); }, ${ENDING_MILLIS});
  }
});
setTimeout(() => process.exit(1), 20_000);
console.log('runs');`;

/** Stands for `npm start`. */
const START = `const { runChild } = await import('${RUN_CHILD}');
await runChild(process.execPath, ['-e', ${JSON.stringify(GATEWAY)}]);`;

/** Stands for npm: dies of SIGKILL without a word to whom it has started. */
const NPM = `require('node:child_process').spawn(
  process.execPath, ['--input-type=module', '-e', ${JSON.stringify(START)}], { stdio: 'inherit' });`;

test('it is told once', async () => {
  const npm = spawn(process.execPath, ['-e', NPM], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(npm.stdout)[Symbol.asyncIterator]();
  expect(await lines.next()).toMatchObject({ value: 'runs' });
  npm.kill('SIGKILL');
  await once(npm, 'exit');
  expect(await lines.next()).toMatchObject({ value: 'told 1' });
}, 30_000);
