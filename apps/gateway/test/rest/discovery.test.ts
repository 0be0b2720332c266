import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { envelope, type RestGateway, startRestGateway } from './rest-gateway.ts';

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(async () => {
  await rest.gateway.stop();
});

describe('POST /v1/search', () => {
  test('answers the shape of the contract', async () => {
    const { status, headers, body } = await rest.post('/v1/search', {
      query: 'add numbers',
      dcc_type: 'toolbox',
      limit: 1,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      search_id: expect.any(String),
      ranker_version: expect.any(String),
      index_generation: expect.anything(),
      total: expect.any(Number),
      zero_results: false,
      hits: [
        {
          tool_slug: rest.toolbox('add'),
          backend_tool: 'add',
          skill_name: null,
          summary: 'Add two numbers.',
          tags: ['read-only'],
          dcc_type: 'toolbox',
          instance_id: rest.toolboxId,
          has_schema: true,
          loaded: true,
          annotations: { readOnlyHint: true },
          rank: 1,
          score: expect.any(Number),
          match_reasons: expect.arrayContaining(['tool_lexical', 'summary']),
          next_step: expect.objectContaining({ operation: 'describe', meta: { search_id: body['search_id'] } }),
        },
      ],
    });
    expect(headers.get('x-dcc-mcp-search-id')).toBe(body['search_id']);
    expect(headers.get('x-dcc-mcp-ranker-version')).toBe(body['ranker_version']);
  });

  test('lists everything without a query and counts over pages', async () => {
    const all = await rest.post('/v1/search', { limit: 100 });
    const page = await rest.post('/v1/search', { limit: 3, offset: 2 });
    expect(page.body['total']).toBe(all.body['total']);
    expect((page.body['hits'] as { rank: number }[]).map((hit) => hit.rank)).toEqual([3, 4, 5]);
  });

  test('says when nothing matches', async () => {
    expect((await rest.post('/v1/search', { query: 'zzzzqqqq' })).body).toMatchObject({
      total: 0,
      zero_results: true,
      hits: [],
    });
  });

  test.each([
    [{ query: 5 }, 'query must be a string, got number'],
    [{ limit: '5' }, 'limit must be a number, got string'],
    [{ limit: 101 }, 'limit must be at most 100, got 101'],
    [{ tags: 'x' }, 'tags must be an array, got string'],
    [{ mode: 'hybrid' }, 'mode must be one of "fuzzy", "exact", got string'],
    [{ loaded_only: 'true' }, 'loaded_only must be a boolean, got string'],
    [[], 'the body must be a JSON object, got array'],
    ['not json', expect.stringContaining('JSON')],
  ])('refuses %j with 400 that names the field', async (body, message) => {
    const answer = await rest.post('/v1/search', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(envelope('bad-request', message));
  });

  test('gives each search an id of its own', async () => {
    const [first, second] = await Promise.all([rest.post('/v1/search', {}), rest.post('/v1/search', {})]);
    expect(first.body['search_id']).not.toBe(second.body['search_id']);
  });
});

describe.each([
  ['POST /v1/describe', (slug: string) => rest.post('/v1/describe', { tool_slug: slug })],
  ['GET /v1/tools/{slug}', (slug: string) => rest.get(`/v1/tools/${encodeURIComponent(slug)}`)],
])('%s', (_, describeTool) => {
  test('gives the record and the tool with its input schema', async () => {
    const { status, body } = await describeTool(rest.toolbox('add'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      record: { tool_slug: rest.toolbox('add'), backend_tool: 'add', has_schema: true, loaded: true },
      tool: { name: 'add', inputSchema: { type: 'object', required: ['a', 'b'] } },
    });
  });

  test('gives a tool with dots in its name', async () => {
    expect((await describeTool(rest.toolbox('dotted.name.v2'))).body).toMatchObject({
      tool: { name: 'dotted.name.v2' },
    });
  });

  test('answers 404 with near candidates for a tool that is not there', async () => {
    const answer = await describeTool(rest.toolbox('sai'));
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ error: { kind: 'unknown-slug' } });
  });

  test('answers 404 for a slug that is none', async () => {
    const answer = await describeTool('nonsense');
    expect([answer.status, (answer.body['error'] as { kind: string }).kind]).toEqual([404, 'unknown-slug']);
  });
});

