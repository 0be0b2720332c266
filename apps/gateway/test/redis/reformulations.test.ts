// A search right behind a call that went well rewords nothing, whichever of two gateways answered which of them.
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type ServedInProcess, serveInProcess } from '../fixtures/serve-in-process.ts';
import { until } from './fixtures/until.ts';

const ROUNDS = 10;

describeWithTools({ describe, test }, ['redis-server'])('searches of two gateways at one Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reformulations-'));
  let redis: RunningRedis;
  let echo: EchoServer;
  let here: ServedInProcess;
  let there: ServedInProcess;
  let slug: string;

  async function gateway(name: string): Promise<ServedInProcess> {
    const file = join(folder, `${name}.json`);
    const stateDir = join(folder, name);
    const mcpServers = { echo: { url: echo.url } };
    writeFileSync(file, JSON.stringify({ redisUrl: redis.url, stateDir, registry: { dir: 'off' }, mcpServers }));
    const served = await serveInProcess(file);
    await served.ready();
    await until(async () => (await ask(served, '/v1/readyz'))['degraded'] === undefined);
    return served;
  }

  beforeAll(async () => {
    redis = await startRedis();
    echo = await startEchoServer({ repeat: { type: 'object' } });
    [here, there] = await Promise.all([gateway('here'), gateway('there')]);
    const { hits } = await search(here, 'repeat', 'first');
    slug = (hits as readonly { readonly tool_slug: string }[])[0]!.tool_slug;
  });

  afterAll(async () => {
    await Promise.all([here.stop(), there.stop()]);
    echo.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  /** How many searches count as worded anew of rounds of two, each in a session of its own. */
  async function countReformulations(round: (session: string) => Promise<void>): Promise<number> {
    const before = await searchStats();
    for (let i = 0; i < ROUNDS; i += 1) {
      await round(`${before.total_searches}-${i}`);
    }
    await until(async () => (await searchStats()).total_searches === before.total_searches + 2 * ROUNDS);
    return (await searchStats()).reformulation_count - before.reformulation_count;
  }

  async function searchStats(): Promise<{
    readonly total_searches: number;
    readonly reformulation_count: number;
  }> {
    return (await ask(here, '/v1/debug/search-telemetry?limit=1'))['stats'] as never;
  }

  function call(served: ServedInProcess, session: string, meta: Json = {}): Promise<Json> {
    return ask(served, '/v1/call', { tool_slug: slug, arguments: {}, meta }, session);
  }

  test('a search after a call that names its search is not counted', async () => {
    const count = await countReformulations(async (session) => {
      const { search_id: id } = await search(here, 'repeat', session);
      await call(there, session, { search_id: id });
      await search(here, 'other words', session);
    });
    expect(count).toBe(0);
  });

  test('a search at the gateway that was called is not counted, also where the call names no search', async () => {
    const count = await countReformulations(async (session) => {
      await search(here, 'repeat', session);
      await call(there, session);
      await search(there, 'other words', session);
    });
    expect(count).toBe(0);
  });

  test('a search that rewords the one right after a call is counted', async () => {
    const count = await countReformulations(async (session) => {
      await Promise.all([call(there, session), call(there, session)]);
      await sleep(10); // Redis may be slow to read what it is told
      await search(here, 'repeat', session);
      await sleep(30); // until what is told late has been told
      await search(here, 'other words', session);
    });
    expect(count).toBe(ROUNDS);
  });
});

async function ask({ url }: ServedInProcess, path: string, body?: object, session = ''): Promise<Json> {
  const headers = { 'content-type': 'application/json', 'x-session-id': session };
  const sent = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  return (await (await fetch(`${url}${path}`, sent)).json()) as Json;
}

function search(served: ServedInProcess, query: string, session: string): Promise<Json> {
  return ask(served, '/v1/search', { query }, session);
}
