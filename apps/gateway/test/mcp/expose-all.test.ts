// `--expose all`: what belongs to the upstreams stays theirs, and what clients do is undone at them.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta, openLegacy, openModern, parseAnswer, type RawMcp } from '../tracing/raw-mcp.ts';

const server = (uri: string) => ({
  command: process.execPath,
  args: [join(import.meta.dirname, 'fixture/resource-server.mjs')],
  env: { URI: uri },
  dccType: uri.split('://')[0],
});
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

let gateway: RunningGateway;

const post = (body: Json, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    ...(signal === undefined ? {} : { signal }),
  });

async function initialize(capabilities: Json): Promise<{ readonly result: Json; readonly session: string }> {
  const clientInfo = { name: 'raw', version: '1.0.0' };
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  const response = await post({ method: 'initialize', params });
  const { result } = parseAnswer(await response.text());
  return { result: result as Json, session: response.headers.get('mcp-session-id')! };
}

/** What a tool of the fixture answers, as the JSON in its text. */
async function callTool(client: RawMcp, name: string): Promise<unknown> {
  const { result } = await client.request('tools/call', { name });
  const [block] = result!['content'] as readonly { readonly text: string }[];
  return JSON.parse(block!.text);
}

/** Looks until the server holds these subscriptions, at most two seconds. */
async function subscriptionsBecome(client: RawMcp, tool: string, wanted: readonly string[]): Promise<unknown> {
  let held: unknown;
  for (let i = 0; i < 40; i += 1) {
    held = await callTool(client, tool);
    if (JSON.stringify(held) === JSON.stringify(wanted)) {
      break;
    }
    await wait(50);
  }
  return held;
}

describe('with one upstream', () => {
  beforeAll(async () => {
    gateway = await startGateway({
      config: { mcpServers: { scenes: server('scene://one') } },
      env: { DCC_MCP_EXPOSE: 'all' },
    });
    await gateway.ready();
  }, 30_000);

  afterAll(async () => {
    await gateway.stop();
  });

  test('the instructions are the upstream’s', async () => {
    expect((await initialize({})).result['instructions']).toBe('Read scene://one first.');
  });

  test.each([
    ['ask_model', {}, 'sampling'],
    ['ask_person', { sampling: {} }, 'elicitation'],
    ['ask_page', { elicitation: {} }, 'elicitation.url'],
  ])('%s is declined at once for a client that declared %j', async (name, capabilities, missing) => {
    const { session } = await initialize(capabilities);
    const response = await post({ method: 'tools/call', params: { name } }, { 'mcp-session-id': session });
    const { result } = parseAnswer(await response.text()) as { result: { content: readonly { text: string }[] } };
    expect(JSON.parse(result.content[0]!.text)).toEqual({
      error: { code: -32_601, message: expect.stringContaining(`the client has no ${missing}`) },
    });
  });

  test('an answer that is nested too deeply to be written again is the upstream’s failure, and harms no other', async () => {
    const client = await openLegacy(gateway.url);
    const { result } = await client.request('tools/call', { name: 'deep' });
    expect(result).toMatchObject({
      isError: true,
      structuredContent: {
        error: { kind: 'backend-error', message: expect.stringContaining('nested deeper than 512') },
      },
    });
    expect(await callTool(client, 'subscriptions')).toEqual([]);
  });

  test('a client’s own answer that is nested too deeply is refused', async () => {
    const { session } = await initialize({ sampling: {} });
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const response = await fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: { ...JSON_HEADERS, 'mcp-session-id': session },
      body: `{"jsonrpc":"2.0","id":"q1","result":{"content":${deep}}}`,
    });
    expect([response.status, (await response.json()) as Json]).toMatchObject([400, { error: { code: -32_700 } }]);
  });

  test.each([
    ['2025-11-25', () => openLegacy(gateway.url), -32_002],
    ['2026-07-28', async () => openModern(gateway.url), -32_602],
  ])('a resource that is not there has the code of revision %s', async (_, open, code) => {
    const client = await open();
    expect((await client.request('resources/read', { uri: 'scene://none' })).error).toMatchObject({ code });
  });

  test.each(['legacy', 'modern'])('what the gateway tells of itself is read by its URI (%s)', async (era) => {
    const client = era === 'modern' ? openModern(gateway.url) : await openLegacy(gateway.url);
    const read = async (uri: string): Promise<string> => {
      const headers = { 'mcp-name': uri };
      const { result } = await client.request('resources/read', { uri }, era === 'modern' ? { headers } : {});
      return (result!['contents'] as readonly { readonly text: string }[])[0]!.text;
    };
    const { instances } = JSON.parse(await read('gateway://instances')) as { instances: readonly Json[] };
    const [{ instance_id: id }] = instances as [Json];
    expect(instances).toMatchObject([{ name: 'scenes', status: 'ready' }]);
    expect(JSON.parse(await read(`gateway://instances/${String(id)}`))).toMatchObject({ name: 'scenes' });
    expect(JSON.parse(await read('gateway://catalog'))).toMatchObject({ tools: expect.any(Array) });
    expect(JSON.parse(await read(`events://session/${String(id)}?limit=1`))).toMatchObject({ cursor: 0 });
    expect(await read('resources://gateway/events')).toContain('election_won');
    const { resources } = (await client.request('resources/list', {})).result as { resources: readonly Json[] };
    expect(resources).toMatchObject([{ uri: 'scene://one' }]);
  });

  test('a stateless client that listens to a resource subscribes to it, until it leaves', async () => {
    const client = await openLegacy(gateway.url);
    const leave = new AbortController();
    const params = { notifications: { resourceSubscriptions: ['scene://one'] }, _meta: modernMeta };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    await post({ method: 'subscriptions/listen', params }, headers, leave.signal);
    expect(await subscriptionsBecome(client, 'subscriptions', ['scene://one'])).toEqual(['scene://one']);
    leave.abort();
    expect(await subscriptionsBecome(client, 'subscriptions', [])).toEqual([]);
  });
});

