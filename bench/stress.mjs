#!/usr/bin/env node
// Whether many clients at once are served right, and what each costs: a thousand sessions of the handshake era, used over
// 256 connections at a time, every answer compared with what was asked. The heap after a collection is read with the
// sessions idle, after the load, and when all of them have ended.
//     node bench/stress.mjs [--smoke] [--secs 30] [--sessions 1000] [--connections 256] [--write]      (after a build)
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './lib/environment.mjs';
import { readFigures, writeFigures } from './lib/figures.mjs';
import { openConnection, parseBody } from './lib/http-connection.mjs';
import { startAccountedGateway, startModule } from './lib/processes.mjs';

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '30' },
    sessions: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '256' },
  },
});
const seconds = flags.smoke ? 3 : Number(flags.secs);
const sessionCount = Number(flags.sessions);
const connectionCount = Number(flags.connections);
const { sessionKibibytes: MAX_SESSION_KIBIBYTES } = readFigures().budgets.stress;
/** Few: the connections that they take are in the heap that is compared. */
const DELETES_AT_ONCE = 8;
const WARM_UP_SESSIONS = 50;
const WARM_UP_ROUNDS = 20;
/** A run that takes that much longer than its load hangs. */
const PATIENCE_SECONDS = 240;
const KIBIBYTE = 1_024;
const VERSION = '2025-11-25';
const TYPES = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const main = here('../apps/gateway/dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'bench-stress-'));
const running = [];

async function startGateway(upstreamPort) {
  const file = join(folder, 'gateway.json');
  const mcpServers = { echo: { url: `http://127.0.0.1:${upstreamPort}/mcp`, concurrency: connectionCount, queue: 0 } };
  writeFileSync(file, JSON.stringify({ mcpServers }));
  const args = ['--config', file, '--port', '0', '--expose', 'all'];
  const gateway = await startAccountedGateway(main, args, cleanEnvironment({ DCC_MCP_STATE_DIR: folder }));
  running.push(gateway);
  return gateway;
}

/** What the gateway holds after a collection; what requests leave for the next turns of the loop is waited for. */
async function heapBytes(gateway) {
  await wait(flags.smoke ? 300 : 1_000);
  const { heapBytes: bytes } = await gateway.account();
  return bytes;
}

async function openSession(connection) {
  const params = { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: 'stress', version: '1.0.0' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const answer = await connection.post(TYPES, body);
  const id = /\r\nmcp-session-id: *(\S+)/i.exec(answer.head)?.[1];
  if (id === undefined) {
    throw new Error(`no session: HTTP ${answer.status} ${answer.body.slice(0, 300)}`);
  }
  const headers = { ...TYPES, 'mcp-protocol-version': VERSION, 'mcp-session-id': id };
  await connection.post(headers, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  return { id, headers, calls: 0 };
}

async function callEcho(connection, session, text) {
  session.calls += 1;
  const { calls: id } = session;
  const params = { name: 'echo', arguments: { text } };
  const answer = await connection.post(
    session.headers,
    JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
  );
  const message = answer.status === 200 ? parseBody(answer) : undefined;
  if (message?.id !== id || !(message.result?.content?.[0]?.text ?? '').includes(text)) {
    throw new Error(`wrong answer to "${text}": HTTP ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}

/** Each connection has sessions of its own, and takes one after the other. */
async function load(connections, sessions) {
  const latencies = [];
  const until = performance.now() + seconds * 1_000;
  const own = connections.map((_, index) => sessions.filter((_session, at) => at % connections.length === index));
  await Promise.all(
    connections.map(async (connection, index) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        const session = own[index][turn % own[index].length];
        const begin = performance.now();
        await callEcho(connection, session, `c${index}t${turn}`);
        latencies.push(performance.now() - begin);
      }
    }),
  );
  return latencies.toSorted((a, b) => a - b);
}

async function openSessions(connections, count) {
  const opening = connections.map(async (connection, index) => {
    const opened = [];
    for (let at = index; at < count; at += connections.length) {
      opened.push(await openSession(connection));
    }
    return opened;
  });
  return (await Promise.all(opening)).flat();
}

async function endSessions(url, sessions) {
  for (let from = 0; from < sessions.length; from += DELETES_AT_ONCE) {
    const some = sessions.slice(from, from + DELETES_AT_ONCE);
    await Promise.all(some.map(({ headers }) => fetch(`${url}/mcp`, { method: 'DELETE', headers })));
  }
}

async function untilReady(url) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await fetch(`${url}/readyz`)).status === 200) {
      return;
    }
    await wait(50);
  }
  throw new Error('the gateway was never ready');
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;

function openConnections(url, count) {
  return Promise.all(Array.from({ length: count }, () => openConnection(`${url}/mcp`)));
}

/** Code is compiled and pools are filled before anything is compared. */
async function warmUp(url) {
  const connections = await openConnections(url, WARM_UP_SESSIONS);
  const sessions = await openSessions(connections, WARM_UP_SESSIONS);
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    await Promise.all(sessions.map((session, index) => callEcho(connections[index], session, `w${round}i${index}`)));
  }
  connections.forEach((connection) => connection.close());
  await endSessions(url, sessions);
}

async function run() {
  if (!existsSync(main)) {
    throw new Error('the gateway is not built: run `npm run build` first');
  }
  const upstream = await startModule(here('lib/upstream.mjs'));
  running.push(upstream);
  const gateway = await startGateway(upstream.port);
  await untilReady(gateway.url);
  await warmUp(gateway.url);
  const connections = await openConnections(gateway.url, connectionCount);
  const before = await heapBytes(gateway); // with the connections, which are none of a session
  const sessions = await openSessions(connections, sessionCount);
  const idle = await heapBytes(gateway);
  const latencies = await load(connections, sessions);
  const used = await heapBytes(gateway);
  await endSessions(gateway.url, sessions);
  const ended = await heapBytes(gateway);
  connections.forEach((connection) => connection.close());
  const perSession = (bytes) => Number((bytes / sessionCount / KIBIBYTE).toFixed(2));
  return {
    sessions: sessionCount,
    connections: connectionCount,
    seconds,
    calls: latencies.length,
    callsPerSecond: Math.round(latencies.length / seconds),
    p50Millis: Number(at(latencies, 0.5).toFixed(1)),
    p99Millis: Number(at(latencies, 0.99).toFixed(1)),
    idleKibibytes: perSession(idle - before),
    usedKibibytes: perSession(used - ended),
  };
}

setTimeout(
  () => {
    console.error('no answer for too long');
    running.forEach((started) => started.stop());
    process.exit(1);
  },
  (seconds + PATIENCE_SECONDS) * 1_000,
).unref();
try {
  const figures = await run();
  console.table([figures]);
  const verdict = {
    'every answer was the right one': figures.calls > 0,
    'an idle session is small': figures.idleKibibytes <= MAX_SESSION_KIBIBYTES,
    'a used session is small': figures.usedKibibytes <= MAX_SESSION_KIBIBYTES,
  };
  console.log(verdict);
  writeFigures({ stress: figures }, `${sessionCount} sessions`);
  process.exitCode = Object.values(verdict).every(Boolean) ? 0 : 1;
} finally {
  running.forEach((started) => started.stop());
  rmSync(folder, { recursive: true, force: true });
}
