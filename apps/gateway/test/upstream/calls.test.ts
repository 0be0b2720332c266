// What holds for every call, whatever transport and era the upstream has.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { unlessAborted } from '../../src/protocol/unless-aborted.ts';
import { startFakeHttp, type FakeHttp } from './fixtures/fake-http.ts';
import {
  begin,
  closeAll,
  connected,
  createPeer,
  failureOf,
  fakeStdio,
  http,
  jsonOf,
  textOf,
  type Harness,
  until,
} from './fixtures/harness.ts';

const servers: FakeHttp[] = [];

async function overHttp(options: Parameters<typeof startFakeHttp>[0]): Promise<Harness> {
  const server = await startFakeHttp(options);
  servers.push(server);
  return connected(http(server.url));
}

const KINDS: Readonly<Record<string, () => Promise<Harness>>> = {
  'stdio, handshake era': () => connected(fakeStdio('legacy')),
  'stdio, stateless era': () => connected(fakeStdio('modern')),
  'HTTP with JSON bodies, handshake era': () => overHttp({ era: 'legacy' }),
  'HTTP with event streams, handshake era': () => overHttp({ era: 'legacy', isStreaming: true }),
  'HTTP with JSON bodies, stateless era': () => overHttp({ era: 'modern' }),
  'HTTP with event streams, stateless era': () => overHttp({ era: 'modern', isStreaming: true }),
};

/** Over HTTP the stream for notifications opens beside the first requests. */
async function listening(): Promise<void> {
  await until(() => servers.every(({ streams }) => streams.size > 0));
}

async function disconnect(): Promise<void> {
  await closeAll();
  await Promise.all(servers.splice(0).map((server) => server.kill()));
}

