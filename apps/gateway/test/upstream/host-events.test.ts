// What a dcc-mcp-core host tells of its work is read by cursor, kept, and stands beside the calls that it belongs to.
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type CoreEvent, createCoreEventBuffer } from '../fixtures/core-event-buffer.ts';
import { type CoreHost, type CoreHostOptions, startCoreHost } from '../fixtures/core-host.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from './fixtures/harness.ts';

interface Event {
  readonly id: number;
  readonly message: string;
  readonly level: string;
  readonly timestamp_ns: string;
}
interface Page {
  readonly next_cursor: number;
  readonly missed: number;
  readonly dropped_count: number;
  readonly events: readonly Event[];
}

let host: CoreHost;
let gateway: RunningGateway;
let client: Client;
let instance: { readonly instance_id: string; readonly instance_short: string };
const updated: string[] = [];
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) {
    await end();
  }
});

async function start(options: Partial<CoreHostOptions>): Promise<void> {
  host = await startCoreHost({ skills: {}, ...options });
  ends.push(() => endHost());
  gateway = await startGateway({ config: { mcpServers: { maya: { url: host.url } } } });
  ends.push(() => gateway.stop());
  await gateway.ready();
  const { instances } = (await get('/v1/instances')) as { instances: readonly (typeof instance)[] };
  instance = instances[0]!;
  client = new Client({ name: 'events-test', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
  ends.push(() => client.close());
}

function endHost(): void {
  host.server.closeAllConnections();
  host.server.close();
}

async function get(path: string): Promise<object> {
  return (await (await fetch(gateway.url + path)).json()) as object;
}

async function call(tool = 'echo'): Promise<{ readonly trace_id: string; readonly request_id: string }> {
  const body = JSON.stringify({ tool_slug: `maya.${instance.instance_short}.${tool}` });
  const response = await fetch(`${gateway.url}/v1/call`, { method: 'POST', body });
  return (await response.json()) as { trace_id: string; request_id: string };
}

async function read(query = ''): Promise<Page> {
  const { contents } = await client.readResource({ uri: `events://session/${instance.instance_id}${query}` });
  return JSON.parse((contents[0] as { text: string }).text) as Page;
}

/** Reads until there is something behind the cursor. */
const readNext = (cursor = 0): Promise<Page> => read(`?cursor=${cursor}&waitMs=10000&limit=1000`);
const messages = ({ events }: Pick<Page, 'events'>): readonly string[] => events.map(({ message }) => message);
const lines = (count: number): readonly CoreEvent[] =>
  Array.from({ length: count }, (_, index) => ({ message: `line ${index + 1}` }));

describe('events://session/{instance_id} of a dcc-mcp-core host', () => {
  test('gives its events with their ids, times, levels and metadata', async () => {
    const events = createCoreEventBuffer();
    const ids = { tool_call_id: 'req-1', job_id: 'job-1', session_id: 's', correlation_id: 'c', trace_id: 'ab' };
    events.append({ message: 'cooked', level: 'WARN', nanos: 1795223954467730985n, ids, metadata: { shot: 'sq010' } });
    events.append({ message: 'odd', level: 'loud' });
    await start({ events });
    const page = await readNext();
    expect(page.events).toMatchObject([
      {
        id: 1,
        timestamp_ns: '1795223954467730985',
        timestamp: '2026-11-21T01:19:14.467730985Z',
        instance_id: instance.instance_id,
        source: 'host',
        stream: 'stdout',
        level: 'warning',
        message: 'cooked',
        metadata: { shot: 'sq010' },
        ...ids,
      },
      { id: 2, level: 'info', message: 'odd' },
    ]);
  });

  test('goes on at its cursor: what is told later comes once', async () => {
    const events = createCoreEventBuffer();
    events.append(...lines(3));
    await start({ events });
    const first = await readNext();
    events.append({ message: 'line 4' });
    const second = await readNext(first.next_cursor);
    expect([messages(first), messages(second)]).toEqual([['line 1', 'line 2', 'line 3'], ['line 4']]);
    expect((await read()).events).toHaveLength(4);
  });

  test('says how many events were gone before they could be read', async () => {
    const events = createCoreEventBuffer('maya-001', 4);
    events.append(...lines(10));
    await start({ events });
    expect(await readNext()).toMatchObject({ missed: 6, dropped_count: 6, next_cursor: 10 });
    events.append(...lines(7));
    const next = await readNext(10);
    expect(next).toMatchObject({ missed: 3, next_cursor: 17 });
    expect(messages(next)).toEqual(['line 4', 'line 5', 'line 6', 'line 7']);
  });

  test('keeps no credential of them', async () => {
    const events = createCoreEventBuffer();
    events.append({ message: 'connecting with token=abcdefgh12345678', metadata: { api_key: 'k', ok: 1 } });
    await start({ events });
    expect((await readNext()).events).toMatchObject([{ message: 'connecting with [redacted]', metadata: { ok: 1 } }]);
  });

  test('tells those who subscribed', async () => {
    const events = createCoreEventBuffer();
    await start({ events });
    const uri = `events://session/${instance.instance_id}`;
    await client.subscribeResource({ uri });
    events.append({ message: 'news' });
    await readNext();
    // The notice comes over another stream.
    await until(() => updated.length > 0);
    expect(updated).toContain(uri);
  });

  test('survives the death of the host', async () => {
    const events = createCoreEventBuffer();
    await start({ events });
    events.append({ message: 'last words' });
    await readNext();
    endHost();
    await call();
    expect(messages(await read())).toEqual(['last words']);
  });

  test('begins anew with a host that was started again, and keeps what was', async () => {
    const events = createCoreEventBuffer();
    events.append(...lines(5));
    await start({ events });
    const before = await readNext();
    events.clear();
    events.append({ message: 'another life' });
    expect(messages(await readNext(before.next_cursor))).toEqual(['another life']);
    expect((await read()).events).toHaveLength(6);
  });

  test('goes on behind one that is longer than can be taken', async () => {
    const events = createCoreEventBuffer();
    events.append({ message: 'before' }, { message: 'x'.repeat(5 * 1024 * 1024) }, { message: 'after' });
    await start({ events });
    const before = await readNext();
    const after = before.events.length > 1 ? { events: [] } : await readNext(before.next_cursor);
    expect([...messages(before), ...messages(after)]).toEqual(['before', 'after']);
    expect(await read()).toMatchObject({ missed: 1 });
  });
});

const eventsOf = async (path: string): Promise<readonly string[]> => messages((await get(path)) as Page);

describe('what a dcc-mcp-core host has told is there', () => {
  test('as soon as it is read, wherever it is', async () => {
    const events = createCoreEventBuffer();
    await start({ events, says: (tool) => [{ message: `ran ${tool}` }] });
    const { trace_id: trace } = await call();
    expect(await eventsOf(`/admin/api/traces/${trace}`)).toEqual(['ran echo']);
    await call();
    expect(messages(await read())).toEqual(['ran echo', 'ran echo']);
    await call();
    expect(await eventsOf(`/v1/debug/instances/${instance.instance_id}/output`)).toHaveLength(3);
  });
});

describe('a call of a dcc-mcp-core host', () => {
  test('has what the host said meanwhile, in its trace and in its bundle', async () => {
    const events = createCoreEventBuffer();
    events.append({ message: 'long ago', nanos: 1795223954467730985n });
    await start({ events, says: (tool) => [{ message: `ran ${tool}` }] });
    const { trace_id: trace } = await call();
    await readNext(1);
    expect(await eventsOf(`/admin/api/traces/${trace}`)).toEqual(['ran echo']);
    expect(await eventsOf(`/v1/debug/bundles/${trace}`)).toEqual(['ran echo']);
  });

  test.each(['tool_call_id', 'correlation_id'])('has what names it by %s, whenever it came', async (name) => {
    const events = createCoreEventBuffer();
    await start({ events });
    const { trace_id: trace, request_id: id } = await call();
    const nanos = 1795223954467730985n;
    events.append({ message: 'its own', nanos, ids: { [name]: id } }, { message: 'another', nanos });
    await readNext();
    expect(await eventsOf(`/admin/api/traces/${trace}`)).toEqual(['its own']);
    expect(await eventsOf(`/v1/debug/bundles/${trace}`)).toEqual(['its own']);
  });

  test('has what names its job, and nothing that names another', async () => {
    const events = createCoreEventBuffer();
    const mine = { message: 'mine', ids: { job_id: 'job-7' } };
    const other = { message: 'of another', ids: { job_id: 'job-8' } };
    await start({ events, says: () => [mine, other], jobId: 'job-7' });
    const { trace_id: trace } = await call();
    events.append({ message: 'mine, later', nanos: 1795223954467730985n, ids: { job_id: 'job-7' } });
    await readNext(2);
    expect(await eventsOf(`/admin/api/traces/${trace}`)).toEqual(['mine', 'mine, later']);
    expect(await eventsOf(`/v1/debug/bundles/${trace}`)).toEqual(['mine', 'mine, later']);
  });

  test('has nothing that names another trace', async () => {
    const events = createCoreEventBuffer();
    const ids = { trace_id: '0af7651916cd43dd8448eb211c80319c' };
    await start({ events, says: () => [{ message: 'mine' }, { message: 'of another', ids }] });
    const { trace_id: trace } = await call();
    await readNext();
    expect(await eventsOf(`/admin/api/traces/${trace}`)).toEqual(['mine']);
  });
});
