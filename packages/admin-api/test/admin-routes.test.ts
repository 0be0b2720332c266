import { type CallRow, type CallStore, MemoryCallStore, type Trace } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';
import { type AdminRoute, type AdminSources, createAdminRoutes } from '../src/index.ts';
import { callRow } from './call-row.ts';
import { traceRow } from './trace-row.ts';

/** What the test reads of a page of calls. */
interface CallsAnswer {
  readonly calls: readonly Pick<CallRow, 'error'>[];
}

const BASE = 'https://gateway.example';

function traceOf(time: string, outcome: 'ok' | 'timeout'): Trace {
  const isGood = outcome === 'ok';
  return traceRow({ timestamp: time, started_at: time, outcome, success: isGood, status: isGood ? 'ok' : 'err' });
}

function failed(message: string): CallRow {
  return callRow({ success: false, error: { kind: 'timeout', message, retryable: true } });
}

function sourcesOf(store: CallStore): AdminSources {
  return {
    store,
    instances: () => ({ total: 0, instances: [] }),
    governance: () => ({ policy: { unrestricted: true } }),
    telemetry: () => ({ signals: {} }),
    health: () => ({ status: 'ok', stores: { audit_file: { rows: 3 } } }),
    toolSlugs: () => [],
  };
}

function routesOf(store = new MemoryCallStore(), pagePath?: string): readonly AdminRoute[] {
  return createAdminRoutes({ sources: sourcesOf(store), ...(pagePath === undefined ? {} : { pagePath }) });
}

async function ask(
  routes: readonly AdminRoute[],
  path: string,
  query = '',
): Promise<{ status: number; body: unknown }> {
  const route = routes.find((each) => each.path === path)!;
  const request = { query: new URLSearchParams(query), params: {}, headers: {}, baseUrl: BASE };
  const { status, body } = await route.handler(request);
  return { status, body: JSON.parse(body as string) as unknown };
}

