import { freePort } from '@dcc-mcp/test-kit/free-port';
import { startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools, findRedisServer } from '@dcc-mcp/test-kit/tools';
// What a URL may name besides one server: a cluster, sentinels, and a server that speaks TLS.
import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JoinedApprovals } from '../../src/cluster/redis/approvals/joined-approvals.ts';
import { RedisApprovals } from '../../src/cluster/redis/approvals/redis-approvals.ts';
import { RedisLeases } from '../../src/cluster/redis/limits/redis-leases.ts';
import { RedisQuotas } from '../../src/cluster/redis/limits/redis-quotas.ts';
import { MemoryApprovals } from '../../src/governance/approvals/memory-approvals.ts';
import { runCommand } from '../fixtures/run-command.ts';
import { openLink, whenDown, whenUp } from './fixtures/link.ts';
import { startRedisCluster } from './fixtures/redis-cluster.ts';

const TLS = join(import.meta.dirname, '../../../../packages/telemetry-node/test/tls');
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) {
    await end();
  }
});

/** What the doctor says, as it is shipped: with the part of the client that it needs. */
async function built(url: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const { stdout } = await runCommand(['doctor', '--json'], { DCC_MCP_REDIS_URL: url, ...env });
  return JSON.parse(stdout);
}

describeWithTools({ describe, test }, ['redis-server'])('a URL', () => {
  test('of a cluster reaches keys, scripts, channels and streams wherever they are', async () => {
    const cluster = await startRedisCluster();
    endings.push(() => cluster.stop());
    const { link } = await openLink(cluster.url);
    endings.push(() => link.close());
    expect(link.status()).toMatchObject({ isUp: true });
    const names = Array.from({ length: 20 }, (_, i) => link.key('n', String(i)));
    expect(await link.pipeline(names.map((key) => ['INCR', key]))).toEqual(names.map(() => 1));
    const quotas = new RedisQuotas(link, 1, 'operations');
    const who = Array.from({ length: 10 }, (_, i) => `user-${i}`);
    const decisions = await Promise.all(who.map((each) => quotas.consume(each)));
    expect(new Set(decisions.map(({ outcome }) => outcome))).toEqual(new Set(['allowed']));
    const leases = new RedisLeases(link, () => 0);
    const now = Date.now();
    const held = who.map((principal) =>
      leases.acquire({ id: 'a', principal, expiresAt: now + 1_000 }, { max: 1, now }),
    );
    expect(await Promise.all(held)).toEqual(who.map(() => true));
    await new JoinedApprovals({ link, remote: new RedisApprovals(link), local: new MemoryApprovals() }).read();
    const heard = Promise.withResolvers<string>();
    link.subscribe('news', heard.resolve);
    const read = link.blocking().send(['XREAD', 'BLOCK', '5000', 'STREAMS', 'stream', '0'], 10_000);
    await link.send(['XADD', 'stream', '1-0', 'field', 'value']);
    expect(await read).toEqual({ stream: [['1-0', ['field', 'value']]] });
    const timer = setInterval(() => void link.send(['PUBLISH', 'news', 'told']).catch(() => undefined), 20);
    expect(await heard.promise).toBe('told');
    clearInterval(timer);
    expect(await built(cluster.url)).toMatchObject({ redis: { outcome: 'ok', version: expect.any(String) } });
  });

  test('of a cluster all of whose servers have gone is one of a Redis that is away', async () => {
    const cluster = await startRedisCluster();
    endings.push(() => cluster.stop());
    const { link, lines } = await openLink(cluster.url);
    endings.push(() => link.close());
    expect(link.isUp).toBe(true);
    await cluster.stop();
    await whenDown(link);
    expect(lines.at(-1)).toMatch(/^redis: the cluster at 127\.0\.0\.1:\d+ is away/);
  });

  test('of sentinels reaches the server that they name', async () => {
    const server = await startRedis();
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
    const port = await freePort();
    const file = join(folder, 'sentinel.conf');
    writeFileSync(
      file,
      `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsentinel monitor main 127.0.0.1 ${server.port} 1\n`,
    );
    const sentinel = spawn(findRedisServer()!, [file, '--sentinel'], { stdio: 'ignore' });
    endings.push(async () => {
      const exit = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true });
      await server.stop();
    });
    const url = `redis+sentinel://127.0.0.1:${port}/main`;
    const { link } = await openLink(url);
    endings.push(() => link.close());
    await whenUp(link);
    expect(await link.send(['SET', link.key('x'), '1'])).toBe('OK');
    expect(await link.pipeline([['GET', link.key('x')], ['PING']])).toEqual(['1', 'PONG']);
    const heard = Promise.withResolvers<string>();
    link.subscribe('news', heard.resolve);
    const timer = setInterval(() => void link.send(['PUBLISH', 'news', 'told']).catch(() => undefined), 20);
    expect(await heard.promise).toBe('told');
    clearInterval(timer);
    expect(await built(url)).toMatchObject({ redis: { outcome: 'ok', version: expect.any(String) } });
  });

  test('with rediss reaches a server whose authority the machine is told of, and no other', async () => {
    const port = await freePort();
    const files = { cert: 'server.pem', key: 'server.key.pem', 'ca-cert': 'ca.pem' };
    const args = Object.entries(files).flatMap(([name, file]) => [`--tls-${name}-file`, join(TLS, file)]);
    const server = await startRedis({
      args: ['--tls-port', String(port), '--tls-auth-clients', 'no', '--requirepass', 'right', ...args],
    });
    endings.push(() => server.stop());
    const url = `rediss://:right@127.0.0.1:${port}`;
    const known = await built(url, { NODE_EXTRA_CA_CERTS: join(TLS, 'ca.pem') });
    expect(known).toMatchObject({ redis: { outcome: 'ok' } });
    expect(await built(url)).toMatchObject({ redis: { outcome: 'failed', problem: { cause: 'tls' } } });
  });
});
