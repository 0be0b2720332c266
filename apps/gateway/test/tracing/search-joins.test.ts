// A search and what follows it, over real sockets: rank and score join the follow-up's span and the counters.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type Caller, connectCallers, type Json } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { everything, maya } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

interface Hit extends Json {
  readonly tool_slug: string;
  readonly rank: number;
}

interface Step {
  readonly operation: string;
  readonly body: Json;
  readonly meta?: Json;
}

let sink: OtlpSink;
let gateway: RunningGateway;
let callers: readonly Caller[] = [];
const CALLERS = ['MCP 2025-11-25', 'MCP 2026-07-28', 'plain HTTP'] as const;

beforeAll(async () => {
  sink = await startOtlpSink();
  gateway = await startGateway({
    config: { mcpServers: { everything, maya } },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  callers = await connectCallers(gateway.url);
}, 60_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway?.stop();
  await sink?.close();
});

function callerOf(name: string): Caller {
  return callers.find((caller) => caller.name === name)!;
}

/** Runs one operation in a trace of its own; gives its answer and its span. */
async function run(name: string, { operation, body, meta }: Step): Promise<{ answer: Json; span: DecodedSpan }> {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const answer = await callerOf(name).run(operation, body, { traceparent, ...(meta === undefined ? {} : { meta }) });
  const isOurs = (span: DecodedSpan): boolean => span.traceId === traceId && span.name === `gateway.${operation}`;
  const spans = await sink.waitForSpans((all) => all.some(isOurs), 10_000);
  return { answer, span: spans.find(isOurs)! };
}

async function searchFor(
  name: string,
  query: string,
): Promise<{ searchId: string; hits: readonly Hit[]; span: DecodedSpan; answer: Json }> {
  const { answer, span } = await run(name, { operation: 'search', body: { query } });
  return { searchId: String(answer['search_id']), hits: answer['hits'] as readonly Hit[], span, answer };
}

async function countsOf(family: string, labels: readonly string[]): Promise<Readonly<Record<string, number>>> {
  return valuesOf(await scrape(gateway.url), family, labels);
}

function searchAttributes(span: DecodedSpan): Json {
  return Object.fromEntries(Object.entries(span.attributes).filter(([key]) => key.startsWith('dcc_mcp.search.')));
}

describe.each(CALLERS)('a search over %s', (name) => {
  test('says on its span what it found', async () => {
    const { span, answer, searchId } = await searchFor(name, 'create sphere');
    expect(searchAttributes(span)).toEqual({
      'dcc_mcp.search.id': searchId,
      'dcc_mcp.search.ranker_version': answer['ranker_version'],
      'dcc_mcp.search.total': answer['total'],
      'dcc_mcp.search.zero_results': false,
    });
    expect(span.attributes['openinference.span.kind']).toBe('CHAIN');
  });

  test.each(['describe', 'call'])('gives rank, score and reasons to the %s that follows it', async (operation) => {
    const { searchId, hits, answer } = await searchFor(name, 'create sphere');
    const hit = hits[0]!;
    const body =
      operation === 'call' ? { tool_slug: hit.tool_slug, arguments: { radius: 1 } } : { tool_slug: hit.tool_slug };
    const { span } = await run(name, { operation, body, meta: { search_id: searchId } });
    expect(searchAttributes(span)).toEqual({
      'dcc_mcp.search.id': searchId,
      'dcc_mcp.search.ranker_version': answer['ranker_version'],
      'dcc_mcp.search.total': answer['total'],
      'dcc_mcp.search.selected_rank': 1,
      'dcc_mcp.search.score': hit['score'],
      'dcc_mcp.search.match_reasons': hit['match_reasons'],
    });
  });

  test('gives only its id to a follow-up of a slug that was no hit', async () => {
    const { searchId } = await searchFor(name, 'create sphere');
    const { span } = await run(name, {
      operation: 'describe',
      body: { tool_slug: 'maya.00000000.nope' },
      meta: { search_id: searchId },
    });
    expect(searchAttributes(span)).toEqual({ 'dcc_mcp.search.id': searchId });
  });

  test('counts a follow-up once, in the bucket of its rank', async () => {
    const { searchId, hits } = await searchFor(name, 'scene');
    const second = hits[1]!;
    const before = await countsOf('dcc_mcp_gateway_search_followups_total', ['kind', 'rank_bucket']);
    await run(name, { operation: 'describe', body: { tool_slug: second.tool_slug }, meta: { search_id: searchId } });
    await run(name, {
      operation: 'describe',
      body: { tool_slug: second.tool_slug },
      meta: { search_id: 'unknown-search' },
    });
    await run(name, { operation: 'describe', body: { tool_slug: second.tool_slug } });
    const after = await countsOf('dcc_mcp_gateway_search_followups_total', ['kind', 'rank_bucket']);
    const moved = Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
    expect(Object.fromEntries(moved.filter(([, by]) => by !== 0))).toEqual({
      'describe top3': 1,
      'describe unknown': 1,
    });
  });

  test('measures the time to its first success once', async () => {
    const { searchId, hits } = await searchFor(name, 'create sphere');
    const family = 'dcc_mcp_gateway_search_time_to_first_success_seconds_count';
    const before = (await countsOf(family, []))[''] ?? 0;
    const step = {
      operation: 'call',
      body: { tool_slug: hits[0]!.tool_slug, arguments: { radius: 1 } },
      meta: { search_id: searchId },
    };
    await run(name, step);
    await run(name, step);
    expect((await countsOf(family, []))['']).toBe(before + 1);
  });
});

describe.each(['MCP 2025-11-25', 'MCP 2026-07-28'])('a model over %s', (name) => {
  test('may pass the search id in the arguments, since it cannot set _meta', async () => {
    const { searchId, hits } = await searchFor(name, 'create sphere');
    const { span } = await run(name, {
      operation: 'describe',
      body: { tool_slug: hits[0]!.tool_slug, meta: { search_id: searchId } },
    });
    expect(span.attributes).toMatchObject({ 'dcc_mcp.search.id': searchId, 'dcc_mcp.search.selected_rank': 1 });
  });

  test('may follow next_step as it stands', async () => {
    const { searchId, hits } = await searchFor(name, 'create sphere');
    const step = hits[0]!['next_step'] as { readonly operation: string; readonly arguments: Json };
    const { span } = await run(name, { operation: step.operation, body: step.arguments });
    expect(span.attributes['dcc_mcp.search.id']).toBe(searchId);
  });
});

describe('searches in a row', () => {
  test('count as reformulated when the query changes and nothing succeeded in between', async () => {
    const family = 'dcc_mcp_gateway_search_reformulations_total';
    const session = { 'x-session-id': randomBytes(8).toString('hex'), 'content-type': 'application/json' };
    const search = (query: string): Promise<Response> =>
      fetch(`${gateway.url}/v1/search`, { method: 'POST', headers: session, body: JSON.stringify({ query }) });
    const before = (await countsOf(family, []))[''] ?? 0;
    await search('ball');
    await search('ball');
    await search('');
    await search('sphere');
    expect((await countsOf(family, []))['']).toBe(before + 1);
  });

  test('count as zero or nonzero', async () => {
    const before = await countsOf('dcc_mcp_gateway_searches_total', ['result']);
    await searchFor('plain HTTP', 'zzzzqqqq');
    const after = await countsOf('dcc_mcp_gateway_searches_total', ['result']);
    expect([after['zero']! - (before['zero'] ?? 0), after['nonzero']]).toEqual([1, before['nonzero']]);
  });
});
