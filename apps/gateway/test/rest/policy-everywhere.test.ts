// What may not be called is shown nowhere, whatever says so: policy, or the scope of a token.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta, openLegacy, type RawMcp } from '../tracing/raw-mcp.ts';

type Body = Readonly<Record<string, unknown>>;

const TOKEN = 'token-of-the-maya-people';
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const SERVERS = { alpha: 'maya', beta: 'blender', gamma: 'houdini' };
type Key = keyof typeof SERVERS;
const KEYS: readonly Key[] = ['alpha', 'beta', 'gamma'];

// First digits of the UUID v5 of each key.
const ID8: Readonly<Record<Key, string>> = { alpha: '1ecf6c63', beta: '5aab62ea', gamma: 'c6dea981' };

let servers: Readonly<Record<Key, PlainServer>>;
let gateway: RunningGateway;
let slugs: Readonly<Record<string, string>>;

beforeEach(async () => {
  const entries = KEYS.map(async (key) => {
    const tools = [`read_${key}`, `write_${key}`];
    const server = await startPlainServer({ tools, prompts: [`prompt_${key}`], resources: [`thing://${key}`] });
    return [key, server] as const;
  });
  servers = Object.fromEntries(await Promise.all(entries)) as Record<Key, PlainServer>;
});

afterEach(async () => {
  await gateway.stop();
  KEYS.forEach((key) => servers[key].server.close());
});

async function start(restriction: object, expose = 'search'): Promise<void> {
  const mcpServers = Object.fromEntries(
    KEYS.map((key) => [key, { url: servers[key].url, dccType: SERVERS[key], lazy: key === 'gamma' }]),
  );
  gateway = await startGateway({ config: { mcpServers, server: { expose }, ...restriction } });
  await gateway.ready();
  slugs = Object.fromEntries(
    KEYS.flatMap((key) => [`read_${key}`, `write_${key}`].map((name) => [name, `${SERVERS[key]}.${ID8[key]}.${name}`])),
  );
}

async function get(path: string): Promise<Body> {
  return (await (await fetch(gateway.url + path, { headers: HEADERS })).json()) as Body;
}

async function post(operation: string, body: object): Promise<{ readonly status: number; readonly body: Body }> {
  const init = { method: 'POST', headers: HEADERS, body: JSON.stringify(body) };
  const response = await fetch(`${gateway.url}/v1/${operation}`, init);
  return { status: response.status, body: (await response.json()) as Body };
}

const TOOLS = KEYS.flatMap((key) => [`read_${key}`, `write_${key}`]);

/** The tools that an operation does not refuse. */
async function taken(operation: string): Promise<readonly string[]> {
  const answers = TOOLS.map(async (name) => {
    const { status } = await post(operation, { tool_slug: slugs[name] });
    return { name, status };
  });
  return (await Promise.all(answers)).filter(({ status }) => status === 200).map(({ name }) => name);
}

function nameOf(slug: unknown): string {
  return String(slug).split('.').slice(2).join('.');
}

async function catalog(): Promise<readonly string[]> {
  const client = await openLegacy(gateway.url, HEADERS);
  const { result } = await client.request('resources/read', { uri: 'gateway://catalog' }, { headers: HEADERS });
  const [content] = result!['contents'] as readonly { readonly text: string }[];
  const { tools } = JSON.parse(content!.text) as { tools: readonly { tool_slug: string }[] };
  return tools.map((tool) => nameOf(tool.tool_slug)).toSorted();
}

type Row = readonly [what: string, restriction: object, tools: readonly string[], skills: readonly string[]];

const tokens = [{ token: TOKEN, dccTypes: ['MAYA'] }];
const OF_ALPHA = ['read_alpha', 'write_alpha'];

