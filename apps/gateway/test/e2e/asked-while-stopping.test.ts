// A gateway that is told to stop while a call waits for an answer of its client: the answer is taken, and the call ends.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { join } from 'node:path';
import type { Json } from '../fixtures/callers.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { startStdio, type StdioRun } from '../fixtures/stdio-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';

const SERVER = join(import.meta.dirname, '../mcp/bridge/whole-server.ts');
const CONFIG = {
  mcpServers: { whole: { command: process.execPath, args: [SERVER, 'handshake'] } },
  server: { expose: 'all' },
};
const ASK = { name: 'ask', arguments: { whom: 'person' } };
const ANSWER = { action: 'accept' as const, content: { name: 'Ada' } };
/** Less than what calls in flight are given, on a busy machine too. */
const SOON_MILLIS = 8_000;

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/v1/readyz`)).ok;
}

describe.each([
  ['one process', []],
  ['two workers', ['--workers', '2']],
])('over HTTP, %s', (_, args) => {
  let gateway: GatewayProcess;

  beforeEach(async () => {
    gateway = await startGatewayProcess({ config: CONFIG, args });
    await gateway.ready();
  }, 30_000);

  afterEach(() => gateway.stop('SIGKILL'));

  test.each([
    ['MCP 2025-11-25', 'legacy' as const],
    ['MCP 2026-07-28', { pin: '2026-07-28' }],
  ])(
    'a client of %s finishes its call',
    async (_era, mode) => {
      const client = new Client(
        { name: 'asked', version: '1.0.0' },
        { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
      );
      let stopped: Promise<number | null> | undefined;
      let lateStatus = 0;
      client.setRequestHandler('elicitation/create', async () => {
        stopped = gateway.stop('SIGTERM');
        await until(async () => !(await isReady(gateway.url)));
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
        lateStatus = (await fetch(`${gateway.url}/mcp`, { method: 'POST', body })).status;
        return ANSWER;
      });
      await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
      const began = performance.now();
      expect(JSON.stringify(await client.callTool(ASK))).toContain('Ada');
      expect(lateStatus).toBe(503);
      expect(await stopped).toBe(0);
      expect(performance.now() - began).toBeLessThan(SOON_MILLIS);
      expect(gateway.stderr()).toMatch(/stopped: [1-9]\d* requests? in flight finished/);
      expect(gateway.stderr()).not.toContain('unfinished');
    },
    30_000,
  );
});

describe('over standard streams', () => {
  let gateway: StdioRun;

  afterEach(() => gateway.kill());

  test('a client of MCP 2026-07-28 finishes its call', async () => {
    gateway = startStdio(CONFIG);
    const meta = { ...modernMeta, 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
    const call = async (more: Json): Promise<Json> =>
      (await gateway.request('tools/call', { ...ASK, ...more, _meta: meta }))['result'] as Json;
    let asked: Json = {};
    await gateway.until(async () => {
      asked = (await call({})) ?? {};
      return asked['resultType'] === 'input_required';
    });
    gateway.child.kill('SIGTERM');
    await gateway.until(() => gateway.stderr().includes('stopping: no new work'));
    const refused = await gateway.request('tools/call', { ...ASK, _meta: meta });
    expect(refused['error']).toMatchObject({ message: 'The gateway is shutting down' });
    const inputResponses = Object.fromEntries(Object.keys(asked['inputRequests'] as Json).map((key) => [key, ANSWER]));
    const result = await call({ requestState: asked['requestState'], inputResponses });
    expect(JSON.stringify(result)).toContain('Ada');
    expect(await gateway.ended()).toBe(0);
    expect(gateway.stderr()).not.toContain('unfinished');
  }, 30_000);
});
