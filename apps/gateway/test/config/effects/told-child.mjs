// An MCP server over stdio whose one tool, `read`, tells how it was started.
import { createInterface } from 'node:readline';

const TOOL = { name: 'read', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
const told = () => ({ args: process.argv.slice(2), cwd: process.cwd(), word: process.env['WORD'] });
const RESULTS = {
  initialize: () => ({
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'told', version: '1' },
  }),
  'tools/list': () => ({ tools: [TOOL] }),
  'tools/call': () => ({ content: [{ type: 'text', text: JSON.stringify(told()) }] }),
  ping: () => ({}),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id !== undefined) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: RESULTS[method]?.() })}\n`);
  }
});
