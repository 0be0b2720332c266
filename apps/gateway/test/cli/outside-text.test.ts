// What others wrote (values of settings, names, errors, output of servers) is only ever shown on the operator's terminal.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runCommand } from '../fixtures/run-command.ts';
import { startGateway } from '../fixtures/start-gateway.ts';

const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const HOSTILE = 'x\u001B]0;owned\u0007\u001B[2J\r\u009B31m\u202E\u200B\nlistening on http://evil.example';
const MADE_UP = /^listening on http:\/\/evil/m;

const folder = mkdtempSync(join(tmpdir(), 'outside-text-'));
const file = join(folder, 'gateway.json');

beforeAll(() => {
  writeFileSync(
    file,
    JSON.stringify({
      [HOSTILE]: 1,
      server: { name: HOSTILE, expose: HOSTILE },
      mcpServers: { [HOSTILE]: { command: HOSTILE } },
    }),
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('hostile text only shows', () => {
  test.each([
    ['a flag', [`--${HOSTILE}`], {}],
    ['a value of a flag', ['--port', HOSTILE], {}],
    ['the name of a file', ['--config', HOSTILE], {}],
    ['a command', ['serve', HOSTILE], {}],
    ['an argument of token', ['token', HOSTILE], {}],
    ['doctor, as text', ['doctor', '--config', file], { DCC_MCP_GATEWAY_PORT: HOSTILE, OTEL_SERVICE_NAME: HOSTILE }],
    ['doctor, as JSON', ['doctor', '--json', '--config', file], { OTEL_RESOURCE_ATTRIBUTES: HOSTILE }],
    ['config print', ['config', 'print', '--config', file], { DCC_MCP_GATEWAY_NAME: HOSTILE }],
  ])('%s', async (_what, args, env) => {
    const { stdout, stderr } = await runCommand(args, env);
    expect(stdout + stderr).not.toBe('');
    expect(stdout + stderr).not.toMatch(UNSAFE);
    expect(stdout + stderr).not.toMatch(MADE_UP);
  });

  test('what a server is called, prints and dies with', async () => {
    const program = `process.stdout.write(${JSON.stringify(`${HOSTILE}\n`)}); process.stderr.write(${JSON.stringify(HOSTILE)}); process.exitCode = 3;`;
    const gateway = await startGateway({
      config: { mcpServers: { [HOSTILE]: { command: process.execPath, args: ['-e', program] } } },
    });
    await gateway.ready();
    for (const deadline = Date.now() + 10_000; !gateway.stderr().includes('unreachable') && Date.now() < deadline;) {
      await wait(20);
    }
    await gateway.stop();
    expect(gateway.stderr()).toContain('unreachable');
    expect(gateway.stderr()).toContain('not JSON-RPC');
    expect(gateway.stderr()).not.toMatch(UNSAFE);
    expect(gateway.stderr()).not.toMatch(MADE_UP);
  }, 20_000);
});
