import { freePort } from '@dcc-mcp/test-kit/free-port';
import { startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
// The doctor joins the Redis that is named: it says what it is, or the one cause and what to do, and never a secret.
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayReport } from '../../src/cli/doctor/report.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';

const endings: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

async function redis(...args: readonly string[]): Promise<string> {
  const server = await startRedis({ args });
  endings.push(() => server.stop());
  return `127.0.0.1:${server.port}`;
}

async function examine(env: Readonly<Record<string, string>>): Promise<GatewayReport> {
  const { stdout } = await runInProcess(['doctor', '--json'], { env });
  expect(stdout).not.toContain('hunter2');
  return JSON.parse(stdout) as GatewayReport;
}

/** The problem with Redis alone. */
function problemOf({ problems }: GatewayReport): unknown {
  return problems.find(({ subject }) => subject === 'redisUrl');
}

describeWithTools({ describe, test }, ['redis-server'])('the doctor', () => {
  test('says of a Redis that can be used what it is', async () => {
    const place = await redis('--requirepass', 'hunter2');
    const env = { DCC_MCP_REDIS_URL: `redis://${place}`, DCC_MCP_REDIS_PASSWORD: 'hunter2' };
    const report = await examine(env);
    expect(report.redis).toEqual({ outcome: 'ok', place, version: expect.stringMatching(/^Redis \d+\.\d+\.\d+$/) });
    expect(problemOf(report)).toBeUndefined();
    const { stdout } = await runInProcess(['doctor'], { env });
    expect(stdout).toMatch(/^Redis:\n {2}ok {2}Redis \d+\.\d+\.\d+, 127\.0\.0\.1:\d+$/m);
  });

  test('warns of one that drops keys when its memory is full', async () => {
    const place = await redis('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    const { redis: found, exitCode } = await examine({ DCC_MCP_REDIS_URL: `redis://${place}` });
    expect(found).toMatchObject({ outcome: 'ok', note: expect.stringContaining('maxmemory-policy allkeys-lru') });
    expect(exitCode).toBe(1); // For there are no servers.
  });

  test.each([
    ['a wrong password', ['--requirepass', 'right'], 'unauthorized'],
    ['no memory', ['--maxmemory', '1', '--requirepass', 'hunter2'], 'not_writable'],
    ['a user who may not write', ['--user', 'default', 'on', '>hunter2', '~*', '&*', '+@all', '-set'], 'unauthorized'],
  ])('names what is wrong with %s', async (_, args, cause) => {
    const report = await examine({ DCC_MCP_REDIS_URL: `redis://:hunter2@${await redis(...args)}` });
    expect(problemOf(report)).toMatchObject({ cause, action: expect.any(String) });
    expect(report.redis).toMatchObject({ outcome: 'failed' });
  });

  test('says that nobody listens', async () => {
    const report = await examine({ DCC_MCP_REDIS_URL: `rediss://:hunter2@127.0.0.1:${await freePort()}` });
    expect(problemOf(report)).toMatchObject({ cause: 'connection_refused' });
  });

  test('says what to look for where a server does not speak TLS', async () => {
    const report = await examine({ DCC_MCP_REDIS_URL: `rediss://${await redis()}` });
    expect(problemOf(report)).toMatchObject({
      cause: 'unreachable',
      action: expect.stringContaining('whether it speaks TLS'),
    });
  });
});

test('the doctor says nothing of Redis where none is named', async () => {
  expect(await examine({})).not.toHaveProperty('redis');
});
