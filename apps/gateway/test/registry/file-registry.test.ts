// Hosts of dcc-mcp-core that say in services.json that they are there become instances, and leave with their rows.
import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CoreHost, startCoreHost } from '../fixtures/core-host.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { createServicesFile, type Row, rustTime, serviceRow, type ServicesFixture } from '../fixtures/services-file.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until as holds } from '../upstream/fixtures/harness.ts';

interface Card {
  readonly instance_id: string;
  readonly instance_short: string;
  readonly status: string;
  readonly source: string;
}
interface Cards {
  readonly instances: readonly Card[];
  readonly departed: readonly { readonly instance_id: string; readonly reason: string }[];
  readonly skipped: readonly { readonly source: string; readonly instance_id?: string; readonly reason: string }[];
}
interface Event {
  readonly event: string;
  readonly instance_id: string;
  readonly reason?: string;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) {
    await end();
  }
});

let services: ServicesFixture;
let host: CoreHost;
let gateway: RunningGateway;

async function startHost(): Promise<number> {
  host = await startCoreHost({ skills: { modeling: ['create_cube'] }, scene: '/projects/other.ma' });
  ends.push(() => {
    host.server.closeAllConnections();
    host.server.close();
  });
  return (host.server.address() as AddressInfo).port;
}

/** @param rows Makes the rows that are there before the gateway starts, of the port of a host. */
async function start(rows?: (port: number) => readonly Row[], registry: object = {}): Promise<number> {
  const port = await startHost();
  services = createServicesFile();
  ends.push(() => services.remove());
  if (rows !== undefined) {
    services.write(...rows(port));
  }
  gateway = await startGateway({
    config: { registry: { dir: services.folder, ...registry } },
    enablePrometheus: true,
  });
  ends.push(() => gateway.stop());
  return port;
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(gateway.url + path)).json()) as T;
}

/** Asks until `isSo`, for at most `millis`; gives the last answer. */
async function until<T>(path: string, isSo: (answer: T) => boolean, millis = 5_000): Promise<T> {
  let answer = await get<T>(path);
  for (const end = Date.now() + millis; !isSo(answer) && Date.now() < end; answer = await get<T>(path)) {
    await wait(20);
  }
  return answer;
}

const cardsWhen = (isSo: (cards: Cards) => boolean, millis?: number): Promise<Cards> =>
  until<Cards>('/admin/api/instances', isSo, millis);
const hasReady = ({ instances }: Cards): boolean => instances.some(({ status }) => status === 'ready');
const hasNone = ({ instances }: Cards): boolean => instances.length === 0;
const hasSkipped = ({ skipped }: Cards): boolean => skipped.length > 0;

async function events(name: string): Promise<readonly Event[]> {
  const { events: all } = await get<{ events: readonly Event[] }>('/v1/debug/events');
  return all.filter(({ event }) => event === name);
}

async function evictions(reason: string): Promise<string | undefined> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return new RegExp(`^dcc_mcp_gateway_evictions_total\\{[^}]*reason="${reason}"[^}]*\\} (\\d+)`, 'm').exec(text)?.[1];
}

