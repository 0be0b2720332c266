import { afterEach, describe, expect, test } from '@jest/globals';
import { startFakeHttp, type FakeHttp, type FakeHttpOptions } from './fixtures/fake-http.ts';
import { closeAll, connected, failureOf, http, textOf, until, type Harness } from './fixtures/harness.ts';

const servers: FakeHttp[] = [];

async function start(
  options: FakeHttpOptions,
  settings: Parameters<typeof connected>[1],
  deps: Parameters<typeof connected>[2] = {},
): Promise<Harness> {
  const server = await startFakeHttp(options);
  servers.push(server);
  return connected(http(server.url), settings, deps);
}

afterEach(async () => {
  await closeAll();
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Answers `status` to every tool call while it is set. */
function failing(): { status: number | undefined; readonly options: FakeHttpOptions; calls: number } {
  const self = {
    status: undefined as number | undefined,
    calls: 0,
    options: {
      intercept: ({ message }, response) => {
        if (message?.method !== 'tools/call') {
          return false;
        }
        self.calls += 1;
        if (self.status === undefined) {
          return false;
        }
        response.writeHead(self.status).end();
        return true;
      },
    } satisfies FakeHttpOptions as FakeHttpOptions,
  };
  return self;
}

describe('the queue of an upstream', () => {
  test('lets `concurrency` calls run at once, the rest in the order they came, and counts both', async () => {
    const harness = await start({}, { concurrency: 1 });
    const order: string[] = [];
    const calls = ['a', 'b', 'c'].map((text) =>
      harness.call('slow', { text, ms: 30 }).then((result) => void order.push(textOf(result))),
    );
    await until(() => harness.upstream.load.running === 1);
    expect(harness.upstream.load).toEqual({ running: 1, queued: 2 });
    await Promise.all(calls);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(harness.upstream.load).toEqual({ running: 0, queued: 0 });
  });

  test('tells each call how long it waited, when it leaves the queue and not before', async () => {
    const harness = await start({}, { concurrency: 1 });
    const waits: number[] = [];
    const begin = (millis: number) => {
      waits.push(millis);
      return { carrier: {}, headers: {} };
    };
    const calls = [harness.call('slow', { ms: 80 }, { begin }), harness.call('echo', {}, { begin })];
    await until(() => harness.upstream.load.queued === 1);
    expect(waits).toHaveLength(1);
    await Promise.all(calls);
    expect(waits[0]).toBe(0);
    expect(waits[1]).toBeGreaterThan(60);
  });

  test.each([
    [1, 1],
    [2, 0],
  ])('with room for %i waiting calls refuses %i of three as queue-full', async (maxQueued, refused) => {
    const harness = await start({}, { concurrency: 1, maxQueued });
    const results = await Promise.all([1, 2, 3].map(() => harness.call('slow', { ms: 50 })));
    const kinds = results.map((result) => failureOf(result)['kind']).filter((kind) => kind !== undefined);
    expect(kinds).toEqual(Array.from({ length: refused }, () => 'queue-full'));
  });

  test('a caller that never says what goes with its call keeps the others waiting until its time is over, or it cancels', async () => {
    const harness = await start({}, { concurrency: 1 }, { limits: { circuitFailureThreshold: 1 } });
    const controller = new AbortController();
    const silent = harness.call('echo', {}, { begin: never, timeoutMillis: 50 });
    const leaving = harness.call('echo', {}, { begin: never, signal: controller.signal });
    const next = harness.call('echo', { text: 'next' });
    expect(failureOf(await silent)).toEqual({
      kind: 'timeout',
      message: 'The call could not be sent within 50 ms: the process of its caller was too slow',
      queueWaitMillis: 0,
      isFinalWording: true,
    });
    controller.abort();
    expect(failureOf(await leaving)).toMatchObject({ kind: 'cancelled' });
    expect(textOf(await next)).toBe('next');
  });

  test('a call that is cancelled while it waits leaves the queue at once and never begins', async () => {
    const harness = await start({}, { concurrency: 1 });
    const running = harness.call('slow', { ms: 200 });
    const controller = new AbortController();
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return { carrier: {}, headers: {} };
    };
    const waiting = harness.call('echo', {}, { signal: controller.signal, begin });
    await until(() => harness.upstream.load.queued === 1);
    controller.abort();
    expect(failureOf(await waiting)).toMatchObject({ kind: 'cancelled' });
    expect(harness.upstream.load.queued).toBe(0);
    await running;
    expect(hasBegun).toBe(false);
  });

  test('a call whose caller has already left is cancelled without being sent', async () => {
    const server = failing();
    const harness = await start(server.options, {});
    expect(failureOf(await harness.call('echo', {}, { signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'cancelled',
    });
    expect(server.calls).toBe(0);
  });

  test('the timeout covers the wait in the queue', async () => {
    const harness = await start({}, { concurrency: 1 });
    const running = harness.call('slow', { ms: 300 });
    const result = await harness.call('echo', {}, { timeoutMillis: 60 });
    expect(failureOf(result)).toMatchObject({ kind: 'timeout', message: expect.stringContaining('slot') });
    await running;
  });
});

describe('the circuit of an upstream', () => {
  test('refuses calls as circuit-open after five failures in a row, and closes again after a trial that works', async () => {
    const server = failing();
    const harness = await start(server.options, {}, { limits: { circuitOpenMillis: 150 } });
    server.status = 500;
    for (let time = 0; time < 5; time += 1) {
      expect(failureOf(await harness.call('echo'))).toMatchObject({ backendErrorKind: 'http_5xx' });
    }
    expect(failureOf(await harness.call('echo'))).toMatchObject({
      kind: 'circuit-open',
      backendErrorKind: 'circuit_open',
    });
    expect(server.calls).toBe(5);
    expect(harness.upstream.status.isCircuitOpen).toBe(true);
    server.status = undefined;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(textOf(await harness.call('echo', { text: 'trial' }))).toBe('trial');
    expect(harness.upstream.status.isCircuitOpen).toBe(false);
  });

  test('a trial that fails opens it again, and only one call at a time is a trial', async () => {
    const server = failing();
    const harness = await start(server.options, {}, { limits: { circuitOpenMillis: 100, circuitFailureThreshold: 2 } });
    server.status = 503;
    await harness.call('echo');
    await harness.call('echo');
    await new Promise((resolve) => setTimeout(resolve, 150));
    const results = await Promise.all([harness.call('echo'), harness.call('echo'), harness.call('echo')]);
    expect(results.map((result) => failureOf(result)['kind'])).toEqual([
      'backend-error',
      'circuit-open',
      'circuit-open',
    ]);
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind: 'circuit-open' });
  });

  test.each([
    ['errors of the upstream’s own', { variant: 'error' }],
    ['answers without a result', { variant: 'neither' }],
  ])('does not open for %s', async (_what, args) => {
    const harness = await start({}, {}, { limits: { circuitFailureThreshold: 2 } });
    for (let time = 0; time < 4; time += 1) {
      expect(failureOf(await harness.call('malformed', args))).toMatchObject({ kind: 'backend-error' });
    }
  });

  test('does not open for calls that their callers cancelled', async () => {
    const harness = await start({}, {}, { limits: { circuitFailureThreshold: 2 } });
    for (let time = 0; time < 3; time += 1) {
      await harness.call('hang', {}, { signal: AbortSignal.timeout(20) });
    }
    expect(textOf(await harness.call('echo', { text: 'open' }))).toBe('open');
  });
});

describe('retries', () => {
  test('a read is tried again after a failure of the transport, a write never', async () => {
    const server = failing();
    const harness = await start(server.options, {});
    server.status = 502;
    const retries: number[] = [];
    const read = harness.call(
      'echo',
      { text: 'x' },
      {
        isRead: true,
        onRetry: ({ attempt }) => {
          retries.push(attempt);
          server.status = undefined;
        },
      },
    );
    expect(textOf(await read)).toBe('x');
    expect(retries).toEqual([1]);
    server.status = 502;
    server.calls = 0;
    await harness.call('echo');
    expect(server.calls).toBe(1);
  });

  test.each([
    [0, 1],
    [3, 4],
  ])('with %i further tries a read is sent %i times', async (readRetryMax, sent) => {
    const server = failing();
    const harness = await start(server.options, {}, { limits: { readRetryMax, circuitFailureThreshold: 100 } });
    server.status = 502;
    expect(failureOf(await harness.call('echo', {}, { isRead: true }))).toMatchObject({
      backendErrorKind: 'http_5xx',
    });
    expect(server.calls).toBe(sent);
  });

  test('a timeout is final, also for a read', async () => {
    const server = failing();
    const harness = await start(server.options, {});
    expect(failureOf(await harness.call('hang', {}, { isRead: true, timeoutMillis: 100 }))).toMatchObject({
      kind: 'timeout',
    });
    expect(server.calls).toBe(1);
  });
});
