// How much lies in Redis, and what becomes of rows that are too large, or none.
import { MemoryCallStore, type Trace } from '@dcc-mcp/call-store';
import { RedisCallStore } from '@dcc-mcp/call-store/redis';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from '@redis/client';
import { callRow, contention, FAILED, searchRow, traceOf } from '../rows.ts';
import { until } from '../until.ts';
import { newPrefix, shareBy, type SharingGateway } from './two-gateways.ts';

const STREAMS = ['calls', 'traces', 'kept_traces', 'searches', 'followups', 'decisions', 'events', 'activity'];
/** A stream is trimmed by whole nodes of that many entries. */
const NODE_ENTRIES = 100;

function payloadOf(content: string): NonNullable<Trace['output']> {
  const original = Buffer.byteLength(content);
  return {
    content,
    mime_type: 'text/plain',
    truncated: false,
    original_size: original,
    estimated_tokens: 1,
    redactions: 0,
  };
}

describeWithTools({ describe, test }, ['redis-server'])('rows in Redis', () => {
  let redis: RunningRedis;
  let client: Awaited<ReturnType<ReturnType<typeof createClient>['connect']>>;
  let keyPrefix: string;
  let a: SharingGateway;
  let b: SharingGateway;

  beforeAll(async () => {
    redis = await startRedis();
    client = (await createClient({ url: redis.url }).connect()) as typeof client;
  });

  afterAll(async () => {
    client.destroy();
    await redis.stop();
  });

  beforeEach(async () => {
    await client.flushAll();
    keyPrefix = newPrefix();
    [a, b] = (await Promise.all(
      ['a', 'b'].map((name) => shareBy(redis.url, name, { keyPrefix, maxEntries: 100, maxEntryBytes: 8192 })),
    )) as [SharingGateway, SharingGateway];
  });

  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
  });

  function appendEach(number: number): void {
    const { store } = number % 2 === 0 ? a : b;
    store.append('calls', callRow(number));
    store.append('traces', traceOf(number));
    store.append('traces', traceOf(number, FAILED));
    store.append('searches', searchRow(number, { search_id: `s-${number}` }));
    store.appendFollowUp(`s-${number}`, {
      kind: 'call',
      timestamp: callRow(number).timestamp,
      request_id: 'r',
      trace_id: 't',
      success: true,
    });
    store.append('decisions', { ...callRow(number), outcome: 'allowed' });
    store.append('events', contention(number));
    const { row_id: id, timestamp } = callRow(number);
    const told = { kind: 'config', severity: 'info', status: 'x', message: 'x', correlation: {} } as const;
    store.append('activity', { event_id: `config:${id}`, timestamp, ...told });
  }

  test('ten times the caps keep the caps, by keys of a prefix that end or are capped, and by commands of a bound', async () => {
    for (let number = 0; number < 1_000; number += 1) {
      appendEach(number);
    }
    await Promise.all([a, b].map(({ store }) => store.shared.flush()));
    const lengths = await Promise.all(STREAMS.map((stream) => client.xLen(`${keyPrefix}:${stream}`)));
    expect(lengths.filter((length) => length < 100 || length > 100 + NODE_ENTRIES)).toEqual([]);
    const keys = (await client.scan('0', { COUNT: 1_000 })).keys;
    expect(keys.filter((key) => !key.startsWith(`${keyPrefix}:`))).toEqual([]);
    const markers = keys.filter((key) => key.includes(':batch:'));
    expect([markers.length, keys.length]).toEqual([2, STREAMS.length + 2]);
    expect((await Promise.all(markers.map((key) => client.ttl(key)))).every((seconds) => seconds > 0)).toBe(true);
    const page = await b.store.list('calls');
    expect(page.total).toBeLessThanOrEqual(100 + NODE_ENTRIES + 500);
    expect(page.dropped).toBe(1_000 - lengths[0]!);
    expect([...new Set([...a.commands.counts.keys(), ...b.commands.counts.keys()])].toSorted()).toEqual([
      'EVAL',
      'XINFO',
      'XRANGE',
      'XREVRANGE',
    ]);
  });

  test('a large trace is cut for others and says so, and is whole where it was made', async () => {
    const spans = Array.from({ length: 200 }, () => traceOf(1).spans[0]!);
    const large = traceOf(1, { output: payloadOf('é"\n'.repeat(20_000)), input: payloadOf('x'), is_slow: true });
    const long = traceOf(2, { spans, span_count: 200, input: payloadOf('x'.repeat(9_000)) });
    [large, long].forEach((trace) => a.store.append('traces', trace));
    await a.store.shared.flush();
    const seen = await Promise.all(['req-1', 'req-2'].map((id) => b.store.trace(id)));
    expect(seen[0]).toMatchObject({
      span_count: 1,
      output: { truncated: true, original_size: 80_000 },
      input: { content: 'x' },
    });
    expect(seen[0]!.output!.content.length).toBeGreaterThan(500);
    expect(seen[1]).toMatchObject({ span_count: 200, input: { content: '', truncated: true, dropped: true } });
    expect(seen[1]!.spans.length).toBeGreaterThan(10);
    expect(seen[1]!.spans.length).toBeLessThan(200);
    expect((await a.store.trace('req-2'))!.spans).toHaveLength(200);
    const entries = await Promise.all(
      ['traces', 'kept_traces'].map((name) => client.xRange(`${keyPrefix}:${name}`, '-', '+')),
    );
    const sizes = entries.flatMap((list) =>
      (list as { message: Record<string, string> }[]).map(
        ({ message }) => Buffer.byteLength(message['r']!) + Buffer.byteLength(message['d'] ?? ''),
      ),
    );
    expect(sizes.filter((size) => size > 8192)).toEqual([]);
  });

  test('a call whose texts are too large together is cut, and is found by its ids', async () => {
    const texts = Object.fromEntries(
      ['agent_name', 'agent_id', 'actor_name', 'client_host', 'tool_label'].map((name) => [name, 'x'.repeat(2_048)]),
    );
    const row = callRow(1, { ...texts, forwarded_for: Array.from({ length: 16 }, () => 'y'.repeat(500)) });
    a.store.append('calls', row);
    await a.store.shared.flush();
    expect((await b.store.find('calls', row.row_id))[0]).toMatchObject({
      request_id: 'req-1',
      agent_name: 'x'.repeat(256),
    });
  });

  test('a row that JSON can not hold stays where it was made, and is counted', async () => {
    const context: Record<string, unknown> = {};
    context['self'] = 1n;
    a.store.append('traces', traceOf(1, { agent_context: context }));
    a.store.append('calls', callRow(2));
    await a.store.shared.flush();
    expect(a.store.shared.health()).toMatchObject({ dropped: 1, rows: 1 });
    expect((await b.store.list('calls')).total).toBe(1);
  });

  test.each([
    ['no JSON', { i: 'x', g: 'y', r: '{' }],
    ['no row', { i: 'x', g: 'y', r: '[]' }],
    [
      'a row without what everybody reads',
      { i: 'x', g: 'y', r: '{"timestamp":"2026-11-29T10:00:00.000Z","row_id":"x"}' },
    ],
    ['a row of another key', { i: 'x', g: 'y', r: JSON.stringify(callRow(9)) }],
    ['other fields', { __proto__x: '1', constructor: 'y' }],
  ])('what somebody else wrote to a stream is left out: %s', async (_name, fields) => {
    a.store.append('calls', callRow(1));
    await a.store.shared.flush();
    await client.xAdd(`${keyPrefix}:calls`, '*', fields);
    const [page, stats] = [await b.store.list('calls'), await b.store.instanceTotals()];
    expect([page.total, stats]).toEqual([1, []]);
    expect((await b.store.list('activity')).total).toBe(1);
  });

  test('a key that is no stream costs the rows of its list, which are counted, and no others', async () => {
    await client.set(`${keyPrefix}:decisions`, 'x');
    a.store.append('decisions', { ...callRow(1), outcome: 'allowed' });
    a.store.append('calls', callRow(2));
    await a.store.shared.flush();
    expect(a.store.shared.health()).toMatchObject({ state: 'failing', dropped: 1, rows: 1 });
    expect((await b.store.list('calls')).total).toBe(1);
    expect((await a.store.list('decisions')).total).toBe(1);
    a.store.append('calls', callRow(3));
    await until(() => a.store.shared.health().state === 'ok');
  });

  test('two gateways of one service.instance.id are two', async () => {
    const c = await shareBy(redis.url, 'a', { keyPrefix });
    for (const { store } of [a, c]) {
      store.append('calls', callRow(1));
      await store.shared.flush();
    }
    expect((await b.store.list('calls')).total).toBe(2);
    await c.close();
  });

  test('what others did is let go when nobody looks any more', async () => {
    const c = await shareBy(redis.url, 'c', { keyPrefix, idleMillis: 300 });
    const row = callRow(1);
    a.store.append('calls', row);
    await a.store.shared.flush();
    expect((await c.store.list('calls')).total).toBe(1);
    expect(c.store.shared.isForeign('calls', row.row_id)).toBe(true);
    await until(() => !c.store.shared.isForeign('calls', row.row_id));
    expect((await c.store.list('calls')).total).toBe(1);
    await c.close();
  });

  test.each(['maxEntries', 'maxEntryBytes', 'flushMillis', 'maxQueuedRows', 'lookMillis'])(
    'a bound %s that is no positive integer is refused at construction',
    (name) => {
      const options = { commands: a.commands, serviceInstanceId: 'x', [name]: 0 };
      expect(() => new RedisCallStore(new MemoryCallStore(), options)).toThrow(RangeError);
    },
  );
});