/** A process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

describe('a row of services.json', () => {
  test('becomes an instance with the facts of the row in less than 3 s, and its tools are called', async () => {
    const port = await start();
    const row = serviceRow(port, { display_name: 'Maya of Ada' });
    const begin = performance.now();
    services.write(row);
    const { instances } = await cardsWhen(hasReady);
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(instances).toMatchObject([
      {
        instance_id: row['instance_id'],
        dcc_type: 'maya',
        source: 'file',
        display_name: 'Maya of Ada',
        mcp_url: `http://127.0.0.1:${port}/mcp`,
        pid: process.pid,
        scene: '/projects/shot01.ma',
      },
    ]);
    const body = JSON.stringify({ tool_slug: `maya.${instances[0]!.instance_short}.echo` });
    const called = await fetch(`${gateway.url}/v1/call`, { method: 'POST', body });
    expect(await called.json()).toMatchObject({ ok: true, _meta: { dcc: { instance_id: row['instance_id'] } } });
  });

  test('has the address that its metadata names', async () => {
    await start((port) => [serviceRow(1, { metadata: { mcp_url: `http://localhost:${port}/mcp` } })]);
    expect((await cardsWhen(hasReady)).instances).toHaveLength(1);
  });

  test('changes its scene and its heartbeat without a new connection', async () => {
    const port = await start();
    const row = serviceRow(port);
    services.write(row);
    await cardsWhen(hasReady);
    services.write({ ...row, scene: '/projects/shot02.ma', last_heartbeat: Date.now() / 1000 });
    const { instances } = await until<{ instances: readonly { scene: string; since: string }[] }>(
      '/v1/instances',
      ({ instances: [first] }) => first?.scene === '/projects/shot02.ma',
    );
    expect(instances).toMatchObject([{ scene: '/projects/shot02.ma', status: 'ready' }]);
    expect((await events('probe_ready')).length).toBe(1);
  });

  test('is seen as it was written last, however often it is written', async () => {
    const port = await start();
    const row = serviceRow(port);
    for (let index = 0; index <= 200; index += 1) {
      services.write({ ...row, scene: `/shots/${index}.ma` });
      await wait(2);
    }
    const scene = '/shots/200.ma';
    const { instances } = await until<{ instances: readonly { readonly scene: string }[] }>(
      '/v1/instances',
      (answer) => answer.instances[0]?.scene === scene,
      500,
    );
    expect(instances).toMatchObject([{ scene }]);
  });

  test('that vanishes is an instance_exited, and no eviction', async () => {
    const port = await start();
    const row = serviceRow(port);
    services.write(row);
    await cardsWhen(hasReady);
    const begin = performance.now();
    services.write();
    const { departed } = await cardsWhen(hasNone);
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(departed).toMatchObject([
      { instance_id: row['instance_id'], reason: expect.stringContaining('services.json') },
    ]);
    expect(await events('instance_exited')).toMatchObject([{ instance_id: row['instance_id'] }]);
    expect(await evictions('stale')).toBe('0');
  });

  test('whose process ends is a ghost_reaped, once', async () => {
    const port = await start();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const row = serviceRow(port, { pid: child.pid });
    services.write(row);
    await cardsWhen(hasReady);
    child.kill('SIGKILL');
    await once(child, 'close');
    const { skipped } = await cardsWhen((cards) => hasNone(cards) && hasSkipped(cards));
    expect(skipped).toMatchObject([{ source: 'file', reason: `dead pid: its process ${child.pid} is gone` }]);
    services.write({ ...row, scene: null });
    // It was read again by then.
    await wait(200);
    expect(await events('ghost_reaped')).toMatchObject([{ instance_id: row['instance_id'] }]);
    expect(await events('instance_exited')).toEqual([]);
    expect(await evictions('ghost')).toBe('1');
  });

  test('whose process was gone before is a ghost_reaped, too, and no instance', async () => {
    await start((port) => [serviceRow(port, { pid: deadPid() })]);
    const { instances } = await cardsWhen(hasSkipped);
    expect(instances).toEqual([]);
    expect(await events('ghost_reaped')).toHaveLength(1);
    expect(await evictions('ghost')).toBe('1');
  });

  test('goes stale by its heartbeat, also where the file does not change', async () => {
    await start((port) => [serviceRow(port)], { staleTimeoutSecs: 1 });
    await cardsWhen(hasReady);
    const { skipped } = await cardsWhen((cards) => hasNone(cards) && hasSkipped(cards));
    expect(skipped).toMatchObject([{ reason: expect.stringMatching(/^stale: its last heartbeat was \d s ago$/) }]);
    expect(await events('instance_exited')).toHaveLength(1);
    expect(await evictions('stale')).toBe('1');
  });

  test('whose host dies during a call leaves at once, and comes back with its next heartbeat', async () => {
    const port = await start();
    const row = serviceRow(port);
    services.write(row);
    const { instances } = await cardsWhen(hasReady);
    host.server.removeAllListeners('request');
    host.server.on('request', () => {
      host.server.close();
      host.server.closeAllConnections();
    });
    const body = JSON.stringify({ tool_slug: `maya.${instances[0]!.instance_short}.echo` });
    const called = await fetch(`${gateway.url}/v1/call`, { method: 'POST', body });
    expect(await called.json()).toMatchObject({ error: { kind: 'host-died' } });
    expect(await evictions('host_died')).toBe('1');
    const { skipped } = await cardsWhen(hasSkipped);
    expect(skipped).toMatchObject([{ instance_id: row['instance_id'], reason: expect.stringContaining('evicted') }]);
    services.write({ ...row, last_heartbeat: rustTime(Date.now() + 10) });
    expect((await cardsWhen(({ instances: all }) => all.length === 1)).instances).toHaveLength(1);
  });

  const bad = { instance_id: 'not-a-uuid' };
  test.each([
    ['of a gateway', { dcc_type: '__gateway__' }, '__gateway__'],
    ['whose process is gone', { pid: deadPid() }, 'dead pid'],
    ['whose heartbeat is old', { last_heartbeat: rustTime(Date.now() - 31_000) }, 'stale'],
    ['that shuts down', { status: 'shutting_down' }, 'status: it says that it is shutting_down'],
    ['without a port', { port: 0 }, 'port is 0'],
    ['with a port that is none', { port: '80' }, 'bad row: port'],
    ['without an id', bad, 'bad row: instance_id is no UUID'],
    ['with an address that is none', { metadata: { mcp_url: 'file:///etc/passwd' } }, 'bad row: metadata.mcp_url'],
    ['at an address of no host', { host: '169.254.169.254' }, 'address: 169.254.169.254'],
    ['at such an address in its metadata', { metadata: { mcp_url: 'http://[fe80::1]:80/mcp' } }, 'address: fe80::1'],
    ['with a host that is none', { host: 'a/b?c' }, 'bad row: host'],
    ['without a time', { last_heartbeat: 'now', registered_at: null }, 'bad row: last_heartbeat'],
    ['with a type that is none', { dcc_type: 7 }, 'bad row: dcc_type'],
  ])('%s is skipped, and the reason is said', async (_, different, reason) => {
    await start((port) => [serviceRow(port), serviceRow(port, different)]);
    const { instances, skipped } = await cardsWhen((cards) => hasReady(cards) && hasSkipped(cards));
    expect(instances).toHaveLength(1);
    expect(skipped).toMatchObject([{ source: 'file', reason: expect.stringContaining(reason) }]);
  });

  test('that is no object, or stands twice, is skipped', async () => {
    await start((port) => {
      const row = serviceRow(port);
      return [null, 7, row, { ...row, last_heartbeat: rustTime(Date.now() - 5_000) }] as readonly Row[];
    });
    const { instances, skipped } = await cardsWhen((cards) => hasReady(cards) && hasSkipped(cards));
    expect(instances).toHaveLength(1);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'bad row: it is no object',
      'bad row: it is no object',
      expect.stringContaining('instance_id twice'),
    ]);
  });

  test.each(['127.0.0.1', 'localhost', '0.0.0.0', '::1'])('that is this gateway, as %s, is skipped', async (name) => {
    await start();
    services.write(serviceRow(Number(new URL(gateway.url).port), { host: name }));
    const { instances, skipped } = await cardsWhen(hasSkipped);
    expect(instances).toEqual([]);
    expect(skipped).toMatchObject([{ reason: 'own address: it is this gateway' }]);
  });
});

/** How often it was said that the file can't be used. */
const saidOf = (): number => gateway.stderr().split("can't be used").length - 1;

