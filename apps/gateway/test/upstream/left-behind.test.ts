// Whatever an upstream has started ends with it, seen by process id.
import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { isAlive } from '../fixtures/is-alive.ts';
import { closeAll, connected, fakeStdio, type Harness, node, textOf, until } from './fixtures/harness.ts';

afterAll(closeAll);

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];

async function pidOf(harness: Harness, tool: string, args = {}): Promise<number> {
  return Number(textOf(await harness.call(tool, args)));
}

/** The fake server behind a launcher that stays between us and it, as npx does. */
function launched(): ReturnType<typeof node> {
  const { command, args } = fakeStdio() as { command: string; args: readonly string[] };
  const program = `const child = require('node:child_process').spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, { stdio: 'inherit' });
    process.on('SIGTERM', () => {});
    child.on('exit', (code) => process.exit(code));`;
  return node(...NODE_FLAGS, '-e', program);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('nothing lives after the upstream', () => {
  test.concurrent.each([
    ['a grandchild', {}, {}],
    ['a grandchild that is deaf and holds the pipes', {}, { stubborn: true }],
    ['a grandchild of a child that is deaf', { FAKE_QUIRK: 'deaf' }, {}],
    ['both deaf', { FAKE_QUIRK: 'deaf' }, { stubborn: true }],
  ])('was closed: %s', async (_what, env, args) => {
    const harness = await connected(fakeStdio('legacy', env));
    const pids = [await pidOf(harness, 'pid'), await pidOf(harness, 'grandchild', args)];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await harness.upstream.close();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test.concurrent.each([{}, { stubborn: true }])('died by itself: its grandchild %j', async (args) => {
    const harness = await connected(fakeStdio());
    const grandchild = await pidOf(harness, 'grandchild', args);
    expect(await harness.call('die')).toMatchObject({ ok: false });
    await until(() => !isAlive(grandchild), 3_000);
    await harness.upstream.close();
  });

  test.concurrent('was started by a launcher that is killed: the server', async () => {
    const harness = await connected(launched());
    const server = await pidOf(harness, 'pid');
    const launcher = parentOf(server);
    process.kill(launcher, 'SIGKILL');
    await until(() => !isAlive(server), 3_000);
    await until(() => harness.diary.statuses.includes('unreachable'));
    await until(() => harness.upstream.status.readiness === 'ready');
    const next = await pidOf(harness, 'pid');
    await harness.upstream.close();
    expect([next, server].map(isAlive)).toEqual([false, false]);
  });
});
