// A tool that leaves while its call runs: its call counts under its name all the same.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy } from '../tracing/raw-mcp.ts';

let held: HeldServer;
let gateway: RunningGateway;
let slug: string;

beforeEach(async () => {
  [held, gateway] = await Promise.all([startHeldServer(), startGateway({ enablePrometheus: true })]);
  const id = randomUUID();
  slug = `maya.${id.slice(0, 8)}.held`;
  await post('instances/register', { instance_id: id, dcc_type: 'maya', mcp_url: held.url });
  await untilKnown(slug);
});

afterEach(async () => {
  await gateway?.stop();
  held?.close();
});

async function post(path: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${gateway.url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

async function untilKnown(tool: string): Promise<void> {
  while ((await post('describe', { tool_slug: tool })).status !== 200) {
    await wait(20);
  }
}

/** Its host goes in the middle of the call, and with it the instance and its tools. */
async function die(): Promise<void> {
  await held.nextCall();
  held.close();
}

async function overMcp(): Promise<unknown> {
  const mcp = await openLegacy(gateway.url);
  return mcp.request('tools/call', { name: 'call', arguments: { tool_slug: slug } });
}

test.each([
  ['over REST', () => post('call', { tool_slug: slug })],
  ['in a batch', () => post('call_batch', { calls: [{ tool_slug: slug }] })],
  ['as a job', () => post('call', { tool_slug: slug, meta: { 'dcc.async': true } })],
  ['over MCP', overMcp],
])('its first call counts under its name: %s', async (way, call) => {
  const answer = call();
  await die();
  await answer;
  const counts = await untilCounted();
  expect(counts).toMatchObject({ calls: { 'maya__held error': 1 }, hops: { 'tools/call maya__held': 1 } });
  expect(Object.keys(counts.calls).filter((labels) => labels.startsWith('_unknown'))).toEqual([]);
  expect(counts.durations).toEqual({ maya__held: 1 });
  expect(counts.phases['maya__held upstream']).toBe(1);
  expect(counts.requests).toEqual(way === 'over MCP' ? { 'tools/call maya__held': 1 } : {});
  expect((await post('call', { tool_slug: slug })).status).toBe(410);
});

test('a call of a tool that has left before it came is one of no tool', async () => {
  void post('call', { tool_slug: slug });
  await die();
  await untilCounted();
  expect((await post('call', { tool_slug: slug })).status).toBe(410);
  expect((await counted()).calls).toMatchObject({ 'maya__held error': 1, '_unknown error': 1 });
});

/** Those that begin with the method of calls. */
function ofCalls(values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).filter(([labels]) => labels.startsWith('tools/call ')));
}

async function counted() {
  const text = await scrape(gateway.url);
  const count = (name: string, ...labels: string[]) => valuesOf(text, name, labels);
  return {
    calls: count('dcc_mcp_tool_calls_total', 'tool', 'status'),
    durations: count('dcc_mcp_tool_duration_seconds_count', 'tool'),
    phases: count('dcc_mcp_gateway_phase_duration_seconds_count', 'tool', 'phase'),
    hops: count('mcp_client_operation_duration_seconds_count', 'mcp_method_name', 'gen_ai_tool_name'),
    requests: ofCalls(count('mcp_server_operation_duration_seconds_count', 'mcp_method_name', 'gen_ai_tool_name')),
  };
}

async function untilCounted(): ReturnType<typeof counted> {
  for (;;) {
    const counts = await counted();
    if (Object.values(counts.calls).some((value) => value > 0)) {
      return counts;
    }
    await wait(20);
  }
}
