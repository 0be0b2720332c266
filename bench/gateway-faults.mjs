#!/usr/bin/env node
// What a bad collector does to the gateway under load: latency beside a gateway with a healthy collector in the same
// round, memory, and whether every span is accounted for.  Every answer is compared with what was asked.
//   node bench/gateway-faults.mjs [--smoke] [--secs 4] [--rounds 5] [--conns 16] [--out FILE] [--write]      (after a build)
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './lib/environment.mjs';
import { writeFigures } from './lib/figures.mjs';
import { keptProcesses } from './lib/kept-processes.mjs';
import { runLoad } from './lib/load.mjs';
import { residentMebibytes, startGateway, startModule } from './lib/processes.mjs';
import { median } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    conns: { type: 'string', default: '16' },
    out: { type: 'string' },
  },
});
const seconds = flags.smoke ? 0.4 : Number(flags.secs);
const rounds = flags.smoke ? 2 : Number(flags.rounds);
const connections = Number(flags.conns);
const HEALTHY = 'healthy';
/** The call and its hop. */
const SPANS_PER_CALL = 2;

/** Each collector: the path of `lib/collectors.mjs`, `null` where nobody listens, `undefined` without telemetry. */
const COLLECTORS = {
  [HEALTHY]: 'healthy',
  dead: null,
  hanging: 'hanging',
  'partial success': 'partial',
  ...(flags.smoke
    ? {}
    : {
        'slow (2 s)': 'slow',
        503: 'unavailable',
        '429 with Retry-After': 'throttling',
        400: 'refusing',
        401: 'unauthorized',
        'garbage with 200': 'garbage',
        'no telemetry': undefined,
      }),
};
/** The discard port: connections are refused. */
const DEAD = 'http://127.0.0.1:9';

const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
const lib = (name) => fileURLToPath(new URL(`lib/${name}.mjs`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-faults-'));
const { keep, stopAll } = keptProcesses();

/** The environment without what would change telemetry; traces go to `path`, metrics are only scraped. */
function environment(path, collectorsUrl) {
  const endpoint = path === null ? DEAD : `${collectorsUrl}/${path}`;
  return cleanEnvironment(
    path === undefined
      ? {}
      : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
  );
}

async function startLegs() {
  const upstream = await keep(startModule(lib('upstream')));
  const collectors = await keep(startModule(lib('collectors')));
  const config = join(folder, 'gateway.json');
  const up = { url: `http://127.0.0.1:${upstream.port}/mcp`, concurrency: 128 };
  writeFileSync(config, JSON.stringify({ mcpServers: { up } }));
  const args = ['--config', config, '--port', '0', '--expose', 'all'];
  const legs = [];
  for (const [name, path] of Object.entries(COLLECTORS)) {
    const env = environment(path, `http://127.0.0.1:${collectors.port}`);
    const gateway = await keep(startGateway(main, path === undefined ? args : [...args, '--metrics'], env));
    legs.push({ name, gateway, isTraced: path !== undefined, calls: 0 });
  }
  await Promise.all(legs.map(untilReady));
  return legs;
}

async function untilReady({ gateway }) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await fetch(`${gateway.url}/readyz`)).status === 200) {
      return;
    }
    await wait(50);
  }
  throw new Error(`the gateway was never ready:\n${gateway.lines.join('\n')}`);
}

/** One leg under load. @throws {Error} When any answer is wrong. */
async function measure(leg, forSeconds) {
  const url = `${leg.gateway.url}/mcp`;
  const { calls, p50Millis, p99Millis } = await runLoad({
    url,
    connections,
    seconds: forSeconds,
    era: 'modern',
    tool: 'echo',
  });
  leg.calls += calls;
  return { calls, p50Millis, p99Millis, residentMebibytes: residentMebibytes(leg.gateway.pid) };
}

/** Samples of `name` in an exposition, as `[labels, value]`. */
function samples(text, name) {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.map((line) => [/\{(.*)\}/.exec(line)?.[1] ?? '', Number(line.slice(line.lastIndexOf(' ') + 1))]);
}

const total = (found) => found.reduce((sum, [, value]) => sum + value, 0);

const reasonOf = (labels) => /error_type="([^"]*)"/.exec(labels)?.[1];

