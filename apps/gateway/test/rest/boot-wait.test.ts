import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCallers, type Caller, type Json } from '../fixtures/callers.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

const SLUG = 'maya.4f3f2898.read_scene'; // the server is `a`

let server: PlainServer;
let gateway: RunningGateway;
let callers: readonly Caller[] = [];
/** Lets the server answer its first question. */
let boot: () => void;

async function start(bootWaitMs: number, { mcpServers: others, ...more }: Json = {}): Promise<void> {
  const booted = Promise.withResolvers<void>();
  boot = booted.resolve;
  server = await startPlainServer({ tools: ['read_scene'], boot: booted.promise });
  const mcpServers = { a: { url: server.url, dccType: 'maya' }, ...(others as Json | undefined) };
  gateway = await startGateway({ config: { mcpServers, server: { bootWaitMs }, ...more } });
  callers = await connectCallers(gateway.url);
}

afterEach(async () => {
  boot();
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway.stop();
  server.server.close();
});

/** What each kind of caller is answered. */
function ask(operation: string, body: Json): Promise<readonly Json[]> {
  return Promise.all(callers.map((caller) => caller.run(operation, body)));
}

const REQUESTS: readonly (readonly [string, Json, Json])[] = [
  ['search', { query: 'scene' }, { total: 1, zero_results: false }],
  ['search', { query: 'scene', mode: 'exact', dcc_type: 'MAYA' }, { total: 1 }],
  ['describe', { tool_slug: SLUG }, { record: { tool_slug: SLUG } }],
  ['call', { tool_slug: SLUG }, { ok: true, output: 'did read_scene' }],
];

describe('while a server boots', () => {
  test.each(REQUESTS)('%s %j waits for it', async (operation, body, expected) => {
    await start(20_000);
    const answers = ask(operation, body);
    setImmediate(boot);
    for (const answer of await answers) {
      expect(answer).toMatchObject(expected);
      expect(answer).not.toHaveProperty('waiting_for');
    }
  });

  test('search that has waited long enough says for whom', async () => {
    await start(30);
    for (const answer of await ask('search', { query: 'scene' })) {
      expect(answer).toMatchObject({ total: 0, zero_results: true, waiting_for: ['a'] });
    }
  });

  test('search that finds nothing names the servers that can’t be reached, and no other', async () => {
    const nobody = { url: 'http://127.0.0.1:1/mcp' };
    const mcpServers = { b: { ...nobody, dccType: 'nuke' }, c: nobody };
    await start(20_000, { mcpServers, policy: { allowedDccTypes: ['maya', 'nuke'] } });
    boot();
    for (const answer of await ask('search', { query: 'comp' })) {
      expect(answer).toMatchObject({ total: 0, unreachable: ['b'] });
      expect(answer).not.toHaveProperty('waiting_for');
    }
    for (const body of [{ query: 'scene' }, { query: 'comp', dcc_type: 'maya' }]) {
      for (const answer of await ask('search', body)) {
        expect(answer).not.toHaveProperty('unreachable');
      }
    }
  });

  test.each([
    ['describe', { tool_slug: SLUG }],
    ['call', { tool_slug: SLUG }],
    ['load_skill', { skill_name: 'rigging' }],
  ])('%s that has waited long enough is not ready', async (operation, body) => {
    await start(30);
    for (const { error } of await ask(operation, body)) {
      expect(error).toMatchObject({ kind: 'not-ready', retryable: true });
    }
  });

  test('a batch waits once: the time counts from its request', async () => {
    await start(300);
    const rest = callers.at(-1)!;
    const startedAt = performance.now();
    const { results } = await rest.run('call_batch', {
      calls: Array.from({ length: 25 }, () => ({ tool_slug: SLUG })),
    });
    expect(results).toHaveLength(25);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test.each([
    ['other dcc types', { dcc_type: 'blender' }],
    ['another instance', { instance_id: '12345678' }],
  ])('a search for tools of %s does not wait for it', async (_, filter) => {
    await start(60_000);
    for (const answer of await ask('search', filter)) {
      expect(answer).toMatchObject({ total: 0 });
      expect(answer).not.toHaveProperty('waiting_for');
    }
  });

  test('its name is not told to whom policy hides it', async () => {
    await start(60_000, { policy: { allowedDccTypes: ['blender'] } });
    const [answer] = await ask('search', {});
    expect(answer).not.toHaveProperty('waiting_for');
  });
});

test('a server that failed at once is waited for no longer', async () => {
  await start(60_000);
  server.server.closeAllConnections();
  server.server.close();
  const [answer] = await ask('search', {});
  expect(answer).toMatchObject({ total: 0, zero_results: true });
});

const HANGS = 'setInterval(() => {}, 1000);';

/** A server beside the one that boots, as the script makes it; resolves once each of them was tried. */
async function startWith(script: string): Promise<void> {
  await start(20_000, { mcpServers: { late: { command: process.execPath, args: ['-e', script] } } });
  boot();
  await gateway.ready();
}

async function get(path: string): Promise<Json> {
  return (await (await fetch(gateway.url + path)).json()) as Json;
}

test('a server that boots for long is named by search, load_skill and readiness, and waited for no more', async () => {
  await startWith(HANGS);
  const startedAt = performance.now();
  for (const answer of await ask('search', { query: 'comp' })) {
    expect(answer).toMatchObject({ total: 0, waiting_for: ['late'] });
    expect(answer).not.toHaveProperty('unreachable');
  }
  for (const { error } of await ask('load_skill', { skill_name: 'rigging' })) {
    expect(error).toMatchObject({ kind: 'not-ready', message: expect.stringContaining('late') });
  }
  expect(await get('/v1/readyz')).toEqual({ ok: true, ready: true, degraded: ['late'] });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
}, 30_000);

test('a server that failed counts as unreachable, also while it is started again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'boot-wait-'));
  const mark = JSON.stringify(join(folder, 'was-started'));
  const failsOnce = `const fs = require('fs'); if (!fs.existsSync(${mark})) { fs.writeFileSync(${mark}, ''); process.exit(3); }`;
  await startWith(failsOnce + HANGS);
  await until(async () => {
    const instances = (await get('/v1/instances'))['instances'] as readonly Json[];
    return instances.find(({ name }) => name === 'late')?.['status'] === 'booting';
  });
  for (const answer of await ask('search', { query: 'comp' })) {
    expect(answer).toMatchObject({ total: 0, unreachable: ['late'] });
    expect(answer).not.toHaveProperty('waiting_for');
  }
  for (const { error } of await ask('load_skill', { skill_name: 'rigging' })) {
    expect(error).toMatchObject({ kind: 'unknown-slug' });
  }
  expect(await get('/v1/readyz')).toEqual({ ok: true, ready: true, degraded: ['late'] });
  rmSync(folder, { recursive: true });
});
