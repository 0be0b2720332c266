// Two gateways on machines of their own that do not reach each other for a while; both reach Redis all the time.
import { findRedisServer } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { createNetworks, type Machine, type SeparateNetworks, whyNoNetworks } from './separate-networks.ts';

const SEEING = join(import.meta.dirname, '../fixtures/seeing-server.ts');
const TOKEN = 'a-token-of-at-least-thirty-two-characters';
const HEADERS = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };

type Answer = Readonly<Record<string, unknown>>;

async function post(url: string, body: object): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

async function slugsAt({ url }: GatewayProcess): Promise<Readonly<Record<string, string>>> {
  const { hits } = await post(`${url}/v1/search`, { query: 'seen', limit: 10 });
  const found = hits as readonly { readonly dcc_type: string; readonly tool_slug: string }[];
  return Object.fromEntries(found.map(({ dcc_type: type, tool_slug: slug }) => [type, slug]));
}

async function statusAt({ url }: GatewayProcess, dccType: string): Promise<string | undefined> {
  const response = await fetch(`${url}/v1/instances`, { headers: HEADERS });
  const { instances } = (await response.json()) as { readonly instances: readonly Readonly<Record<string, string>>[] };
  return instances.find((instance) => instance['dcc_type'] === dccType)?.['status'];
}

const lacking = findRedisServer() === undefined ? 'redis-server not found' : whyNoNetworks();
const describeWhereAllowed = lacking === undefined ? describe : describe.skip;

describeWhereAllowed(
  `two gateways that a network keeps apart${lacking === undefined ? '' : ` (skipped, ${lacking})`}`,
  () => {
    let networks: SeparateNetworks;
    let redis: ChildProcess;
    let gateways: readonly [GatewayProcess, GatewayProcess];

    function start(name: string, { address, by }: Machine): Promise<GatewayProcess> {
      const server = { command: process.execPath, args: [SEEING] };
      return startGatewayProcess({
        by,
        config: { mcpServers: { [name]: server } },
        args: ['--host', address],
        env: { DCC_MCP_REDIS_URL: `redis://${networks.hub.address}:6379`, DCC_MCP_AUTH_TOKEN: TOKEN },
      });
    }

    beforeAll(async () => {
      networks = createNetworks();
      const { hub, machines } = networks;
      const server = [findRedisServer()!, '--bind', hub.address, '--protected-mode', 'no', '--save', ''];
      redis = spawn(hub.by[0]!, [...hub.by.slice(1), ...server], { stdio: 'ignore' });
      gateways = await Promise.all([start('left', machines[0]), start('right', machines[1])]);
    }, 60_000);

    afterAll(async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
      redis.kill('SIGKILL');
      await once(redis, 'close');
      networks.remove();
    }, 30_000);

    test('go on with what each has, share what Redis has, and have the other one back when the network is', async () => {
      const [left, right] = gateways;
      await until(async () => Object.keys(await slugsAt(left)).length === 2, 15_000);
      const { left: own, right: other } = await slugsAt(left);
      const call = (slug: string | undefined): Promise<Answer> =>
        post(`${left.url}/v1/call`, { tool_slug: slug, arguments: {} });
      expect(await call(other)).toMatchObject({ ok: true });

      networks.part();
      await until(async () => (await statusAt(left, 'right')) === 'unreachable', 30_000);
      // A call that nobody answers makes it no more reachable: it is no host at work.
      expect(await call(other)).toMatchObject({ error: { kind: 'backend-unreachable' } });
      expect(await statusAt(left, 'right')).toBe('unreachable');
      expect(await call(own)).toMatchObject({ ok: true });
      // What is shared by Redis still is: the call is in the list of the gateway that can't reach this one.
      const calls = `${right.url}/v1/debug/calls?q=${encodeURIComponent('dcc_type=left')}`;
      await until(async () => {
        const { total } = (await (await fetch(calls, { headers: HEADERS })).json()) as { readonly total: number };
        return total > 0;
      });

      networks.heal();
      await until(async () => (await call((await slugsAt(left))['right']))['ok'] === true, 30_000);
      expect(`${left.stderr()}${right.stderr()}`).not.toContain('internal error');
    }, 120_000);
  },
);
