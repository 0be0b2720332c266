// An MCP server over stdio that writes garbage, floods stderr and ends now and then.
import { createInterface } from 'node:readline';

const RESULTS = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'dying', version: '1' },
  },
  ping: {},
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};
const DIES_AFTER_CALLS = 200;
const NOISY_EVERY = 20;

let calls = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line);
  if (id === undefined) {
    continue;
  }
  calls += method === 'tools/call' ? 1 : 0;
  if (calls >= DIES_AFTER_CALLS) {
    process.exit(3);
  }
  if (calls % NOISY_EVERY === 0) {
    process.stdout.write('Server started\n{"jsonrpc":\n');
    process.stderr.write(`${'noise '.repeat(2_000)}\n`);
  }
  const result = RESULTS[method];
  const error = { code: -32601, message: 'Method not found' };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) })}\n`);
}
