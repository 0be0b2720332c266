// Of the address of a server people see which one it is, wherever it is shown, and nothing that opens it.
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c';
const UUID = '3f2b8c1e-9a4d-4e6f-8b7a-0c1d2e3f4a5b';
const ADDRESSES = {
  hex: `http://127.0.0.1:1/s/${HEX}/mcp`,
  uuid: `http://127.0.0.1:1/${UUID}/mcp`,
  fragment: 'http://127.0.0.1:1/plain/mcp#SECRETFRAG',
  query: 'http://127.0.0.1:1/plain/mcp?SECRETQUERY',
};
const SECRETS = new RegExp(`${HEX}|${UUID}|SECRETFRAG|SECRETQUERY`);
const mcpServers = Object.fromEntries(Object.entries(ADDRESSES).map(([name, url]) => [name, { url }]));
const bridge = { command: 'no-such-command', args: ['mcp-remote', ADDRESSES.hex, '-x', `k${HEX}`], lazy: true };

const folder = mkdtempSync(join(tmpdir(), 'shown-addresses-'));
let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

function writeFile(): string {
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { ...mcpServers, bridge } }));
  return file;
}

test('config print refers to it', async () => {
  const file = writeFile();
  for (const flags of [[], ['--json'], ['--origins'], ['--json', '--origins']]) {
    const { stdout, stderr } = await runInProcess(['config', 'print', '--config', file, ...flags]);
    expect(stdout).toContain('${SECRET_HEX_URL}');
    expect(stdout + stderr).not.toMatch(SECRETS);
  }
});

test.each([[[]], [['--json']]])('the doctor names host and plain words %j', async (flags) => {
  const { stdout, stderr, code } = await runInProcess(['doctor', '--config', writeFile(), ...flags], {
    doctor: { serverTimeoutMillis: 3_000 },
  });
  expect(code).toBe(1);
  const text = stdout.replaceAll(/\s+/g, ' ');
  for (const shown of ['/s/***/mcp', '127.0.0.1:1/***/mcp', '/plain/mcp#***', '/plain/mcp?***']) {
    expect(text).toContain(shown);
  }
  expect(stdout + stderr).not.toMatch(SECRETS);
});

test('the gateway shows no more of it, on no route and in no line', async () => {
  const frames = { DCC_MCP_TRAFFIC_CAPTURE: 'metadata' };
  gateway = await startGateway({ config: { mcpServers: { ...mcpServers, bridge } }, env: frames });
  const { url, stderr } = gateway;
  await until(() => stderr().match(/is unreachable/g)?.length === 4);
  const instances = await (await fetch(`${url}/v1/debug/instances`)).text();
  expect(instances).toContain('http://127.0.0.1:1/s/***/mcp');
  const pages = await Promise.all(
    ['/', '/v1/instances', '/v1/debug/instances', '/v1/debug/activity', '/v1/debug/traffic', '/v1/debug/health'].map(
      async (path) => (await fetch(url + path)).text(),
    ),
  );
  expect(pages.join('\n') + stderr()).not.toMatch(SECRETS);
});

test('the words of a server do not bring it back', async () => {
  const server = createServer((request, response) => {
    response.writeHead(404).end(`no route ${request.url}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = join(folder, 'echo.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { echo: { url: `http://127.0.0.1:${port}/s/${HEX}/mcp` } } }));
  const { stdout } = await runInProcess(['doctor', '--json', '--config', file]);
  server.close();
  expect(stdout).toContain('/s/***/mcp');
  expect(stdout).not.toMatch(SECRETS);
});
