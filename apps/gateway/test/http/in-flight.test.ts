import type { HttpContext } from '@dcc-mcp/http-adapter';
import { describe, expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { InFlight } from '../../src/http/in-flight.ts';
import type { Reply } from '../../src/http/reply.ts';

const STREAM = { status: 200, headers: { 'content-type': 'text/event-stream' } };
const LONG_MILLIS = 60_000;

/** A request whose answer is written when the test says so. */
function request(): { readonly http: HttpContext; end(): void } {
  const events = new EventEmitter();
  const http = { onEnd: (listener: () => void) => events.once('end', listener) };
  return { http: http as unknown as HttpContext, end: () => events.emit('end') };
}

/** Waits for the end of all work; `isOver` tells at each moment whether it has come. */
function watch(inFlight: InFlight): { isOver(): Promise<boolean> } {
  let isIdle = false;
  void inFlight.whenIdle(LONG_MILLIS).then(() => (isIdle = true));
  return {
    async isOver() {
      await setImmediate();
      return isIdle;
    },
  };
}

/** @returns What ends the request. */
async function track(inFlight: InFlight, reply: Reply): Promise<() => void> {
  const { http, end } = request();
  await inFlight.track(http, async () => reply);
  return end;
}

describe('InFlight.track', () => {
  test('counts a request until its answer is written', async () => {
    const inFlight = new InFlight();
    const end = await track(inFlight, { status: 200, headers: {}, body: '{}' });
    const work = watch(inFlight);
    expect(await work.isOver()).toBe(false);
    end();
    expect(await work.isOver()).toBe(true);
  });

  test('counts the stream of a request until it is answered, also when nobody reads it any more', async () => {
    const inFlight = new InFlight();
    const { promise: whenAnswered, resolve: answer } = Promise.withResolvers<void>();
    const end = await track(inFlight, { ...STREAM, whenAnswered });
    const work = watch(inFlight);
    end();
    expect(await work.isOver()).toBe(false);
    answer();
    expect(await work.isOver()).toBe(true);
  });

  test('does not count a stream that answers nothing', async () => {
    const inFlight = new InFlight();
    await track(inFlight, { ...STREAM, isOpenEnded: true });
    expect(await watch(inFlight).isOver()).toBe(true);
  });
});
