#!/usr/bin/env node
// What the history costs: CPU of a gateway per call without it, in memory, and with a folder (lines and index); rows a second
// that the index takes while the main thread stays free; and filters and statistics over a million rows.
//   node bench/history.mjs [--smoke] [--secs 4] [--rounds 3] [--rows 1000000] [--json] [--write]      (after a build)
import { createRowIds, MemoryCallStore } from '@dcc-mcp/call-store';
import { parseQuery, QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import { IndexedCallStore, RowIndex } from '@dcc-mcp/call-store/sqlite';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
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
    rows: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = flags.smoke ? 0.5 : Number(flags.secs);
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const rows = flags.smoke ? 20_000 : Number(flags.rows);
const sustainedSeconds = flags.smoke ? 1 : 6;
const ROWS_PER_SECOND = 5000;
const folder = mkdtempSync(join(tmpdir(), 'bench-history-'));
const { keep, stopAll } = keptProcesses();

/** Gateways that differ in what they remember alone. */
async function startGateways() {
  const upstream = await keep(startModule(fileURLToPath(new URL('lib/upstream.mjs', import.meta.url))));
  const config = join(folder, 'gateway.json');
  const mcpServers = { up: { url: `http://127.0.0.1:${upstream.port}/mcp`, concurrency: 128 } };
  writeFileSync(config, JSON.stringify({ mcpServers }));
  const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
  const start = (env) =>
    keep(startGateway(main, ['--config', config, '--port', '0', '--expose', 'all'], cleanEnvironment(env)));
  const gateways = {
    none: await start({ DCC_MCP_ADMIN_HISTORY: 'false' }),
    memory: await start({}),
    folder: await start({ DCC_MCP_GATEWAY_AUDIT_DIR: join(folder, 'audit') }),
  };
  for (const { url } of Object.values(gateways)) {
    while (!(await fetch(`${url}/readyz`)).ok) {
      await wait(50);
    }
  }
  return gateways;
}

/** CPU per call of each, in turns, so that a slow moment of the machine hits all of them. */
async function measureCalls() {
  const gateways = Object.entries(await startGateways());
  const micros = new Map(gateways.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { pid, url }] of gateways) {
      const before = cpuMicros(pid);
      const { calls } = await runLoad({ url: `${url}/mcp`, era: 'modern', tool: 'echo', connections: 16, seconds });
      if (round > 0) {
        micros.get(name).push((cpuMicros(pid) - before) / calls);
      }
    }
  }
  return gateways.map(([name, { pid }]) => {
    const own = micros.get(name);
    const more = median(own.map((value, round) => value - micros.get('none')[round]));
    return {
      name,
      cpuMicrosPerCall: rounded(median(own)),
      more: rounded(more),
      residentMebibytes: residentMebibytes(pid),
    };
  });
}

const OUTCOMES = [...Array.from({ length: 18 }, () => 'ok'), 'timeout', 'tool_error'];

/** Calls as a gateway of 150 tools would note them, ten milliseconds apart. */
function createRows(begin) {
  let at = begin;
  const newId = createRowIds(() => at);
  return (index) => {
    at += 10;
    const id = newId();
    const outcome = OUTCOMES[(index * 7) % OUTCOMES.length];
    const isOk = outcome === 'ok';
    const traceId = `${((index + 1) * 2_654_435_761).toString(16).padStart(16, '0').slice(-16)}${id.slice(-16).replace('-', '0')}`;
    return {
      row_id: id,
      timestamp: new Date(at).toISOString(),
      request_id: id,
      trace_id: traceId.slice(0, 32),
      span_id: traceId.slice(0, 16),
      trace_sampled: true,
      trace_carrier: 'meta',
      session_id: String(index % 997).padStart(12, '0'),
      session_source: 'protocol',
      transport: 'mcp',
      mcp_transport: 'http',
      agent_id: `agent-${index % 20}`,
      agent_name: `Agent ${index % 20}`,
      actor_id: `actor-${index % 10}`,
      client_platform: 'linux',
      attribution_trust: { agent_id: 'self_reported', agent_name: 'self_reported' },
      operation: 'call',
      tool: `maya.a1b2c3d4.tool_${index % 150}`,
      tool_label: `maya__tool_${index % 150}`,
      backend_tool: `tool_${index % 150}`,
      dcc_type: 'maya',
      instance_id: `a1b2c3d4-${index % 4}`,
      outcome,
      success: isOk,
      status: isOk ? 'ok' : 'err',
      ...(!isOk && { error: { kind: 'timeout', message: 'no answer within 2000 ms', retryable: false } }),
      duration_ms: ((index * 37) % 3000) / 1.5,
      queue_ms: 0.1,
      gateway_ms: 0.3,
      upstream_ms: 10,
      input_bytes: 100,
      output_bytes: 200,
      input_tokens: 25,
      output_tokens: 50,
    };
  };
}

