// What is so of the memory alone: what every history keeps to is in call-store-contract.ts.
import { type LiveEvent, MemoryCallStore, newRowId, type Trace } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';
import { appendOfEach, callRow, contention, FAILED, millisAt, searchRow, traceOf } from './rows.ts';

const requestIds = (rows: readonly { readonly request_id: string }[]): string[] => rows.map((row) => row.request_id);

function storeWithCalls(count: number, capacity = 5000): MemoryCallStore {
  const store = new MemoryCallStore({ calls: capacity });
  for (let number = 1; number <= count; number += 1) {
    store.append('calls', callRow(number, number % 2 === 0 ? FAILED : {}));
  }
  return store;
}

/** It has a place for one trace. */
function storeOfOne(traces: readonly Trace[]): MemoryCallStore {
  const store = new MemoryCallStore({ traces: 1 });
  traces.forEach((trace) => store.append('traces', trace));
  return store;
}

describe('list', () => {
  test('a page after rows came in goes on where the one before ended', async () => {
    const store = storeWithCalls(3);
    const { next_cursor: cursor } = await store.list('calls', { limit: 1 });
    store.append('calls', callRow(4));
    expect(requestIds((await store.list('calls', { cursor: cursor! })).rows)).toEqual(['req-2', 'req-1']);
  });

  test('says how many rows had to go, once one had', async () => {
    const full = await storeWithCalls(3, 3).list('calls');
    expect(full).not.toHaveProperty('dropped');
    expect(await storeWithCalls(5, 3).list('calls')).toMatchObject({ total: 3, dropped: 2 });
  });
});

test.each([1, 3, 20, 100])(
  'the %i first of many values are those of a sort, whatever order they come in',
  async (limit) => {
    const store = storeWithCalls(90);
    [7, 50, 7, 90].forEach((number) => store.append('calls', callRow(number)));
    const values = Array.from({ length: 90 }, (_, index) => `req-${index + 1}`).toSorted();
    const most = ['req-7', 'req-50', 'req-90'];
    const order = [...most, ...values.filter((value) => !most.includes(value))];
    const facet = await store.facet('calls', { field: 'request_id', limit });
    expect(facet.values.map(({ value }) => value)).toEqual(order.slice(0, limit));
    expect(facet.total).toBe(90);
  },
);

describe('bursts', () => {
  test('good traces never push failed and slow ones out', async () => {
    const store = new MemoryCallStore({ traces: 3, keptTraces: 2 });
    store.append('traces', traceOf(1, { success: false, outcome: 'timeout', status: 'err' }));
    store.append('traces', traceOf(2, { is_slow: true }));
    for (let number = 3; number <= 20; number += 1) {
      store.append('traces', traceOf(number));
    }
    const { rows, total } = await store.list('traces');
    expect(requestIds(rows)).toEqual(['req-20', 'req-19', 'req-18', 'req-2', 'req-1']);
    expect(total).toBe(5);
    expect(await store.usage()).toMatchObject({
      traces: { rows: 3, dropped: 15 },
      kept_traces: { rows: 2, dropped: 0 },
    });
  });
});

