#!/usr/bin/env node
// How much more one gateway does with two workers than with one, telemetry on. Load and MCP server take processors of their
// own away, so beside the plain ratio there is that of capacity: calls per CPU second of the busiest process of the gateway,
// which is what bounds it where load comes from elsewhere.
//   node bench/workers.mjs [--smoke] [--secs 4] [--rounds 3] [--workers 2] [--json] [--write]      (after a build)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './lib/environment.mjs';
import { writeFigures } from './lib/figures.mjs';
import { keptProcesses } from './lib/kept-processes.mjs';
import { runLoad } from './lib/load.mjs';
import { cpuMicros, residentMebibytes, startGateway, startModule } from './lib/processes.mjs';
import { median, rounded } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = flags.smoke ? 1 : Number(flags.secs);
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const CONNECTIONS = 32;
const { keep, stopAll } = keptProcesses();
const lib = (name) => fileURLToPath(new URL(`lib/${name}.mjs`, import.meta.url));

/** A gateway with so many workers, all ready. */
async function start(workers, { config, sink }) {
  const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
  const args = ['--config', config, '--port', '0', '--expose', 'all', '--workers', String(workers)];
  const env = cleanEnvironment({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
    ENABLE_METRICS: 'true',
  });
  const gateway = await keep(startGateway(main, args, env));
  while (!(await isReady(gateway, workers))) {
    await wait(50);
  }
  return gateway;
}

async function isReady({ url }, workers) {
  if (!(await fetch(`${url}/readyz`)).ok) {
    return false;
  }
  const text = await (await fetch(`${url}/metrics`)).text();
  return workers === 1 || text.includes(`dcc_mcp_workers{state="ready"} ${workers}\n`);
}

/** The process and those that it started, as CPU microseconds by pid. */
function cpuOf({ pid }) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
  return new Map([pid, ...children.map(Number)].map((each) => [each, cpuMicros(each)]));
}

async function measure(gateway, era) {
  const before = cpuOf(gateway);
  const load = await runLoad({ url: `${gateway.url}/mcp`, era, connections: CONNECTIONS, seconds });
  const used = [...cpuOf(gateway)].map(([pid, micros]) => micros - (before.get(pid) ?? 0));
  return {
    callsPerSecond: load.callsPerSecond,
    p99Millis: load.p99Millis,
    cpuMicrosPerCall: used.reduce((sum, micros) => sum + micros, 0) / load.calls,
    capacity: load.calls / (Math.max(...used) / 1e6),
    busiestShare: Math.max(...used) / used.reduce((sum, micros) => sum + micros, 0),
  };
}

function summary(name, measured) {
  const of = (key) => median(measured.map((each) => each[key]));
  return {
    name,
    callsPerSecond: Math.round(of('callsPerSecond')),
    p99Millis: rounded(of('p99Millis')),
    cpuMicrosPerCall: rounded(of('cpuMicrosPerCall')),
    capacity: Math.round(of('capacity')),
    busiestShare: rounded(of('busiestShare'), 2),
  };
}

async function run(era, gateways) {
  const measured = gateways.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, gateway] of gateways.entries()) {
      const each = await measure(gateway, era);
      if (round > 0) {
        measured[index].push(each);
      }
    }
  }
  const ratio = (key) => rounded(median(measured[1].map((each, round) => each[key] / measured[0][round][key])), 2);
  return {
    era,
    one: summary('1 worker', measured[0]),
    more: summary(`${flags.workers} workers`, measured[1]),
    timesCalls: ratio('callsPerSecond'),
    timesCapacity: ratio('capacity'),
    timesCpuPerCall: ratio('cpuMicrosPerCall'),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'bench-workers-'));
try {
  const upstream = await keep(startModule(lib('upstream')));
  const sink = await keep(startModule(lib('sink')));
  const config = join(folder, 'gateway.json');
  const mcpServers = { up: { url: `http://127.0.0.1:${upstream.port}/mcp`, concurrency: 128 } };
  writeFileSync(config, JSON.stringify({ mcpServers }));
  const gateways = [await start(1, { config, sink }), await start(Number(flags.workers), { config, sink })];
  const rows = [];
  for (const era of ['legacy', 'modern']) {
    rows.push(await run(era, gateways));
  }
  const memory = gateways.map((gateway) =>
    [...cpuOf(gateway).keys()].reduce((sum, pid) => sum + residentMebibytes(pid), 0),
  );
  console.log(flags.json ? JSON.stringify({ rows, memory }, undefined, 2) : '');
  if (!flags.json) {
    for (const { era, one, more, ...ratios } of rows) {
      console.log(era);
      console.table([one, more]);
      console.log(ratios);
    }
    console.log({ mebibytesOfOne: memory[0], mebibytesOfMore: memory[1] });
  }
  writeFigures(
    { workers: { rows, mebibytes: memory } },
    'load and MCP server on the same processors; medians of rounds in turns',
  );
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
