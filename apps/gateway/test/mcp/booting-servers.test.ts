// Under `--expose all` servers that still boot are waited for up to `bootWaitMs`, and a resource of theirs is never said not
// to be there.
import { afterEach, describe, expect, test } from '@jest/globals';
import { startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern, type RawAnswer } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';

const cleanups: (() => unknown)[] = [];
const URI = 'slow://r';
const NOT_FOUND = { code: -32_602, message: `Resource not found: ${URI}` };
const TEMPLATE = { ref: { type: 'ref/resource', uri: URI }, argument: { name: 'a', value: '' } };

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) {
    await cleanup();
  }
});

/** A gateway with a server that is there, and one that boots until `finish` is called. */
async function start(bootWaitMs: number): Promise<{ gateway: RunningGateway; finish: () => void }> {
  const boot = Promise.withResolvers<void>();
  const quick = await startPlainServer({
    tools: ['read_scene'],
    prompts: ['lights'],
    resources: ['quick://r'],
    refuse: (_method, params) => (params['uri'] === URI ? { error: NOT_FOUND } : undefined),
  });
  const slow = await startPlainServer({ tools: ['read_scene'], resources: [URI], boot: boot.promise });
  cleanups.push(
    () => quick.server.close(),
    () => slow.server.close(),
  );
  const mcpServers = { quick: { url: quick.url }, slow: { url: slow.url } };
  const gateway = await startGateway({ config: { mcpServers, server: { expose: 'all', bootWaitMs } } });
  cleanups.push(
    () => gateway.stop(),
    () => boot.resolve(),
  );
  await until(() => quick.asked.includes('tools/list') && slow.asked.includes('initialize'));
  return { gateway, finish: boot.resolve };
}

describe('a resource of a server that still boots', () => {
  test('is waited for, and read', async () => {
    const { gateway, finish } = await start(10_000);
    const answer = openModern(gateway.url).request('resources/read', { uri: URI });
    setTimeout(finish, 300);
    expect((await answer).result).toMatchObject({ contents: [{ uri: URI, text: 'content' }] });
  });

  test.each([
    ['resources/read', { uri: URI }],
    ['completion/complete', TEMPLATE],
  ])('is not ready after bootWaitMs, to %s', async (method, params) => {
    const { gateway, finish } = await start(100);
    const answer = (): Promise<RawAnswer> => openModern(gateway.url).request(method, params);
    expect((await answer()).error).toEqual({
      code: -32_603,
      message: `Resource not known yet: ${URI}: slow still start`,
      data: { kind: 'not-ready' },
    });
    finish();
    await until(async () => (await answer()).result !== undefined);
  });

  test('holds up nobody who wants what another server lists', async () => {
    const { gateway } = await start(60_000);
    const options = { signal: AbortSignal.timeout(2_000) };
    const { result } = await openModern(gateway.url).request('resources/read', { uri: 'quick://r' }, options);
    expect(result).toMatchObject({ contents: [{ uri: 'quick://r' }] });
  });
});

describe('a server that hangs holds up for bootWaitMs alone', () => {
  const LISTED = { tools: [{ name: 'quick__read_scene' }] };

  test.each([
    ['server/discover', { capabilities: { prompts: {}, resources: {} } }],
    ['tools/list', LISTED],
    ['prompts/list', { prompts: [{ name: 'quick__lights' }] }],
    ['resources/list', { resources: [{ uri: 'quick://r' }] }],
  ])('%s', async (method, expected) => {
    const { gateway } = await start(200);
    const options = { signal: AbortSignal.timeout(3_000) };
    const { result } = await openModern(gateway.url).request(method, {}, options);
    expect(result).toMatchObject(expected);
  });

  test('initialize', async () => {
    const { gateway } = await start(200);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const response = await fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
      signal: AbortSignal.timeout(3_000),
    });
    expect(await response.text()).toMatch(/"prompts":\{"listChanged":true\}/);
  });

  test('the list of tools, which waits that long', async () => {
    const { gateway, finish } = await start(10_000);
    const answer = openModern(gateway.url).request('tools/list', {});
    setTimeout(finish, 300);
    expect((await answer).result).toMatchObject({ tools: [...LISTED.tools, { name: 'slow__read_scene' }] });
  });
});
