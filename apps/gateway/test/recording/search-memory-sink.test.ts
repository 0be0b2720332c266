// A success is written down behind the answer; who was answered may have searched again by then, at another worker.
import { expect, test } from '@jest/globals';
import type { Finished } from '../../src/recording/record/finished.ts';
import { createSearchMemorySink } from '../../src/recording/sinks/search-memory-sink.ts';
import type { SearchMemory } from '../../src/search/memory/search-memory.ts';

test('a call that is written down late settles what was searched before it ended', () => {
  const told: unknown[] = [];
  const settle: SearchMemory['settle'] = async (_principal, agoMillis) => void told.push(agoMillis);
  const sink = createSearchMemorySink({ settle } as SearchMemory, (error) => told.push(error));
  sink.record({
    kind: 'operation',
    ctx: { agent: {}, session: { id: 's', source: 'header' } },
    span: { clock: { now: () => 1_040 } },
    outcome: 'ok',
    endedAt: 1_000,
    details: { operation: 'gateway.call' },
  } as unknown as Finished);
  expect(told).toEqual([40]);
});
