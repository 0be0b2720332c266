// A server may call its tools anything: what is kept of a call stands on pages and terminals.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const NAME = 'bad\u001B[31m\u0007\nname';
const SERVER = `
  const send = (value) => console.log(JSON.stringify({ jsonrpc: '2.0', ...value }));
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (method === 'initialize') send({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } } });
    else if (method === 'tools/list') send({ id, result: { tools: [{ name: ${JSON.stringify(NAME)}, inputSchema: { type: 'object' } }] } });
    else if (method === 'tools/call') send({ id, result: { content: [{ type: 'text', text: 'done' }] } });
    else if (id !== undefined) send({ id, error: { code: -32601, message: 'unknown' } });
  });`;

let gateway: RunningGateway;
let slug: string;

async function ask<T>(path: string, body?: object): Promise<T> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(gateway.url + path, body === undefined ? {} : init);
  return (await response.json()) as T;
}

beforeAll(async () => {
  gateway = await startGateway({
    config: { mcpServers: { odd: { command: process.execPath, args: ['-e', SERVER] } } },
  });
  await gateway.ready();
  const { hits } = await ask<{ hits: readonly { tool_slug: string }[] }>('/v1/search', { query: 'bad name' });
  slug = hits[0]!.tool_slug;
}, 30_000);

afterAll(async () => {
  await gateway?.stop();
});

test('a tool with control characters in its name is called by that name, and kept without them', async () => {
  const answer = await ask<{ trace_id: string }>('/v1/call', { tool_slug: slug });
  expect([slug.endsWith(NAME), JSON.stringify(answer)]).toEqual([true, expect.stringContaining('done')]);
  const shown = slug.replace(NAME, 'bad name');
  const { calls } = await ask<{ calls: readonly object[] }>('/v1/debug/calls');
  expect(calls).toMatchObject([{ tool: shown, tool_label: 'odd__bad name', backend_tool: 'bad name' }]);
  const trace = await ask<{ tool: string; spans: readonly { name: string }[] }>(`/v1/debug/traces/${answer.trace_id}`);
  expect([trace.tool, trace.spans[1]?.name]).toEqual([shown, 'tools/call bad name']);
});

test.each(['calls', 'traces', 'activity', 'workflows', 'stats', 'bundles/ID', 'agent-traces/ID', 'issue-reports/ID'])(
  'no control character is in %s',
  async (path) => {
    const { trace_id: id } = await ask<{ trace_id: string }>('/v1/call', { tool_slug: slug });
    const text = JSON.stringify(await ask<object>(`/v1/debug/${path.replace('ID', id)}`));
    expect(text).toContain('name');
    expect(text).not.toMatch(/\\u00[01]|bad.{0,12}\\n/);
  },
);
