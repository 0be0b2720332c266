// What only time shows of a child process: pauses, deaths and silence, all of them at once.
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../fixtures/is-alive.ts';
import { closeAll, connected, createHarness, failureOf, fakeStdio, textOf, until } from './fixtures/harness.ts';

afterAll(closeAll);

describe('createUpstream with a child process', () => {
  test.concurrent('starts a child that keeps dying again and again, never without a pause', async () => {
    const starts: number[] = [];
    const { upstream } = createHarness(
      { type: 'stdio', command: process.execPath, args: ['-e', 'process.exit(4)'], env: {} },
      {},
      {
        random: () => 1,
        events: {
          onStatus: ({ status }) => {
            if (status.readiness === 'booting') {
              starts.push(Date.now());
            }
          },
        },
      },
    );
    upstream.start();
    await until(() => starts.length >= 4, 20_000);
    const [first = 0, second = 0, third = 0, fourth = 0] = starts;
    expect(second - first).toBeGreaterThanOrEqual(250);
    expect(third - second).toBeGreaterThanOrEqual(500);
    expect(fourth - third).toBeGreaterThanOrEqual(1_000);
    expect(upstream.status.lastError).toBe('exited with code 4');
  });

  test.concurrent('a call while the child boots for the first time is not-ready', async () => {
    const harness = createHarness(fakeStdio('legacy', { FAKE_QUIRK: 'late-start' }));
    harness.upstream.start();
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind: 'not-ready', backendErrorKind: 'booting' });
  });

  test.concurrent('a caller that leaves while a lazy upstream starts is not kept waiting', async () => {
    const harness = createHarness(fakeStdio('legacy', { FAKE_QUIRK: 'late-start' }), { isLazy: true });
    expect(failureOf(await harness.call('echo', {}, { signal: AbortSignal.timeout(50) }))).toMatchObject({
      kind: 'cancelled',
    });
    expect(harness.upstream.status.readiness).toBe('booting');
  });

  test.concurrent('ends its child on close: by the end of stdin, and by force within two seconds', async () => {
    const polite = await connected(fakeStdio());
    const deaf = await connected(fakeStdio('legacy', { FAKE_QUIRK: 'deaf' }));
    const pids = [Number(textOf(await polite.call('pid'))), Number(textOf(await deaf.call('pid')))];
    const startedAt = Date.now();
    await polite.upstream.close();
    expect(Date.now() - startedAt).toBeLessThan(800);
    await deaf.upstream.close();
    expect(Date.now() - startedAt).toBeLessThan(2_900);
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test.concurrent('its child does not outlive a gateway that is killed', async () => {
    const main = fileURLToPath(new URL('fixtures/kill-me.ts', import.meta.url));
    const args = ['--conditions=@dcc-mcp/source', main];
    const gateway = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { NODE_NO_WARNINGS: '1' },
    });
    const [line] = (await once(gateway.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    gateway.kill('SIGKILL');
    await until(() => !isAlive(pid), 3_000);
  });

  test.concurrent('text in place of the only answer is a backend-error invalid_json', async () => {
    const result = await (await connected(fakeStdio())).call('garbage', { text: 'Segmentation fault' });
    expect(failureOf(result)).toMatchObject({ kind: 'backend-error', backendErrorKind: 'invalid_json' });
  });

  test.concurrent('a server that logs to stdout keeps its calls once it is known for it, and is told of sparingly', async () => {
    const harness = await connected(fakeStdio());
    expect(textOf(await harness.call('chatter', { text: 'INFO quick', ms: 10 }))).toBe('fine');
    expect(textOf(await harness.call('chatter', { text: 'INFO slow', ms: 2_500 }))).toBe('fine');
    expect(harness.diary.log).toHaveLength(2);
  });

  test.concurrent('a banner on stdout before the handshake does no harm', async () => {
    const harness = await connected(fakeStdio('legacy', { FAKE_QUIRK: 'banner' }));
    expect(textOf(await harness.call('chatter', { text: 'INFO', ms: 2_200 }))).toBe('fine');
  });
});
