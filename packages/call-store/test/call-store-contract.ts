// What every history keeps to, wherever its rows lie. What is appended at `at` is read at `from`, which may be another gateway.
import {
  type CallStore,
  type FacetRequest,
  type LiveEvent,
  newRowId,
  type RowKind,
  type Trace,
} from '@dcc-mcp/call-store';
import type { Facet } from '@dcc-mcp/call-store/analytics';
import { messageHash, parseQuery, QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendOfEach, callRow, contention, FAILED, millisAt, searchRow, traceOf } from './rows.ts';
import { until } from './until.ts';

export interface StoresUnderTest {
  /** Where rows are appended. */
  readonly at: CallStore;
  /** Where they are read. */
  readonly from: CallStore;
  /** Resolves when what was appended can be read. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const requestIds = (rows: readonly { readonly request_id: string }[]): string[] => rows.map((row) => row.request_id);

function query(text: string) {
  const reading = parseQuery(text, QUERY_FIELDS.calls);
  if (!reading.ok) {
    throw new Error(reading.issue.message);
  }
  return reading.query;
}

/** Older than every store under test. */
const BEFORE = newRowId();

const FOLLOW_UP = {
  kind: 'call',
  timestamp: '2026-11-29T10:00:01.000Z',
  request_id: 'r',
  trace_id: 't',
  success: true,
  elapsed_ms: 40,
} as const;

export function describeCallStore(name: string, create: () => Promise<StoresUnderTest>): void {
  describe(`${name} is a history`, () => {
    let stores: StoresUnderTest;
    let at: CallStore;
    let from: CallStore;

    beforeEach(async () => {
      stores = await create();
      ({ at, from } = stores);
    });

    afterEach(() => stores.close());

    async function appendCalls(count: number): Promise<void> {
      for (let number = 1; number <= count; number += 1) {
        at.append('calls', callRow(number, number % 2 === 0 ? FAILED : {}));
      }
      await stores.settle();
    }

    /** What a reader is told. */
    function listen(kinds: readonly RowKind[], after?: string): LiveEvent[] {
      const events: LiveEvent[] = [];
      from.subscribe(kinds, (event) => events.push(event), after === undefined ? undefined : { after });
      return events;
    }

    test('the newest comes first, in pages that join without a gap', async () => {
      await appendCalls(5);
      const first = await from.list('calls', { limit: 2 });
      const second = await from.list('calls', { limit: 2, cursor: first.next_cursor! });
      const third = await from.list('calls', { limit: 2, cursor: second.next_cursor! });
      expect([first, second, third].map(({ rows }) => requestIds(rows))).toEqual([
        ['req-5', 'req-4'],
        ['req-3', 'req-2'],
        ['req-1'],
      ]);
      expect(first).toMatchObject({ total: 5, returned: 2 });
      expect(third).toEqual({ total: 5, returned: 1, scanned: 5, rows: third.rows });
    });

    test('since and until are inclusive, and a query says what is counted and shown', async () => {
      await appendCalls(5);
      const timed = await from.list('calls', { sinceMillis: millisAt(2), untilMillis: millisAt(4) });
      expect([timed.total, requestIds(timed.rows)]).toEqual([3, ['req-4', 'req-3', 'req-2']]);
      const asked = await from.list('calls', { query: query('outcome=timeout duration_ms>2'), limit: 1 });
      expect(asked).toMatchObject({ total: 1, returned: 1 });
      expect(requestIds(asked.rows)).toEqual(['req-4']);
    });

    test('the values of a field are counted over all rows that a filter asks for, the most frequent first', async () => {
      await appendCalls(5);
      at.append(
        'calls',
        callRow(6, { tool: 'nuke.0a0a0a0a.write', forwarded_for: ['10.0.0.1', '10.0.0.1', '10.0.0.2'] }),
      );
      at.append('calls', callRow(7, { tool: 'nuke.0a0a0a0a.read', forwarded_for: ['10.0.0.2'] }));
      await stores.settle();
      const sphere = { value: 'maya.a1b2c3d4.create_sphere', count: 5 };
      const [read, write] = ['read', 'write'].map((verb) => ({ value: `nuke.0a0a0a0a.${verb}`, count: 1 }));
      const facet = (request: FacetRequest): Promise<Facet> => from.facet('calls', request);
      expect(await facet({ field: 'tool' })).toEqual({ total: 3, values: [sphere, read, write], complete: true });
      expect(await facet({ field: 'tool', limit: 2 })).toMatchObject({ total: 3, values: [sphere, read] });
      expect(await facet({ field: 'tool', contains: 'WRITE' })).toMatchObject({ total: 1, values: [write] });
      expect(await facet({ field: 'success', query: query('outcome=timeout') })).toMatchObject({
        values: [{ value: 'false', count: 2 }],
      });
      expect(await facet({ field: 'outcome', sinceMillis: millisAt(2), untilMillis: millisAt(4) })).toMatchObject({
        values: [
          { value: 'timeout', count: 2 },
          { value: 'ok', count: 1 },
        ],
      });
      expect((await facet({ field: 'forwarded_for' })).values).toEqual([
        { value: '10.0.0.2', count: 2 },
        { value: '10.0.0.1', count: 1 },
      ]);
      expect(await facet({ field: 'error.message_hash' })).toMatchObject({
        values: [{ value: messageHash(FAILED.error.message), count: 2 }],
      });
      expect(await from.facet('traces', { field: 'tool' })).toEqual({ total: 0, values: [], complete: true });
      await expect(facet({ field: 'duration_ms' })).rejects.toThrow('no field duration_ms whose values can be counted');
      await expect(facet({ field: 'nothing' })).rejects.toThrow(RangeError);
      expect(await facet({ field: 'tool' })).toMatchObject({ total: 3 });
    });

    test('a list of traces shows no spans and payloads, and a trace has all of them and the other requests of its trace', async () => {
      const shared = { trace_id: 'f'.repeat(32) };
      at.append('traces', traceOf(1, { ...shared, operation: 'search' }));
      at.append('traces', traceOf(2));
      at.append('traces', traceOf(3, { ...shared, success: false, outcome: 'timeout', agent_context: { task: 'x' } }));
      await stores.settle();
      const { rows } = await from.list('traces');
      expect(requestIds(rows)).toEqual(['req-3', 'req-2', 'req-1']);
      const shown = ['spans', 'started_at', 'agent_context', 'input'].filter((member) => member in rows[0]!);
      expect(shown).toEqual([]);
      expect(rows[0]).toMatchObject({ request_id: 'req-3', total_ms: 3 });
      const trace = await from.trace(shared.trace_id);
      expect(trace).toMatchObject({
        request_id: 'req-3',
        spans: [{ name: 'gateway.call' }],
        agent_context: { task: 'x' },
      });
      expect(trace?.requests.map(({ operation, outcome }) => [operation, outcome])).toEqual([
        ['search', 'ok'],
        ['call', 'timeout'],
      ]);
      expect((await from.trace('req-1'))?.request_id).toBe('req-1');
      expect(await from.trace('nobody')).toBeUndefined();
    });

    test('rows are found by row id, request id, trace id and search id', async () => {
      const call = callRow(1);
      const again = callRow(1);
      at.append('calls', call);
      at.append('calls', again);
      at.append('searches', searchRow(7));
      await stores.settle();
      expect((await from.find('calls', 'req-1')).map(({ row_id: id }) => id)).toEqual([again.row_id, call.row_id]);
      expect(await from.find('calls', call.row_id)).toMatchObject([call]);
      expect(await from.find('calls', call.trace_id)).toHaveLength(2);
      expect(await from.find('searches', 'search-7')).toMatchObject([{ request_id: 'req-7' }]);
      expect(await from.find('calls', 'nobody')).toEqual([]);
    });

    test('a row that is made later is there, and is made once', async () => {
      const [row, trace] = [callRow(1), traceOf(2, { success: false, outcome: 'timeout' })];
      let made = 0;
      at.appendLater('calls', { id: row.row_id, make: () => ((made += 1), row) });
      at.appendLater('traces', { id: trace.row_id, isKept: true, make: () => trace });
      await stores.settle();
      expect(requestIds((await from.list('calls')).rows)).toEqual(['req-1']);
      expect(requestIds((await at.list('calls')).rows)).toEqual(['req-1']);
      expect(requestIds((await from.list('traces')).rows)).toEqual(['req-2']);
      expect(made).toBe(1);
    });

    test('who listens is told of rows of its kinds, until it closes', async () => {
      const events: LiveEvent[] = [];
      const subscription = from.subscribe(['calls'], (event) => events.push(event));
      const [first, second] = [callRow(1), callRow(2)];
      at.append('events', contention(1));
      at.append('calls', first);
      await until(() => events.length > 0);
      at.append('calls', second);
      await until(() => events.length > 1);
      subscription.close();
      const others = listen(['calls']);
      at.append('calls', callRow(3));
      await until(() =>
        others.some((event) => event.type === 'row' && event.kind === 'calls' && event.row.request_id === 'req-3'),
      );
      expect(events).toMatchObject([first, second].map((row) => ({ type: 'row', kind: 'calls', id: row.row_id, row })));
    });

    test('who comes back is told of what came after the row that it knows, in order and once', async () => {
      const rows = [1, 2, 3].map((number) => callRow(number));
      rows.slice(0, 2).forEach((row) => at.append('calls', row));
      await stores.settle();
      const events = listen(['calls'], rows[0]!.row_id);
      at.append('calls', rows[2]!);
      await until(() => events.length >= 2);
      expect(events.map((event) => event.type === 'row' && event.id)).toEqual(
        rows.slice(1).map(({ row_id: id }) => id),
      );
    });

    test('who knows a row that nobody has is told of a gap, and then of what is retained', async () => {
      await appendCalls(2);
      const events = listen(['calls'], BEFORE);
      await until(() => events.length >= 3);
      expect(events.map((event) => event.type)).toEqual(['gap', 'row', 'row']);
    });

    test('the feed is made of all lists, and is told of as it grows', async () => {
      const live = listen(['activity']);
      appendOfEach(at);
      await stores.settle();
      const { rows, total } = await from.list('activity');
      expect(rows.map(({ kind, severity }) => [kind, severity])).toEqual([
        ['config', 'info'],
        ['search', 'warning'],
        ['contention', 'info'],
        ['describe', 'info'],
        ['search', 'warning'],
        ['tool_call', 'error'],
      ]);
      expect(total).toBe(6);
      expect(rows.at(-1)).toMatchObject({ status: 'timeout', correlation: { request_id: 'req-1', dcc_type: 'maya' } });
      await until(() => live.length === 6);
      const told = live.map((event) => event.type === 'row' && event.kind === 'activity' && event.row.event_id);
      expect(new Set(told)).toEqual(new Set(rows.map(({ event_id: id }) => id)));
    });

    test('what follows a search stands in it, each once, with the time to the first success', async () => {
      at.append('searches', searchRow(1));
      at.appendFollowUp('search-1', {
        ...FOLLOW_UP,
        kind: 'describe',
        timestamp: '2026-11-29T10:00:00.500Z',
        elapsed_ms: 5,
      });
      at.appendFollowUp('search-1', FOLLOW_UP);
      const { elapsed_ms: _, ...unmeasured } = FOLLOW_UP;
      at.appendFollowUp('search-1', { ...unmeasured, timestamp: '2026-11-29T10:00:02.000Z' });
      at.appendFollowUp('nobody', FOLLOW_UP);
      await stores.settle();
      for (const store of [from, at]) {
        const [row] = (await store.list('searches')).rows;
        expect(row?.followups.map(({ elapsed_ms: millis }) => millis)).toEqual([5, 40, 1000]);
        expect(row?.first_success_ms).toBe(40);
      }
    });

    test('sums are made of all calls', async () => {
      await appendCalls(4);
      const stats = await from.stats({ range: '1h', since: millisAt(0), until: millisAt(100) });
      expect(stats).toMatchObject({ total_calls: 4, failed_calls: 2, by_outcome: { ok: 2, timeout: 2 } });
      at.append('calls', callRow(5, { instance_id: 'i-1' }));
      await stores.settle();
      expect(await from.instanceTotals()).toMatchObject([{ name: 'i-1', count: 1 }]);
      expect(await from.usage()).toMatchObject({ calls: { rows: 5, dropped: 0 } });
    });

    test('a scan gives whole rows, newest first', async () => {
      [1, 2, 3].forEach((number) => at.append('traces', traceOf(number)));
      await stores.settle();
      const rows: Trace[] = [];
      for await (const row of from.scan('traces', { sinceMillis: millisAt(2) })) {
        rows.push(row);
      }
      expect(requestIds(rows)).toEqual(['req-3', 'req-2']);
      expect(rows[0]?.spans).toHaveLength(1);
    });

    test('texts are cut on a code point', async () => {
      at.append(
        'calls',
        callRow(1, { agent_name: '名'.repeat(5000), error: { ...FAILED.error, message: '界'.repeat(1000) } }),
      );
      await stores.settle();
      const [row] = await from.find('calls', 'req-1');
      expect(Buffer.byteLength(row!.error!.message)).toBe(255);
      expect(Buffer.byteLength(row!.agent_name!)).toBe(2046);
    });

    test('what is no row harms nobody', () => {
      expect(() => at.append('calls', undefined as never)).not.toThrow();
    });

    test('rows of an earlier process stand before those of this one', async () => {
      const earlier = [traceOf(1), traceOf(2, { is_slow: true })];
      at.append('traces', traceOf(3));
      at.seed('traces', earlier);
      await stores.settle();
      expect(requestIds((await at.list('traces')).rows)).toEqual(['req-3', 'req-2', 'req-1']);
    });
  });
}
