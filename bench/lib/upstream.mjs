// The smallest MCP server worth measuring through: Streamable HTTP, a tool `echo` and a tool `large` that adds a MiB to it,
// both protocol eras, no dependencies.
// Run as a child of a benchmark; says its port over IPC.
import { createServer } from 'node:http';

const inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const annotations = { readOnlyHint: true };
const TOOLS = [
  { name: 'echo', description: 'Answers with the text it was given', inputSchema, annotations },
  { name: 'large', description: 'A mebibyte behind it', inputSchema, annotations },
];
const MEBIBYTE = 'All work and no play. '.repeat(2 ** 20 / 22);
const ANSWERS = { echo: (text) => text, large: (text) => text + MEBIBYTE };
const SERVER_INFO = { name: 'bench-upstream', version: '1.0.0' };
const CACHE = { ttlMs: 60_000, cacheScope: 'public' };
const MODERN = 'io.modelcontextprotocol/protocolVersion';

const HANDLERS = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: SERVER_INFO }),
  'server/discover': () => ({
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
    ...CACHE,
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: TOOLS, ...CACHE }),
  'tools/call': ({ name, arguments: { text } }) => ({ content: [{ type: 'text', text: ANSWERS[name](text) }] }),
};

function answer({ id, method, params = {} }) {
  const handler = HANDLERS[method];
  if (handler === undefined) {
    return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
  }
  const { _meta: meta } = params;
  const isModern = meta?.[MODERN] !== undefined;
  return { jsonrpc: '2.0', id, result: { ...handler(params), ...(isModern && { resultType: 'complete' }) } };
}

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const message = JSON.parse(Buffer.concat(chunks).toString());
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const body = Buffer.from(JSON.stringify(answer(message)));
    const session = message.method === 'initialize' ? { 'mcp-session-id': 'bench' } : {};
    const headers = { 'content-type': 'application/json', 'content-length': body.length, ...session };
    response.writeHead(200, headers).end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
