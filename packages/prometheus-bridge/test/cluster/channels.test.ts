import { channelOf } from '@dcc-mcp/prometheus-bridge/cluster';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { linesOf, startPrimary } from './cluster-kit.ts';

const COUNTER = new URL('counter.ts', import.meta.url);
const EXEC_ARGV = ['--conditions=@dcc-mcp/source', '--disable-warning=ExperimentalWarning'];
const ended: (() => unknown)[] = [];

afterEach(() => Promise.all(ended.splice(0).map((end) => end())));

function startThread(): Worker {
  const thread = new Worker(COUNTER, { execArgv: EXEC_ARGV });
  ended.push(() => thread.terminate());
  return thread;
}

function startProcess(serialization: 'json' | 'advanced'): ChildProcess {
  const child = fork(fileURLToPath(COUNTER), { execArgv: EXEC_ARGV, serialization });
  ended.push(() => child.kill('SIGKILL'));
  return child;
}

describe('channels', () => {
  test.each([
    ['a thread', startThread],
    ['a process whose messages are JSON', () => startProcess('json')],
    ['a process whose messages are cloned', () => startProcess('advanced')],
  ])('of %s: what it counted is there, is asked for, and stays when it ends', async (_, start) => {
    const primary = startPrimary({ names: {} });
    const started = start();
    primary.connect(channelOf(started));
    await once(started, 'message'); // it says hello
    const whileAlive = await linesOf(primary);
    expect(whileAlive).toContain('calls_total 1');
    expect(whileAlive).toContain('dcc_mcp_workers{state="ready"} 1');
    const gone = once(started, 'exit');
    await (started instanceof Worker ? started.terminate() : started.kill('SIGKILL'));
    await gone;
    const afterwards = await linesOf(primary);
    expect(afterwards).toContain('calls_total 1');
    expect(afterwards).toContain('dcc_mcp_workers{state="dead"} 1');
  });

  test('that are closed listen to nothing any more', async () => {
    const thread = startThread();
    await once(thread, 'online');
    const before = thread.eventNames().map((event) => [event, thread.listenerCount(event)]);
    const channel = channelOf(thread);
    channel.onMessage(() => {});
    channel.onClose?.(() => {});
    channel.close?.();
    expect(thread.eventNames().map((event) => [event, thread.listenerCount(event)])).toEqual(before);
  });
});
