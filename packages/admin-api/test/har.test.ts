// A HAR entry: what is known of a request, and by which sign each thing that is not.
import { MemoryCallStore, type Trace, type TracePayload, type TrafficFrame, newRowId } from '@dcc-mcp/call-store';
import { describe, expect, jest, test } from '@jest/globals';
import { type AdminSources, createAdminRoutes } from '../src/index.ts';
import { callRow } from './call-row.ts';
import { traceRow as anyTraceRow } from './trace-row.ts';

interface Entry {
  readonly pageref?: string;
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: Readonly<Record<string, unknown>> & { readonly url: string; readonly comment: string };
  readonly response: Readonly<Record<string, unknown>> & {
    readonly content: Readonly<Record<string, unknown>> & { readonly comment: string };
  };
  readonly timings: Readonly<Record<string, number>>;
  readonly comment?: string;
  readonly _dcc_mcp: Readonly<Record<string, unknown>>;
}
interface Log {
  readonly creator: object;
  readonly pages: readonly Readonly<Record<string, unknown>>[];
  readonly entries: readonly Entry[];
  readonly comment: string;
}

const STARTED = '2026-11-30T08:00:00.000Z';

const at = (millis: number): string => new Date(Date.parse(STARTED) + millis).toISOString();

function payload(content: string, more: Partial<TracePayload> = {}): TracePayload {
  const size = Buffer.byteLength(content);
  return {
    content,
    mime_type: 'application/json',
    truncated: false,
    original_size: size,
    estimated_tokens: 1,
    redactions: 0,
    ...more,
  };
}

/** Of a request that began at that time. */
function traceRow(more: Partial<Trace> = {}): Trace {
  return anyTraceRow({ started_at: STARTED, total_ms: 12.5, ...more });
}

function frame(more: Partial<TrafficFrame>): TrafficFrame {
  return {
    row_id: newRowId(),
    timestamp: STARTED,
    direction: 'inbound',
    leg: 'client_to_gateway',
    transport: 'http',
    http: { method: 'POST', route: '/mcp' },
    size_bytes: 100,
    headers: {},
    identity: {},
    ...more,
  };
}

function storeOf(...traces: readonly Trace[]): MemoryCallStore {
  const store = new MemoryCallStore();
  for (const trace of traces) {
    store.append('traces', trace);
  }
  return store;
}

function bodyOf(
  store: MemoryCallStore,
  query: Readonly<Record<string, string>>,
  frames: readonly TrafficFrame[],
): Promise<ReadableStream<Uint8Array>> {
  const traffic = { frames: () => frames, status: () => ({}) as never } satisfies AdminSources['traffic'];
  const routes = createAdminRoutes({
    sources: {
      store,
      traffic,
      instances: () => ({ total: 0, instances: [] }),
      governance: () => ({}),
      telemetry: () => ({}),
      health: () => ({ version: '1.2.3' }),
      toolSlugs: () => [],
    },
  });
  const request = {
    query: new URLSearchParams({ format: 'har', ...query }),
    params: {},
    headers: {},
    baseUrl: 'https://gateway.example',
  };
  return routes
    .find(({ path }) => path === 'export')!
    .handler(request)
    .then(({ body }) => body as ReadableStream<Uint8Array>);
}

async function logOf(
  store: MemoryCallStore,
  query: Readonly<Record<string, string>> = {},
  frames: readonly TrafficFrame[] = [],
): Promise<Log> {
  const { log } = (await new Response(await bodyOf(store, query, frames)).json()) as { readonly log: Log };
  return log;
}