describe('subscribe', () => {
  test('tells of rows of its kinds until it is closed', () => {
    const store = new MemoryCallStore();
    const events: LiveEvent[] = [];
    const subscription = store.subscribe(['calls'], (event) => events.push(event));
    const first = callRow(1);
    store.append('calls', first);
    store.append('events', contention(1));
    subscription.close();
    store.append('calls', callRow(2));
    expect(events).toEqual([{ type: 'row', kind: 'calls', id: first.row_id, row: first }]);
  });

  test('resumes after a row without a gap', () => {
    const store = new MemoryCallStore();
    const [first, second, third] = [callRow(1), callRow(2), callRow(3)];
    store.append('calls', first);
    store.append('calls', second);
    const events: LiveEvent[] = [];
    store.subscribe(['calls'], (event) => events.push(event), { after: first.row_id });
    store.append('calls', third);
    expect(events).toEqual([second, third].map((row) => ({ type: 'row', kind: 'calls', id: row.row_id, row })));
  });

  test('says how many rows are gone before it gives what is retained', () => {
    const store = new MemoryCallStore({ calls: 2 });
    const rows = [1, 2, 3, 4, 5].map((number) => callRow(number));
    rows.forEach((row) => store.append('calls', row));
    const events: LiveEvent[] = [];
    store.subscribe(['calls'], (event) => events.push(event), { after: rows[1]!.row_id });
    expect(events[0]).toEqual({ type: 'gap', missed: 1 });
    expect(events.slice(1).map((event) => event.type === 'row' && event.id)).toEqual([
      rows[3]!.row_id,
      rows[4]!.row_id,
    ]);
  });

  test('says so exactly where a small ring has let many times its rows go', () => {
    const store = new MemoryCallStore({ calls: 5 });
    const rows = Array.from({ length: 112 }, (_, number) => callRow(number));
    rows.forEach((row) => store.append('calls', row));
    const events: LiveEvent[] = [];
    store.subscribe(['calls'], (event) => events.push(event), { after: rows[99]!.row_id });
    expect(events[0]).toEqual({ type: 'gap', missed: 7 });
  });

  test('a place from an earlier process is a gap, also when nothing is known to be lost', () => {
    const before = newRowId();
    const store = new MemoryCallStore();
    const events: LiveEvent[] = [];
    store.subscribe(['calls'], (event) => events.push(event), { after: before });
    expect(events).toEqual([{ type: 'gap', missed: 0 }]);
  });

  test('a listener that throws harms neither the call nor the other listeners', () => {
    const errors: unknown[] = [];
    const store = new MemoryCallStore({ onError: (error) => errors.push(error) });
    const events: LiveEvent[] = [];
    store.subscribe(['calls'], () => {
      throw new Error('broken');
    });
    store.subscribe(['calls'], (event) => events.push(event));
    store.append('calls', callRow(1));
    expect(events).toHaveLength(1);
    expect(errors).toEqual([new Error('broken')]);
  });
});

describe('traces that are let go', () => {
  const described = traceOf(2, { operation: 'describe', output_tokens: 30 });
  const searched = traceOf(3, { operation: 'search', output_tokens: 12 });
  const all = [traceOf(1), described, searched, traceOf(4), traceOf(5)];
  const times = { range: '1h', since: millisAt(0), until: millisAt(60) } as const;

  test('count for the feed where they were entries of it, and for their own list all', async () => {
    const store = storeOfOne(all);
    expect((await store.list('activity')).dropped).toBe(1);
    expect((await store.list('traces')).dropped).toBe(4);
    expect((await store.usage()).traces).toMatchObject({ dropped: 4, unlisted_dropped: 1 });
    expect((await storeOfOne([traceOf(1), traceOf(2)]).usage()).traces).not.toHaveProperty('unlisted_dropped');
  });

  test.each([
    [['activity'], 1],
    [['traces'], 4],
    [['activity', 'traces'], 4],
  ] as const)('who comes back to %j has missed %i', (kinds, missed) => {
    const events: LiveEvent[] = [];
    storeOfOne(all).subscribe(kinds, (event) => events.push(event), { after: '0' });
    expect(events[0]).toEqual({ type: 'gap', missed });
  });

  test('are in what searches and descriptions cost, within their time', async () => {
    const store = storeOfOne(all);
    expect((await store.stats(times)).tokens).toMatchObject({ search: 12, describe: 30 });
    const later = { ...times, since: millisAt(3) };
    expect((await store.stats(later)).tokens).toMatchObject({ search: 12, describe: 0 });
  });

  test('so are those of an earlier process that had no place', async () => {
    const store = new MemoryCallStore({ traces: 1 });
    store.seed('traces', all);
    expect((await store.stats(times)).tokens).toMatchObject({ search: 12, describe: 30 });
    expect((await store.list('activity')).dropped).toBeUndefined();
  });

  test('are not made for it where they are of calls', async () => {
    const store = new MemoryCallStore({ traces: 1 });
    const made: string[] = [];
    for (const trace of all) {
      const make = (): Trace => (made.push(trace.operation), trace);
      store.appendLater('traces', { id: trace.row_id, operation: trace.operation, make });
    }
    expect(made).toEqual(['describe', 'search']);
    expect((await store.stats(times)).tokens).toMatchObject({ search: 12, describe: 30 });
  });
});

