// When spans start and end, what stands below what, and which requests have spans at all.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Json } from '../fixtures/callers.ts';
import { everything } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type FakeHttp, startFakeHttp } from '../upstream/fixtures/fake-http.ts';
import { openLegacy, openModern, type RawMcp } from './raw-mcp.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const MILLI = 1_000_000n;

let sink: OtlpSink;
let scripted: ScriptedServer;
let flaky: FakeHttp;
let search: RunningGateway;
let all: RunningGateway;
let joined: RunningGateway;
let left: FakeHttp;
let right: FakeHttp;
let traced: RunningGateway;

/** A host whose reading tool drops the connection the first time. */
function startFlaky(): Promise<FakeHttp> {
  let failures = 1;
  return startFakeHttp({
    intercept({ message }, response) {
      const isRead = message?.method === 'tools/list';
      if (isRead) {
        const tools = [{ name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }];
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { tools } }));
        return true;
      }
      if (message?.method !== 'tools/call') {
        return false;
      }
      failures -= 1;
      const answer = { jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text: 'seen' }] } };
      response.writeHead(failures >= 0 ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
      return true;
    },
  });
}

/** A host with one resource of its own and one prompt. */
function startHolder(name: string): Promise<FakeHttp> {
  const results: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { resources: {}, prompts: {} },
      serverInfo: { name, version: '1' },
    },
    'resources/list': { resources: [{ uri: `${name}://thing`, name }] },
    'resources/read': { contents: [] },
    'prompts/list': { prompts: [{ name: 'ask' }] },
  };
  return startFakeHttp({
    intercept({ message }, response) {
      const result = message?.id === undefined ? undefined : results[message.method ?? ''];
      if (result === undefined) {
        return false;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result }));
      return true;
    },
  });
}

