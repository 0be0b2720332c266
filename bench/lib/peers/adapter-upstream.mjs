// The same MCP server as upstream.mjs as an adapter that dcc-mcp-core's gateway finds: its row in the registry's file, the
// health that is asked for, and beside MCP the routes by which the gateway lists tools and calls them.
//   node adapter-upstream.mjs REGISTRY APP INSTANCE          (as a child process; says its port over IPC)
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS, answer, callTool } from '../answers.mjs';
import { listen } from '../json-server.mjs';

const [, , registry, app, instance] = process.argv;
const file = join(registry, 'services.json');
const HEARTBEAT_MILLIS = 5_000;
const READY = {
  process: true,
  dcc: true,
  skill_catalog: true,
  dispatcher: true,
  host_execution_bridge: true,
  main_thread_executor: true,
};

const entryOf = ({ name, description }) => ({
  slug: `${app}.core.${name}`,
  skill: 'core',
  action: name,
  dcc: app,
  summary: description,
  loaded: true,
  has_schema: true,
  scope: 'core',
});

function call({ tool_slug: slug, arguments: { text: given } }) {
  const { text, isError } = callTool(slug.split('.').at(-1), given);
  return { slug, output: isError ? { success: false, message: text } : text, validation_skipped: false };
}

const ROUTES = {
  '/v1/search': () => ({ total: TOOLS.length, hits: TOOLS.map(entryOf) }),
  '/v1/describe': ({ tool_slug: slug }) => {
    const tool = TOOLS.find(({ name }) => name === slug.split('.').at(-1));
    return { entry: entryOf(tool), description: tool.description, input_schema: tool.inputSchema };
  },
  '/v1/call': call,
};

const secondsOf = (millis) => ({
  secs_since_epoch: Math.floor(millis / 1000),
  nanos_since_epoch: (millis % 1000) * 1_000_000,
});

/** Without the registry's lock: nobody else but the gateway writes it, and a row that is lost is back at the next beat. */
function register(port, registeredAt) {
  const rows = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const own = {
    schema_version: 1,
    dcc_type: app,
    instance_id: instance,
    host: '127.0.0.1',
    port,
    version: '1.0',
    scene: null,
    pid: process.pid,
    metadata: { mcp_url: `http://127.0.0.1:${port}/mcp` },
    registered_at: secondsOf(registeredAt),
    last_heartbeat: secondsOf(Date.now()),
    status: 'available',
  };
  const next = `${file}.${process.pid}`;
  writeFileSync(next, JSON.stringify([...rows.filter((row) => row.instance_id !== instance), own]));
  renameSync(next, file);
}

const server = listen(
  (message, { url, headers }) => {
    const route = ROUTES[url];
    const json = route === undefined ? answer(message) : { ...route(message), request_id: headers['x-request-id'] };
    return json && { json };
  },
  (path) => (path === '/v1/readyz' ? READY : undefined),
);
server.once('listening', () => {
  const { port } = server.address();
  const begin = Date.now();
  register(port, begin);
  setInterval(() => register(port, begin), HEARTBEAT_MILLIS);
});
