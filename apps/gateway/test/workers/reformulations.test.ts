// A search right behind a call that went well rewords nothing, whichever worker answered which of them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type GatewayProcess, getJson, post, slugOf, startWithWorkers } from './worker-gateway.ts';

const ROUNDS = 20;

let echo: EchoServer;
let gateway: GatewayProcess;
let slug: string;

beforeAll(async () => {
  echo = await startEchoServer({ repeat: { type: 'object' } });
  gateway = await startWithWorkers({ config: { mcpServers: { echo: { url: echo.url } } } });
  slug = await slugOf(gateway.url, 'repeat');
});

afterAll(async () => {
  await gateway.stop();
  echo.close();
});

/** How many searches were counted as worded anew while each round ran, in a session of its own. */
async function countReformulations(name: string, round: (session: Session) => Promise<void>): Promise<number> {
  const before = await reformulations();
  for (let i = 0; i < ROUNDS; i += 1) {
    await round(sessionOf(`${name}-${randomUUID()}`));
  }
  return (await reformulations()) - before;
}

async function reformulations(): Promise<number> {
  const { stats } = await getJson(gateway.url, '/v1/debug/search-telemetry?limit=1');
  return (stats as { readonly reformulation_count: number }).reformulation_count;
}

interface Session {
  search(query: string): Promise<Json>;
  call(meta?: Json): Promise<unknown>;
}

function sessionOf(id: string): Session {
  const headers = { 'x-session-id': id };
  return {
    search: async (query) => (await post(gateway.url, '/v1/search', { query }, headers)).body,
    call: (meta = {}) => post(gateway.url, '/v1/call', { tool_slug: slug, arguments: {}, meta }, headers),
  };
}

test('a search after a call that names no search is not counted', async () => {
  const count = await countReformulations('unnamed', async ({ search, call }) => {
    await search('repeat');
    await call();
    await search('other words');
  });
  expect(count).toBe(0);
});

test('a search after a call that names its search is not counted', async () => {
  const count = await countReformulations('named', async ({ search, call }) => {
    const { search_id: id } = await search('repeat');
    await call({ search_id: id });
    await search('other words');
  });
  expect(count).toBe(0);
});

test('a search that rewords the one right after a call is counted', async () => {
  const count = await countReformulations('again', async ({ search, call }) => {
    await call();
    await search('repeat');
    await sleep(30); // until what is told late has been told
    await search('other words');
  });
  expect(count).toBe(ROUNDS);
});

test('a search that rewords another at once is counted', async () => {
  const count = await countReformulations('twice', async ({ search }) => {
    await search('repeat');
    await search('other words');
  });
  expect(count).toBe(ROUNDS);
});
