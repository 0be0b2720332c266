// A session that the upstream has forgotten is opened anew, in whatever words the upstream says it, and never in a loop.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { startFakeHttp, type FakeHttp, type FakeRequest } from './fixtures/fake-http.ts';
import { closeAll, connected, failureOf, http, type Harness, textOf } from './fixtures/harness.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const rpcError = (id: unknown, message: string, code = -32_000): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });

type Refusal = (response: ServerResponse, id: unknown) => void;

const status =
  (code: number, text = '', headers = {}): Refusal =>
  (response) =>
    response.writeHead(code, headers).end(text);
const said =
  (code: number, message: string): Refusal =>
  (response, id) =>
    response.writeHead(code, JSON_TYPE).end(rpcError(id, message));
const streamed =
  (message: string): Refusal =>
  (response, id) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${rpcError(id, message)}\n\n`);

const WAYS: Readonly<Record<string, Refusal>> = {
  '404': status(404),
  '404 with a page': status(404, '<html><h1>Not Found</h1></html>', { 'content-type': 'text/html' }),
  '410': status(410),
  '400 that says so': said(400, 'Bad Request: No valid session ID provided'),
  '400 without words': status(400),
  '401 that says so': status(401, 'Session expired', { 'content-type': 'text/plain' }),
  '401 without words': status(401),
  '403 without words': status(403),
  '500 without words': status(500),
  '502 with a page': status(502, '<html>Bad Gateway</html>'),
  '503 that says so': said(503, 'unknown session'),
  'Session terminated': said(200, 'Session terminated'),
  'Server not initialized': said(200, 'Bad Request: Server not initialized'),
  'Invalid session id': said(200, 'Invalid session id'),
  'session not found, in a stream': streamed('session not found'),
  'before initialization': said(200, 'Received request before initialization was complete'),
};

/** A fake that refuses sessions it has forgotten. */
class Forgetful {
  readonly forgotten = new Set<unknown>();
  refusal: Refusal = status(404);
  server!: FakeHttp;
  harness!: Harness;

  async start(): Promise<this> {
    this.server = await startFakeHttp({ intercept: (request, response) => this.#intercept(request, response) });
    this.harness = await connected(http(this.server.url));
    return this;
  }

  forget(): void {
    this.server.sessions.forEach((session) => this.forgotten.add(session));
  }

  count(method: string): number {
    return this.server.requests.filter(({ message }) => message?.method === method).length;
  }

  #intercept({ headers, message, verb }: FakeRequest, response: ServerResponse): boolean {
    const isForgotten = verb === 'POST' && this.forgotten.has(headers['mcp-session-id']);
    if (isForgotten) {
      this.refusal(response, message?.id);
    }
    return isForgotten;
  }
}

let fake: Forgetful | undefined;

afterEach(async () => {
  await closeAll();
  await fake?.server.kill();
});

describe('a lost session', () => {
  test.each(Object.keys(WAYS))('is opened anew with at most one failed call: %s', async (name) => {
    fake = await new Forgetful().start();
    fake.refusal = WAYS[name]!;
    expect(textOf(await fake.harness.call('echo', { text: 'before' }))).toBe('before');
    fake.forget();
    const results = [];
    for (let i = 0; i < 5; i += 1) {
      results.push(await fake.harness.call('echo', { text: String(i) }));
    }
    expect(results.filter(({ ok }) => !ok).length).toBeLessThanOrEqual(1);
    expect(results.slice(1).map(textOf)).toEqual(['1', '2', '3', '4']);
    expect(fake.count('initialize')).toBe(2);
  });

  test.each(['404', '410', '401 that says so', 'Session terminated', 'session not found, in a stream'])(
    'is opened anew once for the calls in flight together, and none of them fails: %s',
    async (name) => {
      fake = await new Forgetful().start();
      fake.refusal = WAYS[name]!;
      fake.forget();
      const { harness } = fake;
      const texts = Array.from({ length: 12 }, (_, i) => String(i));
      const answers = await Promise.all(texts.map((text) => harness.call('echo', { text })));
      expect(answers.map(textOf)).toEqual(texts);
      expect(fake.count('initialize')).toBe(2);
    },
  );

  test('is opened anew once without words, too, however late the refusals come, and one call fails at most', async () => {
    fake = await new Forgetful().start();
    let refusals = 0;
    fake.refusal = (response) => {
      refusals += 1;
      setTimeout(() => response.writeHead(401).end(), refusals * 15);
    };
    await fake.harness.call('echo');
    fake.forget();
    const { harness } = fake;
    const results = await Promise.all(Array.from({ length: 12 }, () => harness.call('echo', { text: 'together' })));
    expect(results.filter(({ ok }) => !ok).length).toBeLessThanOrEqual(1);
    expect(fake.count('initialize')).toBe(2);
  });

  test('is noticed by the probes where nobody calls', async () => {
    fake = await new Forgetful().start();
    await closeAll();
    fake.refusal = status(401);
    fake.harness = await connected(http(fake.server.url), {}, { probeIntervalMillis: 30 });
    await expectSoon(() => fake!.count('ping') >= 2);
    fake.forget();
    const before = fake.count('initialize');
    await expectSoon(() => fake!.count('initialize') === before + 1);
    expect(textOf(await fake.harness.call('echo', { text: 'again' }))).toBe('again');
    expect(fake.harness.diary.statuses).not.toContain('unreachable');
  });
});

describe('a session that is being opened anew', () => {
  test('holds back no call when the gateway ends the calls of its callers, and sends none again', async () => {
    let isLost = false;
    const server = await startFakeHttp({
      intercept: ({ verb, message }, response) => {
        if (isLost && message?.method === 'tools/call') {
          response.writeHead(404).end();
        }
        return isLost && verb === 'POST'; // the handshake is not answered
      },
    });
    fake = new Forgetful();
    fake.server = server;
    fake.harness = await connected(http(server.url));
    isLost = true;
    const result = fake.harness.call('echo');
    await expectSoon(() => fake!.count('initialize') === 2);
    const endedAt = performance.now();
    fake.harness.upstream.endCalls();
    expect(failureOf(await result)).toMatchObject({ kind: 'not-ready' });
    expect(performance.now() - endedAt).toBeLessThan(2_000);
    expect(fake.count('tools/call')).toBe(1);
  });
});

describe('what is no lost session', () => {
  const PERSISTENT: Readonly<Record<string, Refusal>> = {
    'a tool that fails with 500': status(500),
    'a tool that needs another scope (403)': status(403),
    'a tool that is refused with 401': status(401),
    'a tool that is refused with 400': status(400),
    'a tool whose own session is gone': said(200, 'Maya session not found'),
    'a tool that is not there (404)': status(404),
  };

  test.each(Object.keys(PERSISTENT))('never makes the gateway go round: %s', async (name) => {
    let runs = 0;
    const server = await startFakeHttp({
      intercept: ({ message }, response) => {
        const isFailing = message?.method === 'tools/call' && message.params?.['name'] === 'fails';
        if (isFailing) {
          runs += 1;
          PERSISTENT[name]!(response, message.id);
        }
        return isFailing;
      },
    });
    fake = new Forgetful();
    fake.server = server;
    // More failures than these open the circuit, which is not the subject.
    fake.harness = await connected(http(server.url), {}, { limits: { circuitFailureThreshold: 1_000 } });
    for (let i = 0; i < 30; i += 1) {
      expect(failureOf(await fake.harness.call('fails'))).toMatchObject({ kind: 'backend-error' });
    }
    expect(textOf(await fake.harness.call('echo', { text: 'others work' }))).toBe('others work');
    expect(fake.count('initialize')).toBeLessThanOrEqual(3);
    expect(runs).toBeLessThanOrEqual(33);
  });

  test('a tool that fails with 500 runs once for each call, because the session still answers', async () => {
    let runs = 0;
    const server = await startFakeHttp({
      intercept: ({ message }, response) => {
        const isFailing = message?.method === 'tools/call' && message.params?.['name'] === 'fails';
        if (isFailing) {
          runs += 1;
          response.writeHead(500).end();
        }
        return isFailing;
      },
    });
    fake = new Forgetful();
    fake.server = server;
    fake.harness = await connected(http(server.url), {}, { limits: { circuitFailureThreshold: 1_000 } });
    for (let i = 0; i < 10; i += 1) {
      await fake.harness.call('fails');
    }
    expect(runs).toBe(10);
    expect(fake.count('initialize')).toBe(1);
  });

  test('credentials that have expired make the upstream unreachable, not the gateway go round', async () => {
    let isExpired = false;
    const server = await startFakeHttp({
      intercept: ({ verb }, response) => {
        if (isExpired && verb === 'POST') {
          response.writeHead(401).end();
        }
        return isExpired && verb === 'POST';
      },
    });
    fake = new Forgetful();
    fake.server = server;
    fake.harness = await connected(http(server.url), {}, { probeIntervalMillis: 100 });
    await fake.harness.call('echo');
    isExpired = true;
    const before = server.requests.length;
    await expectSoon(() => fake!.harness.upstream.status.readiness === 'unreachable');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(fake.harness.upstream.status.lastError).toContain('HTTP 401');
    expect(server.requests.length - before).toBeLessThan(40);
    isExpired = false;
    await expectSoon(() => fake!.harness.upstream.status.readiness === 'ready', 10_000);
  });
});

async function expectSoon(condition: () => boolean, timeoutMillis = 5_000): Promise<void> {
  const end = performance.now() + timeoutMillis;
  while (!condition() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(condition()).toBe(true);
}
