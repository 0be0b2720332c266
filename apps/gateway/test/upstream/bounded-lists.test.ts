// What an upstream lists is taken within bounds, and the operator is told what is missing.
import { afterEach, describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, string } from 'fast-check';
import { gatherList } from '../../src/upstream/hop/gather-list.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern } from '../tracing/raw-mcp.ts';
import { startFakeHttp, type FakeHttp } from './fixtures/fake-http.ts';
import { until } from './fixtures/harness.ts';

const MEBIBYTE = 1024 * 1024;

interface Page {
  readonly tools: readonly object[];
  readonly nextCursor?: string;
}

const tool = (name: string, more: object = {}): object => ({ name, inputSchema: { type: 'object' }, ...more });
const tools = (count: number): object[] => Array.from({ length: count }, (_, i) => tool(`t${i}`));

/** Pages by their number, from 0. */
const LISTS: Readonly<Record<string, (page: number) => Page>> = {
  'pages of one tool of 40 MB': (page) => ({
    tools: [tool(`t${page}`, { description: 'x'.repeat(40_000_000) })],
    nextCursor: `page ${page + 1}`,
  }),
  'a tool with a description of 2 MiB': () => ({
    tools: [tool('before'), tool('large', { description: 'x'.repeat(2 * MEBIBYTE) }), tool('after')],
  }),
  'a tool with a schema of 20,000 properties': () => ({
    tools: [
      tool('before'),
      tool('large', { inputSchema: { properties: Object.fromEntries(tools(20_000).entries()) } }),
    ],
  }),
  'pages in a circle': (page) => ({ tools: [tool(`t${page}`)], nextCursor: String(page % 3) }),
  'a cursor of 1 MB': () => ({ tools: [tool('first')], nextCursor: 'x'.repeat(1_000_000) }),
  // Of an upstream `hostile`: 512 bytes without `hostile.`, a whole id and a dot.
  'names around the bound of slugs': () => ({ tools: [466, 467, 468].map((bytes) => tool('x'.repeat(bytes))) }),
  'a name of 600 bytes': () => ({ tools: [tool('before'), tool('x'.repeat(600))] }),
};

const OVERLONG = 'tools/list: cut: 1 with a name of more than 467 bytes left out, whose slug nobody could ask for';

const EXPECTED: Readonly<Record<string, { readonly count: number; readonly error: string }>> = {
  'pages of one tool of 40 MB': {
    count: 0,
    error: 'tools/list: cut: it has more than 64 MiB; 2 of more than 1 MiB left out',
  },
  'a tool with a description of 2 MiB': { count: 2, error: 'tools/list: cut: 1 of more than 1 MiB left out' },
  'a tool with a schema of 20,000 properties': { count: 1, error: 'tools/list: cut: 1 of more than 1 MiB left out' },
  'pages in a circle': { count: 4, error: 'tools/list: cut: its pages go round in a circle' },
  'a cursor of 1 MB': { count: 1, error: 'tools/list: cut: a cursor has more than 16384 bytes' },
  'a name of 600 bytes': { count: 1, error: OVERLONG },
  'names around the bound of slugs': { count: 2, error: OVERLONG },
};

async function startLister(list: (page: number) => Page): Promise<FakeHttp> {
  let page = -1;
  return startFakeHttp({
    intercept: ({ message }, response) => {
      if (message?.method !== 'tools/list') {
        return false;
      }
      page = message.params?.['cursor'] === undefined ? 0 : page + 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: list(page) }));
      return true;
    },
  });
}

