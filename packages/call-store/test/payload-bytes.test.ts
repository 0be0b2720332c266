// Payloads of all traces together have a bound: those of the oldest go first, and their traces stay.
import { MemoryCallStore, type Trace, type TracePayload, withoutContent } from '@dcc-mcp/call-store';
import { expect, test } from '@jest/globals';
import { FAILED, traceOf } from './rows.ts';

const payload = (size: number): TracePayload => ({
  content: 'x'.repeat(size),
  mime_type: 'text/plain',
  truncated: false,
  original_size: size,
  estimated_tokens: size / 4,
  redactions: 0,
});

/** How many bytes each trace still has, the newest first. */
async function sizesIn(store: MemoryCallStore): Promise<readonly (number | undefined)[]> {
  const sizes = [];
  for await (const { output } of store.scan('traces')) {
    sizes.push(output?.content.length);
  }
  return sizes;
}

const withOutput = (number: number, changes: Partial<Trace> = {}): Trace =>
  traceOf(number, { output: payload(100), ...changes });

test('the oldest payloads go first, their traces stay and say so, and both are counted', async () => {
  const store = new MemoryCallStore({ payloadBytes: 500 });
  for (let number = 0; number < 5; number += 1) {
    store.append('traces', withOutput(number));
  }
  expect(await sizesIn(store)).toEqual([100, 100, 0, 0, 0]);
  expect((await store.trace('req-0'))!.output).toEqual({
    ...payload(100),
    content: '',
    truncated: true,
    dropped: true,
  });
  expect((await store.usage()).traces).toMatchObject({ rows: 5, dropped: 0, payload_bytes: 200, payloads_dropped: 3 });
});

test('those of good traces never push out those of failed ones', async () => {
  const store = new MemoryCallStore({ payloadBytes: 500 });
  store.append('traces', withOutput(0, { ...FAILED, error: undefined } as Partial<Trace>));
  for (let number = 1; number < 9; number += 1) {
    store.append('traces', withOutput(number));
  }
  expect(await sizesIn(store)).toEqual([100, 100, 0, 0, 0, 0, 0, 0, 100]);
});

test('a trace that is not made yet lets go what it is made of, and one that leaves takes its bytes along', async () => {
  const store = new MemoryCallStore({ payloadBytes: 500, traces: 4 });
  const forgotten: number[] = [];
  for (let number = 0; number < 6; number += 1) {
    let trace = withOutput(number);
    store.appendLater('traces', {
      id: trace.row_id,
      make: () => trace,
      payloads: {
        bytes: 100,
        forget: () => {
          forgotten.push(number);
          trace = { ...trace, output: withoutContent(trace.output!) };
        },
      },
    });
  }
  expect(forgotten).toEqual([0, 1, 2, 3]);
  expect(await sizesIn(store)).toEqual([100, 100, 0, 0]);
  expect((await store.usage()).traces).toMatchObject({ rows: 4, payload_bytes: 200 });
});

test('seeded payloads count, too', async () => {
  const store = new MemoryCallStore({ payloadBytes: 500 });
  store.seed('traces', [withOutput(0), withOutput(1), withOutput(2)]);
  expect(await sizesIn(store)).toEqual([100, 100, 0]);
});

test('the bound is a positive integer', () => {
  expect(() => new MemoryCallStore({ payloadBytes: 0 })).toThrow(RangeError);
});
