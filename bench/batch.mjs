#!/usr/bin/env node
// What an item of a batch costs through the gateway, with telemetry and without, as a multiple of a call through the bare
// forwarder, measured in turns in the same run. With --prof also where the time goes.
//   node bench/batch.mjs [--smoke] [--secs 3] [--rounds 5] [--conns 16] [--prof] [--write]      (after a build)
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { batchLeg, SIZES, startBatchLegs } from './lib/batch-legs.mjs';
import { writeFigures } from './lib/figures.mjs';
import { keepProfile } from './lib/keep-profile.mjs';
import { keptProcesses } from './lib/kept-processes.mjs';
import { runLoad } from './lib/load.mjs';
import { cpuMicros } from './lib/processes.mjs';
import { measureRounds } from './lib/rounds.mjs';
import { median, rounded } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    conns: { type: 'string', default: '16' },
    prof: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = flags.smoke ? 0.5 : Number(flags.secs);
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const connections = Number(flags.conns);
/** V8 optimises the way of an item for seconds under load, by threads whose CPU is counted. */
const warmUpSeconds = flags.smoke ? 0.2 : 5;
const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-batch-'));
const { keep, stopAll } = keptProcesses();

async function measure(leg) {
  const before = cpuMicros(leg.pid);
  const { calls, callsPerSecond, p50Millis } = await runLoad({ ...leg, connections, seconds });
  const cpuMicrosPerItem = (cpuMicros(leg.pid) - before) / (calls * leg.size);
  return { cpuMicrosPerItem, itemsPerSecond: callsPerSecond * leg.size, p50Millis };
}

/** One row per leg: medians over the rounds; the ratio is taken inside each round, then its median. */
function summarize(legs, results) {
  return legs.map(({ name, size }, index) => {
    const of = (key) => median(results.map((round) => round[index][key]));
    const ratios = results.map((round) => round[index].cpuMicrosPerItem / round[0].cpuMicrosPerItem);
    return {
      leg: name,
      size,
      cpuMicrosPerItem: Math.round(of('cpuMicrosPerItem')),
      timesBare: rounded(median(ratios), 2),
      itemsPerSecond: Math.round(of('itemsPerSecond')),
      p50Millis: rounded(of('p50Millis'), 2),
    };
  });
}

/** Of the largest batch, without telemetry and with all of it. */
async function profile(gateways) {
  for (const state of ['off', 'on']) {
    const leg = batchLeg(gateways[state], state, Math.max(...SIZES));
    const work = () => runLoad({ ...leg, connections, seconds });
    await keepProfile(gateways[state], { name: `telemetry ${state}`, of: 'Items of a batch', work });
  }
}

try {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const { legs, gateways } = await startBatchLegs({ main, folder, isProfiled: flags.prof, keep });
  const warmUp = (leg) => runLoad({ ...leg, connections, seconds: warmUpSeconds });
  const rows = summarize(legs, await measureRounds(legs, { rounds, warmUp, measure }));
  console.table(rows);
  if (flags.prof) {
    await profile(gateways);
  }
  writeFigures({ batch: { rows } }, `medians of ${rounds} rounds`);
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
