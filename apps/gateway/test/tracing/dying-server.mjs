// An MCP server over stdio that ends in the middle of a call. Started again it takes its time: argv[2] names the file
// that remembers the first start, argv[3] the milliseconds of the others.
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const WORK = { name: 'work', description: 'Does the work.', inputSchema: { type: 'object', properties: {} } };
const RESULTS = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'dying', version: '1' },
  },
  'tools/list': { tools: [WORK] },
  ping: {},
};
const [, , marker, millis = '0'] = process.argv;
const pause = existsSync(marker) ? Number(millis) : 0;
writeFileSync(marker, 'started');

function onLine(line) {
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
}

setTimeout(() => createInterface({ input: process.stdin }).on('line', onLine), pause);
