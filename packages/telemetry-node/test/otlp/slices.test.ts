// Spans are encoded a few at a time, most of them before their batch is due: what comes meanwhile is served in between.
import { afterEach, expect, test } from '@jest/globals';
import { type Link, TraceFlags, type Tracer, type TraceState } from '@opentelemetry/api';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

/** Makes spans that say in which turn of the event loop they are encoded: a link of theirs is read then. */
function watchEncoder(tracer: Tracer) {
  const turns = countTurns();
  const encodedIn: number[] = [];
  let isMaking = false;
  const serialize = (): string => {
    if (!isMaking) {
      encodedIn.push(turns.turn());
    }
    return 'a=1';
  };
  const traceState = { serialize } as TraceState;
  const context = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: TraceFlags.SAMPLED, traceState };
  const links: Link[] = [{ context }];
  let made = 0;
  return {
    encodedIn,
    stop: () => turns.stop(),
    makeSpans(count: number): void {
      isMaking = true;
      for (const until = made + count; made < until; made += 1) {
        tracer.startSpan(`span ${made}`, { links }).end();
      }
      isMaking = false;
    },
  };
}

function mostInTurn(encodedIn: readonly number[]): number {
  const perTurn = Map.groupBy(encodedIn, (turn) => turn);
  return Math.max(...Array.from(perTurn.values(), ({ length }) => length));
}

const NAMES = Array.from({ length: SPANS }, (_, index) => `span ${index}`);

test('of a whole batch no more than 64 spans are encoded in a turn of the event loop, and all arrive', async () => {
  const sink = await running.sink();
  const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter: 'fast' });
  const watch = watchEncoder(telemetry.tracer);
  watch.makeSpans(SPANS);
  await telemetry.forceFlush();
  watch.stop();
  expect(watch.encodedIn).toHaveLength(SPANS);
  expect(mostInTurn(watch.encodedIn)).toBeLessThanOrEqual(MAX_SPANS_IN_TURN);
  expect(sink.spans().map(({ name }) => name)).toEqual(NAMES);
});

test('spans that come one after the other are encoded before their batch is due, once, and arrive in their order', async () => {
  const sink = await running.sink();
  const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter: 'fast' });
  const watch = watchEncoder(telemetry.tracer);
  for (let made = 0; made < SPANS - 2; made += 2) {
    watch.makeSpans(2);
    await nextTurn();
  }
  const encodedAhead = watch.encodedIn.length;
  watch.makeSpans(2);
  await telemetry.forceFlush();
  watch.stop();
  // All but the last few: they are encoded sixteen at a time.
  expect(encodedAhead).toBeGreaterThan(SPANS - 32);
  expect(watch.encodedIn).toHaveLength(SPANS);
  expect(mostInTurn(watch.encodedIn)).toBeLessThanOrEqual(32);
  expect(sink.spans().map(({ name }) => name)).toEqual(NAMES);
});