describe('createAdminRoutes', () => {
  test('rows lead to what belongs to them, at the address that the reader has', async () => {
    const store = new MemoryCallStore();
    const row = callRow();
    store.append('calls', row);
    const { body } = await ask(routesOf(store), 'calls');
    expect(body).toMatchObject({
      total: 1,
      calls: [{ links: { trace_api: `${BASE}/v1/debug/traces/${row.row_id}`, openapi_docs: `${BASE}/docs` } }],
    });
    expect(JSON.stringify(body)).not.toContain('trace_page');
    const { body: withPage } = await ask(routesOf(store, '/admin'), 'calls');
    expect(withPage).toMatchObject({
      calls: [{ links: { trace_page: `${BASE}/admin?panel=traces&trace=${row.row_id}` } }],
    });
  });

  test('a list says how many rows were looked at, and how long that took', async () => {
    const store = new MemoryCallStore();
    Array.from({ length: 3 }, () => store.append('calls', callRow()));
    store.append('calls', callRow({ outcome: 'timeout' }));
    let time = 0;
    const routes = createAdminRoutes({ sources: sourcesOf(store), clock: () => (time += 1.25) });
    const route = routes.find(({ path }) => path === 'calls')!;
    const asked = { params: {}, headers: {}, baseUrl: BASE };
    const { headers, body } = await route.handler({ ...asked, query: new URLSearchParams('q=outcome=timeout') });
    expect(JSON.parse(body as string)).toMatchObject({ total: 1 });
    expect(headers['server-timing']).toBe('query;dur=1.250, rows;desc="4"');
  });

  test('the values of a field are counted over all rows that a query asks for', async () => {
    const store = new MemoryCallStore();
    ['ok', 'timeout', 'ok', 'denied'].forEach((outcome) =>
      store.append('calls', callRow({ outcome: outcome as CallRow['outcome'], agent_name: outcome })),
    );
    const asked = 'field=outcome&limit=1&q=agent_name!=denied';
    expect(await ask(routesOf(store), 'facets', asked)).toEqual({
      status: 200,
      body: {
        kind: 'calls',
        field: 'outcome',
        total: 2,
        returned: 1,
        complete: true,
        values: [{ value: 'ok', count: 2 }],
      },
    });
    const contained = await ask(routesOf(store), 'facets', 'kind=calls&field=agent_name&contains=TIME');
    expect(contained.body).toMatchObject({ values: [{ value: 'timeout', count: 1 }] });
  });

  test('calls that failed the same way have one hash, and are found by it', async () => {
    const store = new MemoryCallStore();
    store.append('calls', failed('no answer within 2000 ms'));
    store.append('calls', failed('no licence is free'));
    store.append('calls', failed('no answer within 30000 ms'));
    const { body } = await ask(routesOf(store), 'calls');
    const hashes = (body as CallsAnswer).calls.map(({ error }) => error?.message_hash);
    expect(hashes).toEqual([hashes[2], expect.stringMatching(/^[0-9a-f]{8}$/), expect.any(String)]);
    expect(hashes[1]).not.toBe(hashes[0]);
    expect(await ask(routesOf(store), 'calls', `q=error.message_hash%3D${hashes[0]}`)).toMatchObject({
      body: { total: 2, calls: [{ error: { message: 'no answer within 30000 ms' } }, expect.anything()] },
    });
  });

  test('where nothing goes on without its caller, no jobs are told of', async () => {
    expect(await ask(routesOf(), 'jobs')).toEqual({ status: 200, body: { total: 0, returned: 0, jobs: [] } });
  });

  test('an entry of the feed leads to the request that it was made from', async () => {
    const store = new MemoryCallStore();
    const row = callRow();
    store.append('calls', row);
    const { body } = await ask(routesOf(store), 'activity');
    expect(body).toMatchObject({
      activity: [{ kind: 'tool_call', links: { trace_api: `${BASE}/v1/debug/traces/${row.row_id}` } }],
    });
  });

  test('an entry of the feed that is about no request has links all the same', async () => {
    const store = new MemoryCallStore();
    store.append('activity', {
      event_id: 'config:1',
      timestamp: '2026-11-29T10:00:00.000Z',
      kind: 'config',
      severity: 'info',
      status: 'ok',
      message: 'the configuration was read again',
      correlation: {},
    });
    const { body } = await ask(routesOf(store), 'activity');
    expect(body).toMatchObject({ activity: [{ links: { openapi_docs: `${BASE}/docs` } }] });
  });

  test('health tells of the stores of the history beside those of the gateway', async () => {
    const { body } = await ask(routesOf(), 'health');
    expect(body).toMatchObject({
      status: 'ok',
      stores: { audit_file: { rows: 3 }, calls: { rows: 0, capacity: 5000 } },
    });
  });

  test('since and until are inclusive', async () => {
    const store = new MemoryCallStore();
    const times = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'];
    times.forEach((timestamp) => store.append('calls', callRow({ timestamp })));
    const { body } = await ask(routesOf(store), 'calls', `since=${times[1]}&until=${times[1]}`);
    expect(body).toMatchObject({ total: 1, calls: [{ timestamp: times[1] }] });
    const { body: shifted } = await ask(routesOf(store), 'calls', 'since=2026-01-02T02:00:00%2B02:00');
    expect(shifted).toMatchObject({ total: 2 });
  });

  test.each([
    'calls',
    'traces',
    'activity',
    'events',
    'workflows',
    'search-telemetry',
    'facets',
    'export',
    'governance',
  ])('a time that ends before it begins is refused by %s, and named', async (path) => {
    const { status, body } = await ask(routesOf(), path, 'since=2026-12-01T00:00:00Z&until=2026-11-01');
    expect([status, body]).toMatchObject([
      400,
      {
        error: {
          kind: 'bad-request',
          message: 'since: "2026-12-01T00:00:00Z" is after until, "2026-11-01"; give a time before until',
        },
      },
    ]);
  });

  test.each(['2026-01-02T00:00:00.001', '2026-01-02T00:01', '2026-01-02 01:00:00 00:30', '2026-01-03'])(
    'since %s is the time that q takes it for',
    async (time) => {
      const store = new MemoryCallStore();
      for (const timestamp of ['2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']) {
        store.append('calls', callRow({ timestamp }));
      }
      const since = await ask(routesOf(store), 'calls', `since=${time}`);
      const q = await ask(routesOf(store), 'calls', `q=${encodeURIComponent(`timestamp>="${time}"`)}`);
      expect([since.body, q.body]).toEqual([
        expect.objectContaining({ total: 1 }),
        expect.objectContaining({ total: 1 }),
      ]);
    },
  );

  test.each([
    ['an unknown parameter, with the nearest known one', 'calls', 'limitt=1', 'did you mean limit?'],
    ['a parameter that is given twice', 'calls', 'limit=1&limit=1', 'more than once'],
    ['a number out of range', 'calls', 'limit=10001', '10001'],
    ['a time that is none', 'calls', 'since=2026-13-01T00:00:00Z', 'since'],
    ['a day that no month has', 'calls', 'until=2026-02-31T00:00:00Z', '2026-02-31'],
    ['a cursor that is none', 'calls', 'cursor=1', 'next_cursor'],
    ['any parameter where none is taken', 'health', 'limit=1', 'limit'],
    ['a facet of an unknown field, with the nearest known one', 'facets', 'field=outcom', 'did you mean outcome?'],
    ['a facet of numbers', 'facets', 'field=duration_ms', 'whose values can be counted'],
    ['a facet of what is like no field', 'facets', 'field=zzzz', 'name a text'],
    ['a facet of too many values', 'facets', 'field=tool&limit=1001', 'from 1 to 1000'],
    ['a query with an unknown field', 'traces', 'q=tol%3Dx', 'tol'],
    ['the same of a stream, and says what may be meant', 'stream', 'kinds=calls&q=tol%3Dx', '"nearest":"tool"'],
  ])('refuses %s', async (_, path, query, words) => {
    const { status, body } = await ask(routesOf(), path, query);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(words);
  });
});

