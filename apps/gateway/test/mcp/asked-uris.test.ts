// A client of 2026-07-28 hears of what the gateway tells of itself by the URI that it asked for, parameters and all.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startPlainServer, type PlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { post } from '../workers/worker-gateway.ts';

const ID = '20000000-0000-4000-8000-000000000000';
const EVENTS = 'resources://gateway/events';

const TALKS = 'setInterval(() => console.error("cooking"), 50)';

let plain: PlainServer;
let gateway: RunningGateway;
let client: Client;

beforeEach(async () => {
  plain = await startPlainServer({ tools: ['t'] });
  const talker = { command: process.execPath, args: ['-e', TALKS] };
  gateway = await startGateway({ config: { mcpServers: { talker } } });
  client = new Client({ name: 'uris', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
});

afterEach(async () => {
  await client.close();
  await gateway.stop();
  plain.server.close();
});

async function talkerId(): Promise<string> {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    instances: readonly { readonly instance_id: string }[];
  };
  return instances[0]!.instance_id;
}

async function listenTo(uris: readonly string[]): Promise<ReadonlySet<string>> {
  const heard = new Set<string>();
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.add(params.uri));
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
  await client.listen({ resourceSubscriptions: [...uris] });
  return heard;
}

test.each([[[`${EVENTS}?since=2026-01-01T00:00:00Z`]], [[EVENTS, `${EVENTS}?since=2026-01-01T00:00:00Z`]]])(
  'an event is told of as %j',
  async (uris) => {
    const heard = await listenTo(uris);
    await post(gateway.url, '/v1/instances/register', { instance_id: ID, dcc_type: 'maya', mcp_url: plain.url });
    await post(gateway.url, '/v1/instances/deregister', { instance_id: ID });
    await until(() => heard.size === uris.length);
    expect([...heard].toSorted()).toEqual(uris);
  },
);

test('output is told of as it was asked for', async () => {
  const uri = `events://session/${await talkerId()}?limit=10`;
  const heard = await listenTo([uri]);
  await until(() => heard.size > 0);
  expect([...heard]).toEqual([uri]);
});
