// What is computed of the history agrees with the rows behind it: stats, workflows, search quality, bundles, exports.
import { describeAdminRoutes } from '@dcc-mcp/admin-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

type Row = Readonly<Record<string, unknown>>;

const SESSION = { agent_id: 'ada-1', agent_name: 'Ada', session_id: 'session-1', turn_id: 'turn-1' };

let rest: RestGateway;
let calls: readonly Row[];
/** Of a call that failed. */
let failed: Row;

beforeAll(async () => {
  rest = await startRestGateway();
  const meta = { agent_context: SESSION };
  const { body } = await rest.post('/v1/search', { query: 'add two numbers', meta });
  await rest.post('/v1/search', { query: 'zzzzqqqq', meta });
  await rest.post('/v1/describe', { tool_slug: rest.toolbox('add'), meta });
  const search = { ...meta, search_id: body['search_id'] };
  await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 'x', b: 3 }, meta: search });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 2, b: 3 }, meta: search });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error') });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('slow') });
  await rest.post('/v1/call', { tool_slug: 'nothing.12345678.here' });
  const items = ['add', 'say', 'is_error'].map((tool) => ({ tool_slug: rest.toolbox(tool) }));
  await rest.post('/v1/call_batch', { calls: items });
  calls = (await debug('calls?limit=1000'))['calls'] as readonly Row[];
  failed = calls.find(({ outcome }) => outcome === 'timeout')!;
}, 30_000);

afterAll(async () => {
  await rest.gateway.stop();
});

/** An answer of the shape that its schema says. */
async function debug(path: string): Promise<Row> {
  const { status, body } = await rest.get(`/v1/debug/${path}`);
  expect(status).toBe(200);
  const name = path.replace(/\?.*/, '');
  const route = describeAdminRoutes().find((each) => each.path === name || each.path === name.replace(/\/.*/, '/:id'))!;
  expect(route.answer!.safeParse(body).error?.issues ?? []).toEqual([]);
  return body;
}

const text = async (path: string): Promise<string> => (await fetch(`${rest.gateway.url}/v1/debug/${path}`)).text();

const isBad = ({ success }: Row): boolean => success === false;

describe('stats', () => {
  test('every count is that of the calls that are listed', async () => {
    const told = await debug('stats');
    expect(told).toMatchObject({
      range: '1h',
      total_calls: calls.length,
      failed_calls: calls.filter(isBad).length,
      complete: false,
      retained_since: calls.at(-1)!['timestamp'],
    });
    for (const top of told['top_tools'] as readonly Row[]) {
      const query = encodeURIComponent(`tool=${String(top['name'])}`);
      const behind = (await debug(`calls?q=${query}`))['calls'] as readonly Row[];
      expect([top['count'], top['failed']]).toEqual([behind.length, behind.filter(isBad).length]);
    }
    for (const [outcome, count] of Object.entries(told['by_outcome'] as Readonly<Record<string, number>>)) {
      expect((await debug(`calls?q=outcome=${outcome}`))['total']).toBe(count);
    }
    const errors = told['top_errors'] as readonly Row[];
    for (const { outcome, kind, message_hash: hash, count } of errors) {
      const query = `outcome=${String(outcome)} error.kind=${String(kind)} error.message_hash=${String(hash)}`;
      expect((await debug(`calls?q=${encodeURIComponent(query)}`))['total']).toBe(count);
    }
    expect(errors.length).toBeGreaterThan(0);
    const series = told['timeseries'] as readonly Readonly<Record<string, number>>[];
    expect(series.reduce((sum, bucket) => sum + bucket['calls']!, 0)).toBe(calls.length);
  });

  test.each(['24h', '7d'])('a range of %s begins that long ago', async (range) => {
    const { since, until } = await debug(`stats?range=${range}`);
    const hours = (Date.parse(String(until)) - Date.parse(String(since))) / 3_600_000;
    expect(hours).toBe(range === '7d' ? 168 : 24);
  });
});

