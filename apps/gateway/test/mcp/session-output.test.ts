// What a server writes to stderr can be read through the gateway, and stands beside the calls it belongs to.
import { describeAdminRoutes } from '@dcc-mcp/admin-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

interface Page {
  readonly next_cursor: number;
  readonly oldest_cursor?: number;
  readonly events: readonly { readonly id: number; readonly level: string; readonly message: string }[];
}

const TALKER = { command: process.execPath, args: [join(import.meta.dirname, 'fixture', 'talking-server.mjs')] };

let gateway: RunningGateway;
let client: Client;
let transport: StreamableHTTPClientTransport;
let instance: { readonly instance_id: string; readonly instance_short: string };
const updated: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({ config: { mcpServers: { talker: TALKER } } });
  await gateway.ready();
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    instances: readonly (typeof instance)[];
  };
  instance = instances[0]!;
  client = new Client({ name: 'output-test', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
  transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`));
  await client.connect(transport);
}, 30_000);

afterAll(async () => {
  await transport?.terminateSession();
  await client?.close();
  await gateway?.stop();
});

const uriOf = (query = ''): string => `events://session/${instance.instance_id}${query}`;

async function read(query = ''): Promise<Page> {
  const { contents } = await client.readResource({ uri: uriOf(query) });
  return JSON.parse((contents[0] as { text: string }).text) as Page;
}

async function cook(line: string): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: `talker.${instance.instance_short}.cook`, arguments: { line } }),
  });
  return ((await response.json()) as { trace_id: string }).trace_id;
}

describe('events://session/{instance_id}', () => {
  test('is offered as a template', async () => {
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      'events://session/{instance_id}{?cursor,limit,waitMs}',
    );
  });

  test('gives a line without its control characters, not with their names', async () => {
    const { next_cursor: cursor } = await read('?limit=1000');
    await cook('\u001B[31mred\u001B[0m bell\u0007\u0000 10%\r20%\tdone');
    expect((await read(`?cursor=${cursor}`)).events.map(({ message }) => message)).toEqual(['red bell 10% 20% done']);
  });

  test.each([4_096, 4_097, 8_192, 8_193, 300_000])(
    'a line of %i bytes is kept up to 4,096, and says how long it was',
    async (bytes) => {
      const { next_cursor: cursor } = await read('?limit=1000');
      await cook(`ERROR ${'x'.repeat(bytes - 'ERROR '.length)}`);
      await cook('and the next');
      const { events } = await read(`?cursor=${cursor}`);
      const isCut = bytes > 4_096;
      const truncation = { original_size: bytes, truncated_size: 4_096, max_size: 4_096 };
      expect(events).toMatchObject([
        { level: 'error', message: `ERROR ${'x'.repeat(4_090)}`, ...(isCut ? { truncation } : {}) },
        { message: 'and the next' },
      ]);
      expect(Object.hasOwn(events[0]!, 'truncation')).toBe(isCut);
    },
  );

  test('gives the lines behind a cursor, in order, with what they look like', async () => {
    const { next_cursor: cursor } = await read('?limit=1000');
    await cook('Warning: cook produced warnings');
    await cook('ERROR no such node');
    const { events } = await read(`?cursor=${cursor}`);
    expect(events.map(({ message, level }) => [level, message])).toEqual([
      ['warning', 'Warning: cook produced warnings'],
      ['error', 'ERROR no such node'],
    ]);
  });

  test('waits for the next line where it is asked to', async () => {
    const { next_cursor: cursor } = await read('?limit=1000');
    const [{ events }] = await Promise.all([read(`?cursor=${cursor}&waitMs=5000`), cook('here it is')]);
    expect(events.map(({ message }) => message)).toEqual(['here it is']);
  });

  test('keeps no credential', async () => {
    await cook('connecting with token=abcdefgh12345678');
    const { events } = await read('?limit=1000');
    expect(events.at(-1)!.message).toBe('connecting with [redacted]');
  });

  test('keeps nothing of a private key that stands on several lines', async () => {
    const { next_cursor: cursor } = await read('?limit=1000');
    const [begin, end] = ['-----BEGIN RSA PRIVATE KEY-----', '-----END RSA PRIVATE KEY-----'];
    await cook(`${begin}\nMIIEowIBAAKCAQEA\n7bq98lGX\n${end}\nwent on`);
    const { events } = await read(`?cursor=${cursor}`);
    expect(events.map(({ message }) => message)).toEqual(['[redacted]', 'went on']);
  });

  test('keeps the lines behind one that only tells of a private key', async () => {
    const { next_cursor: cursor } = await read('?limit=1000');
    await cook('no start line, expected -----BEGIN PRIVATE KEY-----\nsecond line of it');
    const { events } = await read(`?cursor=${cursor}`);
    expect(events.at(-1)!.message).toBe('second line of it');
  });

  test('tells those who subscribed that there is more', async () => {
    await client.subscribeResource({ uri: uriOf('?cursor=0') });
    await cook('something new');
    const { next_cursor: cursor } = await read('?limit=1000');
    await read(`?cursor=${cursor}&waitMs=300`);
    expect(updated).toContain(uriOf());
  });

  test.each([
    ['?limit=0', 'limit'],
    ['?cursor=-1', 'cursor'],
    ['?from=1', 'from'],
  ])('refuses %s and names it', async (query, name) => {
    await expect(read(query)).rejects.toThrow(name);
  });

  test('of an instance that is not there is not found', async () => {
    await expect(client.readResource({ uri: 'events://session/nobody' })).rejects.toThrow(/not found/i);
  });
});

async function ask(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${gateway.url}${path}`);
  return { status: response.status, body: await response.json() };
}

describe('instances/{id}/output', () => {
  test.each(['/v1/debug', '/admin/api'])('%s answers the lines behind a cursor as the resource does', async (api) => {
    const { next_cursor: cursor } = await read('?limit=1000');
    await cook('one more');
    await cook('and another');
    const page = `?cursor=${cursor}&limit=1`;
    const { body } = await ask(`${api}/instances/${instance.instance_id}/output${page}`);
    expect(body).toEqual(await read(page));
    expect(body).toMatchObject({ events: [{ message: 'one more' }], missed: 0 });
    const short = await ask(`${api}/instances/${instance.instance_short}/output${page}`);
    expect(short.body).toEqual(body);
    const answer = describeAdminRoutes().find(({ path }) => path === 'instances/:id/output')!.answer!;
    expect(answer.safeParse(body).error?.issues ?? []).toEqual([]);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['cursor=-1', 'cursor'],
    ['waitMs=1', 'waitMs'],
  ])('refuses %s and names it', async (query, name) => {
    const { status, body } = await ask(`/v1/debug/instances/${instance.instance_id}/output?${query}`);
    expect([status, body]).toMatchObject([400, { error: { kind: 'bad-request', parameter: name } }]);
  });

  test('of an instance that is not there says so', async () => {
    expect(await ask('/v1/debug/instances/nobody/output')).toMatchObject({
      status: 404,
      body: { error: { kind: 'unknown-instance', looked_for: 'nobody' } },
    });
  });
});

test('a trace shows what its server wrote meanwhile, and nothing of before or after', async () => {
  const ids = [await cook('the first call')];
  await wait(250); // what is written within 100 ms of the end of a call may belong to it
  ids.push(await cook('the second'));
  const traces = ids.map(async (id) => (await fetch(`${gateway.url}/v1/debug/traces/${id}`)).json() as Promise<Page>);
  const shown = (await Promise.all(traces)).map(({ events }) => events.map(({ message }) => message));
  expect(shown).toEqual([['the first call'], ['the second']]);
});
