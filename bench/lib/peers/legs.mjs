// What bench/peers.mjs loads: the bare forwarder, our gateway, and each way of each peer that is installed.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runLoad } from '../load.mjs';
import { dccMcpCore } from './dcc-mcp-core.mjs';
import { mcpProxy } from './mcp-proxy.mjs';
import { mcpproxyGo } from './mcpproxy-go.mjs';
import { OUR_LEGS } from './ours.mjs';

const PEERS = [mcpProxy, dccMcpCore, mcpproxyGo];
const START_MILLIS = 30_000;

const askByName = (text, tool = 'echo') => ({ name: tool, arguments: { text } });

/** Waits until a call is answered as it should be. */
async function untilAnswered(leg) {
  const deadline = performance.now() + START_MILLIS;
  for (;;) {
    try {
      await runLoad({ ...leg, connections: 1, seconds: 0.02 });
      return;
    } catch (error) {
      if (performance.now() > deadline || leg.programs.some(({ hasEnded }) => hasEnded?.())) {
        throw error;
      }
    }
    await wait(200);
  }
}

async function startLeg({ name, records, start }, how) {
  const leg = { ask: askByName, ...(await start(how)), name, records };
  await untilAnswered(leg);
  return leg;
}

/** What the program says that it is. */
function versionOf(program, runner) {
  const [command, ...args] = [...(runner === undefined ? [] : [runner]), program, '--version'];
  return /\d+\.\d+\.\d+/.exec(execFileSync(command, args, { encoding: 'utf8' }))?.[0];
}

/** Each leg of a peer that can be started, and why the others cannot. */
async function startPeer({ name, program: path, runner, legs }, { peers, folder, ...how }) {
  const program = join(peers ?? '', path);
  if (!peers || !existsSync(program)) {
    return { started: [], leftOut: [{ name, why: 'not installed' }] };
  }
  const started = [];
  const leftOut = [];
  for (const [index, leg] of legs.entries()) {
    try {
      const work = join(folder, `${name}-${index}`);
      started.push({ version: versionOf(program, runner), ...(await startLeg(leg, { ...how, program, work })) });
    } catch (error) {
      leftOut.push({ name: leg.name, why: error.message });
    }
  }
  return { started, leftOut };
}

/**
 * Starts everything.
 *
 * @param how `main` is our gateway's own main.js, `folder` where each has its files, `upstreamUrl` the MCP server, `sinkUrl`
 *   the OTLP receiver, `peers` the folder that peers are installed in, if any; `keep` takes each process that is starting.
 * @returns The legs, each with its `programs`, and peers that are left out, with the reason.
 */
export async function startLegs(how) {
  const legs = [];
  const leftOut = [];
  for (const leg of OUR_LEGS) {
    legs.push(await startLeg(leg, how));
  }
  for (const peer of PEERS) {
    const { started, leftOut: without } = await startPeer(peer, how);
    legs.push(...started);
    leftOut.push(...without);
  }
  return { legs, leftOut };
}
