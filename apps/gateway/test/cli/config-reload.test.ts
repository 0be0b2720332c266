// A configuration file that changes while the gateway runs.
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ServeOptions } from '../../src/cli/life.ts';
import { connectCallers, findSlug } from '../fixtures/callers.ts';
import { isAlive } from '../fixtures/is-alive.ts';
import { serveInProcess, type ServedInProcess } from '../fixtures/serve-in-process.ts';
import { maya } from '../fixtures/servers.ts';
import type { RunningGateway } from '../fixtures/start-gateway.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-reload-'));
const configFile = join(folder, 'gateway.json');
const running: RunningGateway[] = [];
const fake = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO],
  dccType: 'fake',
};

const TALKING_SERVER = join(import.meta.dirname, '../mcp/fixture/talking-server.mjs');
const JSON_TYPE = { 'content-type': 'application/json' };

const write = (config: object): void => writeFileSync(configFile, JSON.stringify(config));

async function start(config: object, options: ServeOptions = {}): Promise<ServedInProcess> {
  write(config);
  const gateway = await serveInProcess(configFile, options);
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

test('limits that stay what they were go on counting while other things change', async () => {
  const limits = { ratePerMinute: 5 };
  const gateway = await start({ mcpServers: { maya }, limits });
  const search = async (): Promise<number> => {
    const init = { method: 'POST', headers: JSON_TYPE, body: '{"query":"x"}' };
    return (await fetch(`${gateway.url}/v1/search`, init)).status;
  };
  const before = [await search(), await search(), await search()];
  write({ mcpServers: {}, limits });
  expect(await comesTrue(async () => gateway.stderr().includes('mcpServers taken over'))).toBe(true);
  const after = [await search(), await search(), await search()];
  expect([...before, ...after]).toEqual([200, 200, 200, 200, 200, 429]);
  write({ mcpServers: {}, limits: { ratePerMinute: 100 } });
  expect(await comesTrue(async () => (await search()) === 200)).toBe(true);
});

test('a server that is taken out and comes back as it was is told of again', async () => {
  const nowhere = { command: 'no-such-command-anywhere' };
  const gateway = await start({ mcpServers: { maya, nowhere } });
  const isSaid = (times: number) => async (): Promise<boolean> =>
    gateway.stderr().split('upstream nowhere is unreachable').length > times;
  expect(await comesTrue(isSaid(1))).toBe(true);
  write({ mcpServers: { maya } });
  expect(await comesTrue(async () => gateway.stderr().includes('upstream nowhere is gone'))).toBe(true);
  write({ mcpServers: { maya, nowhere } });
  expect(await comesTrue(isSaid(2))).toBe(true);
});

test('what a server wrote can be read when it is gone', async () => {
  const talker = { command: process.execPath, args: [TALKING_SERVER] };
  const gateway = await start({ mcpServers: { maya, talker } });
  const rows = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    instances: { name: string; instance_id: string; instance_short: string }[];
  };
  const { instance_id: id, instance_short: short } = rows.instances.find(({ name }) => name === 'talker')!;
  const call = { tool_slug: `talker.${short}.cook`, arguments: { line: 'its last words' } };
  await fetch(`${gateway.url}/v1/call`, { method: 'POST', body: JSON.stringify(call), headers: JSON_TYPE });
  write({ mcpServers: { maya } });
  expect(await comesTrue(async () => (await instanceNames(gateway)).join() === 'maya')).toBe(true);
  const output = (await (await fetch(`${gateway.url}/v1/debug/instances/${id}/output`)).json()) as {
    events: readonly { message: string }[];
  };
  expect(output.events.map(({ message }) => message)).toContain('its last words');
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

function replace(make: () => void): void {
  rmSync(configFile, { recursive: true, force: true });
  make();
}

describe('a file that says nothing or can’t be read leaves everything as it was, and is told of once', () => {
  test.each([
    ['empty', () => writeFileSync(configFile, ''), 'holds no settings'],
    ['blank', () => writeFileSync(configFile, ' \n\t\n'), 'holds no settings'],
    ['a BOM alone', () => writeFileSync(configFile, '\uFEFF'), 'holds no settings'],
    ['null', () => writeFileSync(configFile, 'null'), 'holds no settings'],
    ['comments alone', () => writeFileSync(configFile, '// later\n/* and later */\n'), 'holds no settings'],
    ['a list', () => writeFileSync(configFile, '[]'), 'does not hold an object'],
    ['a text', () => writeFileSync(configFile, '"mcpServers"'), 'does not hold an object'],
    ['cut off', () => writeFileSync(configFile, '{"mcpServers": {'), 'line 1'],
    ['binary', () => writeFileSync(configFile, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1])), 'zero bytes'],
    ['not UTF-8', () => writeFileSync(configFile, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), 'not text in UTF-8'],
    ['too long', () => writeFileSync(configFile, `{${' '.repeat(1024 * 1024)}}`), 'longer than 1048576 bytes'],
    ['a folder', () => mkdirSync(configFile), "can't be read (EISDIR)"],
    ['missing', () => {}, "can't be read (ENOENT)"],
  ])('%s', async (_what, make, problem) => {
    const config = { mcpServers: { maya: { ...maya, lazy: true } }, policy: { readOnly: true } };
    rmSync(configFile, { recursive: true, force: true });
    const gateway = await start(config);
    replace(make);
    expect(await comesTrue(async () => gateway.stderr().includes(problem))).toBe(true);
    expect(await instanceNames(gateway)).toEqual(['maya']);
    replace(make);
    replace(() => write({ ...config, limits: { ratePerMinute: 1_000 } }));
    expect(await comesTrue(async () => gateway.stderr().includes('limits taken over'))).toBe(true);
    expect(gateway.stderr().split(problem)).toHaveLength(2);
    expect(gateway.stderr()).not.toMatch(/mcpServers|policy/);
  });

  test('an empty object takes everything away, as it says', async () => {
    const gateway = await start({ mcpServers: { maya: { ...maya, lazy: true } } });
    write({});
    expect(await comesTrue(async () => (await instanceNames(gateway)).length === 0)).toBe(true);
  });
});

