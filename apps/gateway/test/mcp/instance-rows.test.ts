// Whoever subscribes to the rows of instances is told when they show something else, whatever it is.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Json } from '../fixtures/callers.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { post } from '../workers/worker-gateway.ts';

const ID = '20000000-0000-4000-8000-000000000000';
const URIS = ['gateway://instances', `gateway://instances/${ID}`] as const;

let plain: PlainServer;
let gateway: RunningGateway;
let client: Client;
let heard: string[];

const register = (more: Json = {}) =>
  post(gateway.url, '/v1/instances/register', { instance_id: ID, dcc_type: 'maya', mcp_url: plain.url, ...more });

const heartbeat = (more: Json = {}) => post(gateway.url, '/v1/instances/heartbeat', { instance_id: ID, ...more });

async function readRow(): Promise<Json> {
  const { contents } = await client.readResource({ uri: URIS[1] });
  return JSON.parse((contents[0] as { readonly text: string }).text) as Json;
}

beforeAll(async () => {
  plain = await startPlainServer({ tools: ['t'] });
});

afterAll(() => void plain.server.close());

describe.each(['search', 'all'])('with --expose %s', (expose) => {
  describe.each(['handshake', 'modern'] as const)('a %s client', (era) => {
    beforeEach(async () => {
      const registry = { staleTimeoutSecs: 1 };
      gateway = await startGateway({ config: { mcpServers: {}, server: { expose }, registry } });
      await register({ scene: 'a.ma' });
      const mode = era === 'modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
      client = new Client({ name: 'rows', version: '1.0.0' }, { versionNegotiation: { mode } });
      heard = [];
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri));
      await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
      await until(async () => (await readRow())['status'] === 'ready');
      await (era === 'modern'
        ? client.listen({ resourceSubscriptions: [...URIS] })
        : Promise.all(URIS.map((uri) => client.subscribeResource({ uri }))));
      heard = [];
    });

    afterEach(async () => {
      await client.close();
      await gateway.stop();
    });

    test('is told once of a scene that a heartbeat brings, and of no heartbeat without news', async () => {
      await heartbeat({ scene: 'a.ma' });
      await heartbeat();
      await heartbeat({ scene: 'b.ma' });
      await until(() => heard.length === URIS.length);
      expect([heard.toSorted(), (await readRow())['scene']]).toEqual([URIS, 'b.ma']);
    });

    test('is told of what a further registration says', async () => {
      await register({ scene: 'a.ma', adapter_version: '9' });
      await until(() => heard.length === URIS.length);
      expect([heard.toSorted(), (await readRow())['adapter_version']]).toEqual([URIS, '9']);
    });

    test('is told that an instance has become stale, and that it is heard of again', async () => {
      await register({ scene: 'a.ma', ttl_secs: 6 });
      await until(() => heard.length === URIS.length);
      await until(() => heard.length === 2 * URIS.length, 5_000);
      expect([heard.slice(URIS.length).toSorted(), (await readRow())['status']]).toEqual([URIS, 'stale']);
      await heartbeat();
      await until(() => heard.length === 3 * URIS.length);
      expect((await readRow())['status']).toBe('ready');
    });
  });
});
