// The index against the memory: any query over any rows gives the same rows, in the same order, on the same pages, and
// statistics of any time are the same numbers.
import { type CallRow, type CallStore, MemoryCallStore, newRowId, type Trace } from '@dcc-mcp/call-store';
import type { TopRow } from '@dcc-mcp/call-store/analytics';
import { messageHash, type Query, type QueryTerm } from '@dcc-mcp/call-store/query';
import { IndexedCallStore, RowIndex } from '@dcc-mcp/call-store/sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, callRow, millisAt, traceOf } from '../rows.ts';

const directory = mkdtempSync(join(tmpdir(), 'index-'));
const memory = new MemoryCallStore({ calls: 100_000, traces: 100_000, keptTraces: 100_000 });
/** Keeps next to nothing itself. */
const small = new MemoryCallStore({ calls: 1, traces: 1, keptTraces: 1 });
/** Most rows lie in blocks, some in none. */
const index = new RowIndex(small, { directory, blockRows: 5 });
const indexed = new IndexedCallStore(small, index);

beforeAll(() => index.open());

afterAll(async () => {
  await index.close();
  rmSync(directory, { recursive: true });
});

const words = fc.constantFrom(
  'ok',
  'Maya',
  'maya.x',
  'ma',
  'söhne',
  'SÖHNE',
  'ſ',
  'K',
  '',
  ' ',
  '"',
  "'",
  '\\',
  '%',
  'a_b',
  '\n',
  'ok\nma',
  'Σ',
  'ς',
  'ΟΔΟΣ',
  '\nΣ',
  '\ud83d',
  '😀',
  'İ',
);
const ids = fc.constantFrom('req-1', 'req-2', '01a227aa-7249-7b22-b1e9-8956d2740462', '01a227aa72497b22');
const numbers = fc.constantFrom(0, 1, 999, 1000, 2000.5, -1);

const calls = fc.record(
  {
    tool: words,
    agent_name: words,
    session_id: fc.oneof(words, fc.constantFrom('x'.repeat(300), `${'X'.repeat(300)}y`)),
    turn_id: words,
    request_id: ids,
    trace_id: ids,
    outcome: fc.constantFrom('ok', 'timeout', 'tool_error'),
    success: fc.boolean(),
    duration_ms: numbers,
    queue_ms: numbers,
    retries: numbers,
    timestamp: fc.integer({ min: 0, max: 3 }).map(at),
    error: fc.record({ kind: fc.constantFrom('timeout', 'internal'), message: words, retryable: fc.boolean() }),
    policy: fc.record({ outcome: fc.constantFrom('allowed', 'denied'), reason: words }),
    forwarded_for: fc.array(words, { maxLength: 3 }),
    attribution_trust: fc.record({ agent_name: fc.constantFrom('header', 'auth') }),
  },
  { requiredKeys: [] },
);

const traces = fc.record(
  {
    operation: fc.constantFrom('call', 'search', 'describe'),
    tool: words,
    agent_name: words,
    outcome: fc.constantFrom('ok', 'timeout'),
    success: fc.boolean(),
    is_slow: fc.boolean(),
    total_ms: numbers,
    span_count: numbers,
    slowest_span_name: words,
    timestamp: fc.integer({ min: 0, max: 3 }).map(at),
  },
  { requiredKeys: [] },
);

interface Case {
  readonly field: string;
  readonly values: fc.Arbitrary<string | number | boolean>;
  readonly operators: readonly string[];
}

