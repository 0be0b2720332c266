// An MCP server over stdio that also writes what is no message: a banner, progress, warnings.
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const WORK = { name: 'work', description: 'Does the work.', inputSchema: { type: 'object', properties: {} } };
const RESULTS = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'noisy', version: '1' },
  },
  'tools/list': { tools: [WORK] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
  ping: {},
};

async function take(line) {
  const { id, method } = JSON.parse(line);
  process.stdout.write(`noisy stdout: ${method}\n`);
  process.stderr.write(`noisy stderr: ${method}\n`);
  if (id === undefined) {
    return;
  }
  if (method === 'tools/call') {
    await wait(Number(process.env.WORK_MILLIS ?? 0));
  }
  const body =
    RESULTS[method] === undefined ? { error: { code: -32601, message: 'unknown' } } : { result: RESULTS[method] };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
}

process.stdout.write('noisy stdout: starting …\n');
process.stderr.write('noisy stderr: starting …\n');
createInterface({ input: process.stdin }).on('line', (line) => void take(line));
