// DCC_MCP_GATEWAY_AUDIT_DIR: calls and traces outlive the process, and no call is harmed by a disk.
import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningGateway, startGateway, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { call, debug, newFolder, type Row, started, TOOLS } from './kept-gateways.ts';

const start = (dir: string): Promise<RunningGateway> =>
  started(startGateway({ config: { mcpServers: TOOLS }, env: { DCC_MCP_GATEWAY_AUDIT_DIR: dir } }));

const linesOf = (file: string): readonly Row[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

test('calls and traces of before a restart are there after it, in their order', async () => {
  const dir = newFolder();
  const first = await start(dir);
  const ids = [];
  for (const tool of ['say', 'add', 'is_error']) {
    ids.push((await call(first.url, tool)).id);
  }
  await first.stop();
  expect(linesOf(join(dir, 'audit.jsonl')).map(({ request_id: id }) => id)).toEqual(ids);
  expect(linesOf(join(dir, 'traces.jsonl'))).toHaveLength(3);
  const second = await start(dir);
  const { total, calls } = await debug(second.url, 'calls');
  expect([total, (calls as readonly Row[]).map(({ request_id: id }) => id)]).toEqual([3, ids.toReversed()]);
  expect(await debug(second.url, `traces/${ids[2]}`)).toMatchObject({ request_id: ids[2], outcome: 'tool_error' });
  const { stores } = await debug(second.url, 'health');
  expect(stores).toMatchObject({ calls: { rows: 3, appended: 0 }, audit_file: { state: 'ok', rows: 3 } });
  expect(second.stderr()).toContain('history: 3 calls and 3 traces of before are there');
});

test('a process that is killed loses its last moment alone, and a torn line is left out', async () => {
  const dir = newFolder();
  const first = await started(
    startGatewayProcess({ config: { mcpServers: TOOLS }, env: { DCC_MCP_GATEWAY_AUDIT_DIR: dir } }),
  );
  const { id } = await call(first.url, 'say');
  await until(async () => {
    const { stores } = (await debug(first.url, 'health')) as { stores: Readonly<Record<string, Row>> };
    return stores['audit_file']!['rows'] === 1;
  });
  await first.stop('SIGKILL');
  writeFileSync(join(dir, 'audit.jsonl'), '{"row_id":"torn', { flag: 'a' });
  const second = await start(dir);
  expect(await debug(second.url, 'calls')).toMatchObject({ total: 1, calls: [{ request_id: id }] });
  expect(second.stderr()).toContain('left out: 1 damaged line');
});

test('a folder that can not be written harms no call, and is said once', async () => {
  const file = join(newFolder(), 'a-file');
  writeFileSync(file, '');
  const gateway = await start(join(file, 'below'));
  const answers = [await call(gateway.url, 'say'), await call(gateway.url, 'say')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await debug(gateway.url, 'calls')).toMatchObject({ total: 2 });
  expect(await debug(gateway.url, 'health')).toMatchObject({
    status: 'degraded',
    stores: { audit_file: { state: 'failing', last_error: expect.any(String) } },
  });
  expect(gateway.stderr().match(/^history: /gm)).toHaveLength(1);
});

test('rows that can not be written are counted by file', async () => {
  const dir = newFolder();
  const gateway = await started(
    startGateway({
      config: { mcpServers: TOOLS, audit: { dir, maxBytes: 1_024 } },
      enablePrometheus: true,
    }),
  );
  await call(gateway.url, 'say');
  const dropped = async (): Promise<string | undefined> =>
    /^dcc_mcp_telemetry_rows_dropped_total\{store="traces_file"\} (\d+)/m.exec(
      await (await fetch(`${gateway.url}/metrics`)).text(),
    )?.[1];
  await until(async () => (await dropped()) !== undefined, 10_000);
  expect(await dropped()).toBe('1');
});
