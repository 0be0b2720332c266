// Resources and templates that two servers have under one URI are told apart under `--expose all`.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type ServedWhole, serveWhole } from './bridge/whole-server.ts';

const served: ServedWhole[] = [];
const clients: Client[] = [];
let gateway: RunningGateway;

async function connect(era: 'handshake' | 'modern', token?: string): Promise<Client> {
  const mode = era === 'modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
  const client = new Client({ name: 'reader', version: '1.0.0' }, { versionNegotiation: { mode } });
  clients.push(client);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit: { headers } }));
  return client;
}

/** What each listed resource says, by its URI. */
async function readAll(client: Client): Promise<readonly [uri: string, name: string, said: string][]> {
  const { resources } = await client.listResources();
  return Promise.all(
    resources.map(async ({ uri, name }): Promise<[string, string, string]> => {
      const { contents } = await client.readResource({ uri });
      const [content] = contents as [{ readonly uri: string; readonly text: string }];
      return [content.uri, name, content.text];
    }),
  );
}

const start = async (more: Json = {}): Promise<void> => {
  const [maya, blender] = served.map(({ url }) => ({ url }));
  gateway = await startGateway({ config: { mcpServers: { maya, blender }, ...more }, env: { DCC_MCP_EXPOSE: 'all' } });
  await gateway.ready();
};

beforeAll(async () => {
  served.push(await serveWhole('handshake', ' of maya'), await serveWhole('modern', ' of blender'));
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(() => served.forEach((whole) => whole.close()));

describe.each(['handshake', 'modern'] as const)('for a %s client', (era) => {
  beforeAll(() => start());
  afterAll(() => gateway.stop());

  test('each of them is listed with a URI and a name of its own, and read by it', async () => {
    const read = await readAll(await connect(era));
    expect(new Set(read.map(([uri]) => uri)).size).toBe(4);
    expect(read.map(([, name, said]) => `${name}: ${said}`).toSorted()).toEqual([
      'blender__plain: This is plain of blender',
      'blender__watched: This is watched of blender',
      'maya__plain: This is plain of maya',
      'maya__watched: This is watched of maya',
    ]);
    expect(read.every(([uri]) => URL.canParse(uri))).toBe(true);
  });

  test('the URI that both have means the first of the configuration', async () => {
    const client = await connect(era);
    const { contents } = await client.readResource({ uri: 'whole://plain' });
    expect(contents).toMatchObject([{ uri: 'whole://plain', text: 'This is plain of maya' }]);
  });

  test('so are templates, which still are templates', async () => {
    const client = await connect(era);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ name }) => name).toSorted()).toEqual(['blender__by-id', 'maya__by-id']);
    for (const { name, uriTemplate } of resourceTemplates) {
      const uri = uriTemplate.replace('{id}', '7');
      const { contents } = await client.readResource({ uri });
      expect(contents).toMatchObject([{ uri, text: `This is 7 of ${name.split('__')[0]}` }]);
      const ref = { type: 'ref/resource', uri: uriTemplate } as const;
      const { completion } = await client.complete({ ref, argument: { name: 'id', value: 'b' } });
      expect(completion.values).toEqual(['beta']);
    }
  });

  test('a change is told of the one that has changed, to whoever listens to it', async () => {
    const client = await connect(era);
    const heard: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri));
    const { resources } = await client.listResources();
    const uris = ['maya', 'blender'].map((dcc) => resources.find(({ name }) => name === `${dcc}__watched`)!.uri);
    await (era === 'modern'
      ? client.listen({ resourceSubscriptions: uris })
      : Promise.all(uris.map((uri) => client.subscribeResource({ uri }))));
    const change = (dcc: string) => client.callTool({ name: `${dcc}__change`, arguments: { what: 'resource' } });
    for (const [at, dcc] of ['maya', 'blender'].entries()) {
      heard.length = 0;
      for (let i = 0; i < 100 && heard.length === 0; i += 1) {
        await change(dcc);
        await wait(20);
      }
      // The other one's would have come by then.
      await wait(50);
      expect([...new Set(heard)]).toEqual([uris[at]]);
    }
  });

  test.each([
    'gateway://instances/x/resources/whole://plain',
    'gateway://instances/00000000-0000-0000-0000-000000000000/resources/whole://plain',
  ])('%s is no resource', async (uri) => {
    const client = await connect(era);
    await expect(client.readResource({ uri })).rejects.toThrow(/not found/i);
  });
});

test('a caller that may use one of the servers reads that one’s, under the URI that both have', async () => {
  const tokens = ['maya', 'blender'].map((dcc) => ({ token: `${dcc}-token`, name: dcc, dccTypes: [dcc] }));
  await start({ auth: { tokens } });
  for (const dcc of ['maya', 'blender']) {
    const client = await connect('handshake', `${dcc}-token`);
    const read = await readAll(client);
    expect(read).toContainEqual(['whole://plain', 'plain', `This is plain of ${dcc}`]);
  }
  const blender = await connect('modern', 'blender-token');
  const other = await connect('modern', 'maya-token');
  const { resources } = await other.listResources();
  const own = `gateway://instances/${(await instancesOf('maya-token'))[0]}/resources/${resources[0]!.uri}`;
  await expect(blender.readResource({ uri: own })).rejects.toThrow(/out of its scope/);
  await gateway.stop();
});

async function instancesOf(token: string): Promise<readonly string[]> {
  const response = await fetch(`${gateway.url}/v1/instances`, { headers: { authorization: `Bearer ${token}` } });
  const { instances } = (await response.json()) as { readonly instances: readonly { readonly instance_id: string }[] };
  return instances.map(({ instance_id: id }) => id);
}
