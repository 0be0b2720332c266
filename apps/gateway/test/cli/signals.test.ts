// What signals mean to a gateway that runs, and to one that waits.
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectCallers, findSlug, type Json } from '../fixtures/callers.ts';
import { serveInProcess, type ServedInProcess } from '../fixtures/serve-in-process.ts';
import { cleanEnvironment, MAIN } from '../fixtures/start-gateway.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'signals-'));
const configFile = join(folder, 'gateway.json');
const fake = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO],
  dccType: 'fake',
};
const SHUTTING_DOWN = 'The gateway is shutting down';
const cleanups: (() => unknown)[] = [];

const write = (config: object): void => writeFileSync(configFile, JSON.stringify(config));

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) {
    await cleanup();
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(config: object, finishMillis?: number): Promise<ServedInProcess> {
  write(config);
  const options = { reloadPollMillis: 60_000, ...(finishMillis === undefined ? {} : { finishMillis }) };
  const gateway = await serveInProcess(configFile, options);
  cleanups.push(() => gateway.stop());
  await gateway.ready();
  return gateway;
}

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function untilHanging(url: string, calls: number): Promise<void> {
  const slug = await findSlug(url, 'fake', 'hanging');
  for (let count = 0; count < calls;) {
    const answer = await post(`${url}/v1/call`, { tool_slug: slug, arguments: {} });
    count = Number(((await answer.json()) as Json)['output']);
  }
}

/** A gateway that waits for a port that another program holds. */
async function waiting(): Promise<{ server: Server; child: ReturnType<typeof spawn> }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const { port } = server.address() as { port: number };
  const child = spawn(process.execPath, [MAIN, '--wait', '--port', String(port)], {
    env: cleanEnvironment(),
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  await once(child.stderr, 'data');
  return { server, child };
}

describe('a call that hangs when the signal to stop comes is answered after the grace', () => {
  test('over REST and over MCP, in a batch and in the queue', async () => {
    const narrow = { ...fake, dccType: 'narrow', concurrency: 1 };
    const gateway = await start({ mcpServers: { fake, narrow } }, 200);
    const hang = async (dccType: string): Promise<Json> => ({
      tool_slug: await findSlug(gateway.url, dccType, 'hang'),
      arguments: {},
    });
    const item = await hang('fake');
    const queued = await hang('narrow');
    const callers = (await connectCallers(gateway.url)).filter(({ transport }) => transport === 'mcp');
    cleanups.push(() => Promise.all(callers.map((caller) => caller.close().catch(() => {}))));
    const single = [queued, queued, item].map((body) => post(`${gateway.url}/v1/call`, body));
    const batch = post(`${gateway.url}/v1/call_batch`, { calls: [item, item] });
    const overMcp = callers.map((caller) => caller.run('call', item));
    await untilHanging(gateway.url, 2 + callers.length);
    const stopped = gateway.stop();
    for (const answer of await Promise.all(single)) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ error: { kind: 'not-ready', message: SHUTTING_DOWN } });
    }
    const { results } = (await (await batch).json()) as { results: { error: Json }[] };
    expect(results.map(({ error }) => error['kind'])).toEqual(['not-ready', 'not-ready']);
    for (const body of await Promise.all(overMcp)) {
      expect(body).toMatchObject({ error: { kind: 'not-ready' } });
    }
    expect(await stopped).toBe(0);
  }, 20_000);
});

describe('SIGHUP', () => {
  test('takes over a changed file at once', async () => {
    const gateway = await start({ mcpServers: {} });
    write({ mcpServers: { fake } });
    gateway.signal('SIGHUP');
    expect(gateway.stderr()).toContain('mcpServers taken over');
    await gateway.ready();
    expect(await findSlug(gateway.url, 'fake', 'echo')).toContain('fake.');
  });

  test('says that nothing has changed, and goes on', async () => {
    const gateway = await start({ mcpServers: {} });
    gateway.signal('SIGHUP');
    expect(gateway.stderr()).toContain('was read again: nothing has changed');
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  });

  test('names what is wrong with the file each time it is asked', async () => {
    const gateway = await start({ mcpServers: {} });
    writeFileSync(configFile, '');
    gateway.signal('SIGHUP');
    gateway.signal('SIGHUP');
    expect(gateway.stderr().match(/holds no settings/g)).toHaveLength(2);
  });
});

describe('a gateway under --wait', () => {
  test.each(['SIGTERM', 'SIGHUP'] as const)('ends with 0 on %s', async (signal) => {
    const { child } = await waiting();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

/** A call that is slow, and a gateway that is told to end meanwhile. */
interface Told {
  readonly gateway: ServedInProcess;
  readonly call: Promise<Response>;
}

async function toldDuringCall(env: Readonly<Record<string, string>>): Promise<Told> {
  write({ mcpServers: { fake } });
  const gateway = await serveInProcess(configFile, { reloadPollMillis: 60_000, finishMillis: 2_000, env });
  cleanups.push(() => gateway.stop());
  await gateway.ready();
  const slug = await findSlug(gateway.url, 'fake', 'slow');
  const call = post(`${gateway.url}/v1/call`, { tool_slug: slug, arguments: { ms: 900, text: 'finished' } });
  await wait(300);
  return { gateway, call };
}

describe('a signal that a launcher passes on', () => {
  test.each([
    ['SIGINT', 'at once', {}, 0],
    ['SIGINT', 'late, as npm does on a busy machine,', { npm_command: 'exec' }, 300],
    ['SIGTERM', 'at once by npm', { npm_command: 'exec' }, 0],
    ['SIGTERM', 'late, as npm does on a busy machine,', { npm_command: 'run-script' }, 300],
  ] as const)('%s %s counts once', async (signal, _when, env, lateMillis) => {
    const { gateway, call } = await toldDuringCall(env);
    gateway.signal(signal);
    await wait(lateMillis);
    gateway.signal(signal);
    // An exit at once would end the server in the middle of the call.
    expect(await (await call).json()).toMatchObject({ output: 'finished' });
  });
});

describe('a second signal exits at once', () => {
  test.each([
    ['SIGTERM', 'SIGTERM', {}],
    ['SIGTERM', 'SIGINT', {}],
    ['SIGINT', 'SIGTERM', { npm_command: 'exec' }],
  ] as const)('%s, then %s, with %p', async (first, second, env) => {
    const { gateway, call } = await toldDuringCall(env);
    gateway.signal(first);
    gateway.signal(second);
    expect(await gateway.stop()).toBe(1);
    await call;
  });
});
