import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeAll,
  begin,
  connected,
  createHarness,
  createPeer,
  failureOf,
  fakeStdio,
  jsonOf,
  textOf,
  until,
} from './fixtures/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'stdio-'));
const script = join(folder, 'script');

afterEach(closeAll);
afterAll(() => rmSync(folder, { recursive: true }));

function angry(): never {
  throw new Error('angry');
}

describe('createUpstream with a child process', () => {
  test('ends calls in flight as host-died when the child dies, starts it again and serves the next call', async () => {
    const harness = await connected(fakeStdio());
    const before = textOf(await harness.call('pid'));
    const waiting = harness.call('hang');
    const dying = harness.call('die');
    expect(failureOf(await dying)).toMatchObject({ kind: 'host-died', message: expect.stringContaining('code 7') });
    expect(failureOf(await waiting)).toMatchObject({ kind: 'host-died' });
    expect(harness.upstream.status).toMatchObject({ readiness: 'unreachable', lastError: 'exited with code 7' });
    await until(() => harness.upstream.status.readiness === 'ready');
    expect(textOf(await harness.call('pid'))).not.toBe(before);
    expect(harness.upstream.status.consecutiveFailures).toBe(0);
  });

  test('a child that dies harms no other upstream', async () => {
    const [broken, healthy] = await Promise.all([connected(fakeStdio()), connected(fakeStdio())]);
    const running = healthy.call('slow', { ms: 150, text: 'unharmed' });
    await broken.call('die');
    expect(textOf(await running)).toBe('unharmed');
  });

  test('a command that does not exist is unreachable and named', async () => {
    const { upstream } = createHarness({ type: 'stdio', command: 'no-such-program-here', args: [], env: {} });
    const failure = await upstream.connect(5_000);
    expect(failure).toMatchObject({ kind: 'backend-unreachable', backendErrorKind: 'unreachable' });
    expect(upstream.status).toMatchObject({ readiness: 'unreachable', hasBeenTried: true });
    expect(upstream.status.lastError).toBe('command not found: no-such-program-here');
  });

  test.each([
    [
      'a command that does not exist, in a folder that does',
      'no-such-program-here',
      folder,
      'command not found: no-such-program-here',
    ],
    ['a folder that does not exist', process.execPath, '/no/such/folder', 'no such folder: /no/such/folder'],
    ['both', 'no-such-program-here', '/no/such/folder', 'no such folder: /no/such/folder'],
    ['a folder that is a file', process.execPath, script, `no such folder: ${script}`],
    [
      'a script for what does not exist',
      script,
      folder,
      `could not start ${script}: what its first line names is not there`,
    ],
  ])('of %s the one is named that is missing', async (_of, command, cwd, told) => {
    writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    const { upstream } = createHarness({ type: 'stdio', command, args: [], env: {}, cwd });
    await upstream.connect(5_000);
    expect(upstream.status.lastError).toBe(told);
  });

  test('a lazy upstream starts with its first call, which waits for it', async () => {
    const harness = createHarness(fakeStdio(), { isLazy: true });
    harness.upstream.start();
    expect(harness.upstream.status.readiness).toBe('idle');
    const answers = await Promise.all([harness.call('pid'), harness.call('pid')]);
    expect(textOf(answers[0])).toBe(textOf(answers[1]));
  });

  test('a caller that can not be told of progress harms nobody', async () => {
    const harness = await connected(fakeStdio());
    const peer = {
      ...createPeer(),
      notify: () => {
        throw new Error('gone');
      },
    };
    expect(textOf(await harness.call('progress', { steps: 2 }, { peer, meta: { progressToken: 1 } }))).toBe('done');
  });

  test('listeners and callers that throw harm neither the upstream nor the process', async () => {
    const log: string[] = [];
    const events = { onStatus: angry, onTools: angry, onNotification: angry, onProbe: angry, onStderr: angry };
    const harness = await connected(
      fakeStdio(),
      {},
      { events, log: (line) => void log.push(line), probeIntervalMillis: 30 },
    );
    expect(failureOf(await harness.call('echo', {}, { begin: angry }))).toMatchObject({ kind: 'internal' });
    await harness.call('stderr');
    await harness.call('change', { add: 'x' });
    expect(textOf(await harness.call('echo', { text: 'calm' }))).toBe('calm');
    expect(log.join()).toContain('onTools failed: angry');
  });

  test('a disabled upstream is never started', async () => {
    const harness = createHarness(fakeStdio(), { isDisabled: true });
    harness.upstream.start();
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind: 'backend-unreachable' });
    expect(harness.upstream.status.readiness).toBe('disabled');
  });

  test('a server that ends when asked for its era gets a second start without the question', async () => {
    const { upstream } = await connected(fakeStdio('legacy', { FAKE_QUIRK: 'dies-when-asked' }));
    expect(upstream.status).toMatchObject({ readiness: 'ready', era: 'legacy' });
  });

  test.each(['2024-11-05', '2025-03-26', '2025-06-18'])(
    'accepts a server that answers with revision %s',
    async (version) => {
      const { upstream } = await connected(fakeStdio('legacy', { FAKE_VERSION: version }));
      expect(upstream.status.protocolVersion).toBe(version);
    },
  );

  test('ends calls in flight on close, and refuses later ones', async () => {
    const harness = await connected(fakeStdio());
    const running = harness.call('hang');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await harness.upstream.close();
    expect(failureOf(await running)).toMatchObject({ kind: 'backend-unreachable' });
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind: 'not-ready' });
  });

  test('passes stderr on line by line, bounded and without control characters', async () => {
    const harness = await connected(fakeStdio());
    await harness.call('stderr');
    await until(() => harness.diary.stderr.length >= 2);
    expect(harness.diary.stderr[0]).toBe('red warning');
    expect(harness.diary.stderr[1]!.length).toBeLessThan(8_200);
  });

  test('keeps the secrets of the gateway’s environment from its children', async () => {
    const environment = { PATH: process.env['PATH'], DCC_MCP_AUTH_TOKEN: 'secret' };
    const harness = await connected(fakeStdio('legacy', { MINE: 'yes' }), {}, { environment });
    const env = jsonOf(await harness.call('env'));
    expect(env).toMatchObject({ MINE: 'yes', PATH: expect.any(String) });
    expect(env).not.toHaveProperty('DCC_MCP_AUTH_TOKEN');
  });

  test('an answer to a call that nobody made is dropped and counted', async () => {
    const harness = await connected(fakeStdio());
    expect(textOf(await harness.call('stranger'))).toBe('mine');
    expect(harness.upstream.status.lateAnswers).toBe(1);
  });

  test('declines a request that could belong to any of several calls', async () => {
    const harness = await connected(fakeStdio());
    const asked: string[] = [];
    const peer = createPeer(({ method }) => {
      asked.push(method);
      return Promise.resolve({ result: {} });
    });
    const other = harness.call('slow', { ms: 300 });
    const answer = jsonOf(await harness.call('ask', { method: 'sampling/createMessage', ms: 50 }, { peer }));
    expect(answer).toMatchObject({ code: -32_600, message: expect.stringContaining('2 calls are in flight') });
    expect(asked).toEqual([]);
    await other;
  });

  test('sets log level and subscriptions again after a restart', async () => {
    const harness = await connected(fakeStdio());
    const request = (method: string, params: Record<string, string>) =>
      harness.upstream.request({ method, params, begin, timeoutMillis: 2_000 });
    await request('logging/setLevel', { level: 'debug' });
    await request('resources/subscribe', { uri: 'file:///a' });
    await harness.call('die');
    await until(() => harness.upstream.status.readiness === 'ready');
    expect(jsonOf(await harness.call('memory'))).toEqual({ logLevel: 'debug', subscriptions: ['file:///a'] });
  });

  test('tries a read again after the child has died, and says so before', async () => {
    const harness = await connected(fakeStdio());
    const retries: unknown[] = [];
    let begins = 0;
    const dying = harness.call('die');
    const read = harness.upstream.request({
      method: 'tools/call',
      params: { name: 'slow', arguments: { ms: 100, text: 'read' } },
      begin: () => {
        begins += 1;
        return { carrier: {}, headers: {} };
      },
      isRead: true,
      onRetry: ({ attempt, failure }) => void retries.push([attempt, failure.kind]),
      timeoutMillis: 8_000,
    });
    expect(failureOf(await dying)).toMatchObject({ kind: 'host-died' });
    expect(textOf(await read)).toBe('read');
    expect(retries).toEqual([[1, 'host-died']]);
    expect(begins).toBe(1);
  });
});
