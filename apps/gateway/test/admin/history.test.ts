// What was called, by whom, how it went, and where the time was: the rows of /v1/debug.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

type Row = Readonly<Record<string, unknown>>;

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway({ metrics: { enabled: true } });
});

afterAll(async () => {
  await rest.gateway.stop();
});

async function list(path: string): Promise<readonly Row[]> {
  const { status, body } = await rest.get(`/v1/debug/${path}`);
  expect(status).toBe(200);
  const name = path.replace(/\?.*/, '');
  return body[name] as readonly Row[];
}

const query = (text: string): string => `q=${encodeURIComponent(text)}`;

async function traceOf(id: string): Promise<Row> {
  const { status, body } = await rest.get(`/v1/debug/traces/${id}`);
  expect(status).toBe(200);
  return body;
}

test('what a row shows of a query is a line without control characters', async () => {
  await rest.post('/v1/search', { query: 'cube\u0007 \u001B[31mred\u001B[0m\nnext' });
  const { body } = await rest.get('/v1/debug/search-telemetry');
  const [search] = body['searches'] as readonly Row[];
  expect(search!['query_preview']).toBe('cube red next');
});

describe('calls', () => {
  test('a row says who asked for what, how it ended and where the time went', async () => {
    const tool_slug = rest.toolbox('add');
    const meta = {
      agent_context: { agent_name: 'Ada', agent_id: 'ada-1', session_id: 'session-1', turn_id: 'turn-1' },
    };
    const { body } = await rest.post('/v1/call', { tool_slug, arguments: { a: 2, b: 3 }, meta });
    const [row] = await list(`calls?${query(`request_id=${String(body['request_id'])}`)}`);
    expect(row).toMatchObject({
      request_id: body['request_id'],
      trace_id: body['trace_id'],
      operation: 'call',
      tool: tool_slug,
      tool_label: 'toolbox__add',
      backend_tool: 'add',
      dcc_type: 'toolbox',
      instance_id: rest.toolboxId,
      outcome: 'ok',
      success: true,
      status: 'ok',
      transport: 'rest',
      agent_name: 'Ada',
      turn_id: 'turn-1',
      attribution_trust: { agent_name: 'self_reported' },
      input_bytes: '{"a":2,"b":3}'.length,
      input_tokens: 4,
    });
    const { duration_ms, queue_ms, gateway_ms, upstream_ms } = row as Readonly<Record<string, number>>;
    expect(queue_ms! + gateway_ms! + upstream_ms!).toBeCloseTo(duration_ms!, 3);
    expect(upstream_ms).toBeGreaterThan(0);
  });

  test.each([
    ['ok', 'add', { a: 1, b: 1 }, undefined],
    ['tool_error', 'is_error', {}, 'tool-error'],
    ['bad_request', 'add', { a: 'x' }, 'invalid-params'],
    ['timeout', 'slow', {}, 'timeout'],
  ])('an outcome %s is one row with what was wrong', async (outcome, tool, args, kind) => {
    const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox(tool), arguments: args });
    const rows = await list(`calls?${query(`trace_id=${String(body['trace_id'])}`)}`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ outcome, success: outcome === 'ok' });
    expect((rows[0]!['error'] as Row | undefined)?.['kind']).toBe(kind);
  });

  test('a call of no tool there is has a row, too', async () => {
    const { body } = await rest.post('/v1/call', { tool_slug: 'nothing.12345678.here' });
    const [row] = await list(`calls?${query(`trace_id=${String(body['trace_id'])}`)}`);
    expect(row).toMatchObject({ tool: '_unknown', outcome: 'unknown_tool', status: 'err' });
  });

  test('rows are as many as dcc_mcp_tool_calls_total counts', async () => {
    const items = ['add', 'is_error', 'say', 'no_such_tool'].map((tool) => ({ tool_slug: rest.toolbox(tool) }));
    await rest.post('/v1/call_batch', { calls: items });
    await rest.post('/v1/call_batch', { calls: items, stop_on_error: true });
    await rest.post('/v1/call', { nonsense: true });
    const text = await (await fetch(`${rest.gateway.url}/metrics`)).text();
    const counted = [...text.matchAll(/^dcc_mcp_tool_calls_total\{[^}]*\} (\d+)/gm)].map(([, n]) => Number(n));
    const { body } = await rest.get('/v1/debug/health');
    const { calls } = body['stores'] as { calls: { appended: number } };
    expect(calls.appended).toBe(counted.reduce((sum, n) => sum + n, 0));
  });
});

