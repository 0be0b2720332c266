// What the gateway says on stderr: each change of state once.
import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { type RunningGateway, startGateway, startGatewayProcess } from '../fixtures/start-gateway.ts';

let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.stop();
});

/** Waits until the only upstream has failed `times` times in a row. */
async function untilTried(url: string, times: number): Promise<void> {
  let failures = 0;
  for (const deadline = Date.now() + 20_000; failures < times && Date.now() < deadline; await wait(100)) {
    const response = await fetch(`${url}/v1/instances`);
    const { instances } = (await response.json()) as { instances: readonly { consecutive_failures: number }[] };
    failures = instances[0]?.consecutive_failures ?? 0;
  }
  expect(failures).toBeGreaterThanOrEqual(times);
}

test('a command that does not exist is said once, however often it is tried again', async () => {
  gateway = await startGateway({ config: { mcpServers: { nowhere: { command: 'no-such-command-anywhere' } } } });
  await untilTried(gateway.url, 3);
  const lines = gateway.stderr().split('\n');
  expect(lines.filter((line) => line.includes('upstream nowhere'))).toEqual([
    expect.stringContaining('upstream nowhere is unreachable'),
  ]);
}, 30_000);

test('lines that nobody reads are left out past a bound, and counted', async () => {
  const command = await startGatewayProcess();
  gateway = command;
  const { stderr } = command.process;
  stderr!.pause();
  const calls = Array.from({ length: 25 }, () => ({ tool_slug: `nothing-${'x'.repeat(100)}`, arguments: {} }));
  const fail = (): Promise<Response> =>
    fetch(`${command.url}/v1/call_batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ calls }),
    });
  for (let round = 0; round < 200; round += 1) {
    expect((await fail()).status).toBe(200);
  }
  stderr!.resume();
  for (
    const deadline = Date.now() + 10_000;
    !/\d+ lines are left out/.test(command.stderr()) && Date.now() < deadline;
  ) {
    await fail();
    await wait(50);
  }
  expect(command.stderr()).toMatch(/^\{"level":40,.*"\d+ lines are left out: nobody read them in time"\}$/m);
}, 60_000);
