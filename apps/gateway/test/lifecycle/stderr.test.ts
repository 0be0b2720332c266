// What the gateway says on stderr: each change of state once.
import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { type RunningGateway, startGateway } from '../e2e/start-gateway.ts';

let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.stop();
});

test('a command that does not exist is said once, however often it is tried again', async () => {
  gateway = await startGateway({ config: { mcpServers: { nowhere: { command: 'no-such-command-anywhere' } } } });
  await gateway.ready();
  await wait(3_000);
  const lines = gateway.stderr().split('\n');
  expect(lines.filter((line) => line.includes('upstream nowhere'))).toEqual([
    expect.stringContaining('upstream nowhere is unreachable'),
  ]);
}, 30_000);
