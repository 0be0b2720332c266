// audit.db beside the lines of DCC_MCP_GATEWAY_AUDIT_DIR: history reaches further back than the memory, and over restarts.
import { expect, test } from '@jest/globals';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningGateway, startGateway, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { call, debug, newFolder, type Row, started, TOOLS } from './kept-gateways.ts';

/** Next to nothing is remembered in memory. */
const config = { mcpServers: TOOLS, admin: { calls: 2, traces: 1 } };

const start = async (dir: string, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> =>
  opened(await started(startGateway({ config, env: { DCC_MCP_GATEWAY_AUDIT_DIR: dir, ...env } })));

/** A start waits a second for the index; on a busy machine it is there later. */
async function opened<Gateway extends RunningGateway>(gateway: Gateway): Promise<Gateway> {
  await until(async () => {
    const { state, bytes } = await indexOf(gateway.url);
    return state === 'failing' || Number(bytes) > 0;
  });
  return gateway;
}

/** Calls one tool after the other; gives the ids of the requests, the newest first. */
async function callAll(url: string, ...tools: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const tool of tools) {
    const { status, id } = await call(url, tool);
    expect(status).toBeLessThan(500);
    ids.unshift(id);
  }
  return ids;
}

const idsOf = (rows: unknown): readonly unknown[] => (rows as readonly Row[]).map(({ request_id: id }) => id);

/** Every page of a list. */
async function paged(url: string, kind: 'calls' | 'traces', query: string): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  let cursor = '';
  do {
    const { [kind]: rows, next_cursor: next = '' } = await debug(url, `${kind}?${query}${cursor}`);
    ids.push(...idsOf(rows));
    cursor = next === '' ? '' : `&cursor=${String(next)}`;
  } while (cursor !== '');
  return ids;
}

async function indexOf(url: string): Promise<Row> {
  return ((await debug(url, 'health'))['stores'] as Readonly<Record<string, Row>>)['audit_index']!;
}

const TOOLS_CALLED = ['say', 'add', 'is_error', 'say', 'say', 'add'] as const;

test('lists, one trace, statistics, workflows, cards and exports reach further back than the memory', async () => {
  const gateway = await start(newFolder());
  const { url } = gateway;
  const ids = await callAll(url, ...TOOLS_CALLED);
  expect(await debug(url, 'calls')).toMatchObject({ total: 6, returned: 6 });
  expect(await paged(url, 'calls', 'limit=2')).toEqual(ids);
  expect(await paged(url, 'traces', 'limit=4')).toEqual(ids);
  await until(async () => (await indexOf(url))['queued'] === 0);
  expect(await paged(url, 'calls', 'limit=2')).toEqual(ids);
  const failed = await debug(url, `calls?q=${encodeURIComponent('success=false tool~ERROR')}`);
  expect([failed['total'], idsOf(failed['calls'])]).toEqual([1, [ids[3]]]);
  expect(await debug(url, `traces/${ids[5]}`)).toMatchObject({
    request_id: ids[5],
    spans: expect.arrayContaining([expect.objectContaining({ name: 'gateway.call' })]),
    output: { mime_type: 'application/json' },
  });
  const { calls } = (await debug(url, 'calls')) as { calls: readonly Row[] };
  expect(await debug(url, 'stats')).toMatchObject({
    total_calls: 6,
    failed_calls: 3,
    retained_since: calls.at(-1)!['timestamp'],
    complete: false,
  });
  expect(await debug(url, 'workflows')).toMatchObject({ summary: { failed: 3 } });
  expect(await debug(url, 'instances')).toMatchObject({ instances: [{ calls: { total: 6, failed: 3 } }] });
  const lines = await (await fetch(`${url}/v1/debug/export?kind=traces`)).text();
  expect(
    idsOf(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row),
    ),
  ).toEqual(ids);
  expect(await debug(url, `bundles/${ids[5]}`)).toMatchObject({ calls: [{ request_id: ids[5] }], traces: [{}] });
});

