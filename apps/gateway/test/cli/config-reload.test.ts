// A configuration file that changes while the gateway runs.
import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectCallers, findSlug } from '../fixtures/callers.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { maya } from '../fixtures/servers.ts';
import type { RunningGateway } from '../fixtures/start-gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-reload-'));
const configFile = join(folder, 'gateway.json');
const running: RunningGateway[] = [];

const write = (config: object): void => writeFileSync(configFile, JSON.stringify(config));

async function start(config: object): Promise<RunningGateway> {
  write(config);
  const gateway = await serveInProcess(configFile);
  running.push(gateway);
  await gateway.ready();
  return gateway;
}

/** Whether `claim` comes true within 15 s. */
async function comesTrue(claim: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await wait(20)) {
    if (await claim()) {
      return true;
    }
  }
  return false;
}

const instanceNames = async (gateway: RunningGateway): Promise<readonly string[]> => {
  const body = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as { instances: { name: string }[] };
  return body.instances.map(({ name }) => name);
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
});

test('an upstream added to the file is connected, one taken out is gone, without a restart', async () => {
  const gateway = await start({ mcpServers: { first: maya } });
  write({ mcpServers: { second: maya } });
  expect(await comesTrue(async () => (await instanceNames(gateway)).join() === 'second')).toBe(true);
  const isThere = async (): Promise<boolean> =>
    (await findSlug(gateway.url, 'maya', 'create_sphere').catch(() => '')) !== '';
  expect(await comesTrue(isThere)).toBe(true);
  expect(gateway.stderr()).toContain('mcpServers taken over');
}, 40_000);

test('a changed policy holds for the next call', async () => {
  const gateway = await start({ mcpServers: { maya } });
  const slug = await findSlug(gateway.url, 'maya', 'create_sphere');
  write({ mcpServers: { maya }, policy: { readOnly: true } });
  const callers = await connectCallers(gateway.url);
  const rest = callers.at(-1);
  const isDenied = async (): Promise<boolean> => {
    const { error } = (await rest!.run('call', { tool_slug: slug, arguments: {} })) as { error?: { kind: string } };
    return error?.kind === 'policy-denied';
  };
  expect(await comesTrue(isDenied)).toBe(true);
  await Promise.all(callers.map((caller) => caller.close()));
}, 40_000);

test('a file that can’t be used leaves the gateway as it was and says why', async () => {
  const gateway = await start({ mcpServers: { maya } });
  writeFileSync(configFile, '{ "mcpServers": ');
  expect(await comesTrue(async () => gateway.stderr().includes('goes on with what it had'))).toBe(true);
  expect(await instanceNames(gateway)).toEqual(['maya']);
}, 40_000);

test('what needs a restart is named once, and not when the file is again what runs', async () => {
  const gateway = await start({ mcpServers: { maya } });
  const takenOver = (): number => gateway.stderr().match(/mcpServers taken over/g)?.length ?? 0;
  write({ mcpServers: { maya }, server: { expose: 'all' } });
  expect(await comesTrue(async () => gateway.stderr().includes('server need a restart'))).toBe(true);
  write({ mcpServers: { maya, second: maya }, server: { expose: 'all' } });
  expect(await comesTrue(async () => takenOver() === 1)).toBe(true);
  write({ mcpServers: { maya } });
  expect(await comesTrue(async () => takenOver() === 2)).toBe(true);
  expect(gateway.stderr().match(/need a restart/g)).toHaveLength(1);
  rmSync(folder, { recursive: true, force: true });
}, 40_000);
