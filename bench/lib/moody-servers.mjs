// MCP servers of every temper on one port: at /<anything> an `echo` that now and then fails as servers do.
// Child process; port over IPC.
import { createServer } from 'node:http';

const TOOL = {
  name: 'echo',
  description: 'Answers with the text it was given',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  annotations: { readOnlyHint: true },
};
const RESULTS = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'moody', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [TOOL] }),
  'tools/call': ({ arguments: { text } }) => ({ content: [{ type: 'text', text }] }),
};
const JSON_TYPE = { 'content-type': 'application/json', 'mcp-session-id': 'moody' };

function right(response, { id, method, params = {} }) {
  const result = RESULTS[method]?.(params);
  const error = { code: -32601, message: 'Method not found' };
  response.writeHead(200, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) }));
}

/** One turn in order for each tools/call. */
const MOODS = [
  right,
  right,
  (response) => response.writeHead(500).end('inner trouble'),
  right,
  (response) => response.writeHead(404).end('no such session'),
  right,
  (response) => response.writeHead(200, JSON_TYPE).end('{"jsonrpc":'),
  (response) => response.destroy(),
  right,
  (response, { id }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': noise\n\nevent: heartbeat\ndata: {}\n\n');
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`);
  },
  (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: never'),
  (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
  (response, { id }) =>
    response
      .writeHead(200, JSON_TYPE)
      .end(JSON.stringify({ jsonrpc: '2.0', id, result: { pad: 'x'.repeat(300_000) } })),
];

let turn = 0;
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
    } else if (message.method === 'tools/call') {
      turn += 1;
      MOODS[turn % MOODS.length](response, message);
    } else {
      right(response, message);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