describe('an entry', () => {
  test('of a call without capture has the address and the outcome, and no status', async () => {
    const { entries, creator } = await logOf(storeOf(traceRow({ input: payload('{"a":1}') })));
    expect(creator).toEqual({ name: 'dcc-mcp-gateway', version: '1.2.3' });
    expect(entries).toMatchObject([
      {
        startedDateTime: STARTED,
        time: 12.5,
        request: {
          method: 'POST',
          url: 'https://gateway.example/mcp?operation=call&tool=maya.12345678.create_sphere',
          postData: { mimeType: 'application/json', text: '{"a":1}' },
        },
        response: { status: 0, statusText: 'ok', content: { size: 2, mimeType: 'x-unknown' } },
        timings: { blocked: -1, send: 0, wait: 12.5, receive: 0 },
      },
    ]);
  });

  test('over REST has the path of its operation', async () => {
    const { entries } = await logOf(storeOf(traceRow({ transport: 'rest' })));
    expect(entries[0]!.request.url).toBe('https://gateway.example/v1/call?tool=maya.12345678.create_sphere');
  });

  test('over standard streams says that there was no HTTP', async () => {
    const { entries } = await logOf(storeOf(traceRow({ mcp_transport: 'stdio' })));
    expect(entries[0]!.request).toMatchObject({
      url: expect.stringMatching(/^stdio:\/\/gateway\/mcp\?/),
      comment: expect.stringContaining('there is no HTTP'),
    });
  });

  test('of a tool whose name is no text of Unicode is written all the same', async () => {
    const { entries } = await logOf(storeOf(traceRow({ tool: 'a b&\uD800' })));
    expect(new URL(entries[0]!.request.url).searchParams.get('tool')).toBe('a b&\uFFFD');
  });

  test('waits for a free place before it waits for the server', async () => {
    const store = storeOf(traceRow());
    const [trace] = await store.find('traces', '0af7651916cd43dd8448eb211c80319c');
    store.append('calls', callRow({ row_id: trace!.row_id, queue_ms: 4.1, gateway_ms: 1, upstream_ms: 7.4 }));
    const { entries } = await logOf(store);
    expect(entries[0]).toMatchObject({
      time: 12.5,
      timings: { blocked: 4.1, wait: 8.4 },
      _dcc_mcp: { queue_ms: 4.1, gateway_ms: 1, upstream_ms: 7.4 },
    });
  });

  test.each([
    [undefined, false, 'No result kept.'],
    [
      payload('', { dropped: true, truncated: true, original_size: 9 }),
      false,
      'The result of 9 bytes had to make room',
    ],
    [payload('{"a":', { truncated: true, original_size: 90_000 }), true, 'It is cut: there were 90000 bytes.'],
    [payload('{"a":"[redacted]"}', { redactions: 2 }), true, 'Redacted in 2 places.'],
  ])('says what is missing of %j', async (output, hasText, note) => {
    const { entries } = await logOf(storeOf(traceRow(output && { output })));
    const { content } = entries[0]!.response;
    expect(['text' in content, content.comment]).toEqual([hasText, expect.stringContaining(note)]);
  });

  test('of an item says which batch it was sent in', async () => {
    const store = storeOf(traceRow({ parent_request_id: 'batch-9' }));
    const [trace] = await store.find('traces', '0af7651916cd43dd8448eb211c80319c');
    store.append('calls', callRow({ row_id: trace!.row_id, batch_index: 0, parent_request_id: 'batch-9' }));
    const { entries } = await logOf(store);
    expect(entries[0]).toMatchObject({
      request: { url: expect.stringContaining('operation=call_batch') },
      comment: 'An item of the batch batch-9: no request of its own on the wire.',
    });
  });

  test('of a call whose trace was let go has what the call says', async () => {
    const store = new MemoryCallStore();
    store.append('calls', callRow({ timestamp: '2026-11-30T08:00:01.000Z', duration_ms: 250 }));
    const { entries } = await logOf(store, { kind: 'calls' });
    expect(entries).toMatchObject([{ startedDateTime: '2026-11-30T08:00:00.750Z', time: 250 }]);
  });

  test('of a call whose trace was let go is there without asking for calls, unless the query is one of traces alone', async () => {
    const store = new MemoryCallStore({ traces: 1 });
    for (const request_id of ['old', 'new']) {
      const row = traceRow({ request_id });
      store.append('traces', row);
      store.append('calls', callRow({ row_id: row.row_id, request_id }));
    }
    const idsOf = async (query: Readonly<Record<string, string>>): Promise<ReadonlySet<unknown>> =>
      new Set((await logOf(store, query)).entries.map(({ _dcc_mcp: own }) => own['request_id']));
    expect(await idsOf({})).toEqual(new Set(['new', 'old']));
    expect(await idsOf({ q: 'request_id=old' })).toEqual(new Set(['old']));
    expect(await idsOf({ q: 'total_ms>1' })).toEqual(new Set(['new']));
  });

  test('with capture has what was captured; an event stream is as large as its messages', async () => {
    const trace = traceRow();
    const answer = { request_id: trace.request_id, leg: 'gateway_to_client', direction: 'outbound' } as const;
    const http = { method: 'POST', route: '/mcp', status: 200 };
    const frames = [
      frame({ request_id: trace.request_id, headers: { 'user-agent': 'x' } }),
      frame({ ...answer, http, size_bytes: 30, headers: { 'content-type': 'text/event-stream' } }),
      frame({ ...answer, http, size_bytes: 12 }),
    ];
    const { entries } = await logOf(storeOf(trace), {}, frames);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      request: { headers: [{ name: 'user-agent', value: 'x' }], bodySize: 100 },
      response: { status: 200, bodySize: 42, content: { mimeType: 'text/event-stream' } },
    });
    expect(entries[0]!.response).not.toHaveProperty('comment');
  });
});

