// Roots of a client reach the real servers that work by them: those ask beside any call, and keep what they are told.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { everything, filesystem } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const folders = ['first', 'second'].map((name) => realpathSync(mkdtempSync(join(tmpdir(), `roots-${name}-`))));
const FILESYSTEM = { ...filesystem(''), args: filesystem('').args.slice(0, 1) };
const clients: Client[] = [];

/** A client whose roots a test may change. */
interface RootedClient {
  readonly client: Client;
  moveTo(folder: string): Promise<void>;
}

async function open(url: string, mode: 'auto' | 'legacy', folder: string, token?: string): Promise<RootedClient> {
  let current = folder;
  const capabilities = { roots: { listChanged: true } };
  const client = new Client({ name: 'rooted', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: pathToFileURL(current).href, name: 'scenes' }] }));
  clients.push(client);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  const moveTo = async (next: string): Promise<void> => {
    current = next;
    await client.sendRootsListChanged();
  };
  return { client, moveTo };
}

async function textOf(client: Client, name: string): Promise<string> {
  const { content } = await client.callTool({ name, arguments: {} });
  return (content as readonly { readonly text: string }[]).map(({ text }) => text).join();
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(() => {
  folders.forEach((folder) => rmSync(folder, { recursive: true }));
});

describe.each([
  ['server-filesystem', 'list_allowed_directories', { entry: FILESYSTEM, keepsLast: true }],
  ['server-everything', 'get-roots-list', { entry: everything, keepsLast: false }],
])('%s', (_, tool, { entry, keepsLast }) => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway({ config: { mcpServers: { rooted: entry } }, env: { DCC_MCP_EXPOSE: 'all' } });
    await gateway.ready();
  }, 30_000);

  afterAll(() => gateway.stop());

  test.each(['legacy', 'auto'] as const)(
    'works in the folder of whoever calls (%s)',
    async (mode) => {
      const [first, second] = folders as [string, string];
      const one = await open(gateway.url, mode, first);
      const other = await open(gateway.url, 'legacy', second);
      expect(await textOf(one.client, tool)).toContain(first);
      const ofOther = await textOf(other.client, tool);
      expect([ofOther.includes(first), ofOther.includes(second)]).toEqual([false, true]);
      expect(await textOf(one.client, tool)).toContain(first);
    },
    20_000,
  );

  test('works in no folder of others for whoever has none', async () => {
    const [first] = folders as [string];
    const { client } = await open(gateway.url, 'legacy', first);
    const none = new Client({ name: 'rootless', version: '1.0.0' });
    clients.push(none);
    await none.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
    expect(await textOf(client, tool)).toContain(first);
    // server-filesystem keeps the folders that it has when it is told of none.
    expect((await textOf(none, tool)).includes(first)).toBe(keepsLast);
    expect(await textOf(client, tool)).toContain(first);
  }, 20_000);

  test('follows a client that moves', async () => {
    const [first, second] = folders as [string, string];
    const { client, moveTo } = await open(gateway.url, 'legacy', first);
    expect(await textOf(client, tool)).toContain(first);
    await moveTo(second);
    expect(await textOf(client, tool)).toContain(second);
  }, 20_000);
});

test('where callers are told apart, no server keeps the folders of one', async () => {
  const gateway = await startGateway({
    config: { auth: { tokens: [{ token: 'alice', name: 'alice' }] }, mcpServers: { rooted: everything } },
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
  const { client } = await open(gateway.url, 'legacy', folders[0]!, 'alice');
  expect(await textOf(client, 'get-roots-list')).not.toContain(folders[0]!);
  await client.close();
  await gateway.stop();
}, 30_000);