describe.each(Object.keys(KINDS))('createUpstream over %s', (kind) => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await KINDS[kind]!();
  });

  afterAll(disconnect);

  test('finds the era and becomes ready with all pages of the tools list', async () => {
    const { upstream, diary } = harness;
    expect(upstream.status.readiness).toBe('ready');
    expect(upstream.status.era).toBe(kind.includes('stateless') ? 'modern' : 'legacy');
    expect(upstream.status.toolCount).toBe(diary.tools[0]!.length);
    expect(upstream.status.toolCount).toBeGreaterThan(20);
  });

  test('answers 50 concurrent calls each with its own answer, in whatever order they finish', async () => {
    const texts = Array.from({ length: 50 }, (_, index) => `call ${index}`);
    const answers = await Promise.all(
      texts.map((text, index) => harness.call('slow', { text, ms: ((index * 37) % 50) + 1 })),
    );
    expect(answers.map(textOf)).toEqual(texts);
  });

  test('writes the carrier of each call into _meta, in place of the caller’s, and keeps foreign keys', async () => {
    const meta = {
      traceparent: '00-11111111111111111111111111111111-1111111111111111-01',
      tracestate: 'stale=1',
      baggage: 'secret=1',
      'com.example/key': { kept: true },
    };
    const first = jsonOf(await harness.call('seen', {}, { meta }));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-2222222222222222-01';
    const carrier = { traceparent, tracestate: 'gw=1' };
    const second = jsonOf(await harness.call('seen', {}, { begin: () => ({ carrier, headers: {} }) }));
    expect(first['meta']).toMatchObject({ 'com.example/key': { kept: true } });
    expect(first['meta']!['traceparent']).toContain('b7ad6b7169203331');
    expect(first['meta']).not.toHaveProperty('tracestate');
    expect(first['meta']).not.toHaveProperty('baggage');
    expect(second['meta']).toMatchObject({ traceparent, tracestate: 'gw=1' });
  });

  test('sends the envelope of its own era, never that of the caller', async () => {
    const key = 'io.modelcontextprotocol/protocolVersion';
    const { meta } = jsonOf(await harness.call('seen', {}, { meta: { [key]: '2099-01-01' } }));
    expect(meta![key]).toBe(kind.includes('stateless') ? '2026-07-28' : undefined);
  });

  test('gives the upstream a progress token of its own and the caller the caller’s', async () => {
    const peer = createPeer();
    const seen = jsonOf(await harness.call('seen', {}, { peer, meta: { progressToken: 'mine' } }));
    await harness.call('progress', { steps: 3 }, { peer, meta: { progressToken: 'mine' } });
    expect(seen['meta']!['progressToken']).not.toBe('mine');
    expect(peer.told.map(({ params }) => [params!['progressToken'], params!['progress']])).toEqual([
      ['mine', 1],
      ['mine', 2],
      ['mine', 3],
    ]);
  });

  test('asks for no progress where the caller asked for none', async () => {
    const { meta } = jsonOf(await harness.call('seen', {}, { peer: createPeer() }));
    expect(meta).not.toHaveProperty('progressToken');
  });

  test('hands a log message on to the caller it belongs to', async () => {
    const peer = createPeer();
    await harness.call('log', {}, { peer });
    expect(peer.told).toEqual([{ method: 'notifications/message', params: { level: 'info', data: 'working' } }]);
  });

  test('asks the caller what the upstream asks, and hands the answer back', async () => {
    const asked: string[] = [];
    const peer = createPeer(({ method }) => {
      asked.push(method);
      return Promise.resolve({ result: { action: 'accept', content: { name: 'Ada' } } });
    });
    const answer = jsonOf(await harness.call('ask', { method: 'elicitation/create' }, { peer }));
    expect(asked).toEqual(['elicitation/create']);
    expect(answer).toEqual({ action: 'accept', content: { name: 'Ada' } });
  });

  test('declines with an explanation what no caller can answer', async () => {
    const answer = jsonOf(await harness.call('ask', { method: 'sampling/createMessage' }));
    expect(answer).toMatchObject({ code: -32_601, message: expect.stringContaining('declined') });
  });

  test('stops asking the caller when the call is over', async () => {
    let signal: AbortSignal | undefined;
    const peer = createPeer(({ signal: given }) => {
      signal = given;
      return new Promise(() => {});
    });
    await harness.call('ask_and_leave', { method: 'elicitation/create' }, { peer });
    expect(signal?.aborted).toBe(true);
  });

  test('passes a JSON-RPC error on, with its data', async () => {
    const result = await harness.call('malformed', { variant: 'error' });
    expect(failureOf(result)).toMatchObject({
      kind: 'backend-error',
      backendErrorKind: 'jsonrpc',
      message: 'Bad arguments',
      rpcError: { code: -32_602, data: { value: { field: 'x' } } },
    });
  });

  test.each([
    ['both', 'jsonrpc'],
    ['version', 'jsonrpc'],
    ['scalar', 'jsonrpc'],
    ['bad-error', 'jsonrpc'],
    ['neither', 'empty_result'],
  ])('an answer of the form "%s" is a backend-error %s', async (variant, backendErrorKind) => {
    const result = await harness.call('malformed', { variant });
    expect(failureOf(result)).toMatchObject({ kind: 'backend-error', backendErrorKind });
  });
});

