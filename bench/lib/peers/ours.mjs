// The bare forwarder and our gateway, as bench/gateway.mjs has them: telemetry off; spans to a live receiver and metrics;
// and the history of calls on top.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from '../environment.mjs';
import { BARE, findSlug, telemetryStates } from '../gateway-legs.mjs';
import { startGateway, startModule } from '../processes.mjs';
import { countedAs } from './failed-tool.mjs';

const RECORDS = {
  off: 'nothing',
  'on, no history': 'spans, metrics',
  on: 'spans, metrics, history',
};
const lib = (name) => new URL(`../${name}.mjs`, import.meta.url);

async function startBare({ upstreamUrl, keep }) {
  const bare = await keep(startModule(lib('bare-forwarder'), [upstreamUrl]));
  return { programs: [bare], url: `http://127.0.0.1:${bare.port}/mcp`, era: 'legacy' };
}

const startState =
  (state) =>
  async ({ main, folder, upstreamUrl, sinkUrl, keep }) => {
    const config = join(folder, 'gateway.json');
    writeFileSync(config, JSON.stringify({ mcpServers: { up: { url: upstreamUrl, concurrency: 128 } } }));
    const { flags, env } = telemetryStates(sinkUrl)[state];
    const args = ['--config', config, '--port', '0', '--expose', 'all', ...flags];
    const gateway = await keep(startGateway(main, args, cleanEnvironment(env)));
    await findSlug(gateway.url);
    const readFailed = async () =>
      countedAs(await (await fetch(`${gateway.url}/metrics`)).text(), 'dcc_mcp_tool_calls_total');
    return { programs: [gateway], url: `${gateway.url}/mcp`, era: 'legacy', readFailed };
  };

export const OUR_LEGS = [
  { name: BARE, records: 'nothing', start: startBare },
  ...Object.entries(RECORDS).map(([state, records]) => ({
    name: `gateway, telemetry ${state}`,
    records,
    start: startState(state),
  })),
];
