// mcpproxy-go, the gateway in Go: servers over HTTP. Its own `call_tool_read` is recorded (activity log and, where they are
// on, metrics); a tool called by its own name, in direct mode, is not. As shipped each call is searched for secrets, and
// metrics are off.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countedAs } from './failed-tool.mjs';
import { freePort, startProgram } from './programs.mjs';

const SERVER = 'up';
const METRICS = { observability: { metrics: { enabled: true } } };
const NO_SCAN = { sensitive_data_detection: { enabled: false } };
/** It asks no server for updates, reports nothing, and opens no browser. */
const QUIET = { MCPPROXY_TELEMETRY: 'false', MCPPROXY_DISABLE_AUTO_UPDATE: 'true', HEADLESS: 'true' };

const callRead = (text, tool = 'echo') => ({
  name: 'call_tool_read',
  arguments: { name: `${SERVER}:${tool}`, args_json: JSON.stringify({ text }) },
});
const callDirectly = (text, tool = 'echo') => ({ name: `${SERVER}__${tool}`, arguments: { text } });

/** Starts one with `settings` of its own, before the server that all others have. */
const startWith =
  (settings, { path, ask }) =>
  async ({ program, work, upstreamUrl, keep }) => {
    const port = await freePort();
    const key = randomUUID();
    const config = join(work, 'mcp_config.json');
    const server = { name: SERVER, url: upstreamUrl, protocol: 'http', enabled: true, quarantined: false };
    mkdirSync(work, { recursive: true });
    writeFileSync(
      config,
      JSON.stringify({
        listen: `127.0.0.1:${port}`,
        data_dir: join(work, 'data'),
        api_key: key,
        enable_socket: false,
        ...settings,
        mcpServers: [server],
      }),
    );
    const args = ['serve', '--config', config, '--log-level', 'warn'];
    const proxy = await keep(startProgram(program, args, { work, env: QUIET }));
    const base = `http://127.0.0.1:${port}`;
    const readMetrics = async () => (await fetch(`${base}/metrics`, { headers: { 'x-api-key': key } })).text();
    const readFailed = async () => countedAs(await readMetrics(), 'mcpproxy_tool_calls_total');
    return { programs: [proxy], url: `${base}${path}`, era: 'legacy', ask, readFailed };
  };

const DIRECT = { path: '/mcp/all', ask: callDirectly };
const READ = { path: '/mcp/call', ask: callRead };

export const mcpproxyGo = {
  name: 'mcpproxy-go',
  program: 'bin/mcpproxy',
  legs: [
    { name: 'mcpproxy-go, direct', records: 'nothing', start: startWith(NO_SCAN, DIRECT) },
    {
      name: 'mcpproxy-go, call_tool_read',
      records: 'activity log, metrics',
      start: startWith({ ...METRICS, ...NO_SCAN }, READ),
    },
    { name: 'mcpproxy-go, as shipped', records: 'activity log with a scan for secrets', start: startWith({}, READ) },
  ],
};
