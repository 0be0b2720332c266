// What recording one tool call costs, beside the bare metrics SDK recording the same instruments, in one run.
// Usage: node bench/record.mjs [--smoke] [--json] [--write]
import { SDK_CARDINALITY_LIMIT } from '@dcc-mcp/bounded-meter';
import { createGatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { parseArgs } from 'node:util';
import { writeFigures } from './lib/figures.mjs';
import { median } from './lib/statistics.mjs';

const { values: flags } = parseArgs({
  options: { smoke: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
});
const ROUNDS = flags.smoke ? 3 : 15;
const CALLS = flags.smoke ? 20_000 : 200_000;
// The bucket boundaries that the reference page promises: tool calls, MCP operations, phases.
const BUCKET_BOUNDARIES_TOOL = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const BUCKET_BOUNDARIES_MCP = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const BUCKET_BOUNDARIES_SMALL_TOOL = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
].concat(BUCKET_BOUNDARIES_TOOL.slice(7));
const TOOLS = Array.from({ length: 50 }, (_, index) => `maya__tool_${index}`);
const span = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };

class ManualReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

function createProvider() {
  return new MeterProvider({ readers: [new ManualReader({ cardinalitySelector: () => SDK_CARDINALITY_LIMIT })] });
}

const seconds = (explicitBucketBoundaries) => ({ unit: 's', advice: { explicitBucketBoundaries } });

/** The instruments of one tool call as somebody would write them straight on the SDK. */
function createBare() {
  const meter = createProvider().getMeter('bare');
  const calls = meter.createCounter('dcc_mcp.tool.calls');
  const duration = meter.createHistogram('dcc_mcp.tool.duration', seconds(BUCKET_BOUNDARIES_TOOL));
  const phase = meter.createHistogram('dcc_mcp.gateway.phase_duration', seconds(BUCKET_BOUNDARIES_SMALL_TOOL));
  const operation = meter.createHistogram('mcp.server.operation.duration', seconds(BUCKET_BOUNDARIES_MCP));
  const tokens = meter.createCounter('dcc_mcp.gateway.response_tokens');
  return (tool, durationSeconds) => {
    calls.add(1, { tool, status: 'success' });
    duration.record(durationSeconds, { tool });
    phase.record(0.001, { tool, phase: 'queue' });
    phase.record(0.0002, { tool, phase: 'gateway' });
    phase.record(durationSeconds, { tool, phase: 'upstream' });
    operation.record(durationSeconds, {
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': tool,
      'network.transport': 'tcp',
    });
    tokens.add(100, { surface: 'call' });
  };
}

/** A meter whose histograms can bind their series. */
function createBindingMeter() {
  const { values } = readTelemetryConfig({});
  return startTelemetry(values, { pull: true, cardinalityLimit: SDK_CARDINALITY_LIMIT }).meterFor('ours');
}

function createOurs(meter, spanContext) {
  const metrics = createGatewayMetrics(meter, {
    isRegisteredTool: (tool) => tool.startsWith('maya__'),
    version: '0',
  });
  return (tool, durationSeconds) => {
    const phases = { queueSeconds: 0.001, gatewaySeconds: 0.0002, upstreamSeconds: durationSeconds };
    metrics.recordCall({ tool, status: 'success', durationSeconds, phases, span: spanContext });
    metrics.recordOperation({
      side: 'server',
      method: 'tools/call',
      tool,
      transport: 'tcp',
      durationSeconds,
      span: spanContext,
    });
    metrics.recordResponseTokens('call', 400);
  };
}

function measureNanos(record) {
  const startedAt = process.cpuUsage();
  for (let index = 0; index < CALLS; index += 1) {
    record(TOOLS[index % TOOLS.length], (index % 97) / 10);
  }
  const { user, system } = process.cpuUsage(startedAt);
  return ((user + system) * 1000) / CALLS;
}

const subjects = {
  'bare sdk-metrics': createBare(),
  'on sdk-metrics, unsampled': createOurs(createProvider().getMeter('ours'), undefined),
  'on sdk-metrics, sampled (exemplars)': createOurs(createProvider().getMeter('ours'), span),
  'on telemetry-node, unsampled': createOurs(createBindingMeter(), undefined),
  'on telemetry-node, sampled (exemplars)': createOurs(createBindingMeter(), span),
};
for (const record of Object.values(subjects)) {
  measureNanos(record);
}
const nanos = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
// Taken in turns, so that a slow moment of the machine hits all of them.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, record] of Object.entries(subjects)) {
    nanos[name].push(measureNanos(record));
  }
}
const bare = median(nanos['bare sdk-metrics']);
const rows = Object.entries(nanos).map(([name, values]) => ({
  name,
  nanosPerCall: Math.round(median(values)),
  ratio: Number((median(values) / bare).toFixed(2)),
}));
writeFigures({ record: { rows } }, `medians of ${ROUNDS} alternating rounds`);
if (flags.json) {
  console.log(JSON.stringify(rows));
} else {
  for (const { name, nanosPerCall, ratio } of rows) {
    console.log(`${name.padEnd(40)} ${String(nanosPerCall).padStart(6)} ns per call  ${ratio.toFixed(2)}x`);
  }
}