test('who listens to the feed is told of it in its order', async () => {
  const store = new MemoryCallStore();
  const live: LiveEvent[] = [];
  store.subscribe(['activity'], (event) => live.push(event));
  appendOfEach(store);
  const { rows } = await store.list('activity');
  expect(rows).toHaveLength(6);
  expect(live.map((event) => event.type === 'row' && event.row)).toEqual(rows.toReversed());
});

describe('searches', () => {
  const followUp = {
    kind: 'call',
    timestamp: '',
    request_id: 'r',
    trace_id: 't',
    success: true,
    elapsed_ms: 40,
  } as const;

  test('keeps 32 follow-ups, and still notes the first success past them', async () => {
    const store = new MemoryCallStore({ searches: 1 });
    store.append('searches', searchRow(1));
    for (let number = 0; number < 40; number += 1) {
      store.appendFollowUp('search-1', { ...followUp, success: number === 39, elapsed_ms: number });
    }
    const [row] = (await store.list('searches')).rows;
    expect(row?.followups).toHaveLength(32);
    expect(row?.first_success_ms).toBe(39);
  });
});

describe('bounds', () => {
  test.each([
    ['input', 16_384],
    ['output', 65_536],
  ] as const)('a preview of the %s has at most %i bytes and says that it was cut', async (name, max) => {
    const payload = {
      content: 'x'.repeat(max + 1),
      mime_type: 'text/plain',
      truncated: false,
      original_size: max + 1,
      estimated_tokens: 1,
      redactions: 0,
    };
    const store = new MemoryCallStore();
    store.append('traces', traceOf(1, { [name]: payload }));
    store.append('traces', traceOf(2, { [name]: { ...payload, content: 'x'.repeat(max) } }));
    const kept = (await store.find('traces', 'req-1'))[0]?.[name];
    expect([kept?.content.length, kept?.truncated]).toEqual([max, true]);
    expect((await store.find('traces', 'req-2'))[0]?.[name]?.truncated).toBe(false);
  });

  test('what is no row harms nobody and is told', () => {
    const errors: unknown[] = [];
    const store = new MemoryCallStore({ onError: (error) => errors.push(error) });
    expect(() => store.append('calls', undefined as never)).not.toThrow();
    expect(errors).toHaveLength(1);
  });

  test.each([0, -1, 1.5])('a capacity of %d is refused at construction', (calls) => {
    expect(() => new MemoryCallStore({ calls })).toThrow(RangeError);
  });
});

describe('seed', () => {
  test('rows of an earlier process stand before those of this one and count as nothing', async () => {
    const earlier = [traceOf(1), traceOf(2, { is_slow: true }), traceOf(3)];
    const store = new MemoryCallStore();
    const live: LiveEvent[] = [];
    store.subscribe(['traces'], (event) => live.push(event));
    const own: Trace = traceOf(4);
    store.append('traces', own);
    store.seed('traces', earlier);
    expect(requestIds((await store.list('traces')).rows)).toEqual(['req-4', 'req-3', 'req-2', 'req-1']);
    expect(await store.usage()).toMatchObject({
      traces: { rows: 3, appended: 1, dropped: 0 },
      kept_traces: { appended: 0 },
    });
    expect(live).toHaveLength(1);
  });

  test('keeps the newest where not all have a place', async () => {
    const store = new MemoryCallStore({ calls: 3 });
    const rows = [1, 2, 3, 4].map((number) => callRow(number));
    store.append('calls', callRow(5));
    store.seed('calls', rows);
    expect(requestIds((await store.list('calls')).rows)).toEqual(['req-5', 'req-4', 'req-3']);
  });

  test('a reader of the earlier process goes on without a gap', () => {
    const earlier = [callRow(1), callRow(2)];
    const store = new MemoryCallStore();
    store.seed('calls', earlier);
    const events: LiveEvent[] = [];
    store.subscribe(['calls'], (event) => events.push(event), { after: earlier[0]!.row_id });
    expect(events).toMatchObject([{ type: 'row', id: earlier[1]!.row_id }]);
  });
});
