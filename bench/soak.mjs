#!/usr/bin/env node
// Whether the gateway stays as it is under everything at once: mixed load, sessions that come and go, servers that fail
// and die, collectors that change their mind. Heap after a collection, handles, descriptors and children are read while
// it runs and at rest.     node bench/soak.mjs [--smoke] [--secs 300] [--clients 24] [--out FILE] [--write]      (after a build)
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent } from 'undici';
import { cleanEnvironment } from './lib/environment.mjs';
import { writeFigures } from './lib/figures.mjs';
import { keptProcesses } from './lib/kept-processes.mjs';
import { runMixedLoad } from './lib/mixed-load.mjs';
import { residentMebibytes, startAccountedGateway, startModule } from './lib/processes.mjs';

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '300' },
    clients: { type: 'string', default: '24' },
    out: { type: 'string' },
  },
});
const seconds = flags.smoke ? 8 : Number(flags.secs);
const clients = Number(flags.clients);
/** The part of the time in which caches and pools fill; nothing is compared with it. */
const WARM_UP_SHARE = 0.2;
const SAMPLES = flags.smoke ? 8 : 30;
/** Late against early heap after a collection: 5 % and what two collections in a row differ by. */
const MAX_DRIFT = 1.05;
const NOISE_MEBIBYTES = flags.smoke ? 16 : 4;
/** At rest as many as before, and what a pool keeps: connections that a server offers to hold for a minute. */
const SPARE = flags.smoke ? 24 : 6;
const REST_MILLIS = flags.smoke ? 4_000 : 65_000;
const MOODS = ['healthy', 'unavailable', 'throttling', 'hanging', 'garbage', 'partial', 'refusing'];
const COLLECTOR_MOOD_MILLIS = 2_000;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const main = here('../apps/gateway/dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'bench-soak-'));
const { keep, stopAll } = keptProcesses();

function startGateway(config, collector) {
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(config));
  const env = cleanEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_BSP_SCHEDULE_DELAY: '500' });
  return startAccountedGateway(main, ['--config', file, '--port', '0', '--metrics'], env);
}

async function account(gateway) {
  const { pid } = gateway;
  const { heapBytes, handles } = await gateway.account();
  return {
    heapMebibytes: Number((heapBytes / 2 ** 20).toFixed(1)),
    residentMebibytes: residentMebibytes(pid),
    handles: handles.length,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    children: readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).length,
  };
}

async function findSlugs(url) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const body = JSON.stringify({ query: 'echo' });
    const response = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { hits = [] } = await response.json();
    if (hits.length >= 3) {
      return hits.map(({ tool_slug: slug }) => slug);
    }
    await wait(100);
  }
  throw new Error('the gateway never found its three tools');
}

/** A collector of changing temper: the path of the endpoint stays, what it answers does not. */
async function startCollector() {
  const collectors = await keep(
    startModule(here('lib/collectors.mjs'), ['--moody', String(COLLECTOR_MOOD_MILLIS), ...MOODS]),
  );
  return `http://127.0.0.1:${collectors.port}/moody`;
}

async function startAll() {
  const good = await keep(startModule(here('lib/upstream.mjs')));
  const moody = await keep(startModule(here('lib/moody-servers.mjs')));
  const limits = { circuitOpenSecs: 1 };
  const mcpServers = {
    good: { url: `http://127.0.0.1:${good.port}/mcp` },
    moody: { url: `http://127.0.0.1:${moody.port}/mcp`, timeoutMs: 300 },
    dying: { command: process.execPath, args: [here('lib/dying-server.mjs')], timeoutMs: 2_000 },
  };
  const gateway = await keep(startGateway({ mcpServers, limits }, await startCollector()));
  return { gateway, slugs: await findSlugs(gateway.url) };
}

async function sample(gateway, every, samples) {
  for (let index = 0; index < SAMPLES; index += 1) {
    await wait(every);
    samples.push(await account(gateway));
  }
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Compares the first third after the warm-up with the last third. */
function driftOf(samples, key) {
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP_SHARE)).map((row) => row[key]);
  const third = Math.max(1, Math.floor(warm.length / 3));
  return { early: mean(warm.slice(0, third)), late: mean(warm.slice(-third)) };
}

function verdicts({ before, samples, after }) {
  const heap = driftOf(samples, 'heapMebibytes');
  const isAtRest = (key) => after[key] <= before[key] + SPARE;
  return {
    'heap is flat': heap.late <= heap.early * MAX_DRIFT + NOISE_MEBIBYTES,
    'handles are given back': isAtRest('handles'),
    'descriptors are given back': isAtRest('descriptors'),
    'no child is left': after.children <= before.children,
  };
}

function figuresOf({ done, before, samples, after }) {
  const keys = ['heapMebibytes', 'residentMebibytes', 'handles', 'descriptors'];
  const moment = (valueOf) => Object.fromEntries(keys.map((key) => [key, Number(valueOf(key).toFixed(1))]));
  return {
    actions: Object.values(done).reduce((sum, count) => sum + count, 0),
    unanswered: done.unanswered ?? 0,
    seconds,
    clients,
    before: moment((key) => before[key]),
    early: moment((key) => driftOf(samples, key).early),
    late: moment((key) => driftOf(samples, key).late),
    after: moment((key) => after[key]),
  };
}

async function run() {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const { gateway, slugs } = await startAll();
  const before = await account(gateway);
  const dispatcher = new Agent({ connections: clients * 2 });
  const samples = [];
  const sampling = sample(gateway, (seconds * 1_000) / SAMPLES, samples);
  const done = await runMixedLoad({ url: gateway.url, slugs, dispatcher }, { clients, seconds });
  await sampling;
  await dispatcher.destroy();
  await wait(REST_MILLIS);
  const after = await account(gateway);
  return { seconds, clients, done, linesOnStderr: gateway.lines.length, before, samples, after };
}

try {
  const result = await run();
  console.table([{ when: 'before', ...result.before }, ...result.samples, { when: 'at rest', ...result.after }]);
  console.log('done', result.done, `${result.linesOnStderr} lines on stderr`);
  const verdict = verdicts(result);
  console.log(verdict);
  writeFigures({ soak: figuresOf(result) }, `${clients} clients`);
  if (flags.out !== undefined) {
    writeFileSync(flags.out, `${JSON.stringify({ ...result, verdict }, undefined, 2)}\n`);
  }
  process.exitCode = Object.values(verdict).every(Boolean) && result.done.unanswered === undefined ? 0 : 1;
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
