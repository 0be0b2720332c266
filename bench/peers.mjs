#!/usr/bin/env node
// Our gateway beside other gateways and proxies, and a bare forwarder, in one run: CPU of a call, latency, memory, and what
// their telemetry makes of a tool that failed.
//   BENCH_PEERS=DIR node bench/peers.mjs [--smoke] [--secs 3] [--rounds 5] [--conns 16] [--json] [--write]   (after a build)
// Peers are those that are installed in the folder DIR; the others are left out, and named:
//   npm install --prefix DIR mcp-proxy@6.7.19
//   python3 -m venv DIR && DIR/bin/pip install --only-binary :all: dcc-mcp-server==0.20.49
//   GOBIN=DIR/bin go install github.com/smart-mcp-proxy/mcpproxy-go/cmd/mcpproxy@v0.60.0
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFigures } from './lib/figures.mjs';
import { BARE } from './lib/gateway-legs.mjs';
import { keptProcesses } from './lib/kept-processes.mjs';
import { runLoad } from './lib/load.mjs';
import { tellOfFailed } from './lib/peers/failed-tool.mjs';
import { startLegs } from './lib/peers/legs.mjs';
import { processesOf } from './lib/peers/programs.mjs';
import { cpuMicros, residentMebibytes, startModule } from './lib/processes.mjs';
import { measureRounds } from './lib/rounds.mjs';
import { median, rounded } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    conns: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = flags.smoke ? 0.5 : Number(flags.secs);
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const connections = Number(flags.conns);
const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
const lib = (name) => new URL(`lib/${name}.mjs`, import.meta.url);
/** What ours is held against. */
const OTHERS = ['mcp-proxy', 'dcc-mcp-core, pass-through', 'dcc-mcp-core, pass-through over its bridge'];
const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
const { keep, stopAll } = keptProcesses();

/** Stops all that runs. Programs of others do not see that the benchmark has ended. */
async function end() {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}

/** Of all processes of a leg; a program may have started more. */
const sumOf = ({ programs }, read) =>
  programs.flatMap(({ pid }) => processesOf(pid)).reduce((sum, pid) => sum + read(pid), 0);

async function measure(leg) {
  const before = sumOf(leg, cpuMicros);
  const load = await runLoad({ ...leg, connections, seconds });
  return {
    ...load,
    cpuMicrosPerCall: (sumOf(leg, cpuMicros) - before) / load.calls,
    residentMebibytes: sumOf(leg, residentMebibytes),
  };
}

/** One leg's CPU per call divided by another's inside each round, and of these the median. */
function ratioOf(results, index, other) {
  const ratios = results.map((round) => round[index].cpuMicrosPerCall / round[other].cpuMicrosPerCall);
  return rounded(median(ratios), 2);
}

function summarize(legs, results) {
  const indexOf = (name) => legs.findIndex((leg) => leg.name === name);
  const rows = legs.map(({ name, version, records, failedTool }, index) => {
    const of = (key) => median(results.map((round) => round[index][key]));
    return {
      leg: name,
      version,
      records,
      cpuMicrosPerCall: Math.round(of('cpuMicrosPerCall')),
      timesBare: ratioOf(results, index, indexOf(BARE)),
      callsPerSecond: Math.round(of('callsPerSecond')),
      p50Millis: rounded(of('p50Millis'), 2),
      p99Millis: rounded(of('p99Millis'), 2),
      residentMebibytes: of('residentMebibytes'),
      failedTool,
    };
  });
  const beside = OTHERS.filter((other) => indexOf(other) >= 0).map((other) => ({
    other,
    noHistory: ratioOf(results, indexOf('gateway, telemetry on, no history'), indexOf(other)),
    history: ratioOf(results, indexOf('gateway, telemetry on'), indexOf(other)),
  }));
  return { rows, beside };
}

/** The page tells of the peers that ours is held against: without one of them it keeps what it has. */
function write(figures, leftOut) {
  const missing = OTHERS.filter((name) => !figures.beside.some(({ other }) => other === name));
  if (flags.write && missing.length > 0) {
    console.error(`nothing is written, as there is no ${missing.join(', no ')}`);
    return;
  }
  const without = leftOut.length === 0 ? '' : `; left out: ${leftOut.map(({ name }) => name).join(', ')}`;
  writeFigures({ peers: figures }, `medians of ${rounds} rounds${without}`);
}

for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () => void end().then(() => process.exit(1)));
}
try {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const upstream = await keep(startModule(lib('upstream')));
  const sink = await keep(startModule(lib('sink')));
  const { legs, leftOut } = await startLegs({
    main,
    folder,
    keep,
    peers: process.env.BENCH_PEERS && resolve(process.env.BENCH_PEERS),
    upstreamUrl: `http://127.0.0.1:${upstream.port}/mcp`,
    sinkUrl: `http://127.0.0.1:${sink.port}`,
  });
  for (const { name, why } of leftOut) {
    console.error(`left out: ${name} (${why})`);
  }
  const warmUp = (leg) => runLoad({ ...leg, connections, seconds: flags.smoke ? 0.2 : 2 });
  const results = await measureRounds(legs, { rounds, warmUp, measure });
  for (const leg of legs) {
    leg.failedTool = await tellOfFailed(leg);
  }
  const figures = summarize(legs, results);
  if (flags.json) {
    console.log(JSON.stringify({ ...figures, leftOut }, undefined, 2));
  } else {
    console.table(figures.rows);
    console.table(figures.beside);
  }
  write(figures, leftOut);
} finally {
  await end();
}
