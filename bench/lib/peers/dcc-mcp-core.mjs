// dcc-mcp-core, the gateway in Rust: finds servers by the rows of a registry's file. Its `call` goes to routes that only
// adapters of its own have, and is recorded (audit and trace rows, kept in SQLite); what it passes through to an MCP server
// it does not record. The program logs warnings alone, and knows no address but loopback.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startModule } from '../processes.mjs';
import { STDIO_UPSTREAM, freePort, startProgram } from './programs.mjs';

const APP = 'bench';
const ADAPTER = fileURLToPath(new URL('adapter-upstream.mjs', import.meta.url));
const NO_ADMIN = ['--no-admin=true'];

/** A gateway daemon with a registry of its own. */
async function startDaemon({ program, work, keep }, flags = []) {
  const registry = join(work, 'registry');
  mkdirSync(registry, { recursive: true });
  const port = await freePort();
  const env = {
    DCC_MCP_REGISTRY_DIR: registry,
    DCC_MCP_ETC_DIR: work,
    DCC_MCP_LOG_DIR: work,
    DCC_MCP_CORE_VERSION_CHECK: '0',
    DCC_MCP_MARKETPLACE_OFFLINE: '1',
    DCC_MCP_MARKETPLACE_NO_DEFAULT_SOURCES: '1',
    RUST_LOG: 'warn',
  };
  const where = ['--host', '127.0.0.1', '--port', port, '--remote-port', 0, '--registry-dir', registry];
  const args = ['gateway', ...where, '--gateway-persist=true', ...flags];
  const daemon = await keep(startProgram(program, args, { work, env }));
  return { daemon, port, registry, env, base: `http://127.0.0.1:${port}` };
}

/** The same server as that of the others, over HTTP, as an adapter that registered itself. */
async function startAdapter(registry, keep) {
  const instance = randomUUID();
  await keep(startModule(ADAPTER, [registry, APP, instance]));
  return { instance, slugOf: (tool) => `${APP}.${instance.slice(0, 8)}.${tool}` };
}

async function passThrough(how) {
  const { daemon, base, registry } = await startDaemon(how, NO_ADMIN);
  const { instance } = await startAdapter(registry, how.keep);
  return { programs: [daemon], url: `${base}/mcp/${instance}`, era: 'legacy' };
}

/** What brings a server over stdio behind it: a program of its own, which forwards, too. */
async function passThroughBridge(how) {
  const { daemon, base, port, registry, env } = await startDaemon(how, NO_ADMIN);
  const server = ['--stdio', `${process.execPath} ${STDIO_UPSTREAM}`, '--app-type', APP];
  const where = ['--port', 0, '--gateway-port', port, '--gateway-remote-port', 0, '--registry-dir', registry];
  const args = ['translate', ...server, ...where];
  const bridge = await how.keep(startProgram(how.program, args, { work: how.work, env }));
  return { programs: [daemon, bridge], url: `${base}/mcp/dcc/${APP}`, era: 'legacy' };
}

async function startCall(how) {
  const { daemon, base, registry } = await startDaemon(how);
  const { slugOf } = await startAdapter(registry, how.keep);
  const argumentsOf = (text, tool = 'echo') => ({ tool_slug: slugOf(tool), arguments: { text } });
  return { programs: [daemon], base, argumentsOf, readFailed: () => readFailed(base) };
}

async function callOverRest(how) {
  const { base, argumentsOf, ...leg } = await startCall(how);
  const ask = (text, tool) => ({ arguments: argumentsOf(text, tool) });
  return { ...leg, url: `${base}/v1/call`, era: 'rest', ask };
}

async function callOverMcp(how) {
  const { base, argumentsOf, ...leg } = await startCall(how);
  const ask = (text, tool) => ({ name: 'call', arguments: argumentsOf(text, tool) });
  return { ...leg, url: `${base}/mcp`, era: 'legacy', ask };
}

const wordOf = (isOk) => (isOk ? 'success' : 'error');

/** What its trace of the failed call says, and the span in it. */
async function readFailed(base) {
  const read = async (path) => (await fetch(`${base}/admin/api/traces${path}`)).json();
  const { traces } = await read('?limit=50');
  const row = traces.find(({ tool }) => tool?.endsWith('.fail'));
  if (row === undefined) {
    return undefined;
  }
  const { ok, spans } = await read(`/${encodeURIComponent(row.request_id)}`);
  return `${wordOf(ok)}; its span: ${wordOf(spans[0].ok)}`;
}

export const dccMcpCore = {
  name: 'dcc-mcp-core',
  program: 'bin/dcc-mcp-server',
  legs: [
    { name: 'dcc-mcp-core, pass-through', records: 'nothing', start: passThrough },
    { name: 'dcc-mcp-core, pass-through over its bridge', records: 'nothing', start: passThroughBridge },
    { name: 'dcc-mcp-core, call over REST', records: 'audit and trace rows', start: callOverRest },
    { name: 'dcc-mcp-core, call over MCP', records: 'audit and trace rows', start: callOverMcp },
  ],
};
