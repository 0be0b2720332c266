// What request context and spans cost per call, in µs of CPU, beside bare OpenTelemetry spans with the same attributes.
// Usage: node bench/spans.mjs [--smoke] [--json] [--write]
import { createRequestContextSettings, readRequestContext, responseHeaders } from '@dcc-mcp/request-context';
import { createWorkflowSpans } from '@dcc-mcp/workflow-spans';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { hash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { writeFigures } from './lib/figures.mjs';
import { median } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: { smoke: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
});
const CALLS = flags.smoke ? 2_000 : 40_000;
const ROUNDS = flags.smoke ? 3 : 9;

const propagator = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});
const settings = createRequestContextSettings({ propagator, sha256: (text) => hash('sha256', text) });

const HEADERS = {
  host: '127.0.0.1:9765',
  connection: 'keep-alive',
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
  'mcp-session-id': 'f3b6ad1e-6a7b-4c39-8a35-0a5a4b2f7d10',
  'user-agent': 'claude-desktop/1.4 (darwin)',
  'content-length': '214',
};
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const AGENT = {
  actor_id: 'u-7421',
  agent_id: 'planner-3',
  agent_name: 'Planner',
  model: 'some-model-4',
  turn_id: 't-9',
};
const MESSAGES = {
  'no context': { headers: HEADERS, meta: undefined },
  'traceparent in _meta, five agent fields': {
    headers: HEADERS,
    meta: { traceparent: TRACEPARENT, agent_context: AGENT },
  },
};
const ARGUMENTS = { radius: 1.5, name: 'ball', segments: 32 };
const ARGUMENTS_JSON = JSON.stringify(ARGUMENTS);
const RESULT = { content: [{ type: 'text', text: 'created ball with 32 segments' }] };
const RESULT_JSON = JSON.stringify(RESULT);

let id = 0;

/** One call as the gateway makes it: context, workflow span, hop, injection, answer headers. */
function ownCall(spans, message) {
  id += 1;
  const ctx = readRequestContext(
    {
      transport: 'mcp',
      headers: message.headers,
      meta: message.meta,
      session: { id: HEADERS['mcp-session-id'], clientInfo: { name: 'claude-desktop', version: '1.4' } },
      jsonrpcId: id,
      peerAddress: '127.0.0.1',
    },
    settings,
  );
  const span = spans.startWorkflow(ctx, 'gateway.call', { networkTransport: 'tcp', protocolVersion: '2025-11-25' });
  span.setRoute({
    dccType: 'maya',
    instanceId: 'a1b2c3d4-0000-4000-8000-000000000000',
    toolSlug: 'maya.a1b2c3d4.create_sphere',
    toolName: 'create_sphere',
  });
  span.setPolicy({ outcome: 'allowed' });
  span.setInput(ARGUMENTS, ARGUMENTS_JSON);
  const hop = span.startHop({
    method: 'tools/call',
    target: 'create_sphere',
    dccType: 'maya',
    instanceId: 'a1b2c3d4-0000-4000-8000-000000000000',
    toolSlug: 'maya__create_sphere',
    affinity: 'main',
    jsonrpcId: id,
    protocolVersion: '2025-11-25',
    networkTransport: 'tcp',
    queueWaitMillis: 0,
  });
  const { carrier } = hop.carrier();
  hop.end({ outcome: 'ok' });
  span.setOutput(RESULT, RESULT_JSON);
  span.end({ outcome: 'ok' });
  return carrier.traceparent.length + responseHeaders(ctx)['x-request-id'].length;
}

/** The same two spans with the same attributes, written by hand: what OpenTelemetry itself costs. */
function bareCall(tracer, recorded, carrierIn) {
  const parent =
    carrierIn === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, carrierIn, defaultTextMapGetter);
  const entry = tracer.startSpan('gateway.call', { kind: SpanKind.SERVER }, parent);
  const context = trace.setSpan(ROOT_CONTEXT, entry);
  if (entry.isRecording()) {
    for (const [key, value] of recorded.entry) {
      entry.setAttribute(key, value);
    }
  }
  const hop = tracer.startSpan('tools/call create_sphere', { kind: SpanKind.CLIENT }, context);
  if (hop.isRecording()) {
    for (const [key, value] of recorded.hop) {
      hop.setAttribute(key, value);
    }
  }
  const out = {};
  propagator.inject(trace.setSpan(ROOT_CONTEXT, hop), out, defaultTextMapSetter);
  hop.end();
  entry.end();
  return out.traceparent?.length ?? 0;
}

function recordOnce(message) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  ownCall(createWorkflowSpans({ tracer: provider.getTracer('bench'), settings, statusOk: true }), message);
  const [hop, entry] = exporter.getFinishedSpans().map((span) => Object.entries(span.attributes));
  return { hop, entry };
}

function cpuMicrosPerCall(call) {
  const start = process.cpuUsage();
  for (let i = 0; i < CALLS; i += 1) {
    sink += call();
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / CALLS;
}

let sink = 0;

const TRACERS = {
  sampled: new TracerProvider({}).getTracer('bench'),
  'not sampled': new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('bench'),
  'no provider': new ProxyTracerProvider().getTracer('bench'),
};

const rows = [];
for (const [what, message] of Object.entries(MESSAGES)) {
  const recorded = recordOnce(message);
  for (const [mode, tracer] of Object.entries(TRACERS)) {
    const spans = createWorkflowSpans({ tracer, settings, statusOk: true });
    const own = () => ownCall(spans, message);
    const bare = () => bareCall(tracer, recorded, message.meta);
    cpuMicrosPerCall(own);
    cpuMicrosPerCall(bare);
    const pairs = Array.from({ length: ROUNDS }, () => [cpuMicrosPerCall(own), cpuMicrosPerCall(bare)]);
    const [ours, bareSpans] = [0, 1].map((leg) => median(pairs.map((pair) => pair[leg])));
    rows.push({
      message: what,
      spans: mode,
      attributes: recorded.entry.length + recorded.hop.length,
      'context + spans µs': Number(ours.toFixed(2)),
      'bare spans µs': Number(bareSpans.toFixed(2)),
      'ours above bare µs': Number((ours - bareSpans).toFixed(2)),
    });
  }
}
if (sink === 0) {
  throw new Error('nothing ran');
}
writeFigures({ spans: { rows } }, `medians of ${ROUNDS} alternating rounds`);
if (flags.json) {
  console.log(JSON.stringify(rows, undefined, 2));
} else {
  console.table(rows);
}
