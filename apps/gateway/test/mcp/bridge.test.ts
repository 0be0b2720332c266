// Both eras in front of both eras: whatever a client speaks, it has what its server offers, over either transport.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type ServedWhole, type ServerEra, serveWhole } from './bridge/whole-server.ts';

const PROGRAM = join(import.meta.dirname, 'bridge/whole-server.ts');
const CALLERS = ['handshake', 'modern'] as const;
const SERVERS = CALLERS.flatMap((era) => (['http', 'stdio'] as const).map((transport) => ({ era, transport })));

const served: ServedWhole[] = [];
const clients: Client[] = [];

async function entryOf(era: ServerEra, transport: 'http' | 'stdio'): Promise<Json> {
  if (transport === 'stdio') {
    return { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', PROGRAM, era] };
  }
  const whole = await serveWhole(era);
  served.push(whole);
  return { url: whole.url };
}

async function connect(url: string, era: ServerEra, options: Json = {}): Promise<Client> {
  const mode = era === 'modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
  const client = new Client({ name: 'bridged', version: '1.0.0' }, { ...options, versionNegotiation: { mode } });
  clients.push(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

async function textOf(client: Client, name: string, args: Json = {}, options: Json = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args }, options);
  return (content as readonly { readonly text: string }[]).map((block) => block.text).join();
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(() => served.forEach((whole) => whole.close()));

describe.each(SERVERS)('in front of a $era server over $transport', ({ era, transport }) => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    const mcpServers = { whole: await entryOf(era, transport) };
    gateway = await startGateway({ config: { mcpServers }, env: { DCC_MCP_EXPOSE: 'all' } });
    await gateway.ready();
  }, 30_000);

  afterAll(() => gateway.stop());

  describe.each(CALLERS)('a %s client', (caller) => {
    const open = (options: Json = {}): Promise<Client> => connect(gateway.url, caller, options);

    test('lists and calls tools', async () => {
      const client = await open();
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain('echo');
      expect(await textOf(client, 'echo', { text: 'hi' })).toBe('hi');
      expect(await client.callTool({ name: 'fail', arguments: {} })).toMatchObject({ isError: true });
    });

    test('lists and reads resources and templates', async () => {
      const client = await open();
      const { resources } = await client.listResources();
      expect(resources.map(({ uri }) => uri)).toEqual(['whole://plain', 'whole://watched']);
      const { resourceTemplates } = await client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['whole://by-id/{id}']);
      for (const [uri, said] of [
        ['whole://plain', 'plain'],
        ['whole://by-id/7', '7'],
      ] as const) {
        // prettier-ignore
        expect((await client.readResource({ uri })).contents).toMatchObject([{ uri, text: `This is ${said}` }]);
      }
      const missing = client.readResource({ uri: 'whole://none' });
      await expect(missing).rejects.toMatchObject({ code: -32_602 });
    });

    test('lists and gets prompts', async () => {
      const client = await open();
      expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'travel' }]);
      const { messages } = await client.getPrompt({ name: 'travel', arguments: { city: 'paris' } });
      expect(messages).toMatchObject([{ content: { text: 'Go to paris' } }]);
    });

    test.each([
      [{ type: 'ref/prompt', name: 'travel' }, 'city', 'pa', ['paris']],
      [{ type: 'ref/resource', uri: 'whole://by-id/{id}' }, 'id', 'b', ['beta']],
    ] as const)('completes %j', async (ref, name, value, values) => {
      const client = await open();
      expect((await client.complete({ ref, argument: { name, value } })).completion.values).toEqual(values);
    });

    test('hears log messages from the level it wants', async () => {
      const client = await open();
      const heard: unknown[] = [];
      client.setNotificationHandler('notifications/message', ({ params }) => void heard.push(params.data));
      const level = { 'io.modelcontextprotocol/logLevel': 'warning' };
      if (caller === 'handshake') {
        await client.setLoggingLevel('warning');
      }
      await client.callTool({ name: 'log', arguments: {}, ...(caller === 'modern' ? { _meta: level } : {}) });
      expect(heard).toEqual(['said at warning', 'said at error']);
    });

    test.each([
      ['model', 'sampling/createMessage', { sampling: {} }, { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'm' }], // prettier-ignore
      ['person', 'elicitation/create', { elicitation: { form: {} } }, { action: 'accept', content: { name: 'Ada' } }],
      ['page', 'elicitation/create', { elicitation: { url: {} } }, { action: 'accept' }],
      ['folders', 'roots/list', { roots: {} }, { roots: [{ uri: 'file:///scenes', name: 'scenes' }] }],
    ] as const)('is asked, as the %s', async (whom, method, capabilities, answer) => {
      const client = await open({ capabilities });
      const asked: unknown[] = [];
      client.setRequestHandler(method, ({ params }) => {
        asked.push(params);
        return answer as never;
      });
      expect(JSON.parse(await textOf(client, 'ask', { whom }))).toEqual(answer);
      expect(asked).toHaveLength(1);
    });

    test('that refuses to answer is not asked again and again', async () => {
      const client = await open({ capabilities: { sampling: {} } });
      let asked = 0;
      client.setRequestHandler('sampling/createMessage', () => {
        asked += 1;
        throw new Error('I would rather not');
      });
      const result = await client.callTool({ name: 'ask', arguments: { whom: 'model' } }).catch(String);
      expect(JSON.stringify(result)).toMatch(/would rather not|isError/);
      expect(asked).toBe(1);
    });

    test('hears of progress while it waits', async () => {
      const client = await open();
      const heard: unknown[] = [];
      const onprogress = (progress: unknown): void => void heard.push(progress);
      expect(await textOf(client, 'report', { count: 2, pauseMillis: 20 }, { onprogress })).toBe('reported');
      expect(heard).toMatchObject([{ progress: 1, total: 2, message: 'step 1' }, { progress: 2 }]);
    });

    test('cancels a call at its server', async () => {
      const client = await open();
      const before = Number(await textOf(client, 'cancelled'));
      const leave = new AbortController();
      const onprogress = (): void => leave.abort('enough');
      const call = client.callTool({ name: 'wait', arguments: {} }, { signal: leave.signal, onprogress });
      await expect(call).rejects.toThrow(/enough|abort/i);
      await until(async () => Number(await textOf(client, 'cancelled')) > before);
    });

    test('hears of a resource it listens to, and of lists that change', async () => {
      const client = await open();
      const heard: string[] = [];
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri));
      for (const list of ['tools', 'prompts', 'resources'] as const) {
        client.setNotificationHandler(`notifications/${list}/list_changed`, () => void heard.push(list));
      }
      const uri = 'whole://watched';
      const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
      const filter = { ...lists, resourceSubscriptions: [uri] };
      const listening = caller === 'modern' ? await client.listen(filter) : await client.subscribeResource({ uri });
      expect(listening).toMatchObject(caller === 'modern' ? { honoredFilter: filter } : {});
      for (const [what, said] of [
        ['resource', uri],
        ['tools', 'tools'],
        ['prompts', 'prompts'],
        ['resources', 'resources'],
      ] as const) {
        // prettier-ignore
        await until(async () => {
          await textOf(client, 'change', { what });
          await wait(30);
          return heard.includes(said);
        });
      }
    });
  });

  test('a modern client may keep a list as long as its server says', async () => {
    const client = await connect(gateway.url, 'modern');
    const { ttlMs, cacheScope } = (await client.listResources()) as { ttlMs?: number; cacheScope?: string };
    expect([ttlMs, cacheScope]).toEqual(era === 'modern' ? [7_000, 'public'] : [0, 'private']);
  });
});