describe('a call in flight finishes first', () => {
  test.each([
    ['when its upstream is taken out', {}],
    ['when its upstream is changed', { fake: { ...fake, env: { CHANGED: '1' } } }],
  ])('%s', async (_what, mcpServers) => {
    const gateway = await start({ mcpServers: { fake } });
    const call = async (tool: string, args = {}): Promise<Record<string, unknown>> => {
      const body = JSON.stringify({ tool_slug: await findSlug(gateway.url, 'fake', tool), arguments: args });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${gateway.url}/v1/call`, { method: 'POST', headers, body });
      return (await response.json()) as Record<string, unknown>;
    };
    const pid = Number((await call('pid'))['output']);
    const inFlight = call('slow', { ms: 600, text: 'finished' });
    await wait(150);
    write({ mcpServers });
    gateway.signal('SIGHUP');
    expect(gateway.stderr()).toMatch(/fake (?:is gone from|has changed in) the configuration/);
    expect(await inFlight).toMatchObject({ ok: true, output: 'finished' });
    expect(await comesTrue(async () => !isAlive(pid))).toBe(true);
  });

  test('and one that hangs does not keep the gateway from ending', async () => {
    const gateway = await start({ mcpServers: { fake } }, { finishMillis: 200 });
    const body = JSON.stringify({ tool_slug: await findSlug(gateway.url, 'fake', 'hang'), arguments: {} });
    const inFlight = fetch(`${gateway.url}/v1/call`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    await wait(150);
    write({ mcpServers: {} });
    gateway.signal('SIGHUP');
    await gateway.stop();
    expect((await inFlight).status).toBe(503);
  });
});

test('a secret file that has gone leaves out its server alone, with a line that says so', async () => {
  const gateway = await start({ mcpServers: {} });
  write({ mcpServers: { broken: { ...maya, envFiles: { TOKEN: '/nowhere/token' } }, maya: { ...maya, lazy: true } } });
  expect(await comesTrue(async () => (await instanceNames(gateway)).join() === 'maya')).toBe(true);
  expect(gateway.stderr()).toContain('upstream broken is left out');
});

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
