// Lists over several gateways against one memory that has all rows.
import { type CallStore, MemoryCallStore, newRowId } from '@dcc-mcp/call-store';
import { parseQuery, QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { callRow, contention, FAILED, millisAt, searchRow, traceOf } from '../rows.ts';
import { newPrefix, shareBy } from './two-gateways.ts';

const KINDS = ['calls', 'traces', 'searches', 'decisions', 'activity'] as const;
type Kind = (typeof KINDS)[number];

const QUERIES = ['outcome=timeout', 'duration_ms>3', 'create', 'outcome=ok OR duration_ms>1'].map((text) => {
  const reading = parseQuery(text, QUERY_FIELDS.calls);
  return reading.ok ? reading.query : undefined;
});

const steps = fc.array(
  fc.record({
    /** Which gateway does it. */
    gateway: fc.constantFrom(0, 1, 2),
    kind: fc.constantFrom(...KINDS),
    number: fc.integer({ min: 0, max: 9 }),
    isLate: fc.boolean(),
    isFlushed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

function rowOf(kind: Kind, number: number) {
  const changes = number % 3 === 0 ? FAILED : {};
  const { row_id, timestamp } = callRow(number);
  switch (kind) {
    case 'calls':
      return { kind, row: callRow(number, changes) } as const;
    case 'traces':
      return { kind, row: traceOf(number, { success: number % 3 !== 0 }) } as const;
    case 'searches':
      return { kind, row: searchRow(number, { search_id: row_id }) } as const;
    case 'decisions':
      return { kind, row: { ...callRow(number), outcome: 'allowed', operation: 'call' } as never } as const;
    case 'activity':
    default: {
      const told = { kind: 'config', severity: 'info', status: 'x', message: 'x', correlation: {} } as const;
      return { kind, row: { event_id: `config:${row_id}`, timestamp, ...told } } as const;
    }
  }
}

/** The same without what only several gateways say. */
function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === 'service_instance_id' ? undefined : each)));
}

/** All pages, and the sums. */
async function answersOf(store: CallStore, limit: number): Promise<unknown> {
  const answers: unknown[] = [];
  for (const kind of KINDS) {
    for (const query of kind === 'calls' ? [undefined, ...QUERIES] : [undefined]) {
      let cursor: string | undefined;
      do {
        const page = await store.list(kind, {
          limit,
          ...(query && { query }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        answers.push([page.total, page.rows, page.next_cursor !== undefined]);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
    }
  }
  answers.push(await store.stats({ range: '1h', since: millisAt(0), until: millisAt(10) }));
  return bare(answers);
}

describeWithTools({ describe, test }, ['redis-server'])('lists over three gateways', () => {
  let redis: RunningRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.stop());

  test('are those of one memory with all rows', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(1, 3, 100), async (done, limit) => {
        const keyPrefix = newPrefix();
        const gateways = await Promise.all(['a', 'b', 'c'].map((name) => shareBy(redis.url, name, { keyPrefix })));
        const memory = new MemoryCallStore();
        for (const { gateway, kind, number, isLate, isFlushed } of done) {
          const { store } = gateways[gateway]!;
          const made = rowOf(kind, number);
          if (isLate && (made.kind === 'calls' || made.kind === 'traces')) {
            const row = made.row as never as { readonly row_id: string };
            const late = { id: row.row_id, isKept: number % 3 === 0, make: () => made.row as never };
            store.appendLater(made.kind, late);
            memory.appendLater(made.kind, late);
          } else {
            store.append(made.kind, made.row);
            memory.append(made.kind, made.row);
          }
          if (made.kind === 'searches') {
            const followUp = {
              kind: 'call',
              timestamp: made.row.timestamp,
              success: true,
              elapsed_ms: number,
            } as const;
            const ids = { request_id: newRowId(), trace_id: 't' };
            gateways[number % 3]!.store.appendFollowUp(made.row.search_id, { ...followUp, ...ids });
            memory.appendFollowUp(made.row.search_id, { ...followUp, ...ids });
          }
          if (isFlushed) {
            await store.shared.flush();
          }
        }
        await Promise.all(gateways.map(({ store }) => store.shared.flush()));
        const expected = await answersOf(memory, limit);
        const answers = await Promise.all(gateways.map(({ store }) => answersOf(store, limit)));
        await Promise.all(gateways.map((gateway) => gateway.close()));
        expect(answers).toEqual(gateways.map(() => expected));
      }),
      { numRuns: 25 },
    );
  });

  test('an event has one id everywhere', async () => {
    const keyPrefix = newPrefix();
    const [a, b] = await Promise.all(['a', 'b'].map((name) => shareBy(redis.url, name, { keyPrefix })));
    a!.store.append('events', contention(1));
    await a!.store.shared.flush();
    const feeds = await Promise.all([a!, b!].map(({ store }) => store.list('activity')));
    expect(feeds[0]!.rows[0]!.event_id).toBe(feeds[1]!.rows[0]!.event_id);
    await Promise.all([a!.close(), b!.close()]);
  });
});