describe('a log', () => {
  test('has a page for each session; a trace that stands in for one is none', async () => {
    const { pages, entries } = await logOf(
      storeOf(
        traceRow({ session_id: 's1', session_source: 'protocol', started_at: '2026-11-30T08:00:02.000Z' }),
        traceRow({ session_id: 's1', session_source: 'protocol' }),
        traceRow({ session_id: 't1', session_source: 'trace' }),
      ),
    );
    expect(pages).toEqual([{ id: 's1', title: 'session s1', startedDateTime: STARTED, pageTimings: {} }]);
    expect(entries.map(({ pageref }) => pageref)).toEqual(expect.arrayContaining(['s1', 's1', undefined]));
    expect(entries.at(-1)!.startedDateTime).toBe('2026-11-30T08:00:02.000Z');
  });

  test('takes no captured message for one without a row that has one, in another time', async () => {
    const trace = traceRow({ timestamp: STARTED });
    const late = '2026-11-30T09:00:00.000Z';
    const frames = [
      frame({ request_id: trace.request_id, timestamp: late }),
      frame({ method: 'ping', timestamp: late }),
    ];
    const { entries } = await logOf(storeOf(trace), { since: '2026-11-30T08:30:00Z' }, frames);
    expect(entries.map(({ request }) => request.url)).toEqual(['https://gateway.example/mcp?operation=ping']);
  });

  test('says how far back there was something to find', async () => {
    const store = new MemoryCallStore({ traces: 1 });
    store.append('traces', traceRow());
    store.append('traces', traceRow({ timestamp: '2026-11-30T08:00:05.000Z' }));
    expect((await logOf(store)).comment).toContain('they reach back to 2026-11-30T08:00:05.000Z');
  });

  test('is at most the newest 10,000 requests, and says so', async () => {
    const store = new MemoryCallStore({ calls: 10_001 });
    for (let number = 0; number <= 10_000; number += 1) {
      store.append('calls', callRow({ request_id: `r${number}` }));
    }
    const { entries, comment } = await logOf(store, { kind: 'calls' });
    expect([entries.length, entries.at(-1)!['_dcc_mcp']['request_id']]).toEqual([10_000, 'r10000']);
    expect(comment).toContain('Only the newest 10000 requests that match are here.');
  });

  test('is no more than that with captured messages of no row', async () => {
    const store = storeOf(traceRow());
    const frames = Array.from({ length: 10_000 }, (_, n) => frame({ method: `m${n}`, timestamp: at(n + 1) }));
    const { entries, comment } = await logOf(store, {}, frames);
    expect([entries.length, entries[0]!.request.url]).toEqual([10_000, 'https://gateway.example/mcp?operation=m0']);
    expect(comment).toContain('Only the newest 10000 requests that match are here.');
  });

  test('of a busy minute is read in about as many rows as it has', async () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => traceRow({ started_at: at(n), timestamp: at(n + 12) }));
    const store = storeOf(...rows);
    const scan = jest.spyOn(store, 'scan');
    const { entries } = await logOf(store);
    expect(entries.map(({ _dcc_mcp: own }) => own['row_id'])).toEqual(rows.map(({ row_id: id }) => id));
    const lists = scan.mock.calls.map(([kind, filter]) => store.list(kind, { ...filter, limit: 1 }));
    const read = (await Promise.all(lists)).reduce((sum, { total }) => sum + total, 0);
    expect(read).toBeLessThan(2_100);
  });

  test('is written while it is read, and ends with a reader that leaves', async () => {
    const store = storeOf(...Array.from({ length: 900 }, () => traceRow({ output: payload('x'.repeat(10_000)) })));
    const reader = (await bodyOf(store, {}, [])).getReader();
    const { value } = await reader.read();
    expect(value!.byteLength).toBeLessThan(100_000);
    await reader.cancel();
    expect((await reader.read()).done).toBe(true);
  });
});
