#!/usr/bin/env node
// What a newcomer does, checked: `npm start`, `npm run demo:agent`, a look at /metrics, Ctrl-C. Exits 1 with the reason
// when a step does not do what README.md says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_TIMEOUT_MILLIS = 300_000; // a first start installs and builds
const root = fileURLToPath(new URL('..', import.meta.url));
const npm = (...args) => spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });

/** Waits for the line that says where the gateway listens. */
function untilListening(child, lines = []) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`npm start ${why}:\n${lines.slice(-40).join('\n')}`));
    const timer = setTimeout(() => fail('did not listen in time'), START_TIMEOUT_MILLIS);
    child.once('close', (code) => fail(`ended with ${code}`));
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        const url = /listening on (http:\/\/[^\s)]+)/.exec(line)?.[1];
        if (url !== undefined) {
          clearTimeout(timer);
          resolve(url);
        }
      });
    }
  });
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const response = await fetch(`${url}/readyz`);
    if (response.ok) {
      return;
    }
    await wait(100);
  }
  throw new Error('the gateway never became ready');
}

/** It finds the gateway by itself, although the port is any. */
async function runAgent(url) {
  const agent = npm('run', 'demo:agent');
  let output = '';
  agent.stdout.on('data', (chunk) => (output += chunk));
  agent.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(agent, 'close');
  console.log(output);
  if (code !== 0 || !output.includes(`works at ${url}`) || !/ failed\./.test(output)) {
    throw new Error(`npm run demo:agent ended with ${code}`);
  }
}

async function checkCounters(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  for (const wanted of [
    /^dcc_mcp_tool_calls_total\{.*status="success".*\} [1-9]/m,
    /^dcc_mcp_tool_duration_seconds_bucket\{/m,
  ]) {
    if (!wanted.test(text)) {
      throw new Error(`/metrics has no ${wanted}:\n${text.slice(0, 2000)}`);
    }
  }
}

/** What the tools below say of themselves is nobody's business. */
function checkPlumbing(lines) {
  const told = lines.filter(
    (line) => /turbo|Scope: all|pnpm v|Remote caching|^Progress: /.test(line) || line.includes('\u001b'),
  );
  if (told.length > 0) {
    throw new Error(`npm start shows what its tools say of themselves:\n${told.join('\n')}`);
  }
}

const isDown = (url) =>
  fetch(`${url}/healthz`).then(
    () => false,
    () => true,
  );

const started = npm('start', '--', '--port', '0');
try {
  const lines = [];
  const url = await untilListening(started, lines);
  checkPlumbing(lines);
  console.log(`npm start listens on ${url}`);
  await untilReady(url);
  await runAgent(url);
  await checkCounters(url);
  const ended = once(started, 'close');
  process.kill(started.pid, 'SIGTERM');
  await Promise.race([ended, wait(30_000).then(() => Promise.reject(new Error('npm start did not end on SIGTERM')))]);
  if (!(await isDown(url))) {
    throw new Error('the gateway outlived npm start');
  }
  console.log('npm start ended, and the gateway with it');
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
  try {
    process.kill(-Number(started.pid), 'SIGKILL');
  } catch {
    // it is gone already
  }
}