function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('the tools list of an upstream', () => {
  let server: FakeHttp | undefined;
  let gateway: RunningGateway | undefined;

  afterEach(async () => {
    await gateway?.stop();
    await server?.kill();
  });

  test.each(Object.keys(LISTS))('is taken within bounds, and says what is missing: %s', async (name) => {
    server = await startLister(LISTS[name]!);
    gateway = await startGateway({ config: { mcpServers: { hostile: { url: server.url } } } });
    await gateway.ready();
    const { count, error } = EXPECTED[name]!;
    const said = `hostile: ${error}`;
    // Its connection may be there before its list has been read.
    await until(() => gateway!.stderr().includes(said), 20_000);
    const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as { instances: unknown[] };
    expect(instances).toMatchObject([{ status: 'ready', tool_count: count, last_error: error }]);
    const lines = gateway.stderr().split('\n');
    expect(lines.filter((line) => line === said)).toHaveLength(1);
  });

  test('has no tool that search finds and nobody can ask for', async () => {
    server = await startLister(LISTS['names around the bound of slugs']!);
    gateway = await startGateway({ config: { mcpServers: { hostile: { url: server.url } } } });
    await gateway.ready();
    const { url } = gateway;
    const { hits } = (await (await post(`${url}/v1/search`, { limit: 10 })).json()) as {
      hits: { tool_slug: string }[];
    };
    expect(new Set(hits.map(({ tool_slug: slug }) => slug.length))).toEqual(new Set([483, 484]));
    const asked = hits.map(({ tool_slug: slug }) => post(`${url}/v1/describe`, { tool_slug: slug }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('is exposed whole with a tool of more members than are kept, digits of which would be lost', async () => {
    const wide = Object.fromEntries(Array.from({ length: 12_000 }, (_, index) => [`m${index}`, 1]));
    server = await startLister(() => ({
      tools: [tool('before'), tool('wide', { ...wide, digits: 1_234_567_890_123_456 }), tool('after')],
    }));
    const { url } = server;
    gateway = await startGateway({ config: { mcpServers: { a: { url }, b: { url } }, server: { expose: 'all' } } });
    await gateway.ready();
    const { result } = await openModern(gateway.url).request('tools/list', {});
    const listed = result!['tools'] as readonly { readonly name: string; readonly digits?: number }[];
    expect(listed.map(({ name }) => name)).toHaveLength(6);
    expect(listed.filter(({ digits }) => digits === 1_234_567_890_123_456)).toHaveLength(2);
  });
});

describe('gatherList', () => {
  const pages = array(array(string({ maxLength: 80 }), { maxLength: 8 }), { maxLength: 30 });
  const bounds = {
    maxItems: 20,
    maxBytes: 2_000,
    maxItemBytes: 90,
    maxPages: 10,
    maxMillis: 5_000,
    maxPageMillis: 5_000,
  };

  test('keeps every bound whatever the pages hold, and says so exactly when something is missing', async () => {
    await assert(
      asyncProperty(pages, async (given) => {
        let read = 0;
        const list = await gatherList({
          member: 'items',
          bounds,
          readPage: async () => {
            const items = given[read] ?? [];
            read += 1;
            return { ok: true, result: { items, ...(read < given.length ? { nextCursor: String(read) } : {}) } };
          },
        });
        const items = list.items as readonly string[];
        expect(items.length).toBeLessThanOrEqual(bounds.maxItems);
        expect(read).toBeLessThanOrEqual(bounds.maxPages);
        expect(Buffer.byteLength(items.join(''))).toBeLessThanOrEqual(bounds.maxBytes);
        expect(list.ok && list.cut === undefined).toBe(items.length === given.flat().length && read >= given.length);
      }),
    );
  });

  test('takes the first 50,000 of 100,000 and says so', async () => {
    const items = Array<null>(100_000).fill(null);
    const list = await gatherList({ member: 'items', readPage: async () => ({ ok: true, result: { items } }) });
    expect(list).toMatchObject({ ok: true, cut: 'cut: only the first 50000 are taken' });
    expect(list.items).toHaveLength(50_000);
  });

  test('ends when its time is over, with what it has', async () => {
    let page = 0;
    const list = await gatherList({
      member: 'items',
      bounds: { maxMillis: 100 },
      readPage: async () => {
        page += 1;
        await new Promise((resolve) => setTimeout(resolve, 30));
        return { ok: true, result: { items: [page], nextCursor: String(page) } };
      },
    });
    expect(list).toMatchObject({ ok: true, cut: 'cut: it took longer than 0.1 s' });
    expect(list.items.length).toBeGreaterThan(0);
  });
});
