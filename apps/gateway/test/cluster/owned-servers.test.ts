import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
// A stdio server that one gateway has, used through another one that has it not.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { fileURLToPath } from 'node:url';
import type { Json } from '../fixtures/callers.ts';
import { type ServedGateway, serveGateways } from '../fixtures/gateways-of-one-state.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { RawSession } from './raw-client.ts';

const WHOLE = fileURLToPath(new URL('../mcp/bridge/whole-server.ts', import.meta.url));
const TEXT = (text: string): Json => ({ content: [{ type: 'text', text }] });

interface Row extends Json {
  readonly name: string;
  readonly status: string;
  readonly instance_id: string;
}

async function instancesOf(url: string): Promise<readonly Row[]> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as { readonly instances: readonly Row[] };
  return instances;
}

async function connect(url: string, mode: 'legacy' | { readonly pin: string }): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }));
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

describe.each(['handshake', 'modern'])('a server of the %s era', (era) => {
  let gateways: readonly ServedGateway[];
  let owner: string;
  let other: string;

  beforeAll(async () => {
    const whole = { command: process.execPath, args: [WHOLE, era] };
    gateways = await serveGateways({
      config: (index) => ({ mcpServers: index === 0 ? { whole } : {} }),
      env: { DCC_MCP_EXPOSE: 'all' },
    });
    [owner, other] = gateways.map(({ url }) => url) as [string, string];
    await until(async () => (await instancesOf(other)).some(({ status }) => status === 'ready'), 20_000);
  }, 30_000);

  afterAll(() => Promise.all(gateways.map((each) => each.stop())));

  test('is listed there with the gateway that has it, under the same id, and no address', async () => {
    const [[own], [seen]] = [await instancesOf(owner), await instancesOf(other)] as [[Row], [Row]];
    expect(own).toMatchObject({ name: 'whole', source: 'config', transport: 'stdio' });
    expect(own).not.toHaveProperty('owner');
    expect(seen).toMatchObject({
      name: 'whole',
      source: 'http',
      owner: expect.any(String),
      tool_count: own['tool_count'],
    });
    expect(seen.instance_id).toBe(own.instance_id);
    const cards = await fetch(`${other}/v1/debug/instances`);
    expect([cards.status, await cards.text()]).toEqual([200, expect.not.stringContaining('/internal/')]);
  });

  test.each(['legacy', { pin: '2026-07-28' }] as const)('answers and asks a client of mode %j', async (mode) => {
    const client = await connect(other, mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject(TEXT('hi'));
    expect(await client.callTool({ name: 'fail', arguments: {} })).toMatchObject({ isError: true });
    const steps: number[] = [];
    await client.callTool(
      { name: 'report', arguments: { count: 3, pauseMillis: 5 } },
      { onprogress: ({ progress }) => void steps.push(progress) },
    );
    expect(steps).toEqual([1, 2, 3]);
    expect(JSON.stringify(await client.callTool({ name: 'ask', arguments: { whom: 'person' } }))).toContain('Ada');
    expect(await client.readResource({ uri: 'whole://plain' })).toMatchObject({
      contents: [{ text: 'This is plain' }],
    });
    expect(await client.getPrompt({ name: 'travel', arguments: { city: 'paris' } })).toMatchObject({
      messages: [{ content: { text: 'Go to paris' } }],
    });
    await client.close();
  });

  test('is told when a call is cancelled', async () => {
    const session = await RawSession.open(other);
    const count = async (): Promise<string> => {
      const { result } = await (await session.call(other, 'cancelled', {}, 9)).until((message) => message['id'] === 9);
      return (result as { content: { text: string }[] }).content[0]!.text;
    };
    const before = Number(await count());
    const call = await session.call(other, 'wait', {}, 77);
    await call.until(({ method }) => method === 'notifications/progress');
    await session.post(other, { method: 'notifications/cancelled', params: { requestId: 77 } });
    await until(async () => Number(await count()) === before + 1);
    await call.ended;
    expect(call.messages.filter((message) => message['id'] === 77)).toEqual([]);
  });

  test('says what has changed', async () => {
    const session = await RawSession.open(other);
    const stream = await session.get(other);
    await (
      await session.post(other, { id: 1, method: 'resources/subscribe', params: { uri: 'whole://watched' } })
    ).ended;
    const heard = (method: string): number => stream.messages.filter((message) => message['method'] === method).length;
    await until(async () => {
      await (
        await session.call(other, 'change', { what: 'resource' }, 5)
      ).ended;
      return heard('notifications/resources/updated') > 0;
    });
    await (
      await session.call(other, 'change', { what: 'prompts' }, 6)
    ).ended;
    await until(() => heard('notifications/prompts/list_changed') > 0);
    await (
      await session.call(other, 'change', { what: 'tools' }, 7)
    ).ended;
    await until(() => heard('notifications/tools/list_changed') > 0);
    expect(heard('notifications/prompts/list_changed')).toBe(1);
    stream.leave();
  });

  test('its calls are recorded where they were made, once', async () => {
    const totals = await Promise.all(
      [owner, other].map(
        async (url) => ((await (await fetch(`${url}/v1/debug/calls?limit=1`)).json()) as { total: number }).total,
      ),
    );
    expect(totals[0]).toBe(0);
    expect(totals[1]).toBeGreaterThan(5);
  });
});
