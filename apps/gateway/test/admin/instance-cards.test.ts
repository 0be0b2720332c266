// What the cards of instances say beside their calls: processes, the last 24 hours, parts of a host, those that left.
import { describeAdminRoutes } from '@dcc-mcp/admin-api';
import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCoreHost } from '../fixtures/core-host.ts';
import { startPlainServer } from '../fixtures/plain-server.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

type Card = Readonly<Record<string, unknown>>;

interface Cards {
  readonly instances: readonly Card[];
  readonly departed: readonly Card[];
}

const SERVER = { command: process.execPath, args: [join(import.meta.dirname, '../faults/mortal-server.mjs')] };
/** As `npx` does: the server is a process of a process. */
const LAUNCHED = { command: '/bin/sh', args: ['-c', `"${process.execPath}" "${SERVER.args[0]}"; exit`] };
const NOWHERE = { command: process.execPath, args: ['-e', 'process.exit(3)'] };

let gateway: RunningGateway | undefined;

afterEach(() => gateway?.stop());

async function cardsOf({ url }: RunningGateway, path = 'instances'): Promise<Cards> {
  const body: unknown = await (await fetch(`${url}/v1/debug/${path}`)).json();
  const route = describeAdminRoutes().find((each) => each.path === path)!;
  expect(route.answer!.safeParse(body).error?.issues ?? []).toEqual([]);
  return body as Cards;
}

const named = ({ instances }: Cards, name: string): Card =>
  instances.find(({ display_name: display }) => display === name)!;

/** Cards of a moment: a server that can't be started is booting again each time that it is tried. */
async function cardsWhen(running: RunningGateway, isSo: (cards: Cards) => boolean): Promise<Cards> {
  for (;;) {
    const cards = await cardsOf(running);
    if (isSo(cards)) {
      return cards;
    }
  }
}

test('a child has its process with what it takes, and the last 24 hours in quarters', async () => {
  gateway = await startGateway({ config: { mcpServers: { server: SERVER, launched: LAUNCHED, nowhere: NOWHERE } } });
  await gateway.ready();
  const cards = await cardsWhen(gateway, (all) => named(all, 'nowhere')['status'] === 'unreachable');
  expect(cards).toMatchObject({ total: 3, returned: 3 });
  const server = named(cards, 'server');
  expect(server).toMatchObject({
    pid: expect.any(Number),
    since: expect.any(String),
    last_ok_at: expect.any(String),
    server_info: { name: 'mortal', version: '1' },
    capabilities: ['tools'],
    era: 'legacy',
    protocol_version: '2025-06-18',
  });
  const megabyte = 1024 * 1024;
  const isLinux = process.platform === 'linux';
  expect(Number(server['rss_bytes'] ?? Number.NaN) > 10 * megabyte).toBe(isLinux);
  // The shell alone takes about one.
  expect(Number(named(cards, 'launched')['rss_bytes'] ?? Number.NaN) > 10 * megabyte).toBe(isLinux);
  const strip = server['strip'] as readonly { t: string; state?: string }[];
  expect(strip).toHaveLength(96);
  expect(strip.at(-1)).toEqual({ t: expect.stringMatching(/T\d\d:(?:00|15|30|45):00\.000Z$/), state: 'ready' });
  expect(strip.at(0)).toEqual({ t: expect.any(String) });
  const dead = named(cards, 'nowhere');
  expect(dead).toMatchObject({ status: 'unreachable', last_error: expect.stringContaining('code 3') });
  expect(Object.keys(dead)).not.toEqual(expect.arrayContaining(['pid']));
  expect(Object.keys(dead)).not.toEqual(expect.arrayContaining(['rss_bytes']));
  expect((dead['strip'] as typeof strip).at(-1)).toMatchObject({ state: 'unreachable' });
});

test('a dcc-mcp-core host has what it says of its parts, and no process', async () => {
  const host = await startCoreHost({ skills: {}, scene: '/shows/a/\u001B[31mb.ma\u0007' });
  gateway = await startGateway({ config: { mcpServers: { maya: { url: host.url } } } });
  await gateway.ready();
  const [card] = (await cardsOf(gateway)).instances;
  expect(card).toMatchObject({ readiness: { process: true, dcc: true }, scene: '/shows/a/b.ma' });
  expect(card).not.toHaveProperty('pid');
  expect(card).not.toHaveProperty('cpu_percent');
  await gateway.stop();
  host.server.closeAllConnections();
  host.server.close();
});

const steered = (text: string): string => `\u001B[31m${text}\u0007\u0000`;

test('what a server says of itself is a line without control characters, and bounded', async () => {
  const handshake = {
    capabilities: { tools: {}, [steered('c'.repeat(300))]: {} },
    serverInfo: { name: steered('N'.repeat(5_000)), version: '1\n2', title: 'Bearer abcdefghijklmnop' },
  };
  const { url, server } = await startPlainServer({ tools: ['say'], handshake });
  gateway = await startGateway({ config: { mcpServers: { plain: { url } } } });
  await gateway.ready();
  const cards = await cardsOf(gateway);
  expect(named(cards, 'plain')).toMatchObject({
    server_info: { name: 'N'.repeat(256), version: '1 2', title: '[redacted]' },
    capabilities: ['tools', 'c'.repeat(256)],
  });
  server.closeAllConnections();
  server.close();
});

test('an instance that was taken out of the file is among those that left, until it is back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'departed-'));
  const file = join(folder, 'gateway.json');
  const write = (mcpServers: object): void => writeFileSync(file, JSON.stringify({ mcpServers }));
  write({ server: SERVER });
  gateway = await serveInProcess(file);
  await gateway.ready();
  const { stderr } = gateway;
  const [card] = (await cardsOf(gateway)).instances;
  write({});
  await until(() => stderr().includes('upstream server is gone'));
  const left = await cardsOf(gateway, 'workers');
  expect(left).toMatchObject({ total: 0, returned: 0, workers: [] });
  expect(left.departed).toEqual([
    {
      instance_id: card!['instance_id'],
      dcc_type: 'server',
      left_at: expect.any(String),
      reason: 'gone from the configuration',
      last_status: 'ready',
    },
  ]);
  write({ server: SERVER });
  await until(() => stderr().split('upstream server is ready').length > 2);
  expect((await cardsOf(gateway)).departed).toEqual([]);
  rmSync(folder, { recursive: true });
});