/** What `/metrics` says became of the spans; `unaccounted` is what it says nothing of. */
async function readAccount({ gateway }) {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const started = samples(text, 'otel_sdk_span_started_total').find(([labels]) => labels.includes('RECORD_AND_SAMPLE'));
  const processed = samples(text, 'otel_sdk_processor_span_processed_total');
  const dropped = Object.fromEntries(
    processed.filter(([labels]) => reasonOf(labels) !== undefined).map(([labels, count]) => [reasonOf(labels), count]),
  );
  const exported = total(processed.filter(([labels]) => reasonOf(labels) === undefined));
  const waiting =
    total(samples(text, 'otel_sdk_processor_span_queue_size')) +
    total(samples(text, 'otel_sdk_exporter_span_inflight')) +
    total(samples(text, 'otel_sdk_span_live'));
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return { spans: started[1], exported, dropped, waiting, unaccounted: started[1] - exported - lost - waiting };
}

/** The states that stderr told, in order. @throws {Error} When a line says what the line before it said. */
function readStates({ name, gateway }) {
  const states = gateway.lines
    .filter((line) => line.includes('telemetry: traces over'))
    .map((line) => {
      const cause = /\[([a-z_]+)\]/.exec(line)?.[1];
      const state = /: (ok|failing|dropping)\b/.exec(line)?.[1];
      return cause === undefined ? state : `${state}: ${cause}`;
    });
  const repeated = states.find((state, index) => state === states[index - 1]);
  if (repeated !== undefined) {
    throw new Error(`${name}: stderr says "${repeated}" twice in a row`);
  }
  return states;
}

const round2 = (number) => Number(number.toFixed(2));

async function summarize(leg, results) {
  const ratio = (key) => round2(median(results.map((round) => round.get(leg.name)[key] / round.get(HEALTHY)[key])));
  const own = results.map((round) => round.get(leg.name));
  const account = leg.isTraced ? await readAccount(leg) : undefined;
  if (account !== undefined && (account.unaccounted !== 0 || account.spans !== leg.calls * SPANS_PER_CALL)) {
    throw new Error(`${leg.name}: ${leg.calls} calls, but the account is ${JSON.stringify(account)}`);
  }
  return {
    collector: leg.name,
    p50Millis: round2(median(own.map(({ p50Millis }) => p50Millis))),
    p50OfHealthy: ratio('p50Millis'),
    p99Millis: round2(median(own.map(({ p99Millis }) => p99Millis))),
    p99OfHealthy: ratio('p99Millis'),
    residentFirstMebibytes: own[0].residentMebibytes,
    residentLastMebibytes: own.at(-1).residentMebibytes,
    calls: leg.calls,
    ...account,
    states: readStates(leg),
  };
}

/** Each round has another order, so that no leg is always the one after the same neighbour. */
async function runRound(legs, number) {
  const order = [...legs.slice(number % legs.length), ...legs.slice(0, number % legs.length)];
  const round = new Map();
  for (const leg of order) {
    round.set(leg.name, await measure(leg, seconds));
  }
  return round;
}

async function run() {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const legs = await startLegs();
  for (const leg of legs) {
    await measure(leg, flags.smoke ? 0.2 : 2);
  } // warm up
  const results = [];
  for (let number = 0; number < rounds; number += 1) {
    results.push(await runRound(legs, number));
  }
  const rows = [];
  for (const leg of legs) {
    rows.push(await summarize(leg, results));
  }
  return rows;
}

try {
  const rows = await run();
  console.table(rows.map((row) => ({ ...row, dropped: JSON.stringify(row.dropped ?? {}), states: row.states.length })));
  for (const { collector, dropped, states } of rows) {
    console.log(`${collector}: dropped ${JSON.stringify(dropped ?? {})}; stderr: ${states.join(' → ') || 'nothing'}`);
  }
  const figures = rows.map(({ states, ...row }) => ({ ...row, lastState: states.at(-1) ?? 'nothing' }));
  writeFigures({ 'gateway-faults': { rows: figures } }, `medians of ${rounds} rounds`);
  const report = { date: new Date().toISOString(), node: process.version, seconds, rounds, connections, rows };
  if (flags.out) {
    writeFileSync(flags.out, `${JSON.stringify(report, undefined, 2)}\n`);
  }
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
