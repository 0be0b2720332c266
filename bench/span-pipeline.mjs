import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { defaultResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
/*
 * What tracing one call costs: two spans, 40 attributes, recorded, encoded and sent to a live sink,
 * beside the official SDK with its batch processor and OTLP exporter, in the same process.
 *
 *   node bench/span-pipeline.mjs [--smoke] [--write]      (after a build)
 *
 * CPU time of this process; the sink is a process of its own. JSON on stdout, a table on stderr.
 */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { writeFigures } from './lib/figures.mjs';

// Not part of the public index: recorder and encoder are also measured by themselves.
const internal = (path) => import(new URL(`../packages/telemetry-node/src/${path}.ts`, import.meta.url).href);
const { SpanEncoder } = await internal('encoder/span-encoder');
const { RecordingTracerProvider } = await internal('spans/recording-tracer-provider');
const { toSpanLimits } = await internal('spans/span-limits');

const LIMITS = {
  attributeCount: 128,
  attributeValueLength: Infinity,
  eventCount: 128,
  linkCount: 128,
  attributesPerEvent: 128,
  attributesPerLink: 128,
};

if (process.argv[2] === '--sink') {
  process.on('disconnect', () => process.exit());
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
} else {
  await main(process.argv.includes('--smoke'));
}

async function main(isSmoke) {
  const calls = isSmoke ? 3_000 : 40_000;
  const rounds = isSmoke ? 2 : 5;
  const sink = fork(fileURLToPath(import.meta.url), ['--sink']);
  const port = await new Promise((resolve) => sink.once('message', resolve));
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const results = {};
  const record = (name, micros) => {
    results[name] = Math.min(results[name] ?? Infinity, micros);
  };
  for (let round = 0; round < rounds; round += 1) {
    record(
      'recorded only: ours',
      await measure(
        recordedByOurs(() => {}),
        calls,
      ),
    );
    record('recorded only: official SDK', await measure(recordedOnly(), calls));
    record('recorded by ours, fast exporter', await measure(ours(url, 'fast'), calls));
    record('recorded by ours, official exporter', await measure(ours(url, 'official'), calls));
    record('official SDK and exporter', await measure(official(url), calls));
    for (const [name, micros] of Object.entries(encoders(calls))) {
      record(name, micros);
    }
  }
  sink.kill();
  report(results);
}

/** CPU µs of this process for each call, everything flushed. */
async function measure({ tracer, flush, stop }, calls) {
  for (let call = 0; call < 500; call += 1) {
    oneCall(tracer);
  }
  await flush();
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) {
    oneCall(tracer);
    // As in a server: other turns of the event loop in between, and a queue that does not overflow.
    if (call % 200 === 199) {
      await flush();
    }
  }
  await flush();
  const { user, system } = process.cpuUsage(before);
  await stop();
  return (user + system) / calls;
}

function attributes(prefix) {
  return {
    'openinference.span.kind': 'TOOL',
    'dcc_mcp.workflow.operation': 'gateway.call',
    'dcc_mcp.transport': 'mcp',
    'dcc_mcp.request_id': `${prefix}-6f1de4a2-55cb-4a3f`,
    'dcc_mcp.session_id': 'session-0123456789abcdef',
    'dcc_mcp.actor.id': 'actor-12',
    'dcc_mcp.agent.name': 'lighting assistant',
    'dcc_mcp.agent.kind': 'coding',
    'dcc_mcp.agent.model': 'model-x',
    'dcc_mcp.dcc.type': 'maya',
    'dcc_mcp.instance.id': 'b0a5dd0a-9f7e-4c7e-9f93-1d9b2e2c41de',
    'dcc_mcp.tool.slug': 'maya__create_sphere',
    'dcc_mcp.search.selected_rank': 1,
    'dcc_mcp.search.score': 12.25,
    'dcc_mcp.success': true,
    'dcc_mcp.agent.tags': ['a', 'b', 'c'],
    'session.id': 'session-0123456789abcdef',
    'user.id': 'actor-12',
    'input.value':
      '{"argument_names":["radius","name"],"bytes":118,"sha256":"5f70bf18a086007016e948b04aed3b82103a36be"}',
    'mcp.method.name': 'tools/call',
  };
}

