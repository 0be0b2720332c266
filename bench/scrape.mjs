// What one scrape costs: its time, and how long it keeps the event loop from everything else, at 100 to 20,000
// histogram series of 15 buckets, beside the official exporter and prom-client in the same run. The histograms are the
// SDK's, which collects all series of one at once; and those of telemetry-node, which the gateway has.
//
//   node bench/scrape.mjs [--smoke] [--write]      (after a build)
//
// Each contender is a process of its own, so that none pays for the garbage of another; they take turns. Medians over
// the rounds, and the best round, which leaves out what other programs did to it; ratios are of CPU time. JSON on stdout, a table on stderr.
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import promClient from 'prom-client';
import { writeFigures } from './lib/figures.mjs';
import { median } from './lib/statistics.mjs';

const isSmoke = process.argv.includes('--smoke');
const SIZES = isSmoke ? [100, 1_000] : [100, 2_000, 10_000, 20_000];
const ROUNDS = isSmoke ? 3 : 11;
const BOUNDARIES = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

const labelsOf = (series) => ({ tool: `maya__tool_${series}`, status: 'success', phase: 'gateway' });
const round = (value) => Math.round(value * 100) / 100;

/** Out of the way of what is measured. */
const MAX_SERIES = 1_000_000;

function histogramOf(provider) {
  return provider.getMeter('dcc_mcp.gateway', '1.0.0').createHistogram('dcc_mcp.tool.duration', {
    unit: 's',
    description: 'Dispatch to completion.',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
}

/** A histogram of the SDK. */
function createHistogram(reader) {
  reader.selectCardinalityLimit = () => MAX_SERIES;
  return histogramOf(new MeterProvider({ readers: [reader] }));
}

function bridge(accept, acceptEncoding) {
  const reader = new PrometheusReader();
  return bridged({ reader, histogram: createHistogram(reader) }, accept, acceptEncoding);
}

/** The histogram of a gateway. */
function gatewayBridge() {
  const { values } = readTelemetryConfig({});
  const options = { pull: true, cardinalityLimit: MAX_SERIES, registerGlobals: false };
  const { metricReader, meterProvider } = startTelemetry(values, options);
  return bridged({ reader: metricReader, histogram: histogramOf(meterProvider) }, 'text/plain');
}

function bridged({ reader, histogram }, accept, acceptEncoding) {
  return {
    record: (series, value) => histogram.record(value, labelsOf(series)),
    async scrape() {
      const { body } = await reader.scrape({ accept, acceptEncoding });
      if (body instanceof Uint8Array) {
        return body.length;
      }
      let bytes = 0;
      for await (const chunk of body) {
        bytes += chunk.length;
      }
      return bytes;
    },
  };
}

function officialExporter() {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer();
  const histogram = createHistogram(reader);
  return {
    record: (series, value) => histogram.record(value, labelsOf(series)),
    scrape: async () => Buffer.from(serializer.serialize((await reader.collect()).resourceMetrics)).length,
  };
}

function promClientRegistry() {
  const registry = new promClient.Registry();
  const histogram = new promClient.Histogram({
    name: 'dcc_mcp_tool_duration_seconds',
    help: 'Dispatch to completion.',
    labelNames: ['tool', 'status', 'phase'],
    buckets: BOUNDARIES,
    registers: [registry],
  });
  return {
    record: (series, value) => histogram.observe(labelsOf(series), value),
    scrape: async () => Buffer.from(await registry.metrics()).length,
  };
}

/** Milliseconds of this thread's own CPU, which other programs take nothing of; of the clock where Node doesn't know it. */
function threadMillis() {
  if (process.threadCpuUsage === undefined) {
    return performance.now();
  }
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Adds the longest that the thread worked between two turns of a timer while `work` ran. */
async function longestBlock(work) {
  let longest = 0;
  let last = threadMillis();
  const look = () => {
    const now = threadMillis();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await wait(5);
  longest = 0;
  const result = await work();
  await wait(2);
  clearInterval(timer);
  return { ...result, block: longest };
}

const CONTENDERS = {
  'prometheus-bridge text': () => bridge('text/plain'),
  'prometheus-bridge text, gateway': gatewayBridge,
  'prometheus-bridge OpenMetrics': () => bridge('application/openmetrics-text'),
  'prometheus-bridge protobuf': () => bridge(PROTOBUF),
  'prometheus-bridge text, gzip': () => bridge('text/plain', 'gzip'),
  'prom-client 15': promClientRegistry,
  'exporter-prometheus 0.301': officialExporter,
};

/** In a child: one scrape for each message, after a tenth of the series moved. */
function runContender(name, size) {
  const contender = CONTENDERS[name]();
  for (let series = 0; series < size; series += 1) {
    contender.record(series, (series % 100) / 10);
  }
  const scrapeOnce = async () => {
    const start = performance.now();
    const before = process.cpuUsage();
    const bytes = await contender.scrape();
    const { user, system } = process.cpuUsage(before);
    return { bytes, millis: performance.now() - start, cpu: (user + system) / 1_000 };
  };
  process.on('message', (count) => {
    for (let series = count % 10; series < size; series += 10) {
      contender.record(series, series % 7);
    }
    void longestBlock(scrapeOnce).then((measured) => process.send(measured));
  });
  process.send('ready');
}

async function run(size) {
  const children = Object.keys(CONTENDERS).map((name) => ({
    name,
    rounds: [],
    child: fork(import.meta.filename, ['--contender', name, size]),
  }));
  for (const { child } of children) {
    await once(child, 'message');
  }
  for (let count = 0; count < ROUNDS; count += 1) {
    for (const { child, rounds } of children) {
      child.send(count);
      const [measured] = await once(child, 'message');
      rounds.push(measured);
    }
  }
  for (const { child } of children) {
    child.disconnect();
  }
  return children.map(({ name, rounds: [first, ...rest] }) => ({
    name,
    series: size,
    firstMillis: round(first.millis),
    millis: round(median(rest.map(({ millis }) => millis))),
    cpuMillis: round(median(rest.map(({ cpu }) => cpu))),
    bestMillis: round(Math.min(...rest.map(({ millis }) => millis))),
    longestBlockMillis: round(median(rest.map(({ block }) => block))),
    bestBlockMillis: round(Math.min(...rest.map(({ block }) => block))),
    bytes: first.bytes,
  }));
}

async function main() {
  const rows = [];
  for (const size of SIZES) {
    rows.push(...(await run(size)));
  }

  const find = (name, series) => rows.find((row) => row.name === name && row.series === series);
  const ours = (series) => find('prometheus-bridge text', series);
  const gateways = (series) => find('prometheus-bridge text, gateway', series);
  const [compared, largest] = isSmoke ? [1_000, 1_000] : [2_000, 20_000];
  const summary = {
    ratioToPromClient: round(ours(compared).cpuMillis / find('prom-client 15', compared).cpuMillis),
    ratioToOfficialExporter: round(ours(compared).cpuMillis / find('exporter-prometheus 0.301', compared).cpuMillis),
    gatewayRatioToPromClient: round(gateways(compared).cpuMillis / find('prom-client 15', compared).cpuMillis),
    longestBlockMillis: gateways(largest).longestBlockMillis,
    bestBlockMillis: gateways(largest).bestBlockMillis,
    growthOfTenfold: round(ours(largest).cpuMillis / ours(largest / 10).cpuMillis),
  };

  const columns = [
    'firstMillis',
    'millis',
    'bestMillis',
    'cpuMillis',
    'longestBlockMillis',
    'bestBlockMillis',
    'bytes',
  ];
  console.error(
    `${'series'.padStart(6)}  ${'contender'.padEnd(29)} ${columns.map((column) => column.padStart(18)).join(' ')}`,
  );
  for (const row of rows) {
    const figures = columns.map((column) => String(row[column]).padStart(18)).join(' ');
    console.error(`${String(row.series).padStart(6)}  ${row.name.padEnd(29)} ${figures}`);
  }
  writeFigures({ scrape: { rows, summary } }, `medians of ${ROUNDS} rounds, CPU time`);
  console.error(JSON.stringify(summary));
  console.log(JSON.stringify({ node: process.version, rounds: ROUNDS, rows, summary }, null, 2));
}

const [, , flag, name, size] = process.argv;
if (flag === '--contender') {
  runContender(name, Number(size));
} else {
  await main();
}