const TEXTUAL = ['=', '!=', '~', '!~'];
const ORDERED = ['=', '!=', '>', '>=', '<', '<='];
const times = fc.constantFrom(millisAt(0), millisAt(1), millisAt(2));
const SHARED: readonly Case[] = [
  { field: 'tool', values: words, operators: TEXTUAL },
  { field: 'agent_name', values: words, operators: TEXTUAL },
  { field: 'outcome', values: fc.constantFrom('ok', 'timeout', 'host_busy'), operators: TEXTUAL },
  { field: 'success', values: fc.boolean(), operators: ['=', '!='] },
  { field: 'timestamp', values: times, operators: ORDERED },
];
const CALL_CASES: readonly Case[] = [
  ...SHARED,
  { field: 'session_id', values: fc.oneof(words, fc.constantFrom('x'.repeat(300), 'xy')), operators: TEXTUAL },
  { field: 'turn_id', values: words, operators: TEXTUAL },
  { field: 'request_id', values: ids, operators: TEXTUAL },
  { field: 'trace_id', values: ids, operators: TEXTUAL },
  { field: 'duration_ms', values: numbers, operators: ORDERED },
  { field: 'queue_ms', values: numbers, operators: ORDERED },
  { field: 'retries', values: numbers, operators: ORDERED },
  { field: 'error', values: words, operators: TEXTUAL },
  { field: 'error.kind', values: fc.constantFrom('timeout', 'internal'), operators: TEXTUAL },
  { field: 'error.message_hash', values: words.map(messageHash), operators: TEXTUAL },
  { field: 'error.retryable', values: fc.boolean(), operators: ['=', '!='] },
  { field: 'policy.outcome', values: fc.constantFrom('allowed', 'denied'), operators: TEXTUAL },
  { field: 'policy.reason', values: words, operators: TEXTUAL },
  { field: 'forwarded_for', values: words, operators: TEXTUAL },
  { field: 'attribution_trust', values: fc.constantFrom('header', 'auth'), operators: TEXTUAL },
];
const CALL_FACETS = [
  'session_id',
  'request_id',
  'error',
  'error.kind',
  'error.message_hash',
  'error.retryable',
  'policy.reason',
  'forwarded_for',
  'attribution_trust',
];
const TRACE_CASES: readonly Case[] = [
  ...SHARED,
  { field: 'operation', values: fc.constantFrom('call', 'search'), operators: TEXTUAL },
  { field: 'is_slow', values: fc.boolean(), operators: ['=', '!='] },
  { field: 'total_ms', values: numbers, operators: ORDERED },
  { field: 'span_count', values: numbers, operators: ORDERED },
  { field: 'slowest_span_name', values: words, operators: TEXTUAL },
];

function queriesOf(cases: readonly Case[]): fc.Arbitrary<Query> {
  const terms = fc.oneof(
    words.map((text): QueryTerm => ({ kind: 'text', text })),
    fc.constantFrom(...cases).chain(({ field, values, operators }) =>
      fc.tuple(fc.constantFrom(...operators), values).map(
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from the tables above
        ([operator, value]) => ({ kind: 'comparison', field, operator, value }) as QueryTerm,
      ),
    ),
  );
  const anyOf = fc.array(fc.array(terms, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
  return anyOf.map((all) => ({ anyOf: all }));
}

interface Asked {
  readonly query: Query;
  readonly limit: number;
  readonly sinceMillis?: number | undefined;
  readonly untilMillis?: number | undefined;
}

function asksOf(cases: readonly Case[]): fc.Arbitrary<Asked> {
  return fc.record(
    { query: queriesOf(cases), limit: fc.constantFrom(1, 7, 1000), sinceMillis: times, untilMillis: times },
    { requiredKeys: ['query', 'limit'] },
  );
}

/** Two pages and a whole scan. */
async function answersOf(store: CallStore, kind: 'calls' | 'traces', asked: Asked): Promise<readonly unknown[]> {
  const { sinceMillis, untilMillis, ...rest } = asked;
  const filter = {
    ...rest,
    ...(sinceMillis === undefined ? {} : { sinceMillis }),
    ...(untilMillis === undefined ? {} : { untilMillis }),
  };
  // How much was looked at is another matter.
  const { scanned: _first, ...first } = await store.list(kind, filter);
  const { next_cursor: cursor } = first;
  const { scanned: _second, ...second } = cursor === undefined ? {} : await store.list(kind, { ...filter, cursor });
  const scanned: unknown[] = [];
  for await (const row of store.scan(kind, filter)) {
    scanned.push(row);
  }
  return [first, second, scanned];
}

function append(kind: 'calls' | 'traces', row: CallRow | Trace): void {
  for (const store of [memory, small]) {
    store.append(kind, row);
  }
}

test.each([
  ['calls', calls, CALL_CASES, callRow],
  ['traces', traces, TRACE_CASES, traceOf],
] as const)('any query over any %s gives what the memory gives', async (kind, changes, cases, make) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes, { minLength: 1, maxLength: 6 }),
      fc.array(asksOf(cases), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (added, asks, isFlushed) => {
        for (const change of added) {
          append(kind, { ...make(1), ...(change as object), row_id: newRowId() });
        }
        if (isFlushed) {
          await index.flush();
        }
        for (const asked of asks) {
          expect(await answersOf(indexed, kind, asked)).toEqual(await answersOf(memory, kind, asked));
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(index.health()).toMatchObject({ state: 'ok', dropped: 0, pruned: 0 });
});

const FACETED = ['tool', 'agent_name', 'outcome', 'success'];
const facets = (fields: readonly string[], cases: readonly Case[]) =>
  fc.record({
    field: fc.constantFrom(...fields),
    contains: words,
    limit: fc.constantFrom(1, 3, 1000),
    query: queriesOf(cases),
  });

test.each([
  ['calls', calls, callRow, facets([...FACETED, ...CALL_FACETS], CALL_CASES)],
  ['traces', traces, traceOf, facets([...FACETED, 'operation', 'is_slow'], TRACE_CASES)],
] as const)(
  'values of %s are counted as the memory counts them, each as often as it is found',
  async (kind, changes, make, asks) => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { maxLength: 6 }), asks, fc.boolean(), async (added, asked, isFlushed) => {
        for (const change of added) {
          append(kind, { ...make(1), ...(change as object), row_id: newRowId() });
        }
        if (isFlushed) {
          await index.flush();
        }
        const facet = await indexed.facet(kind, asked);
        expect(facet).toEqual(await memory.facet(kind, asked));
        for (const { value, count } of facet.values.slice(0, 3)) {
          expect((await memory.list(kind, { query: andEquals(asked, value) })).total).toBe(count);
        }
      }),
      { numRuns: 60 },
    );
    expect(index.health()).toMatchObject({ state: 'ok', dropped: 0, pruned: 0 });
  },
);

