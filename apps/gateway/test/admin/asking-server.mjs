// An MCP server over standard streams that asks its client something while a call runs, and answers with the reply.
import { createInterface } from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const INFO = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'asking', version: '1.0.0' },
};
const schema = { type: 'object', properties: { method: { type: 'string' } } };
const ASKED = { message: 'Which one?', requestedSchema: { type: 'object', properties: {} } };
let call;

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') {
    send({ id, result: INFO });
  } else if (method === 'tools/list') {
    send({ id, result: { tools: [{ name: 'ask', inputSchema: schema }] } });
  } else if (method === 'tools/call') {
    call = id;
    send({ id: `of ${id}`, method: params.arguments.method, params: ASKED });
  } else if (id === `of ${call}`) {
    send({ id: call, result: { content: [{ type: 'text', text: line }] } });
  } else if (method !== undefined && id !== undefined) {
    send({ id, error: { code: -32_601, message: 'Method not found' } });
  }
});