test('a trace that is not there is told apart from all that are, failed and slow ones with them', async () => {
  const store = new MemoryCallStore();
  const times = ['2026-11-29T10:00:00.000Z', '2026-11-29T11:00:00.000Z'] as const;
  store.append('traces', traceOf(times[0], 'timeout'));
  store.append('traces', traceOf(times[1], 'ok'));
  const route = routesOf(store).find(({ path }) => path === 'traces/:id')!;
  const asked = route.handler({ query: new URLSearchParams(), params: { id: 'nobody' }, headers: {}, baseUrl: BASE });
  const { status, body } = await asked;
  expect([status, body]).toEqual([404, expect.stringContaining('among the 2 retained traces')]);
  expect(body).toContain(`"oldest_retained":"${times[0]}"`);
});

test('what was looked through is counted in words, also where it is one', async () => {
  const store = new MemoryCallStore();
  store.append('traces', traceOf('2026-11-29T10:00:00.000Z', 'ok'));
  store.append('calls', callRow());
  const routes = routesOf(store);
  const asked = { query: new URLSearchParams(), params: { id: 'nobody' }, headers: {}, baseUrl: BASE };
  const [trace, bundle] = await Promise.all(
    ['traces/:id', 'bundles/:id'].map((path) => routes.find((route) => route.path === path)!.handler(asked)),
  );
  expect(trace!.body).toContain('among the 1 retained trace;');
  expect(bundle!.body).toContain('among the 1 retained call, 1 trace and 0 searches;');
});

describe('a trace that was let go', () => {
  const times = ['2026-11-29T10:00:00.000Z', '2026-11-29T11:00:00.000Z', '2026-11-29T12:00:00.000Z'] as const;
  const store = new MemoryCallStore({ traces: 2 });
  const [gone, ...kept] = times.map((time) => traceOf(time, 'ok'));
  [gone!, ...kept].forEach((trace) => store.append('traces', trace));

  async function errorOf(id: string): Promise<object> {
    const route = routesOf(store).find(({ path }) => path === 'traces/:id')!;
    const { body } = await route.handler({ query: new URLSearchParams(), params: { id }, headers: {}, baseUrl: BASE });
    return (JSON.parse(body as string) as { error: object }).error;
  }

  test('is told of with the time since which all are there, and with what keeps more', async () => {
    const error = await errorOf(gone!.request_id);
    expect(error).toMatchObject({
      kind: 'unknown-trace',
      message: expect.stringContaining(`all since ${times[1]} are retained, older ones were let go`),
      recommended_next_action: expect.stringMatching(/DCC_MCP_ADMIN_TRACES.*DCC_MCP_GATEWAY_AUDIT_DIR/),
      complete_since: times[1],
    });
    expect(error).not.toHaveProperty('was_here');
  });

  test('is known to have been here where its call is', async () => {
    const { row_id: id } = gone!;
    store.append('calls', callRow({ row_id: id }));
    expect(await errorOf(id)).toMatchObject({ was_here: true, message: expect.stringContaining('any more') });
  });
});

