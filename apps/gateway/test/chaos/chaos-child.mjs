// An MCP server over stdio that leaves its process id in the folder named by its first argument, and whose tools do what
// their names say.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

writeFileSync(join(process.argv[2], String(process.pid)), '');

const object = { type: 'object', properties: {} };
const TOOLS = ['read_it', 'work', 'wait_a_little', 'fail', 'lie', 'say_rubbish', 'end'].map((name) => ({
  name,
  inputSchema: object,
  annotations: { readOnlyHint: name === 'read_it' },
}));
const RESULTS = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'chaos', version: '1' },
  },
  'tools/list': { tools: TOOLS },
  ping: {},
};

const write = (line) => process.stdout.write(`${line}\n`);
const done = { content: [{ type: 'text', text: 'done' }] };
const CALLS = {
  read_it: (answer) => answer({ result: done }),
  work: (answer) => setTimeout(() => answer({ result: done }), 5),
  wait_a_little: (answer) => setTimeout(() => answer({ result: done }), 400),
  fail: (answer) => answer({ result: { isError: true, ...done } }),
  lie: (answer) => answer({ result: 'done' }),
  say_rubbish: (answer) => {
    write('{"jsonrpc": "2.0", "id"');
    write('\u0007 no JSON');
    answer({ error: { code: -32_000, message: 'no' } });
  },
  end: () => process.exit(3),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) {
    return;
  }
  const answer = (body) => write(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
  if (method === 'tools/call') {
    CALLS[params.name]?.(answer);
    return;
  }
  answer(
    RESULTS[method] === undefined ? { error: { code: -32_601, message: 'unknown' } } : { result: RESULTS[method] },
  );
});