describe('GET /v1/tools/{slug}', () => {
  test('refuses a query: there is no parameter', async () => {
    const answer = await rest.get(`/v1/tools/${rest.toolbox('add')}?foo=1`);
    expect([answer.status, answer.body]).toEqual([
      400,
      envelope('bad-request', 'unknown parameter foo; it takes no parameters'),
    ]);
  });
});

describe('POST /v1/describe', () => {
  test.each([
    [{}, 'tool_slug is required, a string'],
    [{ tool_slug: [] }, 'tool_slug must be a string, got array'],
  ])('refuses %j with 400 that names the field', async (body, message) => {
    const answer = await rest.post('/v1/describe', body);
    expect([answer.status, answer.body]).toEqual([400, envelope('bad-request', message)]);
  });

  test('goes on from a search with its id', async () => {
    const { body } = await rest.post('/v1/describe', {
      tool_slug: rest.toolbox('add'),
      meta: { search_id: 'search-1' },
    });
    expect(body).toMatchObject({ next_step: { operation: 'call', meta: { search_id: 'search-1' } } });
  });
});

describe('GET /v1/dcc/{dcc}/instances/{id}/describe', () => {
  test.each([['backend_tool'], ['tool'], ['action']])('describes the tool named by %s', async (field) => {
    const { status, body } = await rest.get(`/v1/dcc/toolbox/instances/${rest.toolboxId}/describe?${field}=add`);
    expect([status, body['tool']]).toEqual([200, expect.objectContaining({ name: 'add' })]);
  });

  test('refuses a request without a tool', async () => {
    expect((await rest.get(`/v1/dcc/toolbox/instances/${rest.toolboxId}/describe`)).status).toBe(400);
  });

  test.each([
    ['backend_tool=add&foo=1', 'unknown parameter foo; there are backend_tool, tool, action'],
    [
      'backend_tol=add',
      'unknown parameter backend_tol (did you mean backend_tool?); there are backend_tool, tool, action',
    ],
    ['backend_tool=add&backend_tool=fail', 'backend_tool is given more than once'],
  ])('refuses ?%s with 400 that names the parameter', async (query, message) => {
    const answer = await rest.get(`/v1/dcc/toolbox/instances/${rest.toolboxId}/describe?${query}`);
    expect([answer.status, answer.body]).toEqual([400, envelope('bad-request', message)]);
  });
});

