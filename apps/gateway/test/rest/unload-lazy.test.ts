// A lazy upstream is stopped by unload_skill: not in the middle of a call, and no other upstream is.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type ServedWhole, serveWhole } from '../mcp/bridge/whole-server.ts';
import { openModern } from '../tracing/raw-mcp.ts';

let whole: ServedWhole;
let gateway: RunningGateway;

async function post(path: string, body: Json): Promise<Json> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${gateway.url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as Json) };
}

beforeAll(async () => {
  whole = await serveWhole('handshake');
  const mcpServers = { lazy: { url: whole.url, lazy: true }, eager: { url: whole.url } };
  gateway = await startGateway({ config: { mcpServers }, env: { DCC_MCP_EXPOSE: 'all' } });
  await gateway.ready();
});

afterAll(async () => {
  await gateway.stop();
  whole.close();
});

test('a call on its way ends first', async () => {
  await post('load_skill', { skill_name: 'lazy' });
  const slug = await findSlug(gateway.url, 'lazy', 'report');
  const order: string[] = [];
  const call = post('call', { tool_slug: slug, arguments: { count: 1, pauseMillis: 300 } });
  const ending = call.then(({ ok }) => void order.push(`call ${String(ok)}`));
  await post('search', { query: 'report' });
  const unloading = post('unload_skill', { skill_name: 'lazy' });
  const unloaded = unloading.then(({ loaded }) => void order.push(`loaded ${String(loaded)}`));
  await Promise.all([ending, unloaded]);
  expect(order).toEqual(['call true', 'loaded false']);
});

test('ten at once stop it once, and a call among them starts it again', async () => {
  await post('load_skill', { skill_name: 'lazy' });
  const slug = await findSlug(gateway.url, 'lazy', 'echo');
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, () => post('unload_skill', { skill_name: 'lazy' })),
    post('call', { tool_slug: slug, arguments: { text: 'hi' } }),
  ]);
  expect(answers.slice(0, 10).filter(({ status, loaded }) => status !== 200 || loaded !== false)).toEqual([]);
  expect(answers.at(-1)).toMatchObject({ ok: true, output: 'hi' });
});

test('a list of resources does not start it again', async () => {
  await post('load_skill', { skill_name: 'lazy' });
  await post('unload_skill', { skill_name: 'lazy' });
  const client = openModern(gateway.url);
  for (const method of ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list']) {
    expect((await client.request(method, {})).status).toBe(200);
  }
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly name: string; readonly status: string }[];
  };
  expect(instances.map(({ name, status }) => [name, status])).toContainEqual(['lazy', 'idle']);
});

test('an upstream that is not lazy is no skill that could be unloaded', async () => {
  expect(await post('unload_skill', { skill_name: 'eager' })).toMatchObject({
    status: 404,
    error: { kind: 'unknown-slug' },
  });
});
