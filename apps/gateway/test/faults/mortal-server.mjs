// An MCP server over stdio that ends in the middle of every call.
import { createInterface } from 'node:readline';

const WORK = { name: 'work', description: 'Does the work.', inputSchema: { type: 'object', properties: {} } };
const RESULTS = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'mortal', version: '1' },
  },
  'tools/list': { tools: [WORK] },
  ping: {},
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (method === 'tools/call') {
    process.exit(1);
  }
  if (id === undefined) {
    return;
  }
  const body =
    RESULTS[method] === undefined ? { error: { code: -32601, message: 'unknown' } } : { result: RESULTS[method] };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
});
