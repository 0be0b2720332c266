// A search whose hit is not loaded yet: its rank, score and reasons stand on the load_skill that follows, and on the call after it.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type Caller, connectCallers, type Json } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let sink: OtlpSink;
let scripted: ScriptedServer;
let gateway: RunningGateway;
let callers: readonly Caller[] = [];

beforeAll(async () => {
  [sink, scripted] = await Promise.all([startOtlpSink(), startScriptedServer()]);
  gateway = await startGateway({
    config: { mcpServers: { quick: { url: `${scripted.url}/ok_quick`, lazy: true } } },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  callers = await connectCallers(gateway.url);
  // The catalog of a lazy server is known from its first connection.
  await callers[0]!.run('load_skill', { skill_name: 'quick' });
}, 60_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway?.stop();
  scripted?.close();
  await sink?.close();
});

async function run(
  name: string,
  operation: string,
  body: Json,
  searchId?: string,
): Promise<{ answer: Json; search: Json }> {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const caller = callers.find((each) => each.name === name)!;
  const meta = searchId === undefined ? {} : { meta: { search_id: searchId } };
  const answer = await caller.run(operation, body, { traceparent, ...meta });
  const isOurs = (span: DecodedSpan): boolean => span.traceId === traceId && span.kind === 'SERVER';
  const span = (await sink.waitForSpans((all) => all.some(isOurs))).find(isOurs)!;
  const search = Object.entries(span.attributes).filter(([key]) => key.startsWith('dcc_mcp.search.'));
  return { answer, search: Object.fromEntries(search) };
}

describe.each(['MCP 2025-11-25', 'MCP 2026-07-28', 'plain HTTP'])('over %s', (name) => {
  test('load_skill has rank, score and reasons of the hit in that skill', async () => {
    const { answer } = await run(name, 'search', { query: 'work' });
    const searchId = answer['search_id'] as string;
    const [hit] = answer['hits'] as readonly [Json];
    const { search } = await run(name, 'load_skill', { skill_name: hit['skill_name'] }, searchId);
    expect(search).toEqual({
      'dcc_mcp.search.id': searchId,
      'dcc_mcp.search.ranker_version': answer['ranker_version'],
      'dcc_mcp.search.total': answer['total'],
      'dcc_mcp.search.selected_rank': 1,
      'dcc_mcp.search.score': hit['score'],
      'dcc_mcp.search.match_reasons': hit['match_reasons'],
    });
  });

  test('an id nobody gave stands alone on the span, no id leaves nothing', async () => {
    const unknown = await run(name, 'load_skill', { skill_name: 'quick' }, 'made-up');
    const none = await run(name, 'load_skill', { skill_name: 'quick' });
    expect([unknown.search, none.search]).toEqual([{ 'dcc_mcp.search.id': 'made-up' }, {}]);
  });
});

test('each load_skill with an id is counted once, in the bucket of its rank', async () => {
  const counts = valuesOf(await scrape(gateway.url), 'dcc_mcp_gateway_search_followups_total', ['kind', 'rank_bucket']);
  expect([counts['load_skill top1'], counts['load_skill unknown']]).toEqual([3, 3]);
});
