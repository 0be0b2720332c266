// Which gateway has a server, and who may ask it to call that.
import { afterEach, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { createMemoryState } from '../../src/cluster/shared-state.ts';
import type { GatewayAnnouncement, GatewayAnnouncements } from '../../src/registry/announced/gateway-announcements.ts';
import { MemoryGatewayAnnouncements } from '../../src/registry/announced/memory-gateway-announcements.ts';
import type { Json } from '../fixtures/callers.ts';
import { type ServedGateway, serveGateways } from '../fixtures/gateways-of-one-state.ts';
import { FAKE_STDIO, until } from '../upstream/fixtures/harness.ts';

const SEEING = fileURLToPath(new URL('../fixtures/seeing-server.ts', import.meta.url));
const seeing = { command: process.execPath, args: [SEEING] };
const fake = { command: process.execPath, args: [FAKE_STDIO], timeoutMs: 5_000 };
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

interface Row extends Json {
  readonly name: string;
  readonly status: string;
  readonly instance_id: string;
  readonly owner?: string;
}

interface Others {
  readonly count?: number;
  readonly announcements?: GatewayAnnouncements;
}

let gateways: readonly ServedGateway[] = [];

async function serve(
  config: (index: number) => object,
  { count = 2, announcements = new MemoryGatewayAnnouncements(Date.now) }: Others = {},
): Promise<readonly string[]> {
  const shared = { ...createMemoryState(), announcements };
  gateways = await serveGateways({ config, count, state: () => shared });
  return gateways.map(({ url }) => url);
}

afterEach(async () => {
  await Promise.all(gateways.map((each) => each.stop()));
  gateways = [];
});

async function instancesOf(url: string): Promise<readonly Row[]> {
  return ((await (await fetch(`${url}/v1/instances`)).json()) as { readonly instances: readonly Row[] }).instances;
}

async function untilReady(url: string, count = 1): Promise<readonly Row[]> {
  await until(async () => (await instancesOf(url)).filter(({ status }) => status === 'ready').length === count, 20_000);
  return instancesOf(url);
}

async function call(
  url: string,
  tool: string,
  args: Json = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Json> {
  const ask = async (path: string, body: object): Promise<Json> =>
    (await (
      await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    ).json()) as Json;
  const { hits } = (await ask('/v1/search', { query: tool, limit: 50 })) as {
    readonly hits: readonly { readonly backend_tool: string; readonly tool_slug: string }[];
  };
  const slug = hits.find(({ backend_tool: name }) => name === tool)?.tool_slug;
  return ask('/v1/call', { tool_slug: slug, arguments: args });
}

describe('a stdio server', () => {
  test('that several gateways have is each one’s own, and none goes to another for it', async () => {
    const urls = await serve(() => ({ mcpServers: { seeing } }));
    const rows = await Promise.all(urls.map((url) => untilReady(url)));
    expect(rows.flat()).toMatchObject([{ transport: 'stdio' }, { transport: 'stdio' }]);
    await gateways[0]!.stop();
    gateways = gateways.slice(1);
    expect(await call(urls[1]!, 'seen')).toMatchObject({ ok: true });
  });

  test('that one gateway has is announced by that one alone', async () => {
    const urls = await serve((index) => ({ mcpServers: index === 0 ? { seeing } : {} }), { count: 3 });
    const [[first], [second]] = (await Promise.all(urls.slice(1).map((url) => untilReady(url)))) as [[Row], [Row]];
    expect(first.owner).toBe(second.owner);
    await gateways[0]!.stop();
    gateways = gateways.slice(1);
    await until(async () => (await Promise.all(urls.slice(1).map(instancesOf))).flat().length === 0);
  });

  test('that two others have goes to one of them, and to the other one when that leaves', async () => {
    const announcements = new MemoryGatewayAnnouncements(Date.now);
    const urls = await serve((index) => ({ mcpServers: index < 2 ? { seeing } : {} }), { count: 3, announcements });
    const [row] = (await untilReady(urls[2]!)) as [Row];
    const addresses = await Promise.all(urls.slice(0, 2).map(instancesOf));
    expect(addresses.flat()).toMatchObject([{ transport: 'stdio' }, { transport: 'stdio' }]);
    const owners = async (): Promise<readonly GatewayAnnouncement[]> =>
      (await announcements.list()).filter(({ instances }) => instances.length === 1);
    await until(async () => (await owners()).length === 2, 20_000);
    const owner = (await owners()).find(({ address }) => address === row.owner);
    const leaving = gateways.filter(({ url }) => url === owner?.url);
    expect(leaving).toHaveLength(1);
    gateways = gateways.filter((each) => !leaving.includes(each));
    await leaving[0]!.stop();
    const isElsewhere = (each: Row): boolean => each.status === 'ready' && each.owner !== row.owner;
    await until(async () => (await instancesOf(urls[2]!)).some(isElsewhere), 20_000);
    expect(await call(urls[2]!, 'seen')).toMatchObject({ ok: true });
    expect((await instancesOf(urls[2]!))[0]!.instance_id).toBe(row.instance_id);
  });

  test('of a gateway that leaves is not announced by what that had begun to say', async () => {
    const memory = new MemoryGatewayAnnouncements(Date.now);
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
    const secret = (): Promise<string> => {
      asked.resolve();
      return answered.promise;
    };
    const announcements: GatewayAnnouncements = {
      announce: (announcement) => memory.announce(announcement),
      withdraw: (address) => memory.withdraw(address),
      list: () => memory.list(),
      secret,
    };
    await serve(() => ({ mcpServers: { seeing } }), { count: 1, announcements });
    await asked.promise;
    gateways[0]!.gateway.drain();
    answered.resolve('secret');
    await new Promise((resolve) => void setImmediate(resolve));
    expect(await memory.list()).toEqual([]);
  });

  test('gets the trace of the call from the gateway that was asked, and nothing of the secret', async () => {
    const urls = await serve((index) => ({ mcpServers: index === 0 ? { seeing } : {} }));
    await untilReady(urls[1]!);
    const answer = await call(urls[1]!, 'seen', {}, { traceparent: TRACE });
    const { meta } = answer['output'] as { readonly meta: { readonly traceparent: string } };
    expect(meta.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(JSON.stringify(answer)).not.toMatch(/Bearer|authorization/i);
  });

  test('that dies in the middle of a call has died for every gateway', async () => {
    const urls = await serve((index) => ({ mcpServers: index === 0 ? { fake } : {} }));
    await untilReady(urls[1]!);
    expect(await call(urls[1]!, 'die')).toMatchObject({
      error: { kind: 'host-died', message: 'The upstream died while it worked: exited with code 7' },
    });
    await until(async () => (await call(urls[1]!, 'echo'))['ok'] === true, 20_000);
    expect((await instancesOf(urls[1]!))[0]!.status).toBe('ready');
  });
});

describe('the way from gateway to gateway', () => {
  test.each([
    ['without a secret', {}],
    ['with a wrong one', { authorization: 'Bearer x' }],
    ['with an empty one', { authorization: 'Bearer ' }],
    ['with another scheme', { authorization: 'Basic x' }],
  ])('is like nothing %s', async (_, headers) => {
    const [owner] = await serve((index) => ({ mcpServers: index === 0 ? { seeing } : {} }));
    const [{ instance_id: id }] = (await untilReady(owner!)) as [Row];
    const ask = async (path: string): Promise<string> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
      const response = await fetch(`${owner}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      const text = await response.text();
      return `${response.status} ${text.replaceAll(/"(?:request|trace)_id":"[^"]+"/g, '').replaceAll(path, 'PATH')}`;
    };
    const [there, nowhere] = [`/internal/instances/${id}/mcp`, `/internal/instances/${id}/mcq`];
    expect(await ask(there)).toBe(await ask(nowhere));
    expect(await ask(there)).toMatch(/^404 /);
    expect(await (await fetch(`${owner}/v1/openapi.json`)).text()).not.toContain('/internal');
  });

  test('no instance may register at the address of another gateway', async () => {
    const urls = await serve(() => ({ mcpServers: {} }));
    const register = async (): Promise<Response> =>
      fetch(`${urls[0]}/v1/instances/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          instance_id: '0f0e0d0c-0b0a-4908-8706-050403020100',
          dcc_type: 'maya',
          mcp_url: `${urls[1]}/mcp`,
        }),
      });
    await until(async () => (await register()).status === 403);
    expect(await (await register()).text()).toContain('the gateway itself');
  });
});