const RESTRICTIONS: readonly Row[] = [
  ['readOnly', { policy: { readOnly: true } }, ['read_alpha', 'read_beta'], []],
  ['allowedDccTypes', { policy: { allowedDccTypes: ['Maya'] } }, OF_ALPHA, []],
  ['allowedSkillNames', { policy: { allowedSkillNames: ['rigging'] } }, [], []],
  ['allowedSkillFamilies', { policy: { allowedSkillFamilies: ['rig'] } }, [], []],
  ['allowedToolSlugPrefixes', { policy: { allowedToolSlugPrefixes: ['MAYA.'] } }, OF_ALPHA, []],
  ['dccTypes of the token', { auth: { tokens } }, OF_ALPHA, []],
  ['both', { policy: { readOnly: true }, auth: { tokens } }, ['read_alpha'], []],
];

describe('what may not be called is shown nowhere, and its server is not started', () => {
  test.each(RESTRICTIONS)('%s', async (_, restriction, tools, skills) => {
    await start(restriction);
    const { body: found } = await post('search', { limit: 100 });
    const hits = (found['hits'] as readonly { tool_slug: string }[]).map((hit) => nameOf(hit.tool_slug)).toSorted();
    const told = (await get('/v1/skills'))['skills'] as readonly { skill_name: string }[];
    expect({
      hits,
      total: found['total'],
      described: await taken('describe'),
      called: await taken('call'),
      catalog: await catalog(),
      count: (await get('/v1/context'))['action_count'],
      skills: told.map((skill) => skill.skill_name),
    }).toEqual({
      hits: tools,
      total: tools.length,
      described: tools,
      called: tools,
      catalog: tools,
      count: tools.length,
      skills,
    });
    const load = await post('load_skill', { skill_name: 'gamma' });
    expect([load.status, load.body['error']]).toEqual([403, expect.objectContaining({ kind: 'policy-denied' })]);
    const unknown = await post('call', { tool_slug: `${slugs['read_alpha']}x` });
    const { candidates = [] } = unknown.body['error'] as { candidates?: readonly string[] };
    expect(candidates.map(nameOf).filter((name) => !tools.includes(name))).toEqual([]);
    expect(servers.gamma.asked).toEqual([]);
  });

  test('a skill that is allowed is shown and started, and no other', async () => {
    await start({ policy: { allowedSkillNames: ['Gamma'] } });
    const skills = (await get('/v1/skills'))['skills'] as readonly { skill_name: string }[];
    expect(skills.map((skill) => skill.skill_name)).toEqual(['gamma']);
    const { status, body } = await post('load_skill', { skill_name: 'gamma' });
    expect([status, (body['new_tool_slugs'] as readonly string[]).map(nameOf)]).toEqual([
      200,
      ['read_gamma', 'write_gamma'],
    ]);
    expect(await taken('call')).toEqual(['read_gamma', 'write_gamma']);
  });
});

describe('the scope of a token', () => {
  test.each(['describe', 'call'])('refuses %s of another dcc type, be there such a tool or not', async (operation) => {
    await start({ auth: { tokens } });
    const refused = { outcome: 'denied', reason: 'dcc-scope', operation, message: expect.any(String) };
    for (const slug of [slugs['read_beta'], 'blender.00000000.nothing', `${slugs['read_beta']}x`]) {
      const { status, body } = await post(operation, { tool_slug: slug });
      expect([status, body['error']]).toEqual([
        403,
        expect.objectContaining({ kind: 'policy-denied', policy: refused }),
      ]);
    }
  });

  test('holds for batches, skills, instances and resources of the gateway', async () => {
    await start({ auth: { tokens } });
    const calls = [{ tool_slug: slugs['read_alpha'] }, { tool_slug: slugs['read_beta'] }];
    expect((await post('call_batch', { calls })).body).toMatchObject({
      results: [{ ok: true }, { ok: false, error: { kind: 'policy-denied', policy: { reason: 'dcc-scope' } } }],
    });
    for (const operation of ['load_skill', 'unload_skill']) {
      expect((await post(operation, { skill_name: 'gamma' })).body).toMatchObject({
        error: { kind: 'policy-denied', policy: { reason: 'dcc-scope' } },
      });
    }
    expect(await get('/v1/instances')).toMatchObject({ total: 1, instances: [{ name: 'alpha' }] });
    const client = await openLegacy(gateway.url, HEADERS);
    const { text } = await client.request('resources/read', { uri: 'gateway://instances' }, { headers: HEADERS });
    expect(text).not.toMatch(/beta|gamma/);
  });
});

