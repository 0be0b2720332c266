import { afterEach, describe, expect, test } from '@jest/globals';
import { type CoreHost, startCoreHost } from '../fixtures/core-host.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

type Body = Readonly<Record<string, unknown>>;

interface Hit {
  readonly tool_slug: string;
  readonly skill_name: string | null;
  readonly loaded: boolean;
  readonly rank: number;
}

const SKILLS = { 'mesh-tools': ['create_cube', 'read_bounds'], 'poly-tools': ['create_cube', 'read_bounds'] };

let host: CoreHost;
let gateway: RunningGateway;
let prefix: string;

async function start(config: object = {}, hasRoutes = true, toldTools?: string): Promise<void> {
  const told = toldTools === undefined ? {} : { toldTools };
  host = await startCoreHost({ skills: SKILLS, scene: '/shots/sh010/shot_010.ma', hasRoutes, ...told });
  gateway = await startGateway({ config: { mcpServers: { maya: { url: host.url } }, ...config } });
  await gateway.ready();
  const { instances } = (await get('/v1/instances')) as { instances: readonly { instance_short: string }[] };
  prefix = `maya.${instances[0]!.instance_short}.`;
}

afterEach(async () => {
  await gateway.stop();
  host.server.close();
});

async function get(path: string): Promise<Body> {
  return (await (await fetch(gateway.url + path)).json()) as Body;
}

