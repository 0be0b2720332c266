// /v1/debug/health counts what is there: servers, sessions, streams, calls on their way, rows.
import { describeAdminRoutes } from '@dcc-mcp/admin-api';
import { afterEach, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { join } from 'node:path';
import { findSlug } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

type Health = Readonly<Record<string, unknown>>;

const TOOLBOX = {
  command: process.execPath,
  args: [join(import.meta.dirname, '..', 'rest', 'fixture', 'tool-server.mjs')],
};
const NOWHERE = { command: process.execPath, args: ['-e', 'process.exit(3)'] };

let gateway: RunningGateway | undefined;

afterEach(() => gateway?.stop());

async function healthOf({ url }: RunningGateway): Promise<Health> {
  const body: unknown = await (await fetch(`${url}/v1/debug/health`)).json();
  const route = describeAdminRoutes().find(({ path }) => path === 'health')!;
  expect(route.answer!.safeParse(body).error?.issues ?? []).toEqual([]);
  return body as Health;
}

test('health says how the process is, what is in force, and how full each store is', async () => {
  gateway = await startGateway({ config: { mcpServers: { toolbox: TOOLBOX }, limits: { ratePerMinute: 600 } } });
  await gateway.ready();
  const started = Date.now();
  const health = await healthOf(gateway);
  expect(health).toMatchObject({
    status: 'ok',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    instances_ready: 1,
    instances_total: 1,
    sessions: 0,
    streams: 0,
    in_flight: 0,
    limits: { rate_per_minute: 600 },
    stores: {
      calls: { rows: 0, capacity: 5_000, dropped: 0 },
      // Its election, and a server that starts and is ready.
      events: { rows: 3, capacity: 1_000, dropped: 0 },
    },
  });
  expect(Number(health['rss_bytes'])).toBeGreaterThan(10 * 1024 * 1024);
  expect(Number(health['uptime_secs'])).toBeLessThan(started / 1_000);
});

test('health counts sessions, streams and calls on their way, and is degraded by a server that is not there', async () => {
  gateway = await startGateway({
    config: { mcpServers: { toolbox: { ...TOOLBOX, timeoutMs: 1_000 }, nowhere: NOWHERE } },
  });
  await gateway.ready();
  const { url } = gateway;
  expect(await healthOf(gateway)).toMatchObject({ status: 'degraded', instances_ready: 1, instances_total: 2 });
  const client = new Client({ name: 'health-test', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`));
  await client.connect(transport);
  const body = JSON.stringify({ tool_slug: await findSlug(url, 'toolbox', 'slow') });
  const headers = { 'content-type': 'application/json' };
  const calling = fetch(`${url}/v1/call`, { method: 'POST', headers, body });
  await until(async () => {
    const { sessions, streams, in_flight: running } = await healthOf(gateway!);
    return sessions === 1 && streams === 1 && running === 1;
  });
  await client.close();
  await (await calling).text();
  await until(async () => (await healthOf(gateway!))['in_flight'] === 0);
});