/** A stream as its reader sees it. */
class Tail {
  readonly #reader: ReadableStreamDefaultReader<string>;
  text = '';

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(store: MemoryCallStore, kinds: string, after?: string): Promise<Tail> {
    const route = routesOf(store).find(({ path }) => path === 'stream')!;
    const query = new URLSearchParams({ kinds });
    const headers = after === undefined ? {} : { 'last-event-id': after };
    const { body } = await route.handler({ query, params: {}, headers, baseUrl: BASE });
    return new Tail(body as ReadableStream<Uint8Array>);
  }

  /** Reads until a row of that id is there. */
  async readTo(id: string): Promise<void> {
    while (!this.text.includes(`"row_id":"${id}"`)) {
      this.text += (await this.#reader.read()).value;
    }
    await this.#reader.cancel();
  }

  ids(kind: string): readonly string[] {
    return [...this.text.matchAll(new RegExp(`^id: (.+)\nevent: ${kind}$`, 'gm'))].map(([, id]) => id!);
  }

  get missed(): readonly number[] {
    return [...this.text.matchAll(/^event: gap\ndata: \{"missed":(\d+)\}$/gm)].map(([, count]) => Number(count));
  }
}

function appendCalls(store: MemoryCallStore, count: number): readonly string[] {
  return Array.from({ length: count }, () => {
    const row = callRow();
    store.append('calls', row);
    return row.row_id;
  });
}

describe('stream', () => {
  test('a reader that comes back gets every row that is retained, however many they are', async () => {
    const store = new MemoryCallStore();
    const [seen, ...newer] = appendCalls(store, 2_000);
    const tail = await Tail.open(store, 'calls', seen);
    await tail.readTo(newer.at(-1)!);
    expect(tail.ids('calls')).toEqual(newer);
    expect(tail.missed).toEqual([]);
  });

  test('a kind that is named twice is sent once', async () => {
    const store = new MemoryCallStore();
    const [seen, ...newer] = appendCalls(store, 3);
    const tail = await Tail.open(store, 'calls,calls', seen);
    await tail.readTo(newer.at(-1)!);
    expect(tail.ids('calls')).toEqual(newer);
  });

  test('a reader that does not read misses nothing that is still retained', async () => {
    const store = new MemoryCallStore();
    const tail = await Tail.open(store, 'calls,traces');
    const ids = appendCalls(store, 1_000);
    for (let index = 0; index < 500; index += 1) {
      const row = traceOf('2026-11-29T10:00:00.000Z', 'ok');
      store.append('traces', row);
      store.append('calls', callRow({ row_id: row.row_id }));
    }
    const [last] = appendCalls(store, 1);
    await tail.readTo(last!);
    expect(tail.ids('calls')).toHaveLength(1_501);
    expect(tail.ids('calls').slice(0, 1_000)).toEqual(ids);
    expect(tail.ids('traces')).toEqual(tail.ids('calls').slice(1_000, 1_500));
    expect(tail.missed).toEqual([]);
  });

  test('a reader that does not read costs no memory, and is told how many rows it missed', async () => {
    const rows = 2_000;
    const store = new MemoryCallStore({ calls: rows / 2 });
    const tail = await Tail.open(store, 'calls');
    const ids = appendCalls(store, rows);
    await tail.readTo(ids.at(-1)!);
    const seen = tail.ids('calls');
    const missed = rows - seen.length;
    expect(missed).toBeGreaterThan(rows / 4);
    expect(tail.missed).toEqual([missed]);
    expect(seen).toEqual([...ids.slice(0, rows / 2 - missed), ...ids.slice(rows / 2)]);
  });
});