describe('workflows', () => {
  test('what one agent did in one turn is one, with what it searched for and what came of that', async () => {
    const { workflows } = await debug('workflows');
    const turn = (workflows as readonly Row[]).find(({ group_kind: kind }) => kind === 'turn')!;
    expect(turn).toMatchObject({
      status: 'warning',
      step_count: 5,
      failed_steps: 1,
      agent: { agent_name: 'Ada' },
      discovery: { search_count: 2, zero_result_count: 1, selected_count: 1, best_selected_rank: expect.any(Number) },
    });
    expect((turn['steps'] as readonly Row[]).map(({ kind, status }) => `${String(kind)} ${String(status)}`)).toEqual([
      'search ok',
      'search zero_results',
      'describe ok',
      'call err',
      'call ok',
    ]);
  });

  test('each call is a step of exactly one, and pages follow each other', async () => {
    const { workflows, total, summary } = await debug('workflows');
    const list = workflows as readonly Row[];
    const steps = list.flatMap((workflow) => workflow['steps'] as readonly Row[]);
    const ids = steps.filter(({ kind }) => kind === 'call').map(({ step_id: id }) => String(id));
    expect(ids.toSorted()).toEqual(calls.map(({ row_id: id }) => String(id)).toSorted());
    expect(total).toBe(list.length);
    expect((summary as Row)['failed']).toBe(list.filter(({ status }) => status === 'failed').length);
    const first = await debug('workflows?limit=2');
    const after = await debug(`workflows?cursor=${String(first['next_cursor'])}`);
    const paged = [...(first['workflows'] as readonly Row[]), ...(after['workflows'] as readonly Row[])];
    expect(paged.map(({ workflow_id: id }) => id)).toEqual(list.map(({ workflow_id: id }) => id));
  });

  test.each([
    ['status=warning agent_name=Ada', 1],
    ['agent.agent_name!=Ada', 'others'],
    ['status=failed', 'failed'],
    ['zero_result_count>0 best_selected_rank=1', 1],
    ['tool~is_error', 2],
    ['tool~toolbox outcome=bad_request kind=call', 400],
    ['steps.kind=search steps.status=zero_results', 1],
    ['steps.search.total=0', 1],
    ['query_preview~zzzz', 1],
    ['zzzzqqqq', 1],
    ['duration_ms>1h', 0],
    ['state=failed', 400],
  ] as const)('q asks for those with %p: %p', async (query, expected) => {
    const { total: all, workflows } = await debug('workflows');
    const failures = (workflows as readonly Row[]).filter(({ status }) => status === 'failed').length;
    const { status, body } = await rest.get(`/v1/debug/workflows?q=${encodeURIComponent(query)}`);
    const meant = { failed: failures, others: Number(all) - 1 };
    const wanted = typeof expected === 'string' ? meant[expected] : expected;
    expect(status === 200 ? body['total'] : status).toBe(wanted);
  });

  test('all counts are of those that q asks for, and a page follows the one before', async () => {
    const asked = 'workflows?q=step_count=1';
    const { total, summary, workflows } = await debug(asked);
    expect(Number(total)).toBeGreaterThan(2);
    expect(summary).toMatchObject({ warning: 0, zero_result_workflows: 0 });
    const first = await debug(`${asked}&limit=2`);
    const after = await debug(`${asked}&cursor=${String(first['next_cursor'])}`);
    expect([first['total'], after['total']]).toEqual([total, total]);
    expect([...(first['workflows'] as readonly Row[]), ...(after['workflows'] as readonly Row[])]).toEqual(workflows);
  });

  test('its links lead to its calls', async () => {
    const { workflows } = await debug('workflows');
    const turn = (workflows as readonly Row[]).find(({ group_kind: kind }) => kind === 'turn')!;
    const link = (turn['links'] as Readonly<Record<string, string>>)['calls']!;
    expect(await (await fetch(link)).json()).toMatchObject({ total: 2 });
  });
});

test('search telemetry tells of the searches that are listed', async () => {
  const { stats, searches, top_zero_result_queries: zero } = await debug('search-telemetry');
  expect(stats).toMatchObject({
    total_searches: 2,
    zero_result_rate: 0.5,
    selected_count: 1,
    call_after_search_rate: 0.5,
    success_after_search_rate: 0.5,
    time_to_first_success_ms: { p50: expect.any(Number) },
  });
  expect(searches).toHaveLength(2);
  expect(zero).toEqual([{ query_preview: 'zzzzqqqq', count: 1, last_at: expect.any(String) }]);
  expect((await debug('search-telemetry?q=zero_results=true'))['total']).toBe(1);
});

