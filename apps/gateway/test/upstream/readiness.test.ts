import { afterEach, describe, expect, test } from '@jest/globals';
import { ConnectionSupervisor } from '../../src/upstream/connection/connection-supervisor.ts';
import type { Connection } from '../../src/upstream/connection/connection.ts';
import { shuttingDown } from '../../src/upstream/hop/failures.ts';
import { ChangePacer } from '../../src/upstream/managed/change-pacer.ts';
import { UpstreamTools } from '../../src/upstream/managed/upstream-tools.ts';
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

function tooDeep(): never {
  throw new RangeError('too deep');
}

describe('what the answers of an upstream make throw', () => {
  /** A connection whose first list makes throw. */
  const connection = { facts: { capabilities: {} }, learn: tooDeep, close: async () => {} } as unknown as Connection;

  test('at its first questions is a failed try, told once, and the next one may succeed', async () => {
    const told: string[] = [];
    let tries = 0;
    const supervisor = new ConnectionSupervisor({
      open: async () => ({ ok: true, connection }),
      random: () => 0,
      maxPauseMillis: 10,
      onAttempt: () => void (tries += 1),
      onUp: async () => (tries === 1 ? tooDeep() : undefined),
      onFailed: ({ message }) => void told.push(message),
      onDown: () => void told.push('down'),
    });
    supervisor.begin();
    const failure = await supervisor.whenUp(5_000, () => shuttingDown().failure);
    const message = 'Its first answers could not be taken: too deep';
    expect(failure).toMatchObject({ kind: 'backend-unreachable', message });
    expect(told).toEqual(['down', message]);
    expect(await supervisor.whenUp(5_000, () => shuttingDown().failure)).toBeUndefined();
    expect([supervisor.isUp, told.length]).toEqual([true, 2]);
    await supervisor.close();
  });

  test('is a tools list that could not be read', async () => {
    const cuts: unknown[] = [];
    const tools = new UpstreamTools(
      { dccType: 'far' },
      {
        pollMillis: 10,
        onTools() {},
        onCut: (list, cut) => void cuts.push([list, cut]),
      },
    );
    await tools.attach(connection);
    expect(cuts).toEqual([['tools/list', 'it could not be taken: too deep']]);
    tools.detach();
  });

  test('at a change is told, and the next change is served', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const pacer = new ChangePacer(
      () => {
        runs += 1;
        tooDeep();
      },
      (error) => void errors.push(error),
    );
    for (const count of [1, 2]) {
      pacer.changed();
      await until(() => errors.length === count);
    }
    expect(runs).toBe(2);
    pacer.cancel();
  });

  test('leaves the try after it to be waited for', async () => {
    const second = Promise.withResolvers<{ ok: true; connection: Connection }>();
    const firstUp = Promise.withResolvers<void>();
    let tries = 0;
    const supervisor = new ConnectionSupervisor({
      open: () => (tries === 1 ? Promise.resolve({ ok: true, connection }) : second.promise),
      random: () => 0,
      maxPauseMillis: 10,
      onAttempt: () => void (tries += 1),
      onUp: () => firstUp.promise,
      onFailed() {},
      onDown() {},
    });
    supervisor.begin();
    await until(() => supervisor.connection !== undefined);
    supervisor.lost('gone');
    await until(() => tries === 2);
    firstUp.reject(new Error('gone meanwhile'));
    await new Promise(setImmediate);
    let isClosed = false;
    const closed = supervisor.close().then(() => (isClosed = true));
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    second.resolve({ ok: true, connection });
    await closed;
  });
});