/** The rows of a query that have one value. */
function andEquals({ field, query }: { readonly field: string; readonly query: Query }, text: string): Query {
  const value = ['success', 'is_slow', 'error.retryable'].includes(field) ? text === 'true' : text;
  const term: QueryTerm = { kind: 'comparison', field, operator: '=', value };
  return { anyOf: query.anyOf.map((terms) => [...terms, term]) };
}

const BUCKETS = 60;
const HOUR_SECONDS = 3600;

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });

/** On the edge of a bucket or beside it, or at no time. */
const when = maybe(fc.record({ bucket: fc.nat(BUCKETS), besideMillis: fc.constantFrom(-1, 0, 1) }));

/** Few values, so that many weigh the same; what is `undefined` is absent. */
const countedCalls = fc.record({
  when,
  tool: maybe(words),
  instance_id: maybe(words),
  dcc_type: maybe(words),
  agent_name: maybe(words),
  agent_id: maybe(words),
  actor_name: maybe(words),
  actor_id: maybe(words),
  client_platform: maybe(words),
  outcome: fc.constantFrom('ok', 'timeout', undefined),
  success: maybe(fc.boolean()),
  error: maybe(
    fc.record({
      kind: fc.constantFrom('timeout', 'internal', undefined),
      message: maybe(fc.constantFrom('frame 1 failed', 'frame 2 failed', 'no licence', '', 7)),
    }),
  ),
  duration_ms: maybe(fc.oneof(numbers, fc.constantFrom(0.1, 0.2, 0.3))),
  queue_ms: maybe(numbers),
  gateway_ms: maybe(numbers),
  upstream_ms: maybe(numbers),
  input_tokens: maybe(fc.nat(100)),
  output_tokens: maybe(fc.nat(100)),
});

const countedTraces = fc.record({
  when,
  operation: fc.constantFrom('call', 'search', 'describe', undefined),
  output_tokens: maybe(fc.nat(100)),
});

/** An hour of its own for each run, and a width of its own of its buckets: rows and answers of others are not in the way. */
function timesOf(run: number): { readonly since: number; readonly until: number; readonly widthMillis: number } {
  const since = millisAt(run * HOUR_SECONDS);
  const widthMillis = 1000 + run;
  return { since, until: since + BUCKETS * widthMillis, widthMillis };
}

function byName(totals: readonly TopRow[]): readonly TopRow[] {
  return totals.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

test('statistics of any time are those of the memory', async () => {
  append('calls', callRow(0));
  await index.flush();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(countedCalls, { maxLength: 12 }),
      fc.array(countedTraces, { maxLength: 6 }),
      fc.boolean(),
      async (newCalls, newTraces, isFlushed) => {
        run += 1;
        const { since, until, widthMillis } = timesOf(run);
        const made = ({
          when: place,
          ...changes
        }: {
          readonly when: typeof when extends fc.Arbitrary<infer When> ? When : never;
        }): object => ({
          ...changes,
          row_id: newRowId(),
          timestamp: place && new Date(since + place.bucket * widthMillis + place.besideMillis).toISOString(),
        });
        newCalls.forEach((call) => append('calls', { ...callRow(1), ...made(call) }));
        newTraces.forEach((trace) => append('traces', { ...traceOf(1), ...made(trace) }));
        if (isFlushed) {
          await index.flush();
        }
        const request = { range: '1h', since, until, toolSlugs: ['ok', 'nobody'] } as const;
        expect(await indexed.stats(request)).toEqual(await memory.stats(request));
      },
    ),
    { numRuns: 100 },
  );
  expect(byName(await indexed.instanceTotals())).toEqual(byName(await memory.instanceTotals()));
  expect(index.health()).toMatchObject({ state: 'ok', dropped: 0, pruned: 0 });
});
