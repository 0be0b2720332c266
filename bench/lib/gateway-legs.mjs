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

/** Flags and environment of a gateway in each state of its telemetry, spans to the receiver at `sinkUrl`. */
export function telemetryStates(sinkUrl) {
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: sinkUrl };
  const flags = ['--metrics'];
  return {
    off: { flags: [], env: NO_HISTORY },
    sampled: { flags, env: { ...traced, ...ONE_IN_TEN, ...NO_HISTORY } },
    'on, no history': { flags, env: { ...traced, ...NO_HISTORY } },
    on: { flags, env: traced },
  };
}

/** The legs whose answers hold a MiB of text. */
const LARGE = ', 1 MiB results';

/** Waits until the gateway has the upstream's `echo`; gives the name that its own tool `call` knows it by. */
export async function findSlug(url) {
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
 * Starts what stands around the gateways: the MCP server, the bare forwarder, the OTLP receiver.
 *
 * @param main The gateway's own `main.js`.
 * @param folder Where its configuration is written to.
 * @param keep Takes each process that is starting, so that it is stopped however the benchmark ends.
 * @returns `start` starts a gateway there: `how` as a function of processes.mjs, with flags beside those of its state.
 */
export async function startAround({ main, folder, keep }) {
  const upstream = await keep(startModule(lib('upstream')));
  const upstreamUrl = `http://127.0.0.1:${upstream.port}/mcp`;
  const sink = await keep(startModule(lib('sink')));
  const config = join(folder, 'gateway.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { up: { url: upstreamUrl, concurrency: 128 } } }));
  const start = async (how, more, { flags, env }) => {
    const args = ['--config', config, '--port', '0', ...flags, ...more];
    const gateway = await keep(how(main, args, cleanEnvironment(env)));
    return { ...gateway, slug: await findSlug(gateway.url) };
  };
  const bare = await keep(startModule(lib('bare-forwarder'), [upstreamUrl]));
  return { bare, states: telemetryStates(`http://127.0.0.1:${sink.port}`), start };
}

/**
 * Starts everything that bench/gateway.mjs loads.
 *
 * @param isProfiled Whether the gateways that are loaded by name can be profiled.
 */
export async function startTargets({ isProfiled, ...how }) {
  const { bare, states, start } = await startAround(how);
  const startAll = isProfiled ? startProfiledGateway : startGateway;
  const gateways = {};
  for (const [name, state] of Object.entries(states)) {
    const all = await start(startAll, ['--expose', 'all'], state);
    gateways[name] =
      name === 'sampled' ? { all } : { all, search: await start(startGateway, ['--expose', 'search'], state) };
  }
  return { bare, gateways };
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

export const bareLeg = ({ pid, port }, leg) => ({ ...leg, pid, url: `http://127.0.0.1:${port}/mcp` });
export const gatewayLeg = ({ pid, url, slug }, leg) => ({ ...leg, pid, url: `${url}/mcp`, slug });
