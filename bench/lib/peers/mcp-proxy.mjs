// mcp-proxy, the peer from npm: Streamable HTTP before one server over stdio. It records nothing.
// Its event store is off, by which clients could ask again for what they missed: it takes memory, and nobody asks here.
// Sessions of the handshake cost it less CPU and memory than its stateless mode.
import { STDIO_UPSTREAM, freePort, startProgram } from './programs.mjs';

async function start({ program, work, keep }) {
  const port = await freePort();
  const flags = ['--host', '127.0.0.1', '--port', port, '--server', 'stream', '--no-eventStore'];
  const args = [program, ...flags, '--', process.execPath, STDIO_UPSTREAM];
  const proxy = await keep(startProgram(process.execPath, args, { work }));
  return { programs: [proxy], url: `http://127.0.0.1:${port}/mcp`, era: 'legacy' };
}

export const mcpProxy = {
  name: 'mcp-proxy',
  program: 'node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs',
  runner: process.execPath,
  legs: [{ name: 'mcp-proxy', records: 'nothing', start }],
};
