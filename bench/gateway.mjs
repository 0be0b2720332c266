#!/usr/bin/env node
// What a tools/call costs through the gateway, with telemetry and without, as a multiple of a bare forwarder measured in
// alternation in the same run. With --prof also where the time goes: CPU profiles, and a list by source file.
//   node bench/gateway.mjs [--smoke] [--secs 5] [--rounds 5] [--conns 16] [--prof] [--out FILE] [--write]
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFigures } from './lib/figures.mjs';
import { BARE, createLargeLegs, createLegs, createPacedLegs, startTargets } from './lib/gateway-legs.mjs';
import { keepProfile } from './lib/keep-profile.mjs';
import { keptProcesses } from './lib/kept-processes.mjs';
import { runLoad } from './lib/load.mjs';
import { cpuMicros, residentMebibytes } from './lib/processes.mjs';
import { measureRounds } from './lib/rounds.mjs';
import { median, rounded } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    conns: { type: 'string', default: '16' },
    prof: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const seconds = flags.smoke ? 0.5 : Number(flags.secs);
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const connections = Number(flags.conns);
/** Calls a second of the legs whose p99 counts. */
const PACE = 1000;
/** How many times as many rounds there are of them: one slow moment of the machine is the longest hundredth of a round. */
const PACED_TIMES = 3;
const ON = 'on, no history';
const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
const { keep, stopAll } = keptProcesses();

async function measure(leg, pace) {
  const before = cpuMicros(leg.pid);
  const load = await runLoad({ ...leg, connections, seconds, pace });
  return {
    ...load,
    cpuMicrosPerCall: (cpuMicros(leg.pid) - before) / load.calls,
    residentMebibytes: residentMebibytes(leg.pid),
  };
}

/**
 * `results[round][leg]`.
 *
 * @param pace Calls a second of each; absent: as many as can be.
 */
const measureLegs = (legs, { pace, times = rounds } = {}) =>
  measureRounds(legs, {
    rounds: times,
    warmUp: (leg) => runLoad({ ...leg, connections, seconds: flags.smoke ? 0.2 : 2 }),
    measure: (leg) => measure(leg, pace),
  });

/** One row per leg: medians over the rounds; the ratio is taken inside each round, then its median. */
function summarize(legs, results) {
  return legs.map((leg, index) => {
    const floorIndex = legs.findIndex(({ name, era }) => name.startsWith(BARE) && era === leg.era);
    const of = (key) => median(results.map((round) => round[index][key]));
    const ratios = results.map((round) => round[index].cpuMicrosPerCall / round[floorIndex].cpuMicrosPerCall);
    return {
      era: leg.era,
      leg: leg.name,
      cpuMicrosPerCall: Math.round(of('cpuMicrosPerCall')),
      timesBare: rounded(median(ratios), 2),
      callsPerSecond: Math.round(of('callsPerSecond')),
      p50Millis: rounded(of('p50Millis'), 2),
      p99Millis: rounded(of('p99Millis'), 2),
      residentMebibytes: of('residentMebibytes'),
    };
  });
}

/**
 * What telemetry is of the CPU with it, or adds to p99, in percent: the least and the most of the pairs of legs. Taken inside
 * each round, then the median of the rounds.
 */
function rangeOf(percentOf, { state, legs, results }) {
  const pairs = legs.flatMap(({ era, name }, index) => {
    const off = legs.findIndex((leg) => leg.era === era && leg.name === name.replace(/telemetry .*$/, 'telemetry off'));
    return name.endsWith(`telemetry ${state}`) ? [results.map((round) => [round[index], round[off]])] : [];
  });
  const percents = pairs.map((pair) => Math.round(median(pair.map(([on, off]) => percentOf(on, off) * 100))));
  return [...new Set([Math.min(...percents), Math.max(...percents)])];
}

const shareOfCpu = (state, legs, results) =>
  rangeOf((on, off) => 1 - off.cpuMicrosPerCall / on.cpuMicrosPerCall, { state, legs, results });

/** What a call through the gateway's own tool `call` costs beside one of the tool itself, in the same round. */
function callBesideAll(legs, results) {
  return legs.flatMap(({ era, name }, index) => {
    const [, state] = /^gateway call, telemetry (.+)$/.exec(name) ?? [];
    const all = legs.findIndex((leg) => leg.era === era && leg.name === `gateway, telemetry ${state}`);
    const ratios = results.map((round) => round[index].cpuMicrosPerCall / round[all]?.cpuMicrosPerCall);
    return state === undefined ? [] : [{ era, state, timesAll: rounded(median(ratios), 2) }];
  });
}

/** At one pace: as fast as can be, an answer waits for those to all other connections, and says what CPU says. */
async function p99More(legs) {
  const results = await measureLegs(legs, { pace: PACE, times: rounds * PACED_TIMES });
  return rangeOf((on, off) => on.p99Millis / off.p99Millis - 1, { state: ON, legs, results });
}

/** Resident memory once all is measured: of the bare forwarder, and of the gateways that calls of both eras went through. */
function memoryOf(rows) {
  const most = (name) => Math.max(...rows.filter(({ leg }) => leg === name).map((row) => row.residentMebibytes));
  const bareMebibytes = most(BARE);
  const [offMebibytes, onMebibytes] = ['off', 'on'].map((state) => most(`gateway, telemetry ${state}`));
  const [offOfBare, onOfBare] = [offMebibytes, onMebibytes].map((each) => rounded(each / bareMebibytes, 2));
  return { bareMebibytes, offMebibytes, onMebibytes, offOfBare, onOfBare };
}

/** Profiles of the gateways without telemetry and with all of it, under the same load, and where their time goes. */
async function profile(gateways) {
  for (const state of ['off', 'on']) {
    const { all } = gateways[state];
    const load = { url: `${all.url}/mcp`, era: 'modern', tool: 'echo', connections, seconds };
    await keepProfile(all, { name: `telemetry ${state}`, of: 'A call of a tool', work: () => runLoad(load) });
  }
}

function report(rows) {
  const machine = { node: process.version, cpu: cpus()[0].model, cores: cpus().length };
  return { date: new Date().toISOString(), ...machine, seconds, rounds, connections, rows };
}

try {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const targets = await startTargets({ main, folder, isProfiled: flags.prof, keep });
  const legs = createLegs(targets);
  const results = await measureLegs(legs);
  const small = summarize(legs, results);
  const moreOfP99 = await p99More(createPacedLegs(targets));
  const largeLegs = createLargeLegs(targets); // after the others, whose memory they would be
  const largeResults = await measureLegs(largeLegs);
  const rows = [...small, ...summarize(largeLegs, largeResults)];
  console.table(rows);
  if (flags.prof) {
    await profile(targets.gateways);
  }
  if (flags.out) {
    writeFileSync(flags.out, `${JSON.stringify(report(rows), undefined, 2)}\n`);
  }
  const share = {
    ofCpu: shareOfCpu(ON, legs, results),
    p99More: moreOfP99,
    withHistoryOfCpu: shareOfCpu('on', legs, results),
    oneInTenOfCpu: shareOfCpu('sampled', legs, results),
    largeOfCpu: shareOfCpu(ON, largeLegs, largeResults),
  };
  const gateway = { rows, callBesideAll: callBesideAll(legs, results) };
  console.table(gateway.callBesideAll);
  writeFigures({ gateway, 'telemetry-share': share, memory: memoryOf(small) }, `medians of ${rounds} rounds`);
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
