// Under `--expose all` the lists change as servers come and go, of which none of the servers tells: the gateway does.
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type GatewayProcess, post, startWithWorkers } from '../workers/worker-gateway.ts';

const LISTS = ['tools', 'prompts', 'resources'] as const;
const ERAS = ['handshake', 'modern'] as const;
const INSTANCE = '10000000-0000-4000-8000-000000000000';

type Listed = Readonly<Record<(typeof LISTS)[number], readonly string[]>>;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) {
    await cleanup();
  }
});

async function serve(port = 0): Promise<string> {
  const { url, server } = await startPlainServer({ tools: ['t'], prompts: ['p'], resources: ['x://r'], port });
  cleanups.push(() => server.close());
  return url;
}

/** A port that nobody listens to. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

async function start(url: string): Promise<RunningGateway> {
  const config = { mcpServers: { one: { url } }, server: { expose: 'all' } };
  const gateway = await startGateway({ config });
  cleanups.push(() => gateway.stop());
  await gateway.ready();
  return gateway;
}

/** A client, and the lists that it was told have changed. */
async function listen(url: string, era: (typeof ERAS)[number]): Promise<{ client: Client; heard: Set<string> }> {
  const mode = era === 'modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
  const client = new Client({ name: 'listener', version: '1.0.0' }, { versionNegotiation: { mode } });
  const heard = new Set<string>();
  for (const list of LISTS) {
    client.setNotificationHandler(`notifications/${list}/list_changed`, () => void heard.add(list));
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  cleanups.push(() => client.close());
  if (era === 'modern') {
    await client.listen({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true });
  }
  return { client, heard };
}

async function listAll(client: Client): Promise<Listed> {
  return {
    tools: (await client.listTools()).tools.map(({ name }) => name),
    prompts: (await client.listPrompts()).prompts.map(({ name }) => name),
    resources: (await client.listResources()).resources.map(({ name }) => name),
  };
}

const register = (gateway: Pick<RunningGateway, 'url'>, url: string) =>
  post(gateway.url, '/v1/instances/register', { instance_id: INSTANCE, dcc_type: 'zed', mcp_url: url });

const deregister = (gateway: Pick<RunningGateway, 'url'>) =>
  post(gateway.url, '/v1/instances/deregister', { instance_id: INSTANCE });

describe.each(ERAS)('a %s client', (era) => {
  test('hears that each list has changed when a server joins, and when it leaves', async () => {
    const gateway = await start(await serve());
    const { client, heard } = await listen(gateway.url, era);
    const before: Listed = { tools: ['t'], prompts: ['p'], resources: ['x://r'] };
    expect(await listAll(client)).toEqual(before);
    await register(gateway, await serve());
    await until(() => heard.size === LISTS.length);
    await until(async () => (await listAll(client)).prompts.length === 2);
    expect(await listAll(client)).toEqual({
      tools: ['one__t', 'zed__t'],
      prompts: ['one__p', 'zed__p'],
      resources: ['one__x://r', 'zed__x://r'],
    });
    heard.clear();
    await deregister(gateway);
    await until(() => heard.size === LISTS.length);
    expect(await listAll(client)).toEqual(before);
  });

  test('hears that each list has changed when others are called otherwise, though the server that joins never answers', async () => {
    const gateway = await start(await serve());
    const { client, heard } = await listen(gateway.url, era);
    await register(gateway, `http://127.0.0.1:${await freePort()}/mcp`);
    await until(() => heard.size === LISTS.length);
    expect(await listAll(client)).toMatchObject({ tools: ['one__t'], prompts: ['one__p'] });
  });

  test('that came before its server did has the lists empty, and hears when they are there', async () => {
    const port = await freePort();
    const gateway = await start(`http://127.0.0.1:${port}/mcp`);
    const { client, heard } = await listen(gateway.url, era);
    expect(client.getServerCapabilities()).toMatchObject({
      prompts: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
    });
    expect(await listAll(client)).toEqual({ tools: [], prompts: [], resources: [] });
    await serve(port);
    await until(() => heard.size === LISTS.length, 15_000);
    expect(await listAll(client)).toEqual({ tools: ['t'], prompts: ['p'], resources: ['x://r'] });
  }, 30_000);
});

test('a client of each worker hears of a server that joins', async () => {
  const config = { mcpServers: { one: { url: await serve() } } };
  const gateway: GatewayProcess = await startWithWorkers({ args: ['--expose', 'all'], config });
  cleanups.push(() => gateway.stop());
  const listeners = await Promise.all([1, 2, 3, 4].map(() => listen(gateway.url, 'handshake')));
  await register(gateway, await serve());
  await until(() => listeners.every(({ heard }) => heard.size === LISTS.length), 10_000);
  expect(await listAll(listeners[0]!.client)).toMatchObject({ prompts: ['one__p', 'zed__p'] });
}, 30_000);