test.each([
  ['zero_result_rate', 'zero_results=true'],
  ['hit_rate_at_1', 'followups.selected_rank<=1'],
  ['call_after_search_rate', 'followups.kind=call'],
  ['load_after_search_rate', 'followups.kind=load_skill'],
  ['success_after_search_rate', 'first_success_ms>=0'],
  ['reformulation_rate', 'reformulation_of~""'],
])('%s is of the searches that are listed for %s', async (rate, query) => {
  const { stats, total } = await debug('search-telemetry');
  const { body } = await rest.get(`/v1/debug/search-telemetry?q=${encodeURIComponent(query)}`);
  expect((stats as Row)[rate]).toBe(Number(body['total']) / Number(total));
});

test('searches are found by a tool that was among their hits', async () => {
  const { searches, total } = await debug(`search-telemetry?q=hits.tool_slug=${rest.toolbox('add')}`);
  expect(total).toBe(1);
  expect(JSON.stringify((searches as readonly Row[])[0]!['hits'])).toContain(rest.toolbox('add'));
});

describe('one request', () => {
  test('every link of a row answers', async () => {
    const links = Object.values(failed['links'] as Readonly<Record<string, string>>);
    const statuses = await Promise.all(links.map(async (link) => (await fetch(link)).status));
    expect(statuses).toEqual(links.map(() => 200));
  });

  test('a bundle is found by row id, request id and trace id, and says whose the failure is', async () => {
    const ids = [failed['row_id'], failed['request_id'], failed['trace_id']];
    for (const id of ids) {
      expect(await debug(`bundles/${String(id)}`)).toMatchObject({
        lookup_id: id,
        request_id: failed['request_id'],
        root_cause: { outcome: 'timeout', kind: 'timeout', who: 'upstream' },
        calls: [{ row_id: failed['row_id'] }],
        traces: [{ input: { content: '{}' } }],
        instance: { instance_id: rest.toolboxId },
      });
    }
  });

  test('of a call that followed a search the bundle has the search and the failures before', async () => {
    const good = calls.find(({ agent_name: agent, success }) => agent === 'Ada' && success === true)!;
    const told = await debug(`bundles/${String(good['row_id'])}`);
    expect(told).toMatchObject({
      searches: [{ query_preview: 'add two numbers' }],
      previous_failures: [{ tool: good['tool'], success: false }],
      previous_calls: [{ agent_name: 'Ada' }],
    });
    expect(told).not.toHaveProperty('root_cause');
  });

  test('a compact bundle has no payloads, a packet neither, and a context is ids alone', async () => {
    const id = String(failed['row_id']);
    const compact = await debug(`bundles/${id}?compact=true`);
    expect((compact['traces'] as readonly Row[])[0]).not.toHaveProperty('input');
    expect(JSON.stringify(compact['omitted'])).toContain('compact=true');
    const packet = await debug(`agent-traces/${id}`);
    expect(packet).toMatchObject({
      outcome: 'timeout',
      root_cause: { who: 'upstream' },
      span_count: expect.any(Number),
    });
    expect(JSON.stringify(packet).length).toBeLessThan(4096);
    expect(await debug(`trace-context/${id}`)).toMatchObject({
      row_id: id,
      trace_id: failed['trace_id'],
      request_ids: [failed['request_id']],
    });
  });

  test('a public report names no tool, instance, caller or address; a raw one holds the bundle', async () => {
    const id = String(failed['row_id']);
    const { headers, body } = await rest.get(`/v1/debug/issue-reports/${id}`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="dcc-mcp-issue-${id}.json"`);
    await debug(`issue-reports/${id}`);
    const told = JSON.stringify(body);
    expect(['toolbox', '127.0.0.1', rest.toolboxId].filter((word) => told.includes(word))).toEqual([]);
    expect(await debug(`issue-reports/${id}?mode=raw`)).toMatchObject({ bundle: { lookup_id: id } });
  });

  test.each(['bundles', 'trace-context', 'agent-traces', 'issue-reports'])(
    '%s of nothing retained is 404 and says how far back that would be; the page has none',
    async (name) => {
      const { status, body } = await rest.get(`/v1/debug/${name}/nothing-of-that-name`);
      expect([status, body['error']]).toEqual([
        404,
        expect.objectContaining({ kind: 'unknown-trace', looked_for: 'nothing-of-that-name' }),
      ]);
      expect((await fetch(`${rest.gateway.url}/admin/api/${name}/${String(failed['row_id'])}`)).status).toBe(404);
    },
  );
});

test('the card of an instance says how many skills it has loaded and how often it was started again', async () => {
  const { instances } = await debug('instances');
  const cards = new Map((instances as readonly Row[]).map((card) => [card['display_name'], card]));
  expect(cards.get('toolbox')).toMatchObject({ restarts: 0, skills: { loaded: 0, unloaded: 0 } });
  const { skills } = (await rest.get('/v1/skills')).body as { skills: readonly Row[] };
  const loaded = skills.filter(({ dcc_type: type, loaded: isLoaded }) => type === 'blender' && isLoaded === true);
  const unloaded = skills.filter(({ dcc_type: type, loaded: isLoaded }) => type === 'blender' && isLoaded === false);
  expect(unloaded.length).toBeGreaterThan(0);
  expect(cards.get('skills')).toMatchObject({ skills: { loaded: loaded.length, unloaded: unloaded.length } });
  // It exits as soon as it is started, and is started again after a pause.
  expect(cards.get('gone')!['restarts']).toBeGreaterThan(0);
});

test('health names limits as all answers name things', async () => {
  expect((await debug('health'))['limits']).toEqual({
    read_retry_max: expect.any(Number),
    circuit_failure_threshold: expect.any(Number),
    circuit_open_secs: expect.any(Number),
    loop_calls: expect.any(Number),
    loop_window_secs: expect.any(Number),
    refuse_loops: false,
    tool_rates_per_minute: {},
  });
});

test('no traffic is captured, and that is said', async () => {
  expect(await debug('traffic')).toMatchObject({
    total: 0,
    frames: [],
    capture_status: { state: 'capture_disabled', capture_enabled: false },
  });
});

describe('export', () => {
  test.each([
    ['calls', 'calls', 'calls'],
    ['traces', 'traces', 'traces'],
    ['searches', 'search-telemetry', 'searches'],
    ['workflows', 'workflows', 'workflows'],
  ])('%s are all those of the list, as JSON lines and as a table', async (kind, path, name) => {
    const listed = ((await debug(path))[name] as readonly Row[]).map((row) => row['row_id'] ?? row['workflow_id']);
    const lines = (await text(`export?kind=${kind}`)).trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as Row);
    expect(rows.map((row) => row['row_id'] ?? row['workflow_id'])).toEqual(listed);
    const table = (await text(`export?kind=${kind}&format=csv`)).trimEnd().split('\r\n');
    expect(table).toHaveLength(listed.length + 1);
    expect(table[0]).toMatch(/^(row_id|workflow_id),/);
  });

  test('a search has the tool that was chosen, its rank, and whether that went well', async () => {
    const rows = (await text('export?kind=searches')).trimEnd().split('\n');
    expect(rows.map((line) => JSON.parse(line) as Row)).toEqual([
      expect.not.objectContaining({ chosen_tool: expect.anything() }),
      expect.objectContaining({ chosen_tool: rest.toolbox('add'), chosen_rank: 1, chosen_success: true }),
    ]);
  });

  test('times are those of the rows', async () => {
    const at = String(calls[0]!['timestamp']);
    const later = (await text(`export?since=${at}`)).trimEnd().split('\n');
    const from = calls.filter(({ timestamp }) => String(timestamp) >= at);
    expect(later).toHaveLength(from.length);
    expect(await text('export?until=2020-01-01T00:00:00Z')).toBe('');
  });
});

test.each([
  ['stats?range=2h', 'range'],
  ['stats?limit=1', 'limit'],
  ['workflows?limit=0', 'limit'],
  ['search-telemetry?q=nothing%3D1', 'nothing'],
  ['calls?q=-outcome%3Dok', 'write outcome!=ok'],
  ['export?kind=events', 'kind'],
  ['export?format=xml', 'format'],
  ['export?since=yesterday', 'since'],
  ['traffic?limit=x', 'limit'],
  ['bundles/x?compact=1', 'compact'],
  ['bundles/x?full=true', 'full'],
  ['issue-reports/x?mode=secret', 'mode'],
])('%s is refused, and says what is wrong', async (path, named) => {
  const { status, body } = await rest.get(`/v1/debug/${path}`);
  expect([status, (body['error'] as Row)['message']]).toEqual([400, expect.stringContaining(named)]);
});
