import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { envelope, type RestGateway, startRestGateway } from './rest-gateway.ts';

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(async () => {
  await rest.gateway.stop();
});

describe('POST /v1/call', () => {
  test('answers the shape of the contract', async () => {
    const tool_slug = rest.toolbox('add');
    const { status, headers, body } = await rest.post('/v1/call', { tool_slug, arguments: { a: 2, b: 3 } });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toEqual({
      ok: true,
      tool_slug,
      slug: 'add',
      output: { sum: 5 },
      request_id: expect.any(String),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      duration_ms: expect.any(Number),
      _meta: {
        dcc: { dcc_type: 'toolbox', instance_id: rest.toolboxId, instance_short: rest.toolboxId.slice(0, 8) },
      },
    });
  });

  test.each([
    ['structured content', 'add', { a: 1, b: 2 }, { sum: 3 }],
    ['the text of a sole text block', 'say', {}, 'hello'],
    [
      'the content, when there are several blocks',
      'two_blocks',
      {},
      [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
    ],
    ['structured content that is null', 'null_output', {}, null],
    ['a nested success false, which is no failure', 'nested_false', {}, { result: { success: false } }],
    ['the output of a tool with dots in its name', 'dotted.name.v2', {}, 'dots'],
  ])('gives %s', async (_, tool, args, output) => {
    const { status, body } = await rest.post('/v1/call', { tool_slug: rest.toolbox(tool), arguments: args });
    expect([status, body['ok'], body['output']]).toEqual([200, true, output]);
  });

  test.each([
    ['isError', 'is_error', 'no such object'],
    ['success false', 'success_false', { success: false, message: 'not today' }],
    ['success false in a sole text block', 'text_false', '{"success": false}'],
  ])('answers 200 and ok false when the tool reports %s', async (_, tool, output) => {
    const { status, body } = await rest.post('/v1/call', { tool_slug: rest.toolbox(tool) });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: false, slug: tool, output, error: { kind: 'tool-error' } });
  });

  test('takes arguments as a string that holds an object', async () => {
    const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: '{"a": 1, "b": 1}' });
    expect(body).toMatchObject({ ok: true, output: { sum: 2 } });
  });

  test.each([
    [511, 200, undefined],
    [512, 200, undefined],
    [513, 400, 'The body is nested deeper than 512 levels'],
    [200_000, 400, 'The body is nested deeper than 512 levels'],
  ])('a body of %i levels is answered %i', async (levels, status, message) => {
    const deep = `${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}`;
    const text = `{"tool_slug":"${rest.toolbox('say')}","arguments":{"deep":${deep},"wide":"${' '.repeat(2_000)}"}}`;
    const answer = await rest.post('/v1/call', text);
    const error = answer.body['error'] as { readonly message: string } | undefined;
    expect([answer.status, error?.message]).toEqual([status, message]);
  });

  test('takes a slug with the whole instance id', async () => {
    const { body } = await rest.post('/v1/call', { tool_slug: `toolbox.${rest.toolboxId}.say` });
    expect(body).toMatchObject({ ok: true, tool_slug: rest.toolbox('say') });
  });

  test.each([
    ['no object', () => [], 'the body must be a JSON object, got array'],
    ['no slug', () => ({}), 'tool_slug is required, a string'],
    ['a slug of another type', () => ({ tool_slug: 5 }), 'tool_slug must be a string, got number'],
    [
      'a meta of another type',
      () => ({ tool_slug: rest.toolbox('say'), meta: 'x' }),
      'meta must be an object, got string',
    ],
    ['no JSON', () => '{"tool_slug":', expect.stringContaining('JSON')],
    ['an empty body', () => '', expect.stringContaining('JSON')],
  ])('refuses %s with 400 bad-request that names the field', async (_, body, message) => {
    const answer = await rest.post('/v1/call', body());
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(envelope('bad-request', message));
  });

  test.each([
    ['a missing argument', { a: 1 }, '/b is required'],
    ['an argument of another type', { a: 1, b: 'x' }, '/b must be number'],
    ['an argument too many', { a: 1, b: 2, c: 3 }, '/c is not a property of the tool'],
    ['an array', [1, 2], 'arguments must be an object, got an array; send an object such as'],
    ['a number', 5, 'arguments must be an object, got a number'],
    ['a string that is no object', '[1]', 'arguments must be an object, got a string without one'],
  ])('refuses %s with 400 invalid-params that names the path', async (_, args, message) => {
    const answer = await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: args });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { kind: 'invalid-params', message: expect.stringContaining(message) } });
  });

  test('answers 404 unknown-slug with near candidates when the instance has no such tool', async () => {
    const answer = await rest.post('/v1/call', { tool_slug: rest.toolbox('ad') });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      error: { kind: 'unknown-slug', candidates: expect.arrayContaining([rest.toolbox('add')]) },
    });
  });

  test.each([
    ['malformed slug', 'nonsense', 404, 'unknown-slug'],
    ['slug of an instance that never was', 'toolbox.00000000.add', 404, 'instance-offline'],
  ])('answers a %s', async (_, tool_slug, status, kind) => {
    const answer = await rest.post('/v1/call', { tool_slug });
    expect([answer.status, (answer.body['error'] as { kind: string }).kind]).toEqual([status, kind]);
  });

  test.each([
    ['a JSON-RPC error of the upstream', 'protocol_error', 502, 'backend-error'],
    ['no answer in time', 'slow', 504, 'timeout'],
  ])('answers %s as a failure behind the tool', async (_, tool, status, kind) => {
    const answer = await rest.post('/v1/call', { tool_slug: rest.toolbox(tool) });
    expect([answer.status, (answer.body['error'] as { kind: string }).kind]).toEqual([status, kind]);
  });

  test('says which setting gives a call more time', async () => {
    const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox('slow') });
    expect(body['error']).toMatchObject({
      recommended_next_action: expect.stringContaining('timeoutMs of its server'),
    });
  });

  test('refuses the stub of a skill that is not loaded with 409', async () => {
    const answer = await rest.post('/v1/call', { tool_slug: rest.blender('__skill__mesh-tools') });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ error: { kind: 'skill-not-loaded' } });
  });

  test('keeps X-Request-Id and traceparent apart and gives both back', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const { headers, body } = await rest.post(
      '/v1/call',
      { tool_slug: rest.toolbox('say') },
      { 'x-request-id': 'my-request', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    );
    expect(body).toMatchObject({ request_id: 'my-request', trace_id: traceId });
    expect(headers.get('x-request-id')).toBe('my-request');
    expect(headers.get('x-dcc-mcp-request-id')).toBe('my-request');
    expect(headers.get('x-dcc-mcp-trace-id')).toBe(traceId);
    expect(headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-0[01]$`));
  });
});

describe('POST /v1/dcc/{dcc}/instances/{id}/call', () => {
  test.each([['backend_tool'], ['tool'], ['action']])('calls the tool named by %s', async (field) => {
    const path = `/v1/dcc/toolbox/instances/${rest.toolboxId}/call`;
    const { status, body } = await rest.post(path, { [field]: 'add', arguments: { a: 1, b: 2 } });
    expect([status, body['output']]).toEqual([200, { sum: 3 }]);
  });

  test('takes the first digits of the instance id', async () => {
    const path = `/v1/dcc/toolbox/instances/${rest.toolboxId.slice(0, 8)}/call`;
    expect((await rest.post(path, { backend_tool: 'say' })).body).toMatchObject({ ok: true, output: 'hello' });
  });

  test.each([
    ['no tool', {}, 400, 'bad-request'],
    ['an unknown tool', { backend_tool: 'nope' }, 404, 'unknown-slug'],
    ['wrong arguments', { backend_tool: 'add', arguments: {} }, 400, 'invalid-params'],
  ])('refuses %s', async (_, body, status, kind) => {
    const answer = await rest.post(`/v1/dcc/toolbox/instances/${rest.toolboxId}/call`, body);
    expect([answer.status, (answer.body['error'] as { kind: string }).kind]).toEqual([status, kind]);
  });

  test('does not know an instance that never was', async () => {
    const path = '/v1/dcc/toolbox/instances/00000000-0000-4000-8000-000000000000/call';
    const answer = await rest.post(path, { backend_tool: 'say' });
    expect([answer.status, (answer.body['error'] as { kind: string }).kind]).toEqual([404, 'instance-offline']);
  });
});

describe('POST /v1/call_batch', () => {
  test('answers each item in order, with its id, and success when all are ok', async () => {
    const { status, body } = await rest.post('/v1/call_batch', {
      calls: [
        { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 }, id: 'first' },
        { tool_slug: rest.toolbox('say'), id: 2 },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      results: [
        { index: 0, id: 'first', tool_slug: rest.toolbox('add'), ok: true, result: { ok: true, output: { sum: 3 } } },
        { index: 1, id: 2, tool_slug: rest.toolbox('say'), ok: true, result: { ok: true, output: 'hello' } },
      ],
    });
  });

  test('gives the whole call body where the tool answered, and the error itself where it did not', async () => {
    const { status, body } = await rest.post('/v1/call_batch', {
      calls: [
        { tool_slug: rest.toolbox('is_error') },
        { tool_slug: rest.toolbox('nope') },
        { tool_slug: rest.toolbox('add'), arguments: {} },
        { tool_slug: rest.toolbox('say') },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: false,
      results: [
        {
          index: 0,
          ok: false,
          result: { ok: false, error: { kind: 'tool-error' }, _meta: { dcc: { dcc_type: 'toolbox' } } },
        },
        { index: 1, ok: false, error: { kind: 'unknown-slug' } },
        { index: 2, ok: false, error: { kind: 'invalid-params' } },
        { index: 3, ok: true, result: { ok: true } },
      ],
    });
    const [toolError, unknown] = body['results'] as readonly object[];
    expect(toolError).not.toHaveProperty('error');
    expect(unknown).not.toHaveProperty('result');
  });

  test('leaves out what follows a failure with stop_on_error', async () => {
    const calls = [
      { tool_slug: rest.toolbox('say') },
      { tool_slug: rest.toolbox('is_error') },
      { tool_slug: rest.toolbox('say') },
    ];
    const { body } = await rest.post('/v1/call_batch', { calls, stop_on_error: true });
    expect(body['success']).toBe(false);
    expect(body['results']).toHaveLength(2);
  });

  test('gives items request ids of their own below the one of the batch, in the same trace', async () => {
    const calls = [{ tool_slug: rest.toolbox('say') }, { tool_slug: rest.toolbox('say') }];
    const { body, headers } = await rest.post('/v1/call_batch', { calls }, { 'x-request-id': 'outer' });
    const trace_id = headers.get('x-dcc-mcp-trace-id');
    expect(body['results']).toMatchObject([
      { result: { request_id: 'outer:batch-0', trace_id } },
      { result: { request_id: 'outer:batch-1', trace_id } },
    ]);
  });

  test('runs 25 calls', async () => {
    const calls = Array.from({ length: 25 }, () => ({ tool_slug: rest.toolbox('say') }));
    const { body } = await rest.post('/v1/call_batch', { calls });
    expect([body['success'], (body['results'] as object[]).length]).toEqual([true, 25]);
  });

  test.each([
    ['no calls', {}, 'calls is required, an array'],
    ['0 calls', { calls: [] }, 'calls must have at least 1 item, got 0'],
    [
      '26 calls',
      { calls: Array.from({ length: 26 }, () => ({ tool_slug: 'a' })) },
      'calls must have at most 25 items, got 26',
    ],
    ['an item without a slug', { calls: [{}] }, 'calls[0].tool_slug is required, a string'],
    [
      'a wrong stop_on_error',
      { calls: [{ tool_slug: 'a' }], stop_on_error: 1 },
      'stop_on_error must be a boolean, got number',
    ],
  ])('refuses %s with 400 bad-request', async (_, body, message) => {
    const answer = await rest.post('/v1/call_batch', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(envelope('bad-request', message));
  });
});