beforeAll(async () => {
  [sink, scripted, flaky] = await Promise.all([startOtlpSink(), startScriptedServer(), startFlaky()]);
  [left, right] = await Promise.all([startHolder('left'), startHolder('right')]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const mcpServers = {
    slow: { url: `${scripted.url}/slow_one` },
    held: { url: `${scripted.url}/held_one` },
    quick: { url: `${scripted.url}/ok_one` },
    flaky: { url: flaky.url },
  };
  search = await startGateway({ config: { mcpServers }, env });
  all = await startGateway({ config: { mcpServers: { everything } }, env: { ...env, DCC_MCP_EXPOSE: 'all' } });
  traced = await startGateway({ config: { mcpServers }, env: { ...env, DCC_MCP_TRACE_PROTOCOL_SPANS: 'true' } });
  const holders = { left: { url: left.url }, right: { url: right.url } };
  joined = await startGateway({ config: { mcpServers: holders }, env: { ...env, DCC_MCP_EXPOSE: 'all' } });
  await Promise.all([search.ready(), all.ready(), traced.ready(), joined.ready()]);
}, 60_000);

afterAll(async () => {
  await Promise.all([search?.stop(), all?.stop(), traced?.stop(), joined?.stop()]);
  scripted?.close();
  await Promise.all([flaky?.kill(), left?.kill(), right?.kill()]);
  await sink?.close();
});

async function slugOf(name: string, tool: string): Promise<string> {
  const { instances } = (await (await fetch(`${search.url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  };
  return `${name}.${instances.find((instance) => instance.name === name)!.instance_short}.${tool}`;
}

async function post(url: string, body: object, traceId: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', traceparent: `00-${traceId}-${hex(8)}-01` };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function traceOf(traceId: string, name: string): Promise<readonly DecodedSpan[]> {
  const isIt = (span: DecodedSpan): boolean => span.traceId === traceId && span.name === name;
  const spans = await sink.waitForSpans((found) => found.some(isIt), 10_000);
  return spans.filter((span) => span.traceId === traceId);
}

describe('spans last as long as the work', () => {
  test('the call is around its hop, and the hop around the upstream’s work', async () => {
    const traceId = hex(16);
    const before = BigInt(Date.now()) * MILLI;
    await post(`${search.url}/v1/call`, { tool_slug: await slugOf('slow', 'work') }, traceId);
    const after = BigInt(Date.now() + 1) * MILLI;
    const spans = await traceOf(traceId, 'gateway.call');
    const call = spans.find(({ kind }) => kind === 'SERVER')!;
    const hop = spans.find(({ kind }) => kind === 'CLIENT')!;
    expect(hop.parentSpanId).toBe(call.spanId);
    expect(hop.endTimeUnixNano - hop.startTimeUnixNano).toBeGreaterThan(250n * MILLI);
    const times = [before, call.startTimeUnixNano, hop.startTimeUnixNano];
    expect(times.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(times);
    const ends = [hop.endTimeUnixNano, call.endTimeUnixNano, after];
    expect(ends.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ends);
  });
});

describe('a batch', () => {
  test('is one call_batch with an INTERNAL call and a hop per item, one after the other', async () => {
    const traceId = hex(16);
    const slug = await slugOf('quick', 'work');
    await post(`${search.url}/v1/call_batch`, { calls: [1, 2, 3].map(() => ({ tool_slug: slug })) }, traceId);
    const spans = await traceOf(traceId, 'gateway.call_batch');
    const batch = spans.find(({ name }) => name === 'gateway.call_batch')!;
    const items = spans.filter(({ name }) => name === 'gateway.call');
    const hops = spans.filter(({ kind }) => kind === 'CLIENT');
    expect(spans).toHaveLength(7);
    expect(items.map(({ kind, parentSpanId }) => [kind, parentSpanId])).toEqual(
      [1, 2, 3].map(() => ['INTERNAL', batch.spanId]),
    );
    expect(hops.map(({ parentSpanId }) => parentSpanId).toSorted()).toEqual(
      items.map(({ spanId }) => spanId).toSorted(),
    );
    const requestIds = items.map(({ attributes }) =>
      (attributes['dcc_mcp.request_id'] as string).replace(/^.*:batch-/, ''),
    );
    expect(requestIds.toSorted()).toEqual(['0', '1', '2']);
    const times = items.flatMap(({ startTimeUnixNano: start, endTimeUnixNano: end }) => [start, end]);
    expect(times.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(times);
  });
});

describe('a batch whose caller cancels', () => {
  test('ends with the item that was running; the others have no spans', async () => {
    const traceId = hex(16);
    const slug = await slugOf('held', 'work');
    const calls = [1, 2, 3].map(() => ({ tool_slug: slug }));
    const leave = new AbortController();
    const options = { meta: { traceparent: `00-${traceId}-${hex(8)}-01` }, signal: leave.signal };
    const asked = openModern(search.url).request('tools/call', { name: 'call', arguments: { calls } }, options);
    await scripted.called('held_one');
    leave.abort();
    await expect(asked).rejects.toThrow('abort');
    const spans = await traceOf(traceId, 'gateway.call_batch');
    const batch = spans.find(({ name }) => name === 'gateway.call_batch')!;
    expect(batch.attributes).toMatchObject({
      'dcc_mcp.outcome': 'cancelled',
      'dcc_mcp.success': false,
      'dcc_mcp.batch.size': 3,
    });
    expect(spans.filter(({ name }) => name === 'gateway.call')).toHaveLength(1);
  });
});

describe('a retry', () => {
  test('is an event of the one hop', async () => {
    const traceId = hex(16);
    const answer = await post(`${search.url}/v1/call`, { tool_slug: await slugOf('flaky', 'look') }, traceId);
    expect(await answer.json()).toMatchObject({ ok: true, output: 'seen' });
    const spans = await traceOf(traceId, 'gateway.call');
    const hop = spans.find(({ kind }) => kind === 'CLIENT')!;
    expect(spans).toHaveLength(2);
    expect(hop.status.code).toBe('UNSET');
    expect(hop.events).toHaveLength(1);
    const [{ attributes }] = hop.events as [DecodedSpan['events'][number]];
    expect(Object.values(attributes)).toContain('protocol_error');
  });
});

describe.each(['legacy', 'modern'] as const)('what is handed on from a %s client', (era) => {
  const open = async (url: string): Promise<RawMcp> => (era === 'legacy' ? openLegacy(url) : openModern(url));

  test.each([
    ['resources/read', { uri: 'demo://resource/static/document/features.md' }],
    ['prompts/get', { name: 'simple-prompt' }],
  ])('%s has a SERVER span above its hop', async (method, params) => {
    const traceId = hex(16);
    const client = await open(all.url);
    const meta = { traceparent: `00-${traceId}-${hex(8)}-01` };
    const { result, error } = await client.request(method, params, { meta });
    expect([typeof result, error]).toEqual(['object', undefined]);
    const spans = await traceOf(traceId, method);
    const entry = spans.find(({ kind }) => kind === 'SERVER')!;
    const hop = spans.find(({ kind }) => kind === 'CLIENT')!;
    expect(spans).toHaveLength(2);
    expect(entry).toMatchObject({ name: method, status: { code: 'OK' } });
    expect(entry.attributes).toMatchObject({ 'mcp.method.name': method, 'dcc_mcp.trace.carrier': 'meta' });
    expect(hop).toMatchObject({ parentSpanId: entry.spanId, status: { code: 'UNSET' } });
    expect(hop.attributes).toMatchObject({ 'mcp.method': method });
  });
});

describe.each(['legacy', 'modern'] as const)('what several upstreams share, asked by a %s client', (era) => {
  const open = async (url: string): Promise<RawMcp> => (era === 'legacy' ? openLegacy(url) : openModern(url));

  async function ask(method: string, params: Json): Promise<readonly DecodedSpan[]> {
    const traceId = hex(16);
    const client = await open(joined.url);
    await client.request(method, params, { meta: { traceparent: `00-${traceId}-${hex(8)}-01` } });
    const isEntry = (span: DecodedSpan): boolean => span.traceId === traceId && span.kind === 'SERVER';
    const spans = await sink.waitForSpans((found) => found.some(isEntry), 10_000);
    return spans.filter((span) => span.traceId === traceId);
  }

  test.each(['resources/list', 'prompts/list'])('%s is one SERVER span with a hop per upstream', async (method) => {
    const spans = await ask(method, {});
    const [entry, ...others] = spans.filter(({ kind }) => kind === 'SERVER');
    const hops = spans.filter(({ kind }) => kind === 'CLIENT');
    expect([entry!.name, others]).toEqual([method, []]);
    expect(hops.map(({ parentSpanId }) => parentSpanId)).toEqual([entry!.spanId, entry!.spanId]);
    expect(new Set(hops.map(({ attributes }) => attributes['dcc.type']))).toEqual(new Set(['left', 'right']));
  });

  test('looking for the owner of a resource is hops of the read, no requests of their own', async () => {
    const spans = await ask('resources/read', { uri: `unlisted-${era}://thing` });
    const entries = spans.filter(({ kind }) => kind === 'SERVER').map(({ name }) => name);
    const hops = spans.filter(({ kind }) => kind === 'CLIENT').map(({ name }) => name);
    expect(entries).toEqual(['resources/read']);
    expect(hops.toSorted()).toEqual(['resources/list', 'resources/list', 'resources/read']);
  });

  test('a prompt nobody has says what was wrong', async () => {
    const [entry, ...others] = await ask('prompts/get', { name: 'nobody.00000000.ask' });
    expect(others).toEqual([]);
    expect(entry!.attributes).toMatchObject({ 'error.type': 'bad_request', 'rpc.response.status_code': '-32602' });
    expect(entry!.status.code).toBe('UNSET');
  });

  test.each([undefined, 5, null, {}])('a call that names its tool %p has its span', async (name) => {
    const [entry, ...others] = await ask('tools/call', { ...(name === undefined ? {} : { name }), arguments: {} });
    expect(others).toEqual([]);
    expect(entry!.name).toBe('gateway.call');
    expect(entry!.attributes).toMatchObject({ 'dcc_mcp.outcome': 'bad_request', 'dcc_mcp.error.kind': 'bad-request' });
  });
});

async function askEverything(url: string, traceId: string): Promise<void> {
  const headers = { traceparent: `00-${traceId}-${hex(8)}-01` };
  const legacy = await openLegacy(url, headers);
  await legacy.request('ping', {}, { headers });
  await legacy.request('tools/list', {}, { headers });
  await openModern(url).request('server/discover', {}, { headers });
  await fetch(`${url}/v1/instances`, { headers });
  await post(`${url}/v1/search`, { query: 'work' }, traceId);
}

describe('what the gateway answers itself', () => {
  test('has no spans by default', async () => {
    const traceId = hex(16);
    await askEverything(search.url, traceId);
    const spans = await traceOf(traceId, 'gateway.search');
    expect(spans.map(({ name }) => name)).toEqual(['gateway.search']);
  });

  test('has one SERVER span each with DCC_MCP_TRACE_PROTOCOL_SPANS=true, and none above an operation', async () => {
    const traceId = hex(16);
    await askEverything(traced.url, traceId);
    const spans = await traceOf(traceId, 'gateway.search');
    const expected = ['initialize', 'ping', 'tools/list', 'server/discover', 'GET /v1/instances', 'gateway.search'];
    expect(spans.map(({ name }) => name).toSorted()).toEqual(expected.toSorted());
    expect(spans.every(({ kind }) => kind === 'SERVER')).toBe(true);
  });

  test('is a call of a tool the gateway has not, too', async () => {
    const traceId = hex(16);
    const meta = { traceparent: `00-${traceId}-${hex(8)}-01` };
    await openModern(traced.url).request('tools/call', { name: 'nope', arguments: {} }, { meta });
    const [span, ...others] = await traceOf(traceId, 'tools/call');
    expect(others).toEqual([]);
    expect(span!.attributes).toMatchObject({ 'error.type': 'bad_request', 'rpc.response.status_code': '-32602' });
  });

  test('says what was wrong with a request', async () => {
    const traceId = hex(16);
    const client = openModern(traced.url);
    await client.request(
      'resources/read',
      { uri: 'nobody://knows' },
      { meta: { traceparent: `00-${traceId}-${hex(8)}-01` } },
    );
    const [span] = await traceOf(traceId, 'resources/read');
    expect(span!.attributes).toMatchObject({ 'error.type': 'bad_request' });
    expect(span!.status.code).toBe('UNSET');
  });
});