async function post(operation: string, body: object): Promise<{ readonly status: number; readonly body: Body }> {
  const response = await fetch(`${gateway.url}/v1/${operation}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Body };
}

async function hits(query: object = {}): Promise<readonly Hit[]> {
  return (await post('search', { limit: 100, ...query })).body['hits'] as readonly Hit[];
}

/** The status of a call of each, and what the host was asked for. */
async function callEach(names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const entries = names.map(async (name) => [name, (await post('call', { tool_slug: prefix + name })).status] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const ALL_NAMES = [
  'create_cube',
  'mesh_tools__create_cube',
  'mesh-tools__create_cube',
  'poly_tools__create_cube',
  'poly-tools__create_cube',
];

const POLICY = { policy: { allowedSkillNames: ['poly-tools'] } };

describe.each([
  ['that tells of its tools', true],
  ['of which only the tools list is known', false],
])('behind a dcc-mcp-core host %s, policy opens the allowed skill alone', (_, hasRoutes) => {
  test('when the allowed skill is loaded', async () => {
    await start(POLICY, hasRoutes);
    const loaded = await post('load_skill', { skill_name: 'poly-tools' });
    expect(loaded).toMatchObject({
      status: 200,
      body: { loaded: true, new_tool_slugs: [`${prefix}create_cube`, `${prefix}read_bounds`] },
    });
    expect(await callEach(ALL_NAMES)).toEqual({
      create_cube: 200,
      mesh_tools__create_cube: 403,
      'mesh-tools__create_cube': 403,
      poly_tools__create_cube: 200,
      'poly-tools__create_cube': 200,
    });
    expect(new Set(host.called)).toEqual(new Set(['poly_tools__create_cube']));
  });

  test('when both are loaded and the host renames their tools', async () => {
    await start(POLICY, hasRoutes);
    host.load('mesh-tools');
    const loaded = await post('load_skill', { skill_name: 'poly-tools' });
    expect(loaded.body['new_tool_slugs']).toEqual([
      `${prefix}poly-tools__create_cube`,
      `${prefix}poly-tools__read_bounds`,
    ]);
    expect(await callEach(ALL_NAMES.slice(1))).toEqual({
      mesh_tools__create_cube: 403,
      'mesh-tools__create_cube': 403,
      poly_tools__create_cube: 200,
      'poly-tools__create_cube': 200,
    });
    expect(new Set(host.called)).toEqual(new Set(['poly_tools__create_cube']));
    expect(new Set((await hits()).map((hit) => hit.skill_name))).toEqual(new Set(['poly-tools']));
  });

  test("when the bare name has become another skill's", async () => {
    await start(POLICY, hasRoutes);
    await post('load_skill', { skill_name: 'poly-tools' });
    host.load('mesh-tools');
    await post('unload_skill', { skill_name: 'poly-tools' });
    expect((await callEach(ALL_NAMES))['create_cube']).toBe(403);
    expect(host.called).toEqual([]);
  });
});

test('a skill with an allowed tool may be loaded and unloaded again, whatever the host lists that tool as', async () => {
  const allowedToolSlugs = ['maya.390781ce.poly_tools__create_cube'];
  await start({ policy: { allowedToolSlugs } });
  expect(prefix).toBe('maya.390781ce.');
  const statuses = [];
  for (const operation of ['load_skill', 'load_skill', 'unload_skill']) {
    statuses.push((await post(operation, { skill_name: 'poly-tools' })).status);
  }
  expect(statuses).toEqual([200, 200, 200]);
  expect((await post('load_skill', { skill_name: 'mesh-tools' })).status).toBe(403);
});

describe('behind a dcc-mcp-core host', () => {
  test('a bare name that another client has given to another skill meanwhile calls none of that skill', async () => {
    await start(POLICY);
    await post('load_skill', { skill_name: 'poly-tools' });
    host.load('mesh-tools');
    host.unload('poly-tools');
    await callEach(['create_cube']);
    expect(host.called).toEqual(["nobody's poly_tools__create_cube"]);
  });

  test('known slugs go on working after the host renames the tools', async () => {
    await start();
    await post('load_skill', { skill_name: 'poly-tools' });
    const before = await callEach(['create_cube', 'read_bounds']);
    await post('load_skill', { skill_name: 'mesh-tools' });
    expect(before).toEqual({ create_cube: 200, read_bounds: 200 });
    expect(await callEach(['create_cube', 'read_bounds'])).toEqual(before);
    expect(new Set(host.called)).toEqual(new Set(['poly_tools__create_cube', 'poly_tools__read_bounds']));
    await post('unload_skill', { skill_name: 'mesh-tools' });
    expect(await callEach(['create_cube', 'poly-tools__create_cube'])).toEqual({
      create_cube: 200,
      'poly-tools__create_cube': 200,
    });
    await post('unload_skill', { skill_name: 'poly-tools' });
    expect(await callEach(['create_cube', 'poly-tools__create_cube'])).toEqual({
      create_cube: 409,
      'poly-tools__create_cube': 409,
    });
  });

  test('tools of skills that are not loaded are found, described and say what to do', async () => {
    await start();
    const [best] = await hits({ query: 'mesh tools create cube' });
    expect(best).toMatchObject({
      tool_slug: `${prefix}mesh_tools__create_cube`,
      skill_name: 'mesh-tools',
      loaded: false,
      has_schema: true,
      next_step: { operation: 'load_skill', arguments: { skill_name: 'mesh-tools' } },
    });
    expect((await post('describe', { tool_slug: best!.tool_slug })).body).toMatchObject({
      record: { loaded: false },
      tool: { name: 'mesh_tools__create_cube', inputSchema: { properties: { size: { type: 'number' } } } },
      next_step: { operation: 'load_skill' },
    });
    expect((await post('call', { tool_slug: best!.tool_slug })).body['error']).toMatchObject({
      kind: 'skill-not-loaded',
    });
    expect((await hits({ loaded_only: true })).map((hit) => hit.tool_slug)).toEqual([
      `${prefix}echo`,
      `${prefix}jobs_get_status`,
    ]);
  });

  test('the scene that is open is known, and ranks its instance up', async () => {
    await start();
    expect(await get('/v1/instances')).toMatchObject({ instances: [{ scene: '/shots/sh010/shot_010.ma' }] });
    const [hit] = await hits({ query: 'create cube', scene_hint: 'shot_010' });
    expect(hit).toMatchObject({ match_reasons: expect.arrayContaining(['scene_hint']) });
  });
});

describe('load_skill of several skills', () => {
  test.each([
    [['poly-tools', 'nobody'], ['poly-tools'], { nobody: 'unknown-slug' }],
    [['nobody', 'poly-tools'], ['poly-tools'], { nobody: 'unknown-slug' }],
    [['poly-tools', 'mesh-tools'], ['poly-tools'], { 'mesh-tools': 'policy-denied' }],
    [['mesh-tools', 'poly-tools', 'nobody'], ['poly-tools'], { 'mesh-tools': 'policy-denied', nobody: 'unknown-slug' }],
  ])('%j says what was loaded and why the rest was not', async (names, loaded, failed) => {
    await start(POLICY);
    const { status, body } = await post('load_skill', { skill_names: names });
    const failures = body['failed'] as readonly { skill_name: string; error: { kind: string } }[];
    expect([status, body['loaded'], body['skill_names']]).toEqual([200, false, loaded]);
    expect(Object.fromEntries(failures.map(({ skill_name: name, error }) => [name, error.kind]))).toEqual(failed);
    expect(body['new_tool_slugs']).toEqual([`${prefix}create_cube`, `${prefix}read_bounds`]);
  });

  test('of which none can be loaded is an error, with the reason of the first', async () => {
    await start(POLICY);
    const { status, body } = await post('load_skill', { skill_names: ['mesh-tools', 'nobody'] });
    expect([status, body['error']]).toEqual([403, expect.objectContaining({ kind: 'policy-denied' })]);
  });
});

const toldTool = (bytes: number): object => ({ action: 'x'.repeat(bytes), skill: 'mesh-tools', loaded: false });

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('a host that tells odd things of its tools', () => {
  test.each([
    ['a list that is nested 100,000 deep', `{"hits":${nested(100_000)}}`],
    ['annotations that are nested 100,000 deep', `{"hits":[{"action":"a__b","annotations":{"a":${nested(100_000)}}}]}`],
    ['a name of 2,000,000 separators', JSON.stringify({ hits: [{ action: `a${'_'.repeat(2_000_000)}b` }] })],
    [
      'a name of 450 separators, 5,000 times',
      JSON.stringify({ hits: Array.from({ length: 5_000 }, () => ({ action: '_'.repeat(450) })) }),
    ],
    ['no JSON', '<html>'],
  ])('is used as its list of tools says: %s', async (_what, toldTools) => {
    await start({}, true, toldTools);
    const startedAt = performance.now();
    expect(await post('call', { tool_slug: `${prefix}echo` })).toMatchObject({ status: 200, body: { ok: true } });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test('is heard where their names fit into a slug, and the others are missed', async () => {
    await start({}, true, JSON.stringify({ hits: [469, 470, 471].map(toldTool) }));
    const found = await hits({ query: 'mesh tools' });
    expect(found.map((hit) => hit.tool_slug.length - prefix.length).filter((bytes) => bytes > 100)).toEqual([469, 470]);
    const { instances } = (await get('/v1/instances')) as { instances: readonly { last_error: string }[] };
    expect(instances[0]!.last_error).toMatch(/^\/v1\/search: cut: 1 with a name of more than 470 bytes left out/);
  });
});