describe('traces', () => {
  test('a trace is found by row id, request id and trace id, and shows each phase of the call', async () => {
    const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 2, b: 3 } });
    const ids = [body['trace_id'], body['request_id']] as readonly string[];
    const [byTrace, byRequest] = await Promise.all(ids.map(traceOf));
    expect(byRequest).toEqual(byTrace);
    expect(await traceOf(String(byTrace!['row_id']))).toEqual(byTrace);
    const spans = byTrace!['spans'] as readonly Row[];
    expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
      ['gateway.call', 'server'],
      ['tools/call add', 'client'],
      ['response', 'internal'],
    ]);
    expect(spans.slice(1).every(({ parent_span_id: parent }) => parent === spans[0]!['span_id'])).toBe(true);
    expect(new Set(spans.map(({ span_id: id }) => id)).size).toBe(spans.length);
    expect(byTrace).toMatchObject({
      input: { content: '{"a":2,"b":3}', truncated: false, original_size: 13, redactions: 0 },
      output: { mime_type: 'application/json', truncated: false },
      requests: [{ operation: 'call', outcome: 'ok', request_id: body['request_id'] }],
    });
  });

  test('a batch shows its items below it, and each item is a trace of its own', async () => {
    const calls = [
      { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 1 } },
      { tool_slug: rest.toolbox('is_error') },
    ];
    const { headers } = await rest.post('/v1/call_batch', { calls });
    const trace = await traceOf(headers.get('x-request-id')!);
    const spans = trace['spans'] as readonly Row[];
    const roots = spans.filter(({ parent_span_id: parent }) => parent === spans[0]!['span_id']);
    expect(roots.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['gateway.call', 'ok'],
      ['gateway.call', 'tool_error'],
    ]);
    const requests = trace['requests'] as readonly Row[];
    expect(requests.map(({ operation }) => operation)).toEqual(['call', 'call', 'call_batch']);
    const item = await traceOf(String(requests[0]!['request_id']));
    expect((item['spans'] as readonly Row[])[0]).toMatchObject({
      span_id: roots[0]!['span_id'],
      parent_span_id: spans[0]!['span_id'],
    });
  });

  test('an id that nothing has is answered with what was looked for, where, and how far that reaches back', async () => {
    const { status, body } = await rest.get('/v1/debug/traces/nothing-of-that-name');
    expect(status).toBe(404);
    expect(body['error']).toMatchObject({
      kind: 'unknown-trace',
      message: expect.stringContaining('nothing-of-that-name'),
      looked_in: 'traces',
      oldest_retained: expect.stringMatching(/Z$/),
    });
  });
});

describe('a wrong question', () => {
  test.each([
    ['calls?limit=0', 'limit'],
    ['calls?limit=many', 'limit'],
    ['calls?limit=1&limit=2', 'limit'],
    ['calls?cursor=yesterday', 'cursor'],
    ['calls?since=yesterday', 'since'],
    ['traces?outcome=ok', 'outcome'],
    ['calls?q=outcom%3Dok', 'outcom'],
    ['calls?q=outcome%3Dslow', 'slow'],
    ['calls?q=outcome%3Eok', 'outcome'],
    ['health?verbose=1', 'verbose'],
    ['stream?kinds=all', 'kinds'],
  ])('%s is refused, and says what is wrong', async (path, named) => {
    const { status, headers, body } = await rest.get(`/v1/debug/${path}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      request_id: headers.get('x-request-id'),
      trace_id: headers.get('x-dcc-mcp-trace-id'),
    });
    const { message, recommended_next_action: advice } = body['error'] as Readonly<Record<string, string>>;
    expect(message).toContain(named);
    expect(advice).toMatch(/\.$/);
  });
});

describe('pages', () => {
  test('follow each other without a gap, newest first', async () => {
    for (let round = 0; round < 5; round += 1) {
      await rest.post('/v1/call', { tool_slug: rest.toolbox('say') });
    }
    const all = await list(`calls?limit=1000&${query('tool~say')}`);
    const paged: Row[] = [];
    let cursor = '';
    do {
      const { body } = await rest.get(`/v1/debug/calls?limit=2&${query('tool~say')}${cursor}`);
      paged.push(...(body['calls'] as readonly Row[]));
      const next = body['next_cursor'] as string | undefined;
      cursor = next === undefined ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    expect(paged.map(({ row_id: id }) => id)).toEqual(all.map(({ row_id: id }) => id));
    const times = paged.map(({ timestamp }) => String(timestamp));
    expect(times).toEqual(times.toSorted().toReversed());
  });
});
