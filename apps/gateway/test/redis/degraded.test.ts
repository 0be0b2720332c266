import { freePort } from '@dcc-mcp/test-kit/free-port';
import { quickest } from '@dcc-mcp/test-kit/quickest';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
// A gateway goes on without its Redis, says so, and joins again by itself.
import { afterEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type ServedInProcess, serveInProcess } from '../fixtures/serve-in-process.ts';
import { startSlowRedis } from './fixtures/slow-redis.ts';

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) {
    await end();
  }
});

async function redis(port?: number): Promise<RunningRedis> {
  const server = await startRedis(port === undefined ? {} : { port });
  endings.push(() => server.stop());
  return server;
}

async function gateway(redisUrl: string, more: Json = {}): Promise<ServedInProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'degraded-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify({ redisUrl, stateDir: folder, registry: { dir: 'off' }, ...more }));
  const served = await serveInProcess(file);
  endings.push(() => served.stop());
  return served;
}

async function get({ url }: ServedInProcess, path: string): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as Json };
}

/** @returns The status of an operation that limits count. */
async function search({ url }: ServedInProcess): Promise<number> {
  const response = await fetch(`${url}/v1/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'anything' }),
  });
  return response.status;
}

async function millisOf(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}

/** Waits until readiness says so. */
async function untilDegraded(served: ServedInProcess, isDegraded: boolean): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(10)) {
    if (((await get(served, '/v1/readyz')).body['degraded'] !== undefined) === isDegraded) {
      return;
    }
  }
  throw new Error('readiness did not change');
}

describeWithTools({ describe, test }, ['redis-server'])('a gateway at a Redis', () => {
  test('is ready and not degraded, and says where limits are counted', async () => {
    const served = await gateway((await redis()).url);
    expect(await get(served, '/v1/readyz')).toEqual({ status: 200, body: { ok: true, ready: true } });
    const { body } = await get(served, '/admin/api/governance');
    expect(body['quota']).toMatchObject({ store: 'redis', gateways: 1 });
    expect((await get(served, '/admin/api/health')).body).toMatchObject({
      status: 'ok',
      shared_state: { store: 'redis', state: 'ok', gateways: 1 },
    });
  });

  test('needs of a user no more than the guide says', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guides/redis.md'), 'utf8');
    const user = /^user (gateway .*)$/m.exec(guide)![1]!.replace('SECRET', 'open-sesame');
    const server = await startRedis({ args: ['--user', ...user.split(' ')] });
    endings.push(() => server.stop());
    const url = `redis://gateway:open-sesame@127.0.0.1:${server.port}`;
    const served = await gateway(url, { limits: { ratePerMinute: 10, concurrencyPerPrincipal: 1 } });
    expect(await search(served)).toBe(200);
    const register = { instance_id: randomUUID(), dcc_type: 'maya', mcp_url: 'http://127.0.0.1:1/mcp' };
    const { status } = await fetch(`${served.url}/v1/instances/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(register),
    });
    expect(status).toBeLessThan(300);
    expect((await get(served, '/admin/api/health')).body['shared_state']).toMatchObject({ state: 'ok' });
    expect(served.stderr()).not.toContain('a command was refused');
  });

  test('that is away when it starts is degraded, stays ready, and joins without a restart', async () => {
    const port = await freePort();
    const served = await gateway(`redis://:hunter2@127.0.0.1:${port}`);
    const degraded = { status: 200, body: { ok: true, ready: true, degraded: ['redis'] } };
    expect(await get(served, '/v1/readyz')).toEqual(degraded);
    expect(await get(served, '/readyz')).toEqual({
      status: 200,
      body: { ok: true, draining: false, degraded: ['redis'] },
    });
    expect((await get(served, '/admin/api/governance')).body['quota']).toMatchObject({
      store: 'memory',
      degraded: true,
    });
    const health = await get(served, '/admin/api/health');
    expect(health.body).toMatchObject({
      status: 'degraded',
      shared_state: { state: 'failing', last_error: expect.stringContaining('ECONNREFUSED') },
    });
    const { body } = await get(served, '/admin/api/activity');
    expect(JSON.stringify(body)).toContain("can't be used yet");
    expect(served.stderr()).not.toContain('hunter2');
    expect(JSON.stringify([body, health.body])).not.toContain('hunter2');
    const server = await startRedis({ port, args: ['--requirepass', 'hunter2'] });
    endings.push(() => server.stop());
    await untilDegraded(served, false);
  });

  test.each(['kill', 'pause'] as const)(
    'goes on answering in time after %s, says it once, and joins again',
    async (how) => {
      const server = await redis();
      const served = await gateway(server.url, { limits: { ratePerMinute: 1_000, concurrencyPerPrincipal: 50 } });
      const call = async (): Promise<number> => {
        const begun = performance.now();
        const response = await fetch(`${served.url}/v1/search`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: 'anything' }),
        });
        expect(response.status).toBe(200);
        return performance.now() - begun;
      };
      await call();
      await server[how]();
      endings.push(() => server.resume());
      expect(Math.max(...(await Promise.all([call(), call(), call()])))).toBeLessThan(1_000);
      await untilDegraded(served, true);
      expect(await quickest(call)).toBeLessThan(200);
      if (how === 'kill') {
        await redis(server.port);
      } else {
        server.resume();
      }
      await untilDegraded(served, false);
      await call();
      expect(served.stderr().match(/redis: .* is away/g)).toHaveLength(1);
      expect(served.stderr().match(/redis: .* is back/g)).toHaveLength(1);
    },
  );

  test('that is slow is not waited for, before its start and after it, and is joined when it is quick again', async () => {
    const slow = await startSlowRedis((await redis()).port);
    endings.push(() => slow.close());
    const limits = { limits: { ratePerMinute: 1_000, concurrencyPerPrincipal: 50 } };
    const served = await gateway(slow.url, limits);
    expect(await millisOf(search(served))).toBeLessThan(1_000);
    slow.delayMillis = 2_000;
    const during = await Promise.all([search(served), search(served)].map((call) => millisOf(call)));
    expect(Math.max(...during)).toBeLessThan(1_000);
    await untilDegraded(served, true);
    expect(await quickest(() => search(served))).toBeLessThan(200);
    const late = await gateway(slow.url, limits);
    expect(await quickest(() => search(late))).toBeLessThan(200);
    slow.delayMillis = 0;
    await Promise.all([untilDegraded(served, false), untilDegraded(late, false)]);
  });

  test('counts with the others, and counts its share without it', async () => {
    const server = await redis();
    const limits = { limits: { ratePerMinute: 4 } };
    const [here, there] = [await gateway(server.url, limits), await gateway(server.url, limits)];
    const statuses = [
      await search(here),
      await search(there),
      await search(here),
      await search(there),
      await search(here),
    ];
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    while (Number(((await get(here, '/admin/api/governance')).body['quota'] as Json)['gateways']) !== 2) {
      await sleep(20);
    }
    await server.kill();
    await untilDegraded(here, true);
    expect([await search(here), await search(here), await search(here)]).toEqual([200, 200, 429]);
  });
});

describe('where Redis is said to be', () => {
  test.each([
    ['a URL of something else', { redisUrl: 'http://:hunter2@h' }, 'redisUrl: is no URL of Redis'],
    ['a file that is not there', { redisUrlFile: '/nowhere/hunter2' }, "can't be read (ENOENT)"],
  ])('%s ends the start with what to do', async (_, config, problem) => {
    const folder = mkdtempSync(join(tmpdir(), 'degraded-'));
    endings.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'gateway.json');
    writeFileSync(file, JSON.stringify(config));
    await expect(serveInProcess(file)).rejects.toThrow(problem);
  });
});
