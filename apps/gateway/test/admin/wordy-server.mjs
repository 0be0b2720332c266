// An MCP server over stdio that writes a line to stderr and tells progress for each call; it ends in the middle of one of `end`.
import { createInterface } from 'node:readline';

const inputSchema = { type: 'object', properties: { text: { type: 'string' } } };
const tools = [
  { name: 'speak', description: 'Writes a line.', inputSchema },
  { name: 'end', description: 'Writes a line and ends.', inputSchema },
];
const RESULTS = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'wordy', version: '1' },
  },
  'tools/list': { tools },
  'tools/call': { content: [{ type: 'text', text: 'spoken' }] },
  ping: {},
};

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'tools/call') {
    process.stderr.write(`${params.arguments.text}\n`);
    if (params.name === 'end') {
      process.exit(1);
    }
    const { progressToken } = params['_meta'] ?? {};
    if (progressToken !== undefined) {
      send({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    }
  }
  if (id === undefined) {
    return;
  }
  const result = RESULTS[method];
  const body = result === undefined ? { error: { code: -32601, message: 'unknown' } } : { result };
  send({ id, ...body });
});
