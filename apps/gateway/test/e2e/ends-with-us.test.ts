// However the gateway ends, nothing that it started lives on, seen by process id.
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { isAlive } from '../fixtures/is-alive.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

/** A server that ignores the end of its stdin and SIGTERM, with a tool whose grandchild does as well. */
const deaf = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO],
  env: { FAKE_QUIRK: 'deaf' },
  dccType: 'fake',
};
/** Makes the gateway throw where nobody catches, or leave a promise to itself. */
const CRASHES = `process.on('SIGUSR2', () => { throw new Error('a mistake of ours'); });
  process.on('SIGPIPE', () => void Promise.reject(new Error('a mistake of ours')));`;

let gateway: GatewayProcess | undefined;

afterEach(async () => {
  await gateway?.stop('SIGKILL');
});

async function call(url: string, tool: string, args: object = {}): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: await findSlug(url, 'fake', tool), arguments: args }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

/** Starts a gateway with a child and its grandchild; gives the process ids of both. */
async function startFamily(): Promise<readonly number[]> {
  gateway = await startGatewayProcess({
    config: { mcpServers: { deaf } },
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(CRASHES)}` },
  });
  await gateway.ready();
  const child = await call(gateway.url, 'pid');
  const grandchild = await call(gateway.url, 'grandchild', { stubborn: true });
  const pids = [child, grandchild].map(({ body }) => Number(body['output']));
  expect(pids.map(isAlive)).toEqual([true, true]);
  return pids;
}

/** Waits until none of them runs; gives those that do after all. */
async function leftAfter(millis: number, pids: readonly number[]): Promise<readonly number[]> {
  for (const deadline = Date.now() + millis; pids.some(isAlive) && Date.now() < deadline;) {
    await wait(10);
  }
  return pids.filter(isAlive);
}

describe('child and grandchild end with a gateway', () => {
  test('that is killed: the guard ends them', async () => {
    const pids = await startFamily();
    await gateway!.stop('SIGKILL');
    expect(await leftAfter(4_000, pids)).toEqual([]);
  });

  test.each([
    ['that throws where nobody catches', 'SIGUSR2', 1],
    ['with a rejected promise that nobody waits for', 'SIGPIPE', 1],
    ['that is asked to end', 'SIGTERM', 0],
  ] as const)('%s', async (_what, signal, code) => {
    const pids = await startFamily();
    expect(await gateway!.stop(signal)).toBe(code);
    expect(await leftAfter(500, pids)).toEqual([]);
  });

  test('that is told twice, and then ends at once', async () => {
    const pids = await startFamily();
    const hung = call(gateway!.url, 'hang').catch(() => undefined);
    await wait(200);
    gateway!.process.kill('SIGTERM');
    await wait(200);
    const before = Date.now();
    gateway!.process.kill('SIGTERM');
    const [code] = (await once(gateway!.process, 'exit')) as [number];
    expect(code).toBe(1);
    expect(Date.now() - before).toBeLessThan(1_000);
    expect(await leftAfter(500, pids)).toEqual([]);
    await hung;
  });
});