/** It is looked at within a second, and at once when the gateway has started. */
const untilSaid = (): Promise<void> => holds(() => saidOf() > 0, 3_000);

describe('services.json', () => {
  test.each([
    ['torn', '[{"dcc_type": "maya", "insta'],
    ['empty', ''],
    ['filled with zeros', '\0'.repeat(500)],
    ['no list', '{"rows": []}'],
  ])('that is %s keeps the last good table, and says so once', async (_, text) => {
    const port = await start();
    const row = serviceRow(port);
    services.write(row);
    await cardsWhen(hasReady);
    services.writeText(text);
    await untilSaid();
    services.writeText(`${text} `);
    // It was looked at again by then.
    await wait(1_100);
    expect((await get<Cards>('/admin/api/instances')).instances).toMatchObject([{ status: 'ready' }]);
    expect(saidOf()).toBe(1);
    services.write();
    expect((await cardsWhen(hasNone)).instances).toEqual([]);
    expect(gateway.stderr()).toContain('is read again');
  });

  test('that is deleted is an empty table after 3 s, and not before', async () => {
    await start((port) => [serviceRow(port)]);
    await cardsWhen(hasReady);
    unlinkSync(services.file);
    await wait(2_000);
    expect((await get<Cards>('/admin/api/instances')).instances).toHaveLength(1);
    expect((await cardsWhen(hasNone, 3_000)).instances).toEqual([]);
    expect(await events('instance_exited')).toHaveLength(1);
  });

  test('is found when its folder is made after the start, and again when that was made anew', async () => {
    const port = await start();
    rmSync(services.folder, { recursive: true });
    await wait(50);
    services.write(serviceRow(port));
    await cardsWhen(hasReady);
    rmSync(services.folder, { recursive: true });
    const row = serviceRow(port);
    services.write(row);
    const { instances } = await cardsWhen(({ instances: [first] }) => first?.instance_id === row['instance_id']);
    expect(instances).toMatchObject([{ instance_id: row['instance_id'] }]);
  });

  test('is neither written nor locked, and nothing is put beside it', async () => {
    await start((port) => [serviceRow(port), serviceRow(port, { pid: deadPid() }), serviceRow(port, { port: 0 })]);
    const before = statSync(services.file);
    chmodSync(services.folder, 0o555);
    await cardsWhen((cards) => hasReady(cards) && hasSkipped(cards));
    chmodSync(services.folder, 0o755);
    const { mtimeMs, ino, size } = statSync(services.file);
    expect({ mtimeMs, ino, size }).toEqual({ mtimeMs: before.mtimeMs, ino: before.ino, size: before.size });
    expect(readdirSync(services.folder)).toEqual(['services.json']);
  });

  test.each([
    ['a folder', (file: string) => mkdirSync(file), 'it is no file'],
    [
      'longer than 32 MiB',
      (file: string) => {
        writeFileSync(file, '');
        truncateSync(file, 32 * 1024 * 1024 + 1);
      },
      'it is longer than 33554432 bytes',
    ],
  ])('that is %s is said and not read', async (_, make, reason) => {
    await start();
    make(services.file);
    await untilSaid();
    expect(gateway.stderr()).toContain(`services.json can't be used: ${reason}`);
    expect((await get<Cards>('/admin/api/instances')).instances).toEqual([]);
  });

  test('of 10,000 rows gives the one that lives', async () => {
    const port = await start();
    const gone = deadPid();
    const rows = Array.from({ length: 9_999 }, (_, index) =>
      serviceRow(port, index % 2 === 0 ? { dcc_type: '__gateway__' } : { pid: gone }),
    );
    services.write(...rows, serviceRow(port));
    const { instances } = await cardsWhen(hasReady);
    expect(instances).toHaveLength(1);
  });
});

