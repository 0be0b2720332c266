// An MCP server over stdio that writes the bytes it is told to before the answer of `say`, and is right otherwise.
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';

const RESULTS = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'child', version: '1' },
  },
  ping: {},
  'tools/list': { tools: [{ name: 'say', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};

async function writeBytes(text, cuts) {
  const bytes = Buffer.from(text, 'latin1');
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  for (const [index, from] of [0, ...places].entries()) {
    process.stdout.write(bytes.subarray(from, places[index] ?? bytes.length));
    await turn();
  }
}

async function answer({ id, method, params }) {
  const { bytes = '', cuts = [] } = params?.arguments ?? {};
  if (bytes !== '') {
    await writeBytes(`${bytes.replaceAll('$ID', JSON.stringify(id))}\n`, cuts);
  }
  const result = RESULTS[method];
  const error = { code: -32601, message: 'Method not found' };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) })}\n`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.id !== undefined) {
    await answer(message);
  }
}