function oneCall(tracer) {
  const entry = tracer.startSpan('gateway.call', { kind: SpanKind.SERVER, attributes: attributes('a') }, ROOT_CONTEXT);
  const context = trace.setSpan(ROOT_CONTEXT, entry);
  const hop = tracer.startSpan(
    'tools/call create_sphere',
    { kind: SpanKind.CLIENT, attributes: attributes('b') },
    context,
  );
  hop.end();
  entry.setStatus({ code: 1 });
  entry.end();
}

function nothing() {
  return Promise.resolve();
}

function recordedOnly() {
  const provider = new TracerProvider();
  return { tracer: provider.getTracer('bench'), flush: nothing, stop: nothing };
}

function recordedByOurs(onEnd) {
  const settings = { resource: defaultResource(), sampler: new AlwaysOnSampler(), limits: toSpanLimits(LIMITS) };
  const provider = new RecordingTracerProvider({ ...settings, onStart: () => {}, onEnd });
  return { tracer: provider.getTracer('bench'), flush: nothing, stop: nothing };
}

function ours(url, exporter) {
  const telemetry = startTelemetry(
    {
      disabled: false,
      logLevel: 'info',
      resource: { serviceName: 'bench', attributes: {}, detectors: [] },
      propagators: [],
      traces: {
        processors: [
          {
            type: 'batch',
            batch: {
              scheduleDelayMillis: 5_000,
              exportTimeoutMillis: 30_000,
              maxQueueSize: 2_048,
              maxExportBatchSize: 512,
            },
            exporter: {
              type: 'otlp',
              protocol: 'http/protobuf',
              endpoint: url,
              headers: {},
              timeoutMillis: 10_000,
              compression: 'none',
              insecure: false,
            },
          },
        ],
        sampler: { name: 'parentbased_always_on', ratio: 1 },
        limits: LIMITS,
      },
      metrics: { readers: [], exemplarFilter: 'always_off' },
      logs: { processors: [], limits: LIMITS },
      semconvStabilityOptIn: [],
    },
    { exporter },
  );
  return { tracer: telemetry.tracer, flush: () => telemetry.forceFlush(), stop: () => telemetry.shutdown() };
}

function official(url) {
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) });
  const provider = new TracerProvider({ spanProcessors: [processor] });
  return {
    tracer: provider.getTracer('bench'),
    flush: () => provider.forceFlush(),
    stop: () => provider.shutdown(),
  };
}

/** The two encoders alone, each on one batch of 512 spans of its own kind. */
function encoders(calls) {
  const officialSpans = [];
  const provider = new TracerProvider({
    spanProcessors: [
      { onStart() {}, onEnd: (span) => officialSpans.push(span), forceFlush: async () => {}, shutdown: async () => {} },
    ],
  });
  const ourSpans = [];
  const { tracer } = recordedByOurs((span) => ourSpans.push(span));
  for (let call = 0; call < 256; call += 1) {
    oneCall(provider.getTracer('bench'));
    oneCall(tracer);
  }
  const encoder = new SpanEncoder();
  const batches = Math.max(Math.floor(calls / 256), 10);
  const time = (encode) => {
    for (let batch = 0; batch < 10; batch += 1) {
      encode();
    }
    const before = process.cpuUsage();
    for (let batch = 0; batch < batches; batch += 1) {
      encode();
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (batches * 256);
  };
  return {
    'encoder: ours': time(() => encoder.encode(ourSpans)),
    'encoder: official': time(() => ProtobufTraceSerializer.serializeRequest(officialSpans)),
  };
}

function report(results) {
  const reference = { 'encoder: ours': 'encoder: official', 'recorded only: ours': 'recorded only: official SDK' };
  const rows = Object.entries(results).map(([name, micros]) => ({
    what: name,
    'µs per call': Number(micros.toFixed(1)),
    ratio: Number((micros / results[reference[name] ?? 'official SDK and exporter']).toFixed(2)),
  }));
  console.error('two spans with 40 attributes in all; CPU of the process');
  console.error(
    rows.map((row) => `${row.what.padEnd(36)} ${String(row['µs per call']).padStart(7)} µs   ×${row.ratio}`).join('\n'),
  );
  writeFigures({ 'span-pipeline': { results: rows } }, 'the best of five rounds');
  console.log(JSON.stringify({ benchmark: 'span-pipeline', node: process.version, results: rows }));
}
