#!/usr/bin/env node
// What a Redis has to do for many gateways. Up to 100 of them with 10,000 instances stand still: each is the state that a
// real one shares (apps/gateway/src/cluster), with connections of its own, driven at the pace of a real one. What a call
// adds is taken from a real gateway under load, beside one without Redis. Redis is a real redis-server.
//   node bench/fleet.mjs [--smoke] [--secs 10] [--gateways 10,30,100] [--json] [--write]      (after a build)
import { startRedis } from '@dcc-mcp/test-kit/redis-server';
import { findRedisServer } from '@dcc-mcp/test-kit/tools';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './lib/environment.mjs';
import { writeFigures } from './lib/figures.mjs';
import { runLoad } from './lib/load.mjs';
import { cpuMicros, startGateway, startModule } from './lib/processes.mjs';
import { rounded } from './lib/statistics.mjs';

/** What gateways share is nothing that the package exports: it is taken from its source. */
const ofGateway = (path) => import(new URL(`../apps/gateway/src/${path}`, import.meta.url));
const { createRedisState } = await ofGateway('cluster/redis-state.ts');
const { openRedisLink } = await ofGateway('cluster/redis/link/open-redis-link.ts');
const { createMemoryState } = await ofGateway('cluster/shared-state.ts');
const { readRedisAddress } = await ofGateway('config/redis/redis-address.ts');

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    secs: { type: 'string', default: '10' },
    gateways: { type: 'string', default: '10,30,100' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    serve: { type: 'string' },
  },
});
const seconds = flags.smoke ? 1.5 : Number(flags.secs);
const sizes = flags.smoke ? [3] : flags.gateways.split(',').map(Number);

/** As in a gateway: src/registry/http/http-registry.ts, src/registry/announced/announced-registry.ts. */
const LOOK_MILLIS = 1_000;
const ANNOUNCE_EVERY = 3;
/** Of 10,000 instances at 100 gateways: 90 each that its gateway starts itself and announces, 10 that register over HTTP. */
const ANNOUNCED_EACH = 90;
const REGISTERED_EACH = 10;
const TTL_SECS = 30;
const HEARTBEAT_MILLIS = (TTL_SECS * 1_000) / 3;
const SETTLE_MILLIS = flags.smoke ? 1_000 : 4_000;
const EACH_PROCESS = 20;

/** How often a gateway took Redis for gone, because the machine was too slow for so many. */
let timesAway = 0;

const fail = (error) => console.error(error instanceof Error ? error.message : error);

/** Puts timers of many gateways evenly into the time between, as they are in life. */
function every(millis, part, work) {
  let timer = setTimeout(() => {
    void work();
    timer = setInterval(() => void work(), millis);
  }, millis * part);
  return () => clearTimeout(timer);
}

function announcedBy(gateway) {
  return Array.from({ length: ANNOUNCED_EACH }, (_, index) => ({
    key: `maya-${index}`,
    instanceId: randomUUID(),
    dccType: 'maya',
    affinity: 'any',
    concurrency: 4,
    maxQueued: 100,
    timeoutMillis: 30_000,
    maxTimeoutMillis: 300_000,
    coercesArguments: true,
    gateway,
  }));
}

/** One gateway with what it announces, what registered at it, and what it looks at. */
async function startOne(address, number, count) {
  const part = number / count;
  const { link, tried } = openRedisLink({
    address: () => address,
    keyPrefix: 'dcc-mcp:',
    onChange: ({ isUp }) => (timesAway += Number(!isUp)),
    onRefused: fail,
    onError: fail,
  });
  await tried;
  const state = createRedisState(link, createMemoryState(), { id: randomUUID(), onError: fail });
  await state.whenJoined();
  const messages = state.createMessages(fail);
  const instances = announcedBy(number);
  const own = {
    address: messages.address,
    url: `http://10.0.${Math.floor(number / 250)}.${number % 250}:9765`,
    instances,
  };
  const registered = Array.from({ length: REGISTERED_EACH }, () => randomUUID());
  for (const [index, instanceId] of registered.entries()) {
    await state.registeredInstances.register({
      instanceId,
      dccType: 'blender',
      mcpUrl: `http://10.1.${number}.${index}:8765/mcp`,
      ttlSecs: TTL_SECS,
    });
  }
  await state.announcements.announce(own);
  let rounds = 0;
  const stops = [
    every(LOOK_MILLIS, part, async () => {
      rounds += 1;
      if (rounds % ANNOUNCE_EVERY === 0) {
        await state.announcements.secret();
        await state.announcements.announce(own);
      }
      await state.announcements.list();
    }),
    every(LOOK_MILLIS, part, () => state.registeredInstances.list()),
    ...registered.map((instanceId, index) =>
      every(HEARTBEAT_MILLIS, (index + part) / registered.length, () =>
        state.registeredInstances.heartbeat(instanceId),
      ),
    ),
  ];
  return {
    seen: async () =>
      (await state.announcements.list()).reduce((sum, each) => sum + each.instances.length, 0) +
      (await state.registeredInstances.list()).length,
    async stop() {
      stops.forEach((stop) => stop());
      await state.close();
      link.close();
    },
  };
}

