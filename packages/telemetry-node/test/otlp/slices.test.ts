// A batch is encoded a slice at a time: what comes meanwhile is served in between.
import { afterEach, expect, test } from '@jest/globals';
import { type Link, TraceFlags, type TraceState } from '@opentelemetry/api';
import { Running } from '../helpers/running.ts';
import { telemetryConfig, tracesTo } from '../helpers/telemetry-config.ts';

const SPANS = 512;
/** Encoded in one turn of the event loop. */
const MAX_SPANS_IN_TURN = 64;

const running = new Running();

afterEach(() => running.stop());

/** Counts turns of the event loop until `stop`. */
function countTurns(): { turn(): number; stop(): void } {
  let turns = 0;
  let isOver = false;
  const next = (): void => {
    turns += 1;
    if (!isOver) {
      setImmediate(next);
    }
  };
  setImmediate(next);
  return {
    turn: () => turns,
    stop: () => {
      isOver = true;
    },
  };
}

test('of a whole batch no more than 64 spans are encoded in a turn of the event loop, and all arrive', async () => {
  const sink = await running.sink();
  const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter: 'fast' });
  const turns = countTurns();
  const encodedIn: number[] = [];
  let isEncoding = false;
  // The encoder reads it; a span that is made reads it, too.
  const serialize = (): string => {
    if (isEncoding) {
      encodedIn.push(turns.turn());
    }
    return 'a=1';
  };
  const traceState = { serialize } as TraceState;
  const context = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: TraceFlags.SAMPLED, traceState };
  const links: Link[] = [{ context }];
  for (let index = 0; index < SPANS; index += 1) {
    telemetry.tracer.startSpan(`span ${index}`, { links }).end();
  }
  isEncoding = true;
  await telemetry.forceFlush();
  turns.stop();
  const perTurn = Map.groupBy(encodedIn, (turn) => turn);
  expect(encodedIn).toHaveLength(SPANS);
  expect(Math.max(...Array.from(perTurn.values(), ({ length }) => length))).toBeLessThanOrEqual(MAX_SPANS_IN_TURN);
  expect(sink.spans().map(({ name }) => name)).toEqual(Array.from({ length: SPANS }, (_, index) => `span ${index}`));
});
