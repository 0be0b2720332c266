// The commands on the history as a process: colour at a terminal alone, and a reader that has enough.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runInTerminal } from '../../fixtures/in-terminal.ts';
import { cleanEnvironment, MAIN } from '../../fixtures/start-gateway.ts';
import { type RestGateway, startRestGateway } from '../../rest/rest-gateway.ts';

let rest: RestGateway;
let at: readonly string[];

beforeAll(async () => {
  rest = await startRestGateway();
  at = ['--url', rest.gateway.url];
  await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error') });
});

afterAll(() => rest?.gateway.stop());

describe('colour', () => {
  const never = 'a text that never comes';

  test('is there at a terminal, and its lines are no wider', async () => {
    const { shown, code } = await runInTerminal({ args: ['stats', ...at], until: never });
    expect([code, shown]).toEqual([0, expect.stringContaining('\u001b[31m1 failed\u001b[0m')]);
    // oxlint-disable-next-line no-control-regex -- colours are what is taken out
    const lines = shown.replaceAll(/\u001b\[\d+m/g, '').split(/\r?\n/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test('is not there with NO_COLOR', async () => {
    const { shown } = await runInTerminal({ args: ['calls', ...at], env: { NO_COLOR: '1' }, until: never });
    expect(shown).toContain('is_error');
    expect(shown).not.toContain('\u001b');
  });
});

test('a reader that has enough ends a list without a word', async () => {
  const child = spawn(process.execPath, [MAIN, 'tail', ...at, '--json'], { env: cleanEnvironment() });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const calls: Promise<unknown>[] = [];
  const calling = setInterval(() => calls.push(rest.post('/v1/call', { tool_slug: rest.toolbox('say') })), 50);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(calling);
  // The gateway is stopped when nobody waits for an answer of it.
  await Promise.all(calls);
  expect([code, stderr]).toEqual([0, '']);
});