test('after two restarts everything is listed, once and in order', async () => {
  const dir = newFolder();
  const ids: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const gateway = await start(dir);
    ids.unshift(...(await callAll(gateway.url, 'say', 'is_error', 'add')));
    expect(await paged(gateway.url, 'calls', 'limit=2')).toEqual(ids);
    expect(await paged(gateway.url, 'traces', '')).toEqual(ids);
    const { stores } = await debug(gateway.url, 'health');
    expect(stores).toMatchObject({ calls: { rows: 3 * (round + 1), appended: 3 } });
    await gateway.stop();
  }
  for (const file of readdirSync(dir).filter((name) => name.includes('.jsonl'))) {
    rmSync(join(dir, file));
  }
  const gateway = await start(dir);
  expect(await paged(gateway.url, 'calls', '')).toEqual(ids);
  expect(await paged(gateway.url, 'traces', 'limit=2')).toEqual(ids);
});

test('a process that is killed loses what the last moment brought, and no more', async () => {
  const dir = newFolder();
  const env = { DCC_MCP_GATEWAY_AUDIT_DIR: dir };
  const first = await started(startGatewayProcess({ config, env }));
  const ids = await callAll(first.url, 'say', 'add', 'say', 'add');
  await until(async () => (await indexOf(first.url))['rows'] === 8);
  await first.stop('SIGKILL');
  for (const file of readdirSync(dir).filter((name) => name.includes('.jsonl'))) {
    rmSync(join(dir, file));
  }
  const second = await opened(await started(startGatewayProcess({ config, env })));
  expect(await paged(second.url, 'calls', '')).toEqual(ids);
  expect(await indexOf(second.url)).toMatchObject({ state: 'ok', rows: 8 });
});

test('a damaged index is put aside, warned of, and begun anew with what the lines know', async () => {
  const dir = newFolder();
  const first = await start(dir);
  const ids = await callAll(first.url, 'say', 'add');
  await first.stop();
  writeFileSync(join(dir, 'audit.db'), 'no database at all '.repeat(500));
  const second = await start(dir, { OTEL_LOG_LEVEL: 'warn' });
  const more = await callAll(second.url, 'say');
  // The memory holds two calls, and one trace and one that failed.
  expect(await paged(second.url, 'calls', '')).toEqual([...more, ...ids]);
  await until(async () => (await indexOf(second.url))['queued'] === 0);
  expect(await indexOf(second.url)).toMatchObject({ state: 'ok', file: join(dir, 'audit.db') });
  expect(readdirSync(dir)).toContain('audit.db.damaged');
  expect(second.stderr().match(/^history: .*audit\.db\.damaged/gm)).toHaveLength(1);
});

test('an index that can not be opened harms no call, and is said once and in health', async () => {
  const dir = newFolder();
  mkdirSync(join(dir, 'audit.db'));
  const gateway = await start(dir);
  await callAll(gateway.url, 'say', 'add', 'is_error');
  expect(await debug(gateway.url, 'calls')).toMatchObject({ total: 2 });
  expect(await debug(gateway.url, 'health')).toMatchObject({
    status: 'degraded',
    stores: {
      audit_file: { state: 'ok' },
      audit_index: { state: 'failing', file: join(dir, 'audit.db'), last_error: expect.any(String) },
    },
  });
  expect(gateway.stderr().match(/^history: .*audit\.db can't be used/gm)).toHaveLength(1);
  rmSync(join(dir, 'audit.db'), { recursive: true });
  await until(async () => (await indexOf(gateway.url))['state'] === 'ok', 10_000);
  // What waited is there now, though the memory has let it go.
  expect(await debug(gateway.url, 'calls')).toMatchObject({ total: 3 });
  expect(gateway.stderr()).toContain('audit.db is written again');
});

test('only its owner can read the index', async () => {
  const dir = newFolder();
  const gateway = await start(dir);
  await callAll(gateway.url, 'say');
  await until(async () => (await indexOf(gateway.url))['rows'] === 2);
  const files = readdirSync(dir).filter((name) => name.startsWith('audit.db'));
  expect(files).toContain('audit.db-wal');
  expect(files.map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual(files.map(() => 0o600));
});