async function openIndex(name) {
  const memory = new MemoryCallStore();
  const index = new RowIndex(memory, {
    directory: join(folder, name),
    maxBytes: 16 * 1024 ** 3,
    maxRows: 10_000_000,
    onChange: ({ message }) => console.error(message),
  });
  await index.open();
  return { memory, index, store: new IndexedCallStore(memory, index) };
}

/** Rows at a steady pace; what the main thread spent on them, and its longest stall. */
async function measureSustained() {
  const { memory, index } = await openIndex('sustained');
  const next = createRows(Date.now());
  const made = Array.from({ length: ROWS_PER_SECOND * sustainedSeconds }, (_, number) => next(number));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const begin = performance.now();
  const used = performance.eventLoopUtilization();
  for (let done = 0; done < made.length;) {
    const due = Math.min(made.length, Math.floor(((performance.now() - begin) / 1000) * ROWS_PER_SECOND));
    for (; done < due; done += 1) {
      memory.append('calls', made[done]);
    }
    await wait(5);
  }
  await index.flush();
  delay.disable();
  const { utilization } = performance.eventLoopUtilization(used);
  const { dropped, rows: kept } = index.health();
  await index.close();
  return {
    rowsPerSecond: ROWS_PER_SECOND,
    seconds: sustainedSeconds,
    kept,
    dropped,
    loopUtilization: Number(utilization.toFixed(3)),
    worstStallMillis: rounded(delay.max / 1e6),
  };
}

const QUERIES = [
  '',
  'outcome=timeout',
  'outcome=timeout tool~tool_14 duration_ms>1s',
  'tool=maya.a1b2c3d4.tool_7',
  'duration_ms>1990',
  'success=false agent_name="Agent 3"',
  'tool_149',
];

/** How long the statistics of all rows take, as a caller sees it; each time of another range, as one is given again for a while. */
async function measureStatistics(store) {
  const until = Date.now();
  const millis = [];
  let calls = 0;
  for (let round = 0; round < 6; round += 1) {
    const asked = performance.now();
    ({ total_calls: calls } = await store.stats({ range: '7d', since: until - 604_800_000 - round, until }));
    millis.push(performance.now() - asked);
  }
  return { calls, millis: rounded(median(millis.slice(1))) };
}

/** How long the first page of a filter and its count take, as a caller sees it. */
async function measureFilters() {
  const { memory, index, store } = await openIndex('filters');
  const next = createRows(Date.now() - rows * 10);
  const begin = performance.now();
  for (let number = 0; number < rows; number += 1) {
    memory.append('calls', next(number));
    if (number % 5000 === 4999) {
      await index.flush();
    }
  }
  await index.flush();
  const writeMicrosPerRow = ((performance.now() - begin) / rows) * 1000;
  const filters = [];
  for (const text of QUERIES) {
    const { query } = parseQuery(text, QUERY_FIELDS.calls);
    const millis = [];
    let total = 0;
    for (let round = 0; round < 6; round += 1) {
      const asked = performance.now();
      ({ total } = await store.list('calls', { query, limit: 200 }));
      millis.push(performance.now() - asked);
    }
    filters.push({ query: text, total, millis: rounded(median(millis.slice(1))) });
  }
  const statistics = await measureStatistics(store);
  const { bytes } = index.health();
  await index.close();
  const bytesPerRow = Math.round(bytes / rows);
  return { rows, writeMicrosPerRow: rounded(writeMicrosPerRow), bytesPerRow, filters, statistics };
}

try {
  const calls = await measureCalls();
  await stopAll();
  const result = { calls, sustained: await measureSustained(), index: await measureFilters() };
  writeFigures({ history: result }, `medians of ${rounds} alternating rounds`);
  console.log(flags.json ? JSON.stringify(result) : result);
  if (result.sustained.dropped > 0) {
    console.error('rows were dropped');
    process.exitCode = 1;
  }
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