const LISTENING = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };

/** Opens a stream of the stateless era that tells of resources. */
function listen(resourceSubscriptions: readonly string[], signal?: AbortSignal): Promise<Response> {
  const params = { notifications: { resourceSubscriptions }, _meta: modernMeta };
  return fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { ...HEADERS, accept: 'application/json, text/event-stream', ...LISTENING },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    signal: signal ?? null,
  });
}

/** Whether there is one that tells of a resource. */
async function canListen(uri: string): Promise<boolean> {
  const leave = new AbortController();
  const response = await listen([uri], leave.signal);
  leave.abort();
  return response.headers.get('content-type')!.startsWith('text/event-stream');
}

describe('under --expose all', () => {
  let client: RawMcp;

  async function ask(method: string, params: Body = {}): Promise<Body> {
    return (await client.request(method, params, { headers: HEADERS })) as unknown as Body;
  }

  async function listed(method: string, member: string, key: string): Promise<readonly unknown[]> {
    const { result } = (await ask(method)) as { result: Readonly<Record<string, readonly Body[]>> };
    return result[member]!.map((item) => String(item[key])).toSorted();
  }

  test.each([
    ['dccTypes of the token', { auth: { tokens } }, 'dcc-scope', OF_ALPHA],
    ['allowedDccTypes', { policy: { allowedDccTypes: ['maya'] } }, 'dcc-allowlist', OF_ALPHA],
    ['both', { policy: { allowedDccTypes: ['maya'], readOnly: true }, auth: { tokens } }, 'dcc-scope', ['read_alpha']],
  ])(
    '%s: lists hold nothing of other servers, and nothing of theirs is to be had',
    async (_, restriction, reason, tools) => {
      await start(restriction, 'all');
      client = await openLegacy(gateway.url, HEADERS);
      expect(await listed('tools/list', 'tools', 'name')).toEqual(tools.map((name) => `maya__${name}`));
      expect(await listed('prompts/list', 'prompts', 'name')).toEqual(['maya__prompt_alpha']);
      expect(await listed('resources/list', 'resources', 'uri')).toEqual(['thing://alpha']);
      const refused = { kind: 'policy-denied', policy: expect.objectContaining({ reason }) };
      const ref = { type: 'ref/prompt', name: 'blender__prompt_beta' };
      const denied: readonly (readonly [string, Body])[] = [
        ['prompts/get', { name: 'blender__prompt_beta' }],
        ['completion/complete', { ref, argument: { name: 'a', value: '' } }],
      ];
      for (const [method, params] of denied) {
        expect([method, (await ask(method, params))['error']]).toEqual([
          method,
          expect.objectContaining({ data: refused }),
        ]);
      }
      const call = (await ask('tools/call', { name: 'blender__read_beta' }))['result'] as Body;
      expect(call).toMatchObject({ isError: true, structuredContent: { error: { kind: 'policy-denied' } } });
      await ask('resources/read', { uri: 'thing://beta' });
      const { text } = await client.request('initialize', { protocolVersion: '2025-11-25' }, { headers: HEADERS });
      expect([text.includes('read_alpha'), text.includes('beta')]).toEqual([true, false]);
      expect(await canListen('thing://beta')).toBe(false);
      expect(await canListen('thing://alpha')).toBe(true);
      await ask('resources/subscribe', { uri: 'thing://beta' });
      const toBeta = servers.beta.asked.filter((asked) => /^(?:tools\/call|prompts|resources|completion)/.test(asked));
      expect([toBeta, servers.gamma.asked]).toEqual([[], []]);
    },
  );

  test('a stream of too many resources is refused before any server is asked whose they are', async () => {
    await start({ policy: { allowedDccTypes: ['maya'] } }, 'all');
    const uris = Array.from({ length: 10_000 }, (_, i) => `thing://none/${'x'.repeat(30)}${i}`);
    expect(await (await listen(uris)).json()).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('256 KiB') as unknown },
    });
    expect(servers.alpha.asked).not.toContain('resources/list');
  });
});
