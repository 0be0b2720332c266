// Budgets by what tools say of themselves and by name, and loops of identical calls: a model reads when it may come again.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy } from '../tracing/raw-mcp.ts';

let server: PlainServer;
let gateway: RunningGateway;

beforeEach(async () => {
  server = await startPlainServer({
    tools: ['read_a', 'read_b', 'write_it', { name: 'wipe_it', annotations: { destructiveHint: true } }],
  });
});

afterEach(async () => {
  await gateway.stop();
  server.server.closeAllConnections();
  server.server.close();
});

async function start(limits: object, config: object = {}): Promise<void> {
  gateway = await startGateway({
    config: { mcpServers: { shop: { url: server.url, dccType: 'maya' } }, limits, ...config },
    enablePrometheus: true,
  });
  await gateway.ready();
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly error: Json;
}

let calls = 0;

/** Calls with other arguments each time, unless they are given. */
async function call(
  tool: string,
  args: Json = { n: (calls += 1) },
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`, { headers })).json()) as {
    instances: readonly Json[];
  };
  const slug = `maya.${String(instances[0]!['instance_short'])}.${tool}`;
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ tool_slug: slug, arguments: args }),
  });
  const { error = {} } = (await response.json()) as { error?: Json };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), error };
}

async function statuses(...tools: readonly string[]): Promise<readonly number[]> {
  const seen: number[] = [];
  for (const tool of tools) {
    seen.push((await call(tool)).status);
  }
  return seen;
}

async function metric(series: string): Promise<string | undefined> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1);
}

describe('a budget counts the calls', () => {
  test('of all read-only tools together', async () => {
    await start({ readOnlyRatePerMinute: 2 });
    expect(await statuses('read_a', 'read_b', 'read_a', 'write_it', 'wipe_it')).toEqual([200, 200, 429, 200, 200]);
  });

  test('of all destructive tools together', async () => {
    await start({ destructiveRatePerMinute: 1 });
    expect(await statuses('wipe_it', 'wipe_it', 'read_a', 'write_it')).toEqual([200, 429, 200, 200]);
  });

  test.each(['read_*', 'MAYA__read_*'])('of each tool that fits %s by itself', async (pattern) => {
    await start({ toolRatesPerMinute: { [pattern]: 1 } });
    expect(await statuses('read_a', 'read_b', 'read_a', 'read_b', 'write_it', 'write_it')).toEqual([
      200, 200, 429, 429, 200, 200,
    ]);
  });

  test('of each principal by itself', async () => {
    const tokens = ['token-of-ada-0', 'token-of-eve-1'].map((token, i) => ({ token, name: `agent-${i}` }));
    await start({ destructiveRatePerMinute: 1 }, { auth: { tokens } });
    const answers: Answer[] = [];
    for (const { token } of [tokens[0]!, tokens[1]!, tokens[0]!]) {
      answers.push(await call('wipe_it', undefined, { authorization: `Bearer ${token}` }));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });
});

test('a refusal says when the budget is free again, in words, field and header, and is counted once', async () => {
  await start({ destructiveRatePerMinute: 1 });
  await call('wipe_it');
  const { retryAfter, error } = await call('wipe_it');
  expect(error).toMatchObject({ kind: 'throttled', retryable: true, retry_after_secs: Number(retryAfter) });
  expect(error['message']).toMatch(
    /^The budget of destructive tools is used up: 1 call a minute; it is possible again in \d+ s, at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  );
  expect(server.asked.filter((asked) => asked === 'tools/call wipe_it')).toHaveLength(1);
  expect(await metric('dcc_mcp_gateway_calls_rejected_total{reason="quota"}')).toBe('1');
  expect(await metric('dcc_mcp_gateway_governance_events_total{category="rate-limit",outcome="throttled"}')).toBe('1');
  const client = await openLegacy(gateway.url);
  const { result } = await client.request('tools/call', {
    name: 'call',
    arguments: { tool_slug: `maya.${await id8()}.wipe_it` },
  });
  expect(JSON.stringify(result)).toContain('it is possible again in');
});

async function id8(): Promise<string> {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as { instances: readonly Json[] };
  return String(instances[0]!['instance_short']);
}

async function repeat(times: number, tool: string, args: Json): Promise<readonly number[]> {
  const seen: number[] = [];
  for (let time = 0; time < times; time += 1) {
    seen.push((await call(tool, args)).status);
  }
  return seen;
}

const loopsTold = () => gateway.stderr().match(/made the same call of maya__\w+ \d+ times within 60 s: a loop/g) ?? [];

/** What the rows of the calls say of policy, the first call first. */
async function decisions(): Promise<readonly unknown[]> {
  const { calls: rows } = (await (await fetch(`${gateway.url}/v1/debug/calls`)).json()) as { calls: readonly Json[] };
  return rows.toReversed().map(({ policy }) => policy);
}

describe('a call that is let through is noted as allowed', () => {
  test('by the budgets that it falls under, and by none where it falls under none', async () => {
    await start({ toolRatesPerMinute: { read_a: 1, 'maya__read_*': 5 } });
    await statuses('read_a', 'read_b', 'read_a', 'write_it');
    const allowed = { outcome: 'allowed' };
    expect(await decisions()).toEqual([allowed, allowed, { outcome: 'throttled', reason: 'quota' }, undefined]);
    const { stats } = (await (await fetch(`${gateway.url}/v1/debug/governance`)).json()) as { stats: Json };
    expect(stats).toMatchObject({ allowed: 2, throttled: 1 });
  });

  test('where loops are refused, and not where they are only told of', async () => {
    await start({ loopCalls: 2, refuseLoops: true });
    await repeat(3, 'read_a', { path: '/x' });
    const allowed = { outcome: 'allowed' };
    expect(await decisions()).toEqual([allowed, allowed, { outcome: 'throttled', reason: 'loop' }]);
    await gateway.stop();
    await start({ loopCalls: 2 });
    await repeat(3, 'read_a', { path: '/x' });
    expect(await decisions()).toEqual([undefined, undefined, undefined]);
  });
});

describe('a loop of identical calls', () => {
  test('is told of once, and goes on where nothing else is said', async () => {
    await start({ loopCalls: 3 });
    expect(await repeat(6, 'read_a', { path: '/x' })).toEqual([200, 200, 200, 200, 200, 200]);
    expect(loopsTold()).toHaveLength(1);
    const { activity } = (await (await fetch(`${gateway.url}/v1/debug/activity`)).json()) as {
      activity: readonly Json[];
    };
    expect(activity).toContainEqual(
      expect.objectContaining({ kind: 'tool_call', status: 'loop', severity: 'warning' }),
    );
    const { quota } = (await (await fetch(`${gateway.url}/v1/debug/governance`)).json()) as { quota: Json };
    expect(quota['loop']).toEqual({ calls: 3, window_secs: 60, refused: false, seen_total: 1 });
  });

  test('is refused where that is configured, until the window is over', async () => {
    await start({ loopCalls: 2, loopWindowSecs: 1, refuseLoops: true });
    expect(await repeat(4, 'read_a', { path: '/x' })).toEqual([200, 200, 429, 429]);
    const { error, retryAfter } = await call('read_a', { path: '/x' });
    expect([error['kind'], retryAfter]).toEqual(['throttled', '1']);
    expect(error['message']).toContain('is refused as a loop; it is possible again in 1 s');
    expect(error['recommended_next_action']).toContain('Do something else');
    await wait(Number(retryAfter) * 1_000);
    expect((await call('read_a', { path: '/x' })).status).toBe(200);
  });

  test('is none where arguments or tools differ, however long they are', async () => {
    await start({ loopCalls: 2, refuseLoops: true });
    const long = 'x'.repeat(5_000);
    expect(await statuses('read_a', 'read_a', 'read_a', 'read_a')).toEqual([200, 200, 200, 200]);
    expect(await repeat(2, 'read_a', { long })).toEqual([200, 200]);
    expect(await repeat(2, 'read_b', { long })).toEqual([200, 200]);
    expect(await repeat(2, 'read_a', { long: `${long}y` })).toEqual([200, 200]);
    expect(await repeat(1, 'read_a', { long })).toEqual([429]);
  });

  test('is seen in calls that are wrong each time, too', async () => {
    await start({ loopCalls: 2, refuseLoops: true });
    const wrong = [] as unknown as Json;
    expect((await repeat(3, 'read_a', wrong)).at(-1)).toBe(429);
  });

  test('is one of a session: others make the same call', async () => {
    await start({ loopCalls: 2, refuseLoops: true }, { server: { expose: 'all' } });
    const outcomes: unknown[] = [];
    for (let session = 0; session < 2; session += 1) {
      const client = await openLegacy(gateway.url);
      for (let time = 0; time < 3; time += 1) {
        const { result } = await client.request('tools/call', { name: 'read_a', arguments: { same: true } });
        outcomes.push(result!['isError'] ?? false);
      }
    }
    expect(outcomes).toEqual([false, false, true, false, false, true]);
  });
});
