import { afterEach, describe, expect, test } from '@jest/globals';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy } from '../tracing/raw-mcp.ts';

type Tools = readonly string[];

/** By key of the configuration: the dcc type, and the tools. */
type Servers = Readonly<Record<string, { readonly dccType: string; readonly tools: Tools }>>;

const started: { stop(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
});

async function start(
  servers: Servers,
): Promise<{ gateway: RunningGateway; plain: Readonly<Record<string, PlainServer>> }> {
  const entries = Object.entries(servers).map(
    async ([key, { tools }]) => [key, await startPlainServer({ tools, prompts: ['p'] })] as const,
  );
  const plain = Object.fromEntries(await Promise.all(entries));
  const mcpServers = Object.fromEntries(
    Object.entries(servers).map(([key, { dccType }]) => [key, { url: plain[key]!.url, dccType }]),
  );
  const gateway = await startGateway({ config: { mcpServers, server: { expose: 'all' } } });
  started.push(gateway, ...Object.values(plain).map(({ server }) => ({ stop: () => server.close() })));
  await gateway.ready();
  return { gateway, plain };
}

async function names(gateway: RunningGateway, list = 'tools'): Promise<readonly string[]> {
  const client = await openLegacy(gateway.url);
  const { result } = await client.request(`${list}/list`, {});
  return (result![list] as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** What each name calls: the key of the server, and its own name for the tool. */
async function targets({
  gateway,
  plain,
}: Awaited<ReturnType<typeof start>>): Promise<Readonly<Record<string, string>>> {
  const client = await openLegacy(gateway.url);
  const found: Record<string, string> = {};
  for (const name of await names(gateway)) {
    const before = Object.entries(plain).map(([key, { asked }]) => [key, asked.length] as const);
    await client.request('tools/call', { name });
    for (const [key, length] of before) {
      plain[key]!.asked.slice(length).forEach((asked) => (found[name] = `${key}: ${asked.replace('tools/call ', '')}`));
    }
  }
  return found;
}

const LONG = 'x'.repeat(100);

const CASES: readonly (readonly [string, Servers, Readonly<Record<string, string>>])[] = [
  [
    'one upstream: its own names',
    { a: { dccType: 'maya', tools: ['one', 'two-2_X'] } },
    { one: 'a: one', 'two-2_X': 'a: two-2_X' },
  ],
  [
    'one upstream: no dots',
    { a: { dccType: 'maya', tools: ['scene.open v2', 'größe/é'] } },
    { scene_open_v2: 'a: scene.open v2', gr__e__: 'a: größe/é' },
  ],
  [
    'several upstreams: the dcc type before them',
    { a: { dccType: 'maya', tools: ['open'] }, b: { dccType: 'blender', tools: ['open', 'x.y'] } },
    { maya__open: 'a: open', blender__open: 'b: open', blender__x_y: 'b: x.y' },
  ],
  [
    'two instances of a dcc type: the digits of the instance, too',
    {
      a: { dccType: 'maya', tools: ['open'] },
      b: { dccType: 'maya', tools: ['open'] },
      c: { dccType: 'nuke', tools: ['open'] },
    },
    { maya_4f3f2898__open: 'a: open', maya_3f10dbe8__open: 'b: open', nuke__open: 'c: open' },
  ],
];

describe('names of tools under --expose all', () => {
  test.each(CASES)('%s', async (_, servers, expected) => {
    expect(await targets(await start(servers))).toEqual(expected);
  });

  test.each([
    ['a dot and an underscore', ['a.b', 'a_b']],
    ['nothing but other characters', ['a.b', 'a b', 'a/b', 'ä.b']],
    ['the end of long names', [`${LONG}1`, `${LONG}2`, LONG, LONG.slice(0, 64)]],
    ['a name that looks like a suffix', ['q.r', 'q_r', 'q_r_0000']],
    ['astral characters', ['😀', '😁', '_']],
  ])('differ though the tools differ only in %s, are short and plain, and stay the same', async (_, tools) => {
    const servers = { a: { dccType: 'maya', tools } };
    const first = await targets(await start(servers));
    expect(Object.values(first).toSorted()).toEqual(tools.map((tool) => `a: ${tool}`).toSorted());
    expect(Object.keys(first).filter((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name))).toEqual([]);
    const kept = tools.filter((tool) => /^[A-Za-z0-9_-]{1,64}$/.test(tool));
    expect(kept.map((tool) => first[tool])).toEqual(kept.map((tool) => `a: ${tool}`));
    const again = await targets(await start({ a: { dccType: 'maya', tools: tools.toReversed() } }));
    expect(again).toEqual(first);
  });

  test('prompts have the same prefixes, and a tool is taken by its own name and its slug as well', async () => {
    const { gateway, plain } = await start({
      a: { dccType: 'maya', tools: ['x.y'] },
      b: { dccType: 'nuke', tools: ['x.y'] },
    });
    expect(await names(gateway, 'prompts')).toEqual(['maya__p', 'nuke__p']);
    const client = await openLegacy(gateway.url);
    await client.request('prompts/get', { name: 'nuke__p' });
    await client.request('tools/call', { name: 'nuke__x.y' });
    await client.request('tools/call', { name: 'nuke.3f10dbe8.x.y' });
    expect(plain['b']!.asked.slice(-3)).toEqual(['prompts/get p', 'tools/call x.y', 'tools/call x.y']);
  });
});

test('a tool that is not there is told with the names of the list that are near it', async () => {
  const { gateway } = await start({
    one: { dccType: 'maya', tools: ['create_sphere'] },
    two: { dccType: 'blender', tools: ['render'] },
  });
  const client = await openLegacy(gateway.url);
  const told = async (name: string): Promise<unknown> =>
    ((await client.request('tools/call', { name })).error as { readonly message: string }).message;
  expect(await told('create_sphere')).toBe('Unknown tool: create_sphere. Near it in the list: maya__create_sphere');
  expect(await told('maya__create_spere')).toMatch(
    /^Unknown tool: maya__create_spere\. Near it in the list: maya__create/,
  );
  expect(await told('nothing-like-it')).toBe('Unknown tool: nothing-like-it');
});
