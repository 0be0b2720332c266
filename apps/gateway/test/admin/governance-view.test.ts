// /v1/debug/governance: what limits count and refused, how circuits stand, what is in force, what was decided.
import { describeAdminRoutes } from '@dcc-mcp/admin-api';
import { afterEach, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findSlug } from '../fixtures/callers.ts';
import { startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

interface Governance {
  readonly [member: string]: unknown;
  readonly quota: Readonly<Record<string, unknown>>;
  readonly circuits: readonly Readonly<Record<string, string>>[];
}

const TOOLBOX = {
  command: process.execPath,
  args: [join(import.meta.dirname, '..', 'rest', 'fixture', 'tool-server.mjs')],
};

let gateway: RunningGateway | undefined;
const servers: Server[] = [];

afterEach(async () => {
  await gateway?.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function governanceOf({ url }: RunningGateway): Promise<Governance> {
  const body: unknown = await (await fetch(`${url}/v1/debug/governance`)).json();
  const route = describeAdminRoutes().find(({ path }) => path === 'governance')!;
  expect(route.answer!.safeParse(body).error?.issues ?? []).toEqual([]);
  return body as Governance;
}

async function call(url: string, toolSlug: string): Promise<number> {
  const answer = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: toolSlug }),
  });
  await answer.text();
  return answer.status;
}

test('limits say whom they count, and how often they refused', async () => {
  const config = { mcpServers: { toolbox: TOOLBOX }, limits: { ratePerMinute: 3, concurrencyPerPrincipal: 2 } };
  gateway = await startGateway({ config });
  await gateway.ready();
  const loop = { calls: 20, window_secs: 60, refused: false, seen_total: 0 };
  const ofCalls = { tool_rates_per_minute: {}, loop };
  const limits = { rate_per_minute: 3, concurrency_per_principal: 2, store: 'memory', ...ofCalls };
  expect((await governanceOf(gateway)).quota).toEqual({ ...limits, principals_tracked: 0, throttled_total: 0 });
  const statuses: number[] = [];
  for (let calls = 0; calls < 5; calls += 1) {
    statuses.push(await call(gateway.url, 'nothing.12345678.here'));
  }
  expect(statuses.slice(-2)).toEqual([429, 429]);
  const told = await governanceOf(gateway);
  expect(told.quota).toEqual({ ...limits, principals_tracked: 1, throttled_total: 2 });
  expect(told['stats']).toMatchObject({ throttled: 2 });
  expect(told['recent_decisions']).toEqual(
    expect.arrayContaining([expect.objectContaining({ outcome: 'throttled', reason: 'quota' })]),
  );
});

test('a circuit opens after failures in a row, lets one call try, and closes when that goes well', async () => {
  let isBroken = false;
  const plain = await startPlainServer({ tools: ['work'] });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (isBroken && body.includes('tools/call')) {
      response.writeHead(500).end();
      return;
    }
    const { method = 'GET' } = request;
    const answer = await fetch(plain.url, { method, ...(method === 'POST' ? { body } : {}) });
    const type = answer.headers.get('content-type');
    response.writeHead(answer.status, type === null ? {} : { 'content-type': type }).end(await answer.text());
  };
  const proxy = createServer((request, response) => void pass(request, response));
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  servers.push(plain.server, proxy);
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`;
  const config = {
    mcpServers: { far: { url } },
    limits: { circuitFailureThreshold: 2, circuitOpenSecs: 1, readRetryMax: 0 },
  };
  gateway = await startGateway({ config });
  await gateway.ready();
  const slug = await findSlug(gateway.url, 'far', 'work');
  const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect((await governanceOf(gateway)).circuits).toEqual([{ instance_id: id, state: 'closed', failures: 0 }]);
  isBroken = true;
  await call(gateway.url, slug);
  expect((await governanceOf(gateway)).circuits).toEqual([{ instance_id: id, state: 'closed', failures: 1 }]);
  await call(gateway.url, slug);
  const [open] = (await governanceOf(gateway)).circuits;
  const times = { opens_at: expect.any(String), closes_at: expect.any(String) };
  expect(open).toEqual({ instance_id: id, state: 'open', failures: 2, ...times });
  expect(Date.parse(open!['closes_at']!) - Date.parse(open!['opens_at']!)).toBe(1_000);
  const stateNow = async (): Promise<string> => (await governanceOf(gateway!)).circuits[0]!['state']!;
  await until(async () => (await stateNow()) === 'half-open');
  isBroken = false;
  expect(await call(gateway.url, slug)).toBe(200);
  expect((await governanceOf(gateway)).circuits).toEqual([{ instance_id: id, state: 'closed', failures: 0 }]);
});

test('what is in force is said: mode, policy, quarantine, redaction, who is let in', async () => {
  const policy = { readOnly: true, allowedDccTypes: ['maya'] };
  const config = { mcpServers: {}, policy, admin: { redactPaths: ['message'] } };
  gateway = await startGateway({ config });
  expect(await governanceOf(gateway)).toMatchObject({
    generated_at: expect.any(String),
    mode: { admin_mutations: false, read_only: true },
    policy: {
      unrestricted: false,
      read_only: true,
      allowed_dcc_types: ['maya'],
      allowlists_active: { allowed_dcc_types: true, allowed_skill_names: false },
    },
    quota: { store: 'memory' },
    quarantine: { mode: 'off', held: [] },
    redaction: { keys: expect.arrayContaining(['code', 'token']), paths: ['message'], values_applied: true },
    authentication: { mcp: 'none', metrics: 'none', admin: 'none' },
  });
});
