import { afterEach, describe, expect, test } from '@jest/globals';
import { startFakeHttp, type FakeHttp, type FakeHttpOptions } from './fixtures/fake-http.ts';
import { closeAll, connected, createPeer, http, jsonOf, until, type Harness } from './fixtures/harness.ts';

const servers: FakeHttp[] = [];

async function start(
  options: FakeHttpOptions,
  prepare: (server: FakeHttp) => void = () => {},
): Promise<Harness & { server: FakeHttp }> {
  const server = await startFakeHttp(options);
  servers.push(server);
  prepare(server);
  return { server, ...(await connected(http(server.url), {}, { probeIntervalMillis: 50, toolsPollMillis: 60 })) };
}

afterEach(async () => {
  await closeAll();
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

/** A fake of dcc-mcp-core: its job tool, its readiness route, no stream. */
function core(flags: { body: Record<string, boolean>; status: number }): [FakeHttpOptions, (server: FakeHttp) => void] {
  return [
    {
      hasGetStream: false,
      intercept: ({ path }, response) => {
        if (path === '/v1/readyz') {
          response.writeHead(flags.status, { 'content-type': 'application/json' }).end(JSON.stringify(flags.body));
        }
        return path === '/v1/readyz';
      },
    },
    (server) => void server.state.tools.unshift('jobs_get_status'),
  ];
}

describe('readiness', () => {
  test.each([
    ['legacy', 'ping'],
    ['modern', 'server/discover'],
  ] as const)('is probed again and again, in the %s era with %s', async (era, method) => {
    const { server, diary, upstream } = await start({ era });
    await until(() => diary.probes.lastIndexOf('ready') >= diary.probes.indexOf('ready') + 3); // the first fall into the start
    expect(diary.probes.slice(diary.probes.indexOf('ready')).slice(0, 4)).toEqual(['ready', 'ready', 'ready', 'ready']);
    expect(server.requests.filter(({ message }) => message?.method === method).length).toBeGreaterThanOrEqual(3);
    expect(upstream.status.lastOk).toBeGreaterThan(upstream.status.since);
  });

  test('counts failed probes, keeps the last error and the last good number of tools, and recovers', async () => {
    let isBroken = false;
    const { diary, upstream } = await start({
      intercept: ({ message }, response) => {
        if (isBroken && message?.method === 'ping') {
          response.writeHead(500).end();
          return true;
        }
        return false;
      },
    });
    const { toolCount } = upstream.status;
    isBroken = true;
    await until(() => upstream.status.consecutiveFailures >= 3);
    expect(upstream.status).toMatchObject({
      readiness: 'unreachable',
      lastError: expect.stringContaining('HTTP 500'),
      toolCountAtLastGood: toolCount,
    });
    expect(diary.probes).toContain('unreachable');
    isBroken = false;
    await until(() => upstream.status.readiness === 'ready');
    expect(upstream.status.consecutiveFailures).toBe(0);
  });

  test('of dcc-mcp-core follows its own readiness route', async () => {
    const flags = { status: 503, body: { process: true, dcc: false } };
    const { diary, upstream } = await start(...core(flags));
    await until(() => diary.probes.includes('booting'));
    expect(upstream.status.readiness).toBe('booting');
    Object.assign(flags, { status: 200, body: { process: true, dcc: true } });
    await until(() => upstream.status.readiness === 'ready');
  });
});

describe('dcc-mcp-core behind the gateway', () => {
  test('is asked for its tools list now and then, and only news are passed on', async () => {
    const { server, diary } = await start(...core({ status: 200, body: { process: true, dcc: true } }));
    const lists = () => server.requests.filter(({ message }) => message?.method === 'tools/list').length;
    const before = lists();
    await until(() => lists() > before + 10);
    expect(diary.tools).toHaveLength(1);
    server.state.tools.push('loaded_later');
    await until(() => diary.tools.length === 2);
    expect(diary.tools[1]).toContain('loaded_later');
  });

  test('gets no progress token, because it would turn the call into a job', async () => {
    const harness = await start(...core({ status: 200, body: { process: true, dcc: true } }));
    const result = await harness.call('seen', {}, { peer: createPeer(), meta: { progressToken: 'p' } });
    expect(jsonOf(result)['meta']).not.toHaveProperty('progressToken');
  });
});