const numberIn = (info, name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? Number.NaN);

/** What `INFO` says, over a connection of its own that waits as long as it takes. */
async function readInfo(port) {
  const socket = connect(port, '127.0.0.1');
  socket.end('*2\r\n$4\r\nINFO\r\n$10\r\neverything\r\n');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    text += chunk;
  }
  return text;
}

/** What Redis has done so far. */
async function account(port) {
  const info = await readInfo(port);
  return {
    at: performance.now(),
    commands: numberIn(info, 'total_commands_processed'),
    inBytes: numberIn(info, 'total_net_input_bytes'),
    outBytes: numberIn(info, 'total_net_output_bytes'),
    redisMicros: (numberIn(info, 'used_cpu_user') + numberIn(info, 'used_cpu_sys')) * 1e6,
    memory: numberIn(info, 'used_memory'),
  };
}

/** The same per second, over `millis`. */
async function measure(port, millis) {
  const before = await account(port);
  await wait(millis);
  const after = await account(port);
  const secs = (after.at - before.at) / 1_000;
  const rate = (name) => (after[name] - before[name]) / secs;
  return { ...Object.fromEntries(Object.keys(before).map((name) => [name, rate(name)])), memory: after.memory };
}

/** A process with some of the gateways: `fork` of this file with `--serve`. */
async function serveGateways() {
  const { from, to, of, url } = JSON.parse(flags.serve);
  const { address } = readRedisAddress(url);
  const gateways = [];
  for (let number = from; number < to; number += 1) {
    gateways.push(await startOne(address, number, of));
  }
  process.once('disconnect', () => process.exit());
  process.on('message', (asked) => {
    void (asked === 'stop' ? stopAll(gateways) : tell(gateways.at(-1)));
  });
  process.send('started');
}

async function stopAll(gateways) {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  process.exit(0);
}

async function tell(gateway) {
  process.send({ seen: await gateway.seen(), timesAway });
}

/** One process after the other, so that none is slow for a reason that gateways do not have. */
async function startFleet(url, count) {
  const children = [];
  for (let from = 0; from < count; from += EACH_PROCESS) {
    const part = { from, to: Math.min(count, from + EACH_PROCESS), of: count, url };
    const child = fork(fileURLToPath(import.meta.url), [
      '--serve',
      JSON.stringify(part),
      ...(flags.smoke ? ['--smoke'] : []),
    ]);
    children.push(child);
    await once(child, 'message');
  }
  return children;
}

async function ask(child) {
  const answered = once(child, 'message');
  child.send('seen');
  const [answer] = await answered;
  return answer;
}

/** Resolves when all gateways see all instances; gives how often one has taken Redis for gone. */
async function untilSeen(children, instances) {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const answers = await Promise.all(children.map(ask));
    if (answers.every(({ seen }) => seen === instances)) {
      return answers.reduce((sum, answer) => sum + answer.timesAway, 0);
    }
    await wait(LOOK_MILLIS);
  }
  throw new Error(`not every gateway sees the ${instances} instances`);
}

async function stopFleet(children) {
  await Promise.all(
    children.map(async (child) => {
      const ended = once(child, 'exit');
      child.send('stop');
      await Promise.race([ended, wait(5_000)]);
      child.kill('SIGKILL');
    }),
  );
}