describe('with two upstreams', () => {
  beforeAll(async () => {
    const mcpServers = { scenes: server('scene://one'), shots: server('shot://two') };
    gateway = await startGateway({ config: { mcpServers }, env: { DCC_MCP_EXPOSE: 'all' } });
    await gateway.ready();
  }, 30_000);

  afterAll(async () => {
    await gateway.stop();
  });

  test('the instructions are those of both, by name', async () => {
    const { instructions } = (await initialize({})).result as { instructions: string };
    expect(instructions.split('\n\n').toSorted()).toEqual([
      'scenes: Read scene://one first.',
      'shots: Read shot://two first.',
    ]);
  });

  test('a subscription ends at its upstream with the last session that has it', async () => {
    const watcher = await openLegacy(gateway.url);
    const listed = await watcher.request('tools/list', {});
    const tools = (listed.result!['tools'] as readonly { readonly name: string }[]).map(({ name }) => name);
    const tool = tools.find((name) => name.endsWith('__subscriptions') && name.startsWith('shot'))!;
    const sessions = [(await initialize({})).session, (await initialize({})).session];
    for (const session of sessions) {
      const params = { uri: 'shot://two' };
      await (await post({ method: 'resources/subscribe', params }, { 'mcp-session-id': session })).text();
    }
    const end = (session: string) =>
      fetch(`${gateway.url}/mcp`, { method: 'DELETE', headers: { 'mcp-session-id': session } });
    expect(await callTool(watcher, tool)).toEqual(['shot://two']);
    await end(sessions[0]!);
    await wait(100);
    expect(await callTool(watcher, tool)).toEqual(['shot://two']);
    await end(sessions[1]!);
    expect(await subscriptionsBecome(watcher, tool, [])).toEqual([]);
  });
});
