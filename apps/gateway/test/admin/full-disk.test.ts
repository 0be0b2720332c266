// A disk that is really full: calls go on, it is said what is wrong, and nothing that was remembered meanwhile is lost.
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { call, debug, type Row, started, TOOLS } from './kept-gateways.ts';

const CALLS_WHEN_FULL = 40;
const PIECE = Buffer.alloc(4_096);

const disk = mkdtempSync(join(tmpdir(), 'small-disk-'));
const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
/** Who may not mount has no disk that is small enough to be filled. */
const describeOnDisk = mounting.status === 0 ? describe : describe.skip;
if (mounting.status !== 0) {
  process.stderr.write('No disk could be mounted to be filled: the full disk is not tested\n');
}

afterAll(() => {
  spawnSync('umount', ['--lazy', disk]);
  rmSync(disk, { recursive: true, force: true });
});

function fill(file: string): void {
  try {
    for (;;) {
      appendFileSync(file, PIECE);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
      throw error;
    }
  }
}

const start = (dir: string): Promise<RunningGateway> =>
  started(startGateway({ config: { mcpServers: TOOLS }, env: { DCC_MCP_GATEWAY_AUDIT_DIR: dir } }));

async function auditFile(url: string): Promise<Row> {
  const { stores } = (await debug(url, 'health')) as { readonly stores: Readonly<Record<string, Row>> };
  return stores['audit_file']!;
}

describeOnDisk('a full disk', () => {
  test('harms no call and loses no row, and is told of until there is room', async () => {
    const dir = join(disk, 'audit');
    const ballast = join(disk, 'ballast');
    const gateway = await start(dir);
    const ids = [(await call(gateway.url, 'say')).id];
    await until(async () => (await auditFile(gateway.url))['rows'] === 1);
    fill(ballast);
    for (let index = 0; index < CALLS_WHEN_FULL; index += 1) {
      const { status, id } = await call(gateway.url, 'say');
      expect(status).toBe(200);
      ids.push(id);
    }
    await until(async () => (await auditFile(gateway.url))['state'] === 'failing');
    expect(await auditFile(gateway.url)).toMatchObject({ last_error: expect.stringContaining('no space left') });
    expect(await debug(gateway.url, 'calls?limit=1')).toMatchObject({ total: ids.length });
    expect(gateway.stderr()).toContain('no space left on the device');
    rmSync(ballast);
    ids.push((await call(gateway.url, 'say')).id);
    await until(async () => (await auditFile(gateway.url))['rows'] === ids.length);
    expect(await auditFile(gateway.url)).toMatchObject({ state: 'ok' });
    await gateway.stop();
    const lines = readFileSync(join(dir, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Row)['request_id'])).toEqual(ids);
    const second = await start(dir);
    expect(await debug(second.url, 'calls?limit=1')).toMatchObject({ total: ids.length });
    await second.stop();
  }, 60_000);
});