/** What so many gateways cost that do nothing. */
async function measureSize(count) {
  const redis = await startRedis();
  const children = await startFleet(redis.url, count);
  try {
    const instances = count * (ANNOUNCED_EACH + REGISTERED_EACH);
    await wait(SETTLE_MILLIS);
    const awayBefore = await untilSeen(children, instances);
    const cpuBefore = children.map(({ pid }) => cpuMicros(pid));
    const quiet = await measure(redis.port, seconds * 1_000);
    const own = children.reduce((sum, { pid }, index) => sum + cpuMicros(pid) - cpuBefore[index], 0) / seconds;
    return {
      gateways: count,
      instances,
      commandsPerSecond: Math.round(quiet.commands),
      kibInPerSecond: rounded(quiet.inBytes / 1_024),
      kibOutPerSecond: rounded(quiet.outBytes / 1_024),
      redisCpuPercent: rounded(quiet.redisMicros / 10_000),
      gatewayCpuPercent: rounded(own / 10_000 / count, 2),
      redisMebibytes: rounded(quiet.memory / 1_048_576),
      timesAway: (await untilSeen(children, instances)) - awayBefore,
    };
  } finally {
    await stopFleet(children);
    await redis.stop();
  }
}

/** What calls of a real gateway add, by how clients call it. */
async function measureCalls(running) {
  const redis = await startRedis();
  running.push(redis);
  const upstream = await startModule(fileURLToPath(new URL('lib/upstream.mjs', import.meta.url)));
  running.push(upstream);
  const folder = mkdtempSync(join(tmpdir(), 'bench-fleet-'));
  running.push({ stop: () => rmSync(folder, { recursive: true, force: true }) });
  const config = join(folder, 'gateway.json');
  writeFileSync(
    config,
    JSON.stringify({ mcpServers: { up: { url: `http://127.0.0.1:${upstream.port}/mcp`, concurrency: 128 } } }),
  );
  const main = fileURLToPath(new URL('../apps/gateway/dist/main.js', import.meta.url));
  const start = async (env) => {
    const gateway = await startGateway(
      main,
      ['--config', config, '--port', '0', '--expose', 'all'],
      cleanEnvironment(env),
    );
    running.push(gateway);
    while (!(await fetch(`${gateway.url}/readyz`)).ok) {
      await wait(50);
    }
    return gateway;
  };
  const [alone, sharing] = [await start({}), await start({ DCC_MCP_REDIS_URL: redis.url })];
  const rows = [];
  for (const era of ['legacy', 'modern']) {
    rows.push({ era, ...(await measureEra(era, { alone, sharing, port: redis.port })) });
  }
  return rows;
}

async function measureEra(era, { alone, sharing, port }) {
  const load = async ({ pid, url }) => {
    const before = cpuMicros(pid);
    const { calls, callsPerSecond } = await runLoad({ url: `${url}/mcp`, era, connections: 16, seconds });
    return { calls, callsPerSecond, micros: (cpuMicros(pid) - before) / calls };
  };
  await load(alone);
  await load(sharing);
  const without = await load(alone);
  await wait(500); // rows are written a tenth of a second later
  const quiet = await measure(port, 1_000);
  const before = await account(port);
  const shared = await load(sharing);
  await wait(500);
  const after = await account(port);
  const secs = (after.at - before.at) / 1_000;
  const perCall = (name) => (after[name] - before[name] - quiet[name] * secs) / shared.calls;
  return {
    callsPerSecond: shared.callsPerSecond,
    commandsPerCall: rounded(perCall('commands'), 2),
    bytesPerCall: Math.round(perCall('inBytes')),
    redisMicrosPerCall: rounded(perCall('redisMicros')),
    gatewayMicrosPerCall: rounded(shared.micros),
    moreThanAlone: rounded(shared.micros - without.micros),
    redisMebibytes: rounded(after.memory / 1_048_576),
  };
}

async function run() {
  const fleet = [];
  for (const size of sizes) {
    fleet.push(await measureSize(size));
    console.error(JSON.stringify(fleet.at(-1)));
  }
  const running = [];
  try {
    return { fleet, calls: await measureCalls(running) };
  } finally {
    for (const each of running.toReversed()) {
      await each.stop();
    }
  }
}

if (findRedisServer() === undefined) {
  console.log('redis-server not found: apt-get install redis-server');
  process.exit(process.env.CI === 'true' ? 1 : 0);
}
if (flags.serve === undefined) {
  const measured = await run();
  if (flags.json) {
    console.log(JSON.stringify(measured, undefined, 2));
  } else {
    console.table(measured.fleet);
    console.table(measured.calls);
  }
  writeFigures(
    { fleet: measured },
    'gateways that stand still are twenty in a process, the one under load has one of its own',
  );
} else {
  await serveGateways();
}
