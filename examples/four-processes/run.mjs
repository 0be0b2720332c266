#!/usr/bin/env node
// Agent → gateway → MCP server → the service behind it: four processes, one trace, drawn on standard output.
//   node run.mjs [--json] [--write-guide]
//   node run.mjs --endpoint http://localhost:4318     sends the spans there instead of drawing them
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawTrace } from './draw-trace.mjs';
import { startProcess, waitForLine } from './processes.mjs';
import { startSpanSink } from './span-sink.mjs';

const path = (specifier) => fileURLToPath(import.meta.resolve(specifier));
const AGENT = path('@dcc-mcp/example-traced-agent');
const SERVER = path('@dcc-mcp/example-traced-mcp-server');
const FARM = path('./render-farm.mjs');
const GUIDES = [path('../../docs/guides/tracing.md'), path('../../docs/zh-CN/tracing.md')];

/** The built gateway; its source where the workspace runs from source. */
function gatewayMain() {
  const home = dirname(path('@dcc-mcp/gateway/package.json'));
  const built = join(home, 'dist/main.js');
  const fromSource = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`.includes('@dcc-mcp/source');
  return existsSync(built) && !fromSource ? built : join(home, 'src/main.ts');
}

function telemetryTo(url, protocol) {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) {
      return;
    }
    await wait(100);
  }
  throw new Error('the gateway did not become ready');
}

/** A gateway with our MCP server behind it, on standard streams. */
function writeConfig(folder, variables) {
  const env = { ...variables, NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '' };
  const file = join(folder, 'gateway.json');
  writeFileSync(
    file,
    JSON.stringify({
      mcpServers: { estimator: { command: process.execPath, args: [SERVER], env } },
      registry: { dir: 'off' }, // whatever else runs on this machine
    }),
  );
  return file;
}

/** Runs all four and gives the spans of the agent's trace; none when they go to `endpoint`. */
async function runFourProcesses(endpoint) {
  const folder = mkdtempSync(join(tmpdir(), 'four-processes-'));
  const sink = await startSpanSink();
  const running = [];
  try {
    const telemetry =
      endpoint === undefined ? telemetryTo(sink.url, 'http/json') : telemetryTo(endpoint, 'http/protobuf');
    const farm = startProcess([FARM], telemetry);
    running.push(farm);
    const [farmPort] = await waitForLine(farm.stdout, /^\d+$/);
    const config = writeConfig(folder, { ...telemetry, FARM_URL: `http://127.0.0.1:${farmPort}` });
    const gateway = startProcess([gatewayMain(), '--config', config, '--port', '0'], telemetry);
    running.unshift(gateway); // stopped first: it ends its server, which the farm still serves
    const [, url] = await waitForLine(gateway.stderr, /listening on (http:\S+)/);
    await untilReady(url);
    const agent = startProcess([AGENT, `${url}/mcp`], telemetry);
    if ((await agent.exited) !== 0) {
      throw new Error('the agent failed');
    }
    await wait(300);
  } finally {
    for (const one of running) {
      await one.stop();
    }
    sink.close();
    rmSync(folder, { recursive: true });
  }
  const root = sink.spans.find(({ service }) => service === 'shot-agent');
  return sink.spans.filter(({ traceId }) => traceId === root?.traceId);
}

/** Puts the drawing between the marks of the guide, in each of its languages. */
function writeGuides(drawing) {
  const marked = /(<!-- four-processes -->\n)[\s\S]*?(<!-- \/four-processes -->)/;
  for (const guide of GUIDES) {
    const text = readFileSync(guide, 'utf8');
    writeFileSync(
      guide,
      text.replace(marked, (_, open, close) => `${open}\n\`\`\`text\n${drawing}\n\`\`\`\n\n${close}`),
    );
  }
}

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean' }, 'write-guide': { type: 'boolean' }, endpoint: { type: 'string' } },
});
const spans = await runFourProcesses(flags.endpoint);
if (flags.endpoint !== undefined) {
  console.log(`the spans went to ${flags.endpoint}`);
} else if (flags.json) {
  console.log(JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2));
} else {
  console.log(drawTrace(spans));
}
if (flags['write-guide']) {
  writeGuides(drawTrace(spans));
}
