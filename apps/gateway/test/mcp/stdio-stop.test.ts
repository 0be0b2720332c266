// A gateway on a pipe that is told to stop: it does what it was sent before, and nothing that is sent then.
import { afterEach, expect, test } from '@jest/globals';
import type { Json } from '../fixtures/callers.ts';
import { startStdio, type StdioRun } from '../fixtures/stdio-gateway.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const fake = { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO] };
const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'stop', version: '1.0.0' } };

let gateway: StdioRun;

afterEach(() => gateway.kill());

async function callTool(name: string, args: Json): Promise<Json> {
  const { result } = await gateway.request('tools/call', { name, arguments: args });
  return (result as Json)['structuredContent'] as Json;
}

/** The slug of the fake server's tool, once that server is there. */
async function findSlug(tool: string): Promise<string> {
  let hits: readonly Json[] = [];
  await gateway.until(async () => {
    hits = (await callTool('search', { query: tool }))['hits'] as readonly Json[];
    return hits.some(({ backend_tool: name }) => name === tool);
  });
  return String(hits.find(({ backend_tool: name }) => name === tool)!['tool_slug']);
}

test('finishes the call that runs, and refuses the next one as not ready', async () => {
  gateway = startStdio({ mcpServers: { fake } });
  await gateway.request('initialize', INITIALIZE);
  const slow = await findSlug('slow');
  const echo = slow.replace(/slow$/, 'echo');
  const running = callTool('call', { tool_slug: slow, arguments: { ms: 1_500 } });
  await callTool('search', { query: 'echo' }); // by then the call has been read
  gateway.child.kill('SIGTERM');
  await gateway.until(() => gateway.stderr().includes('stopping: no new work'));
  const late = gateway.request('tools/call', {
    name: 'call',
    arguments: { tool_slug: echo, arguments: { text: 'x' } },
  });
  expect((await late)['error']).toEqual({
    code: -32_000,
    message: 'The gateway is shutting down',
    data: { kind: 'not-ready' },
  });
  expect(await running).toMatchObject({ ok: true, output: 'done' });
  expect(await gateway.ended()).toBe(0);
  expect(gateway.stderr()).toContain('stopped: 1 request in flight finished');
}, 30_000);

test('answers what came before and waits for the handshake', async () => {
  const command = ['sleep 1; exec "$@"', 'sh', process.execPath, ...fake.args];
  gateway = startStdio({
    mcpServers: { fake: { command: 'sh', args: ['-c', ...command] } },
    server: { expose: 'all' },
  });
  const opened = gateway.request('initialize', INITIALIZE);
  const called = gateway.request('tools/call', { name: 'echo', arguments: { text: 'early' } });
  gateway.write('no message');
  await gateway.until(() => gateway.stdout.length > 0); // by then all of it has been read
  gateway.child.kill('SIGTERM');
  expect((await opened)['result']).toMatchObject({ protocolVersion: '2025-11-25' });
  expect((await called)['result']).toEqual({ content: [{ type: 'text', text: 'early' }] });
  expect(await gateway.ended()).toBe(0);
}, 30_000);
