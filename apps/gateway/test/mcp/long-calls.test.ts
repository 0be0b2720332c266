// How long a call may take: a server that reports progress, or that asks its client, is alive. Pauses are half of what is
// allowed, so that a machine that others load is not taken for a server that is silent.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type ServedWhole, serveWhole } from './bridge/whole-server.ts';

const served: ServedWhole[] = [];
let gateway: RunningGateway;

async function connect(mode: 'legacy' | { readonly pin: string }, capabilities: Json): Promise<Client> {
  const client = new Client({ name: 'patient', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
  return client;
}

const textOf = ({ content }: Json): string =>
  (content as readonly { readonly text: string }[]).map(({ text }) => text).join();

beforeAll(async () => {
  served.push(await serveWhole('handshake'), await serveWhole('modern'));
  const [handshake, modern] = served.map(({ url }) => ({ url, timeoutMs: 1000 }));
  const brief = { ...handshake, maxTimeoutMs: 1200 };
  gateway = await startGateway({
    config: { mcpServers: { handshake, modern, brief } },
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway.stop();
  served.forEach((whole) => whole.close());
});

describe.each(['legacy', { pin: '2026-07-28' }] as const)('a call of a client of %j', (mode) => {
  test.each(['handshake', 'modern'])('to a %s server that reports progress outlives timeoutMs', async (server) => {
    const client = await connect(mode, {});
    const heard: unknown[] = [];
    const call = { name: `${server}__report`, arguments: { count: 3, pauseMillis: 500 } };
    const result = await client.callTool(call, { onprogress: (progress) => void heard.push(progress) });
    expect([textOf(result), heard.length]).toEqual(['reported', 3]);
    await client.close();
  });

  test.each(['handshake', 'modern'])('to a %s server whose progress ceases ends', async (server) => {
    const client = await connect(mode, {});
    const call = { name: `${server}__report`, arguments: { count: 2, pauseMillis: 500, thenWaitMillis: 5_000 } };
    const result = await client.callTool(call, { onprogress: () => undefined });
    expect(textOf(result)).toContain('No answer within 1000 ms of its last progress');
    await client.close();
  });

  test('that nobody asked for progress ends after timeoutMs', async () => {
    const client = await connect(mode, {});
    const call = { name: 'handshake__report', arguments: { count: 3, pauseMillis: 500 } };
    expect(textOf(await client.callTool(call))).toContain('No answer within 1000 ms');
    await client.close();
  });

  test('ends after maxTimeoutMs whatever progress it reports', async () => {
    const client = await connect(mode, {});
    const call = { name: 'brief__report', arguments: { count: 20, pauseMillis: 100 } };
    const result = await client.callTool(call, { onprogress: () => undefined });
    expect(textOf(result)).toContain('No answer within 1200 ms, the longest time of a call that reports progress');
    await client.close();
  });

  test('whose server asks its person has the time of a call for the answer', async () => {
    const client = await connect(mode, { elicitation: { form: {} } });
    client.setRequestHandler('elicitation/create', async () => {
      await new Promise((resolve) => void setTimeout(resolve, 550));
      return { action: 'accept', content: { name: 'Ada' } };
    });
    const call = { name: 'handshake__ask', arguments: { whom: 'person', thinkMillis: 550 } };
    expect(textOf(await client.callTool(call))).toContain('Ada');
    await client.close();
  });
});
