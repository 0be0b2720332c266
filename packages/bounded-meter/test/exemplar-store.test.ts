import { ExemplarStore } from '@dcc-mcp/bounded-meter';
import { describe, expect, test } from '@jest/globals';

const sampledSpan = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 };

describe('ExemplarStore', () => {
  test('finds a series by equal attributes, whatever their order', () => {
    const store = new ExemplarStore();
    store.reservoir('calls', { a: '1', b: '2' }, 1)?.offer(0, { value: 7, span: sampledSpan });
    expect(store.exemplars('calls', { b: '2', a: '1' })?.[0]?.value).toBe(7);
    expect(store.exemplars('calls', { a: '1' })).toBeUndefined();
    expect(store.exemplars('others', { a: '1', b: '2' })).toBeUndefined();
  });

  test('keeps the newest measurement of each bucket', () => {
    const store = new ExemplarStore({ now: () => 1 });
    const reservoir = store.reservoir('calls', {}, 2);
    for (const value of [1, 2, 3]) {
      reservoir?.offer(1, { value, span: sampledSpan, timestampMillis: value });
    }
    const { traceId, spanId } = sampledSpan;
    expect(store.exemplars('calls', {})).toEqual([undefined, { value: 3, timestampMillis: 3, traceId, spanId }]);
  });

  test.each([
    ['trace_based', 1, 1],
    ['trace_based', 0, undefined],
    ['always_on', 0, 1],
    ['always_off', 1, undefined],
  ] as const)('with the filter %s and trace flags %d keeps %p', (filter, traceFlags, kept) => {
    const store = new ExemplarStore({ filter });
    store.reservoir('calls', {}, 1)?.offer(0, { value: 1, span: { ...sampledSpan, traceFlags } });
    expect(store.exemplars('calls', {})?.[0]?.value).toBe(kept);
  });
});