describe('POST /v1/load_skill and /v1/unload_skill', () => {
  test('find, load, call and unload a skill', async () => {
    const before = await rest.post('/v1/search', { query: 'bevel mesh', dcc_type: 'blender' });
    const [hit] = before.body['hits'] as { loaded: boolean; next_step: { operation: string; arguments: object } }[];
    expect(hit).toMatchObject({ loaded: false, skill_name: 'mesh-tools', next_step: { operation: 'load_skill' } });

    const loaded = await rest.post('/v1/load_skill', hit!.next_step.arguments);
    expect([loaded.status, loaded.body]).toEqual([
      200,
      expect.objectContaining({
        loaded: true,
        new_tool_slugs: [rest.blender('create_cube'), rest.blender('measure_bounds')],
      }),
    ]);
    expect(loaded.body['next_step']).toMatchObject({
      operation: 'describe',
      arguments: { tool_slug: rest.blender('create_cube') },
    });

    const called = await rest.post('/v1/call', { tool_slug: rest.blender('create_cube'), arguments: { size: 1 } });
    expect(called.body).toMatchObject({ ok: true, output: { done: 'create_cube', args: { size: 1 } } });

    const unloaded = await rest.post('/v1/unload_skill', { skill_name: 'mesh-tools' });
    expect([unloaded.status, unloaded.body['loaded']]).toEqual([200, false]);
    expect(unloaded.body['next_step']).toMatchObject({
      operation: 'load_skill',
      arguments: { skill_name: 'mesh-tools' },
    });
    expect(
      (await rest.post('/v1/call', { tool_slug: rest.blender('create_cube'), arguments: { size: 1 } })).status,
    ).toBe(409);
  });

  test('start a lazy upstream', async () => {
    const { status, body } = await rest.post('/v1/load_skill', { skill_name: 'sleeper' });
    expect([status, body['loaded']]).toEqual([200, true]);
    expect(body['new_tool_slugs']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^lazybox\.[0-9a-f]{8}\.add$/)]),
    );
  });

  test('stop a lazy upstream, whose tools stay known, and which its next use starts again', async () => {
    const isLoaded = async (): Promise<unknown> => {
      const { body } = await rest.post('/v1/search', { query: 'add', dcc_type: 'lazybox' });
      return (body['hits'] as readonly { readonly backend_tool: string; readonly loaded: boolean }[]).find(
        ({ backend_tool: name }) => name === 'add',
      )?.loaded;
    };
    const statusOf = async (): Promise<unknown> => {
      const { instances } = (await rest.get('/v1/instances')).body as {
        instances: readonly { readonly name: string; readonly status: string }[];
      };
      return instances.find(({ name }) => name === 'sleeper')?.status;
    };
    const { body: loading } = await rest.post('/v1/load_skill', { skill_name: 'sleeper' });
    const slug = (loading['next_step'] as { readonly arguments: { readonly tool_slug: string } }).arguments.tool_slug;
    expect([await isLoaded(), await statusOf()]).toEqual([true, 'ready']);
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await rest.post('/v1/unload_skill', { skill_name: 'sleeper' });
      expect([status, body]).toMatchObject([
        200,
        {
          loaded: false,
          skill_names: ['sleeper'],
          new_tool_slugs: [],
          next_step: { operation: 'load_skill', arguments: { skill_name: 'sleeper' } },
        },
      ]);
      expect([await isLoaded(), await statusOf()]).toEqual([false, 'idle']);
    }
    const called = await rest.post('/v1/call', { tool_slug: slug, arguments: { a: 1, b: 2 } });
    expect([called.status, called.body['ok'], await isLoaded()]).toEqual([200, true, true]);
  });

  test('say what to do next, also of a skill that was loaded already, under its own name', async () => {
    await rest.post('/v1/load_skill', { skill_name: 'sleeper' });
    const { body } = await rest.post('/v1/load_skill', { skill_name: 'SLEEPER' });
    expect(body).toEqual({
      loaded: true,
      skill_names: ['sleeper'],
      new_tool_slugs: [],
      next_step: {
        operation: 'describe',
        arguments: { tool_slug: expect.stringMatching(/^lazybox\.[0-9a-f]{8}\.add$/) },
      },
    });
  });

  test('answer 404 for a skill that is not there', async () => {
    const answer = await rest.post('/v1/load_skill', { skill_name: 'nope' });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ error: { kind: 'unknown-slug', message: expect.stringContaining('nope') } });
  });

  test.each([
    ['/v1/load_skill', {}, 'skill_name is required, or skill_names'],
    ['/v1/load_skill', { skill_name: 7 }, 'skill_name must be a string, got number'],
    ['/v1/load_skill', { skill_name: 'a', activate_groups: 'yes' }, 'activate_groups must be a boolean, got string'],
    ['/v1/unload_skill', { skill_names: 'a' }, 'skill_names must be an array, got string'],
  ])('%s refuses %j with 400 that names the field', async (path, body, message) => {
    const answer = await rest.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { kind: 'bad-request', message } });
  });
});
