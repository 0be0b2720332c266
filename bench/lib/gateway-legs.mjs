// What bench/gateway.mjs loads: a bare forwarder, and gateways that differ in their telemetry alone, before one MCP server.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './environment.mjs';
import { startGateway, startModule, startProfiledGateway } from './processes.mjs';

const lib = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
const NO_HISTORY = { DCC_MCP_ADMIN_HISTORY: 'false' };
const ONE_IN_TEN = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };

export const BARE = 'bare forwarder';
/** The legs whose answers hold a MiB of text. */
const LARGE = ', 1 MiB results';

async function findSlug(url) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const response = await fetch(`${url}/v1/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'echo' }),
    });
    const slug = response.ok ? (await response.json()).hits[0]?.tool_slug : undefined;
    if (slug !== undefined) {
      return slug;
    }
    await wait(100);
  }
  throw new Error('the gateway never found the upstream tool `echo`');
}

/**
 * Starts everything.
 *
 * @param main The gateway's own `main.js`.
 * @param folder Where its configuration is written to.
 * @param isProfiled Whether the gateways that are loaded by name can be profiled.
 * @param keep Takes each process that is starting, so that it is stopped however the benchmark ends.
 */
export async function startTargets({ main, folder, isProfiled, keep }) {
  const upstream = await keep(startModule(lib('upstream')));
  const upstreamUrl = `http://127.0.0.1:${upstream.port}/mcp`;
  const sink = await keep(startModule(lib('sink')));
  const config = join(folder, 'gateway.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { up: { url: upstreamUrl, concurrency: 128 } } }));
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}` };
  const startAll = isProfiled ? startProfiledGateway : startGateway;
  const start = async (how, more, env) => {
    const gateway = await keep(how(main, ['--config', config, '--port', '0', ...more], cleanEnvironment(env)));
    return { ...gateway, slug: await findSlug(gateway.url) };
  };
  const both = async (more, env) => ({
    all: await start(startAll, [...more, '--expose', 'all'], env),
    search: await start(startGateway, more, env),
  });
  const metrics = ['--metrics'];
  return {
    bare: await keep(startModule(lib('bare-forwarder'), [upstreamUrl])),
    gateways: {
      off: await both([], NO_HISTORY),
      sampled: {
        all: await start(startAll, [...metrics, '--expose', 'all'], { ...traced, ...ONE_IN_TEN, ...NO_HISTORY }),
      },
      'on, no history': await both(metrics, { ...traced, ...NO_HISTORY }),
      on: await both(metrics, traced),
    },
  };
}

/** Small answers, in both eras: what is loaded, and how. */
export function createLegs({ bare, gateways }) {
  const legs = [];
  for (const era of ['legacy', 'modern']) {
    legs.push(bareLeg(bare, { era, name: BARE, tool: 'echo' }));
    for (const [state, { all }] of Object.entries(gateways)) {
      legs.push(gatewayLeg(all, { era, name: `gateway, telemetry ${state}`, tool: 'echo' }));
    }
    for (const [state, { search }] of Object.entries(gateways).filter(([, each]) => each.search !== undefined)) {
      legs.push(gatewayLeg(search, { era, name: `gateway call, telemetry ${state}`, tool: 'call' }));
    }
  }
  return legs;
}

/** Small answers, in both eras: with telemetry, and without. */
export function createPacedLegs({ gateways }) {
  return ['legacy', 'modern'].flatMap((era) =>
    ['off', 'on, no history'].map((state) =>
      gatewayLeg(gateways[state].all, { era, name: `gateway, telemetry ${state}`, tool: 'echo' }),
    ),
  );
}

/** Large answers, in the era of today: telemetry must not look at all of them. */
export function createLargeLegs({ bare, gateways }) {
  const how = { era: 'modern', tool: 'large' };
  return [
    bareLeg(bare, { ...how, name: `${BARE}${LARGE}` }),
    ...['off', 'on, no history'].map((state) =>
      gatewayLeg(gateways[state].all, { ...how, name: `gateway${LARGE}, telemetry ${state}` }),
    ),
  ];
}

const bareLeg = ({ pid, port }, leg) => ({ ...leg, pid, url: `http://127.0.0.1:${port}/mcp` });
const gatewayLeg = ({ pid, url, slug }, leg) => ({ ...leg, pid, url: `${url}/mcp`, slug });