describe('registry.dir', () => {
  test('is by itself the folder that dcc-mcp-core takes, in the one for temporary files', async () => {
    const port = await startHost();
    const place = mkdtempSync(join(tmpdir(), 'place-'));
    ends.push(() => rmSync(place, { recursive: true }));
    createServicesFile(join(place, 'dcc-mcp-registry')).write(serviceRow(port));
    writeFileSync(join(place, 'gateway.json'), '{}');
    gateway = await serveInProcess(join(place, 'gateway.json'), { env: { TMPDIR: place } });
    ends.push(() => gateway.stop());
    expect((await cardsWhen(hasReady)).instances).toHaveLength(1);
  });

  test('off: none is read', async () => {
    const port = await startHost();
    const place = mkdtempSync(join(tmpdir(), 'place-'));
    ends.push(() => rmSync(place, { recursive: true }));
    createServicesFile(join(place, 'dcc-mcp-registry')).write(serviceRow(port));
    writeFileSync(join(place, 'gateway.json'), '{}');
    gateway = await serveInProcess(join(place, 'gateway.json'), {
      env: { TMPDIR: place, DCC_MCP_REGISTRY_DIR: 'OFF' },
    });
    ends.push(() => gateway.stop());
    await wait(300);
    expect(await get('/admin/api/instances')).toMatchObject({ instances: [], skipped: [] });
    expect(existsSync(join(place, 'off'))).toBe(false);
  });

  test('that is a file is said', async () => {
    const place = mkdtempSync(join(tmpdir(), 'place-'));
    ends.push(() => rmSync(place, { recursive: true }));
    writeFileSync(join(place, 'services.json'), '[]');
    gateway = await startGateway({ config: { registry: { dir: join(place, 'services.json') } } });
    ends.push(() => gateway.stop());
    await untilSaid();
    expect(gateway.stderr()).toContain("can't be used: its folder is none");
  });
});