describe.each(Object.keys(KINDS))('an upstream of its own over %s', (kind) => {
  const connect = KINDS[kind]!;

  afterEach(disconnect);

  test('an answer that is not JSON is a backend-error invalid_json, and the next call works', async () => {
    const harness = await connect();
    const result = await harness.call('garbage', { text: '{"jsonrpc": "2.0", oops' });
    expect(failureOf(result)).toMatchObject({ kind: 'backend-error', backendErrorKind: 'invalid_json' });
    expect(textOf(await harness.call('echo', { text: 'still here' }))).toBe('still here');
  });

  test('a call without an answer in time is a timeout, final and told to the upstream', async () => {
    const harness = await connect();
    const result = await harness.call('hang', {}, { timeoutMillis: 150 });
    expect(failureOf(result)).toMatchObject({ kind: 'timeout', backendErrorKind: 'timeout' });
    await expectTold(harness, kind);
  });

  test('a call whose caller leaves is cancelled, and the upstream is told', async () => {
    const harness = await connect();
    const controller = new AbortController();
    const running = harness.call('hang', {}, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    expect(failureOf(await running)).toMatchObject({ kind: 'cancelled' });
    await expectTold(harness, kind);
  });

  test('an answer that comes after its call has ended is dropped and counted', async () => {
    const harness = await connect();
    await harness.call('slow', { ms: 120 }, { timeoutMillis: 40 });
    await harness.call('slow', { ms: 240 });
    // A closed stream brings nothing any more; a shared one does.
    expect(harness.upstream.status.lateAnswers).toBe(kind.startsWith('stdio') ? 1 : 0);
    expect(textOf(await harness.call('echo', { text: 'next' }))).toBe('next');
  });

  test('notices a changed tools list once, however often it is told', async () => {
    const harness = await connect();
    await listening();
    await harness.call('change', { add: 'brand_new' });
    await until(() => harness.diary.tools.length === 2);
    // Longer than a further reading would wait: there is none.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(harness.diary.tools).toHaveLength(2);
    expect(harness.diary.tools[1]).toContain('brand_new');
  });

  test('passes updates of a subscribed resource on, without the ids of the gateway’s own subscription', async () => {
    const harness = await connect();
    const params = { uri: 'file:///scene.ma' };
    const answer = await harness.upstream.request({
      method: 'resources/subscribe',
      params,
      begin,
      timeoutMillis: 2_000,
    });
    expect(answer).toMatchObject({ ok: true });
    // The stateless era subscribes with a stream of its own, which opens after the answer.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await harness.call('update', params);
    const updates = () =>
      harness.diary.notifications.filter(({ method }) => method === 'notifications/resources/updated');
    await until(() => updates().length > 0);
    await harness.call('slow', { ms: 50 });
    expect(updates()).toEqual([{ method: 'notifications/resources/updated', params: expect.objectContaining(params) }]);
    expect(JSON.stringify(updates())).not.toContain('subscriptionId');
  });

  test('refuses an answer over the bound and goes on', async () => {
    const harness = await connectBounded(kind);
    const result = await harness.call('big', { bytes: 300_000 });
    expect(failureOf(result)).toMatchObject({ kind: 'backend-error', backendErrorKind: 'other' });
    expect(textOf(await harness.call('echo', { text: 'next' }))).toBe('next');
  });
});

const left = (): string => 'left';

describe('work that is waited for unless its caller leaves', () => {
  const never = new Promise<string>(() => {});

  test('leaves nothing behind on the signal of the caller, however it ends', async () => {
    const caller = new AbortController();
    const { signal } = caller;
    expect(await unlessAborted(Promise.resolve('done'), signal, left)).toBe('done');
    await expect(unlessAborted(Promise.reject(new Error('failed')), signal, left)).rejects.toThrow('failed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const waiting = unlessAborted(never, signal, left);
    caller.abort();
    expect(await waiting).toBe('left');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('is not waited for where the caller has left before', async () => {
    expect(await unlessAborted(never, AbortSignal.abort(), left)).toBe('left');
  });
});

async function connectBounded(kind: string): Promise<Harness> {
  const era = kind.includes('stateless') ? 'modern' : 'legacy';
  if (kind.startsWith('stdio')) {
    return connected(fakeStdio(era), {}, { maxMessageBytes: 100_000 });
  }
  const server = await startFakeHttp({ era, isStreaming: kind.includes('streams') });
  servers.push(server);
  return connected(http(server.url), {}, { maxMessageBytes: 100_000 });
}

/** What the upstream learns of a call that nobody waits for: handshake era and stdio say so, over HTTP the stream is closed. */
async function expectTold(harness: Harness, kind: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const isSaid = kind.startsWith('stdio') || kind.includes('handshake');
  expect(JSON.parse(textOf(await harness.call('cancelled')))).toHaveLength(isSaid ? 1 : 0);
  expect(Number(textOf(await harness.call('hangups')))).toBe(kind.startsWith('HTTP') ? 1 : 0);
}
