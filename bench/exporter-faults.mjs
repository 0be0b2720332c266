import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
/*
 * What a bad collector does to a server that records two spans for each request: latency, memory, and
 * whether every span is accounted for. Each kind of collector gets a fresh server under the same load.
 *
 *   node bench/exporter-faults.mjs [--smoke] [--write]      (after a build)
 *
 * JSON on stdout, a table on stderr.
 */
import { fork } from 'node:child_process';
import { Agent, createServer, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { writeFigures } from './lib/figures.mjs';

const CONNECTIONS = 16;
const QUEUE = 2_048;

/** How each collector answers; `undefined` is never. */
const COLLECTORS = {
  healthy: (response) => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(),
  dead: undefined,
  hanging: () => {},
  'slow (2 s)': (response) => setTimeout(() => response.writeHead(200).end(), 2_000),
  '429 with Retry-After': (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  'partial success': (response) =>
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(Buffer.from('0a020805', 'hex')),
  'a web page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
};

const [role] = process.argv.slice(2);
if (role === '--server') {
  serve();
} else if (role === '--collector') {
  collect(COLLECTORS[process.argv[3]]);
} else {
  await main(process.argv.includes('--smoke'));
}

function attributes(prefix) {
  return Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`dcc_mcp.bench.${prefix}${index}`, `value ${index}`]),
  );
}

function serve() {
  const { values } = readTelemetryConfig(process.env);
  const telemetry = startTelemetry(values);
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    const entry = telemetry.tracer.startSpan(
      'call',
      { kind: SpanKind.SERVER, attributes: attributes('a') },
      ROOT_CONTEXT,
    );
    const context = trace.setSpan(ROOT_CONTEXT, entry);
    telemetry.tracer.startSpan('hop', { kind: SpanKind.CLIENT, attributes: attributes('b') }, context).end();
    entry.end();
    response.end('ok');
  });
  process.on('message', () => {
    const [exporter] = telemetry.health().exporters;
    process.send({ calls, exporter, memory: process.memoryUsage() });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

function collect(answer) {
  const server = createServer((request, response) => request.resume().on('end', () => answer(response)));
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

function start(args, env = {}) {
  const child = fork(fileURLToPath(import.meta.url), args, { env: { ...process.env, ...env } });
  const next = () => new Promise((resolve) => child.once('message', resolve));
  return { child, next };
}

async function main(isSmoke) {
  const requests = isSmoke ? 1_500 : 12_000;
  const rounds = isSmoke ? 1 : 4;
  const results = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(COLLECTORS)) {
      const result = await underLoad(name, requests);
      const best = results.get(name);
      // The round that other processes disturbed least.
      if (best === undefined || result.p99Millis < best.p99Millis) {
        results.set(name, result);
      }
    }
  }
  report([...results.values()]);
}

async function underLoad(name, requests) {
  const isDead = COLLECTORS[name] === undefined;
  const collector = isDead ? undefined : start(['--collector', name]);
  const collectorPort = isDead ? 9 : (await collector.next()).port;
  const server = start(['--server'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_MAX_QUEUE_SIZE: String(QUEUE),
    OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
  });
  const { port } = await server.next();
  await load(port, Math.floor(requests / 5)); // warm
  const latencies = await load(port, requests);
  server.child.send('how');
  const { calls, exporter, memory } = await server.next();
  server.child.kill();
  collector?.child.kill();
  const { queue_full, export_failed, rejected } = exporter.dropped;
  const known = exporter.exported + queue_full + export_failed + rejected + exporter.queueSize;
  return {
    collector: name,
    p50Millis: at(latencies, 0.5),
    p99Millis: at(latencies, 0.99),
    rssMebibytes: Math.round(memory.rss / 2 ** 20),
    state: exporter.failure === undefined ? exporter.state : `${exporter.state}: ${exporter.failure.cause}`,
    spans: calls * 2,
    exported: exporter.exported,
    dropped: queue_full + export_failed + rejected,
    // What is in the one request that is under way is all that may be missing.
    unaccounted: calls * 2 - known,
  };
}

async function load(port, requests) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latencies = [];
  let left = requests;
  const one = () =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      get({ host: '127.0.0.1', port, agent }, (response) => {
        response.resume().on('end', () => {
          latencies.push(performance.now() - started);
          resolve();
        });
      }).on('error', reject);
    });
  const connection = async () => {
    while (left-- > 0) {
      await one();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
  return latencies.toSorted((left_, right) => left_ - right);
}

function at(sorted, share) {
  return Number(sorted[Math.floor(sorted.length * share)].toFixed(2));
}

function report(results) {
  const healthy = results[0];
  for (const row of results) {
    console.error(
      [
        row.collector.padEnd(22),
        `p50 ${row.p50Millis} ms`,
        `p99 ${row.p99Millis} ms (×${(row.p99Millis / healthy.p99Millis).toFixed(2)})`,
        `rss ${row.rssMebibytes} MiB`,
        `${row.spans} spans: ${row.exported} exported, ${row.dropped} dropped, ${row.unaccounted} under way`,
        row.state,
      ].join('  '),
    );
  }
  writeFigures({ 'exporter-faults': { results } }, 'of each collector the round with the lowest p99');
  console.log(JSON.stringify({ benchmark: 'exporter-faults', node: process.version, results }));
}