// Who runs the tests as another user can't make a file that is somebody else's.
const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

describeAsRoot('in the folder for temporary files', () => {
  test('a file of another user is not believed before it is named', async () => {
    const port = await startHost();
    const place = mkdtempSync(join(tmpdir(), 'place-'));
    ends.push(() => rmSync(place, { recursive: true }));
    const foreign = createServicesFile(join(place, 'dcc-mcp-registry'));
    foreign.write(serviceRow(port));
    chownSync(foreign.file, 54_321, 54_321);
    writeFileSync(join(place, 'gateway.json'), '{}');
    const wary = await serveInProcess(join(place, 'gateway.json'), { env: { TMPDIR: place } });
    ends.push(() => wary.stop());
    gateway = wary;
    await untilSaid();
    expect(gateway.stderr()).toContain('it belongs to another user');
    expect(await get('/admin/api/instances')).toMatchObject({ instances: [], skipped: [] });
    const env = { TMPDIR: place, DCC_MCP_REGISTRY_DIR: foreign.folder };
    const told = await serveInProcess(join(place, 'gateway.json'), { env });
    ends.push(() => told.stop());
    gateway = told;
    expect((await cardsWhen(hasReady)).instances).toHaveLength(1);
  });
});

describe('a folder that is not there', () => {
  test('is said once where somebody has named it', async () => {
    gateway = await startGateway({ config: { mcpServers: {}, registry: { dir: '/nope' } } });
    ends.push(() => gateway.stop());
    await gateway.ready();
    const line =
      'the registry folder /nope does not exist, so that no instance comes from it: no host has registered there yet, ' +
      'or registry.dir (DCC_MCP_REGISTRY_DIR) means another one';
    await holds(() => gateway.stderr().includes(line));
    // The file is looked at once a second.
    await wait(1_200);
    expect(gateway.stderr().split(line)).toHaveLength(2);
  });

  test('is as it may be where nobody has', async () => {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'no-registry-'));
    ends.push(() => rmSync(TMPDIR, { recursive: true }));
    gateway = await startGateway({ config: { mcpServers: {} }, env: { TMPDIR } });
    ends.push(() => gateway.stop());
    await gateway.ready();
    await wait(200);
    expect(gateway.stderr()).not.toContain('registry');
  });
});
