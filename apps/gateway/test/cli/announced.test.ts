// Other programs of the same user find a gateway whatever its port: the demo agent does.
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveInProcess, type ServedInProcess } from '../fixtures/serve-in-process.ts';
import { cleanEnvironment } from '../fixtures/start-gateway.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const DEMO = join(ROOT, 'examples/demo/gateway.yaml');
const folder = mkdtempSync(join(tmpdir(), 'announced-'));
const announcements = join(folder, 'dcc-mcp-gateway');
const env = { XDG_RUNTIME_DIR: folder };
const empty = join(folder, 'empty.json');
writeFileSync(empty, '{}');
const running: ServedInProcess[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function start(configFile: string): Promise<ServedInProcess> {
  const gateway = await serveInProcess(configFile, { env });
  running.push(gateway);
  return gateway;
}

/** Writes what another gateway would. */
function announce(name: string, content: object): void {
  mkdirSync(announcements, { recursive: true });
  writeFileSync(join(announcements, name), JSON.stringify(content));
}

async function runAgent(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/demo-agent.mjs'), ...args], {
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

test('a gateway that listens has a file for its user alone, and none once it has ended', async () => {
  const gateway = await start(empty);
  const file = join(announcements, `${process.pid}.json`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, url: gateway.url, config: empty });
  // oxlint-disable-next-line no-bitwise -- a file mode is made of bits
  expect([file, announcements].map((path) => statSync(path).mode & 0o77)).toEqual([0, 0]);
  await gateway.stop();
  expect(readdirSync(announcements)).toEqual([]);
});

describe('the demo agent', () => {
  test('finds the demo on any port among other gateways, and ends its sessions', async () => {
    const gateway = await start(DEMO);
    announce('1.json', { pid: process.pid, url: 'http://127.0.0.1:9', config: DEMO });
    announce('2.json', {});
    const { code, output } = await runAgent('--rounds', '1');
    expect(output).toContain(`works at ${gateway.url}`);
    expect(output).toMatch(/\d+ operations, \d+ failed\./);
    expect(code).toBe(0);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/^mcp_server_session_duration_seconds_count\{[^}]*\} 1/m);
  }, 40_000);

  test.each(['', '/mcp/'])(
    'takes --url as people copy it, with %j at the end',
    async (end) => {
      const gateway = await start(empty);
      const { code, output } = await runAgent('--url', `${gateway.url.replace('http://', '')}${end}`);
      expect({ code, output }).toEqual({
        code: 1,
        output: expect.stringContaining(`The gateway at ${gateway.url} has none of the demo's servers`),
      });
    },
    20_000,
  );

  test('takes no address of another protocol', async () => {
    const { code, output } = await runAgent('--url', 'ftp://127.0.0.1:9');
    expect([code, output]).toEqual([
      2,
      expect.stringContaining('--url ftp://127.0.0.1:9: expected a URL such as http://'),
    ]);
  });

  test('says what to do where no gateway answers', async () => {
    const { code, output } = await runAgent('--url', 'http://127.0.0.1:9');
    expect({ code, lines: output.trim().split('\n') }).toEqual({
      code: 1,
      lines: [
        'No gateway answers at http://127.0.0.1:9. Start it in another terminal with `npm start`, or name another with --url.',
      ],
    });
  });

  test.each([[[]], [['--url']]])(
    'says that one does not answer which listens, %j',
    async (flags) => {
      const silent = createServer(() => {});
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      announce('1.json', { pid: process.pid, url, config: DEMO });
      const { code, output } = await runAgent(...flags.flatMap((flag) => [flag, url]));
      silent.close();
      silent.closeAllConnections();
      expect([code, output.trim()]).toEqual([
        1,
        `What listens at ${url} does not answer within 2 s: it is busy or stopped. Try again, or name another with --url.`,
      ]);
    },
    20_000,
  );

  test('asks which one is meant where the demo runs twice', async () => {
    const gateway = await start(DEMO);
    announce('1.json', { pid: process.pid, url: gateway.url.replace('127.0.0.1', 'localhost'), config: DEMO });
    const { code, output } = await runAgent();
    expect(code).toBe(1);
    expect(output).toContain(`npm run demo:agent -- --url ${gateway.url}`);
    expect(output).toContain('-- --url http://localhost:');
  }, 20_000);
});
