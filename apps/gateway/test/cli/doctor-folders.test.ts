// The doctor tries the folders that settings name as the gateway would use them, and leaves nothing in them.
import { MemoryCallStore } from '@dcc-mcp/call-store';
import { startJsonl } from '@dcc-mcp/call-store/jsonl';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayReport } from '../../src/cli/doctor/report.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-folders-'));
  writeFileSync(join(root, 'file'), '');
});

afterEach(() => rmSync(root, { recursive: true }));

type Env = Readonly<Record<string, string>>;

async function examine(env: Env): Promise<GatewayReport> {
  const servers = { DCC_MCP_MCP_SERVERS: '{ "off": { "command": "x", "disabled": true } }' };
  const { stdout, code } = await runInProcess(['doctor', '--json'], { env: { ...servers, ...env } });
  const report = JSON.parse(stdout) as GatewayReport;
  expect(code).toBe(report.exitCode);
  return report;
}

test.each([
  ['DCC_MCP_GATEWAY_AUDIT_DIR', 'audit.dir', '/proc/x', 'a part of the path does not exist'],
  ['DCC_MCP_GATEWAY_AUDIT_DIR', 'audit.dir', 'ROOT/file', 'a file stands in the place of the directory'],
  ['DCC_MCP_GATEWAY_AUDIT_DIR', 'audit.dir', 'ROOT/file/deeper', 'a part of the path is no directory'],
  ['DCC_MCP_STATE_DIR', 'stateDir', '/proc/x', 'a part of the path does not exist'],
])('%s=%s that cannot be made is a problem', async (variable, setting, path, cause) => {
  const folder = path.replace('ROOT', root);
  const { problems, folders, exitCode } = await examine({ [variable]: folder });
  expect(exitCode).toBe(1);
  expect(folders).toMatchObject([{ setting, path: folder, outcome: 'failed' }]);
  expect(problems).toEqual([
    {
      subject: setting,
      cause: 'folder_not_writable',
      message: `${folder} can't be made or written: ${cause}`,
      action: `let ${setting} (${variable}) name a folder that the user of the gateway may write, on a disk with room`,
    },
  ]);
});

test.each([
  ['DCC_MCP_REGISTRY_DIR', 'ROOT/file', { setting: 'registry.dir', path: 'ROOT/file', why: 'is no folder' }],
  [
    'DCC_MCP_TRAFFIC_CAPTURE',
    'jsonl:/nope/frames.jsonl',
    { setting: 'trafficCapture', path: '/nope', why: 'does not exist' },
  ],
])('%s=%s that is not there is a problem', async (variable, value, { setting, path, why }) => {
  const folder = path.replace('ROOT', root);
  const { problems, exitCode } = await examine({ [variable]: value.replace('ROOT', root) });
  expect(exitCode).toBe(1);
  expect(problems).toEqual([
    {
      subject: setting,
      cause: 'folder_not_found',
      message: `${folder} ${why}`,
      action: `make it, or correct ${setting} (${variable})`,
    },
  ]);
});

test('a registry folder that no host has made yet is noted, and no problem', async () => {
  const { problems, folders, exitCode } = await examine({ DCC_MCP_REGISTRY_DIR: '/nope' });
  expect({ problems, exitCode }).toEqual({ problems: [], exitCode: 0 });
  const note = 'it does not exist: no host has registered there yet, or another folder is meant';
  expect(folders).toEqual([{ setting: 'registry.dir', path: '/nope', outcome: 'ok', note }]);
});

test('folders that can be used are told of, and nothing is left behind', async () => {
  mkdirSync(join(root, 'there'));
  const { problems, folders, exitCode } = await examine({
    DCC_MCP_GATEWAY_AUDIT_DIR: join(root, 'a/b/c'),
    DCC_MCP_STATE_DIR: join(root, 'there'),
    DCC_MCP_REGISTRY_DIR: join(root, 'there'),
    DCC_MCP_TRAFFIC_CAPTURE: `jsonl:${join(root, 'there', 'frames.jsonl')}`,
  });
  expect({ problems, exitCode }).toEqual({ problems: [], exitCode: 0 });
  expect(folders.map(({ setting, outcome }) => `${setting} ${outcome}`)).toEqual([
    'audit.dir ok',
    'stateDir ok',
    'trafficCapture ok',
    'registry.dir ok',
  ]);
  expect(existsSync(join(root, 'a'))).toBe(false);
  expect(readdirSync(join(root, 'there'))).toEqual([]);
});

test('a gateway that writes to it already is named, and no problem', async () => {
  const directory = join(root, 'audit');
  const history = startJsonl(new MemoryCallStore(), { directory });
  await history.seeded;
  const before = readdirSync(directory);
  const { problems, folders } = await examine({ DCC_MCP_GATEWAY_AUDIT_DIR: directory });
  expect(problems).toEqual([]);
  expect(folders).toMatchObject([{ outcome: 'ok', note: expect.stringContaining(`process ${process.pid} on `) }]);
  expect(readdirSync(directory)).toEqual(before);
  await history.close();
});

test('the text has a section for them, none where no setting names one', async () => {
  const env = { DCC_MCP_TRAFFIC_CAPTURE: 'jsonl:/nope/frames.jsonl', DCC_MCP_REGISTRY_DIR: '/none' };
  const { stdout } = await runInProcess(['doctor'], { env });
  expect(stdout).toContain('\nFolders:\n  failed  trafficCapture folder_not_found, /nope\n');
  expect(stdout).toContain('\n  ok  registry.dir /none; it does not exist:');
  expect(stdout).toContain('trafficCapture: /nope does not exist [folder_not_found]');
  expect((await runInProcess(['doctor'])).stdout).not.toContain('Folders:');
});
