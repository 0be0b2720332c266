#!/usr/bin/env node
// What a tools/call costs through the gateway, telemetry off and on, as a multiple of a bare forwarder measured in
// alternation in the same run.     node bench/gateway.mjs [--smoke] [--secs 5] [--rounds 5] [--conns 16] [--out FILE] [--write]
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './lib/environment.mjs';
import { writeFigures } from './lib/figures.mjs';
import { runLoad } from './lib/load.mjs';
import { cpuMicros, residentMebibytes, startGateway, startModule } from './lib/processes.mjs';
import { median } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    conns: { type: 'string', default: '16' },
    write: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const seconds = flags.smoke ? 0.5 : Number(flags.secs);
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const connections = Number(flags.conns);
const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
const lib = (name) => fileURLToPath(new URL(`lib/${name}.mjs`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
const running = [];
const BARE = 'bare forwarder';

/** Keeps a started process so that it is stopped however the benchmark ends. */
async function keep(starting) {
  const started = await starting;
  running.push(started);
  return started;
}

async function findSlug(url) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const response = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'echo' }),
    });
    const slug = response.ok ? (await response.json()).hits[0]?.tool_slug : undefined;
    if (slug !== undefined) {
      return slug;
    }
    await wait(100);
  }
  throw new Error('the gateway never found the upstream tool `echo`');
}

async function startTargets() {
  const upstream = await keep(startModule(lib('upstream')));
  const upstreamUrl = `http://127.0.0.1:${upstream.port}/mcp`;
  const sink = await keep(startModule(lib('sink')));
  const config = join(folder, 'gateway.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { up: { url: upstreamUrl, concurrency: 128 } } }));
  const args = ['--config', config, '--port', '0'];
  const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}` };
  const bare = await keep(startModule(lib('bare-forwarder'), [upstreamUrl]));
  const start = async (more, env) => {
    const all = await keep(startGateway(main, [...args, ...more, '--expose', 'all'], cleanEnvironment(env)));
    const search = await keep(startGateway(main, [...args, ...more], cleanEnvironment(env)));
    await findSlug(all.url);
    return { all, search, slug: await findSlug(search.url) };
  };
  const noHistory = { DCC_MCP_ADMIN_HISTORY: 'false' };
  return {
    bare,
    off: await start([], noHistory),
    'on, no history': await start(['--metrics'], { ...otlp, ...noHistory }),
    on: await start(['--metrics'], otlp),
  };
}

/** Each leg: what is loaded, and how. */
function createLegs({ bare, ...gateways }) {
  const legs = [];
  for (const era of ['legacy', 'modern']) {
    legs.push({ era, name: BARE, pid: bare.pid, url: `http://127.0.0.1:${bare.port}/mcp`, tool: 'echo' });
    for (const [state, { all, search, slug }] of Object.entries(gateways)) {
      const to = ({ pid, url }) => ({ era, pid, url: `${url}/mcp` });
      legs.push({ ...to(all), name: `gateway, telemetry ${state}`, tool: 'echo' });
      legs.push({ ...to(search), name: `gateway call, telemetry ${state}`, tool: 'call', slug });
    }
  }
  return legs;
}

async function measure(leg) {
  const before = cpuMicros(leg.pid);
  const load = await runLoad({ ...leg, connections, seconds });
  return {
    ...load,
    cpuMicrosPerCall: (cpuMicros(leg.pid) - before) / load.calls,
    residentMebibytes: residentMebibytes(leg.pid),
  };
}

/** One row per leg: medians over the rounds; the ratio is taken inside each round, then its median. */
function summarize(legs, results) {
  return legs.map((leg, index) => {
    const floorIndex = legs.findIndex(({ name, era }) => name === BARE && era === leg.era);
    const of = (key) => median(results.map((round) => round[index][key]));
    const ratios = results.map((round) => round[index].cpuMicrosPerCall / round[floorIndex].cpuMicrosPerCall);
    return {
      era: leg.era,
      leg: leg.name,
      cpuMicrosPerCall: Math.round(of('cpuMicrosPerCall')),
      timesBare: Number(median(ratios).toFixed(2)),
      callsPerSecond: Math.round(of('callsPerSecond')),
      p50Millis: Number(of('p50Millis').toFixed(2)),
      p99Millis: Number(of('p99Millis').toFixed(2)),
      residentMebibytes: of('residentMebibytes'),
    };
  });
}

const rangeOf = (percents) => [Math.round(Math.min(...percents)), Math.round(Math.max(...percents))];

/** What telemetry is of the CPU with it, and adds to p99, in percent: the least and the most of the pairs of legs. */
function telemetryShare(rows) {
  const pairs = rows
    .filter(({ leg }) => leg.endsWith('telemetry on'))
    .map((on) => [on, rows.find(({ era, leg }) => era === on.era && leg === on.leg.replace(/on$/, 'off'))]);
  return {
    ofCpu: rangeOf(pairs.map(([on, off]) => (1 - off.cpuMicrosPerCall / on.cpuMicrosPerCall) * 100)),
    p99More: rangeOf(pairs.map(([on, off]) => (on.p99Millis / off.p99Millis - 1) * 100)),
  };
}

async function run() {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const legs = createLegs(await startTargets());
  for (const leg of legs) {
    await runLoad({ ...leg, connections, seconds: flags.smoke ? 0.2 : 2 }); // warm up
  }
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const measured = [];
    for (const leg of legs) {
      measured.push(await measure(leg));
    }
    results.push(measured);
  }
  return summarize(legs, results);
}

try {
  const rows = await run();
  console.table(rows);
  writeFigures({ gateway: { rows }, 'telemetry-share': telemetryShare(rows) }, `medians of ${rounds} rounds`);
  const report = {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0].model,
    cores: cpus().length,
    seconds,
    rounds,
    connections,
    rows,
  };
  if (flags.out) {
    writeFileSync(flags.out, `${JSON.stringify(report, undefined, 2)}\n`);
  }
} finally {
  running.toReversed().forEach((each) => each.stop());
  rmSync(folder, { recursive: true, force: true });
}
