// Files of the history: what a table program reads from them, and what they cost while nobody reads.
import { MemoryCallStore, newRowId } from '@dcc-mcp/call-store';
import { messageHash } from '@dcc-mcp/call-store/query';
import { expect, test } from '@jest/globals';
import { createAdminRoutes } from '../src/index.ts';
import { callRow } from './call-row.ts';

/** The route of a path, over a store. */
async function ask(store: MemoryCallStore, path: string, query = ''): Promise<string | ReadableStream<Uint8Array>> {
  const routes = createAdminRoutes({
    sources: {
      store,
      instances: () => ({ total: 0, instances: [] }),
      governance: () => ({}),
      telemetry: () => ({}),
      health: () => ({ version: '1.2.3' }),
      toolSlugs: () => [],
    },
  });
  const [name, id = ''] = path.split('/');
  const route = routes.find((each) => each.path === (id === '' ? path : `${name}/:id`))!;
  const request = {
    query: new URLSearchParams(query),
    params: { id },
    headers: {},
    baseUrl: 'https://gateway.example',
  };
  return (await route.handler(request)).body as string | ReadableStream<Uint8Array>;
}

const textOf = (body: string | ReadableStream<Uint8Array>): Promise<string> => new Response(body).text();

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['a,b', '"a,b"'],
  ['a\r\nb', '"a\r\nb"'],
  ['a-b=c', 'a-b=c'],
])('the text %j is the cell %s', async (agent_name, cell) => {
  const store = new MemoryCallStore();
  store.append('calls', callRow({ agent_name }));
  const table = await textOf(await ask(store, 'export', 'format=csv'));
  const names = table.slice(0, table.indexOf('\r\n')).split(',');
  const before = names.indexOf('agent_name');
  // No cell before that one has a comma.
  expect(
    table
      .slice(table.indexOf('\r\n') + 2)
      .split(',')
      .slice(before)
      .join(',')
      .startsWith(`${cell},`),
  ).toBe(true);
});

test('rows are written while they are read: what waits for a reader does not grow', async () => {
  const store = new MemoryCallStore({ calls: 5_000 });
  let made = 0;
  for (let number = 0; number < 5_000; number += 1) {
    const id = newRowId();
    store.appendLater('calls', {
      id,
      make: () => {
        made += 1;
        return callRow({ row_id: id });
      },
    });
  }
  const body = await ask(store, 'export');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(made).toBeLessThan(500);
  const text = await textOf(body);
  expect([made, text.trimEnd().split('\n').length]).toEqual([5_000, 5_000]);
});

test('a reader that leaves ends the writing', async () => {
  const store = new MemoryCallStore({ calls: 5_000 });
  for (let number = 0; number < 5_000; number += 1) {
    store.append('calls', callRow());
  }
  const body = (await ask(store, 'export')) as ReadableStream<Uint8Array>;
  const reader = body.getReader();
  await reader.read();
  await reader.cancel();
  expect((await reader.read()).done).toBe(true);
});

test('a bundle of a trace of thousands of calls has 64 of them, its own among them, and says so', async () => {
  const store = new MemoryCallStore();
  const first = callRow({ outcome: 'timeout', success: false, status: 'err' });
  store.append('calls', first);
  for (let number = 0; number < 2_000; number += 1) {
    store.append('calls', callRow());
  }
  const told = JSON.parse(await textOf(await ask(store, `bundles/${first.row_id}`))) as {
    readonly calls: readonly { readonly row_id: string }[];
    readonly request_id: string;
    readonly omitted: readonly string[];
  };
  expect([told.calls.length, told.calls.at(-1)!.row_id, told.request_id]).toEqual([64, first.row_id, first.request_id]);
  expect(told.omitted).toContain('calls: 64 of 2001 are here, the newest and its own');
});

test('only rows that a query asks for are in the file', async () => {
  const store = new MemoryCallStore();
  store.append('calls', callRow({ outcome: 'ok' }));
  store.append('calls', callRow({ outcome: 'timeout' }));
  const lines = await textOf(await ask(store, 'export', 'q=outcome%3Dtimeout'));
  expect(
    lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).outcome),
  ).toEqual(['timeout']);
});

test.each(['jsonl', 'csv'])('a failed call has the hash of its message in a file of %s', async (format) => {
  const store = new MemoryCallStore();
  const message = 'no answer within 2000 ms';
  store.append('calls', callRow({ error: { kind: 'timeout', message, retryable: true } }));
  const text = await textOf(await ask(store, 'export', `format=${format}`));
  expect(text).toContain('message_hash');
  expect(text).toContain(messageHash(message));
});
