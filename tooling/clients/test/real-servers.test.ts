// Real servers behind one gateway, as their users start them: listed, called, wrong calls told apart, resources and prompts.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListeningGateway, SERVERS, Workplace } from './gateway.ts';
import { type Command, REAL_SERVERS } from './installed.ts';

type Json = Readonly<Record<string, unknown>>;

const PROTOCOL = '2026-07-28';
const START_MILLIS = 60_000;

/** What the servers work in, and what the gateway is started from. */
let workplace: Workplace;
let ownPlace: Workplace;
let gateway: ListeningGateway;
let files: string;
let repository: string;
let lastId = 0;

const entry = ([command, ...args]: Command, more: Json = {}): Json => ({ command, args, ...more });

/** A repository with one commit. */
function createRepository(): string {
  const folder = join(workplace.folder, 'repository');
  mkdirSync(folder);
  const git = (...args: string[]): void => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.test'];
    execFileSync('git', [...who, ...args], { cwd: folder, stdio: 'ignore' });
  };
  git('init', '--initial-branch=main');
  writeFileSync(join(folder, 'scene.txt'), 'a cube\n');
  git('add', '.');
  git('commit', '--message=A cube stands in the scene');
  return folder;
}

/** One request of MCP. */
async function mcp(method: string, params: Json = {}): Promise<{ readonly result?: Json; readonly error?: Json }> {
  lastId += 1;
  const name = params['name'] ?? params['uri'];
  const meta = {
    'io.modelcontextprotocol/protocolVersion': PROTOCOL,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'real-servers', version: '1.0.0' },
  };
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': PROTOCOL,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params: { ...params, _meta: meta } }),
  });
  const text = await response.text();
  const data = text.split('\n').findLast((line) => line.startsWith('data: {'));
  return JSON.parse(data === undefined ? text : data.slice('data: '.length)) as Json;
}

/** What a tool says, and whether it says that it failed. */
async function call(name: string, args: Json): Promise<readonly [isError: boolean, said: string]> {
  const { result, error } = await mcp('tools/call', { name, arguments: args });
  const content = (result?.['content'] ?? []) as readonly { readonly text?: string }[];
  return [result?.['isError'] === true || error !== undefined, content.map(({ text }) => text ?? '').join('\n')];
}

beforeAll(async () => {
  workplace = new Workplace();
  files = workplace.root('files');
  repository = createRepository();
  const mcpServers = {
    everything: SERVERS.everything,
    files: { ...SERVERS.files, args: [...SERVERS.files.args, files] },
    memory: entry(REAL_SERVERS.memory(), { env: { MEMORY_FILE_PATH: join(workplace.folder, 'memory.jsonl') } }),
    thinking: entry(REAL_SERVERS.thinking()),
    playwright: entry(REAL_SERVERS.playwright()),
    time: entry(REAL_SERVERS.time()),
    git: entry(REAL_SERVERS.git()),
  };
  ownPlace = new Workplace({ mcpServers });
  gateway = await new ListeningGateway(ownPlace, 'all').start();
}, START_MILLIS);

afterAll(async () => {
  await gateway?.stop();
  workplace?.remove();
  ownPlace?.remove();
});

test('all of them are initialized and ready', async () => {
  const answer = await fetch(new URL('/v1/instances', gateway.url));
  const { instances } = (await answer.json()) as {
    instances: readonly { readonly name: string; readonly status: string; readonly tools: number }[];
  };
  const states = Object.fromEntries(instances.map(({ name, status }) => [name, status]));
  const names = ['everything', 'files', 'memory', 'thinking', 'playwright', 'time', 'git'];
  expect(states).toEqual(Object.fromEntries(names.map((name) => [name, 'ready'])));
});

test.each([
  ['everything', 13],
  ['files', 14],
  ['memory', 9],
  ['thinking', 1],
  ['playwright', 20],
  ['time', 2],
  ['git', 10],
])('%s lists at least %d tools, each with a schema', async (server, count) => {
  const { result } = await mcp('tools/list');
  const tools = (result!['tools'] as readonly { readonly name: string; readonly inputSchema: unknown }[]).filter(
    ({ name }) => name.startsWith(`${server}__`),
  );
  expect(tools.length).toBeGreaterThanOrEqual(count);
  expect(tools.every(({ inputSchema }) => typeof inputSchema === 'object')).toBe(true);
});

test.each<readonly [tool: string, args: () => Json, said: RegExp]>([
  ['everything__echo', () => ({ message: 'hi' }), /Echo: hi/],
  ['everything__get-sum', () => ({ a: 20, b: 22 }), /42/],
  ['files__list_directory', () => ({ path: files }), /large\.txt/],
  ['files__write_file', () => ({ path: join(files, 'new.txt'), content: 'a sphere' }), /wrote/i],
  ['files__read_text_file', () => ({ path: join(files, 'new.txt') }), /a sphere/],
  ['memory__create_entities', () => ({ entities: [{ name: 'Ada', entityType: 'person', observations: ['animates'] }] }), /Ada/], // prettier-ignore
  ['memory__search_nodes', () => ({ query: 'animates' }), /Ada/],
  ['thinking__sequentialthinking', () => ({ thought: 'one', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }), /thoughtHistoryLength/], // prettier-ignore
  ['time__get_current_time', () => ({ timezone: 'UTC' }), /"timezone":\s*"UTC"/],
  ['time__convert_time', () => ({ source_timezone: 'UTC', time: '12:00', target_timezone: 'Asia/Tokyo' }), /21:00/],
  ['git__git_status', () => ({ repo_path: repository }), /main/],
  ['git__git_log', () => ({ repo_path: repository }), /A cube stands in the scene/],
])('%s works', async (tool, args, said) => {
  expect(await call(tool, args())).toEqual([false, expect.stringMatching(said)]);
});

test.each<readonly [what: string, tool: string, args: () => Json]>([
  ['a path outside its folders', 'files__read_text_file', () => ({ path: '/etc/hostname' })],
  ['a time zone that is none', 'time__get_current_time', () => ({ timezone: 'Middle/Earth' })],
  ['a folder that is no repository', 'git__git_status', () => ({ repo_path: files })],
  ['entities that are a number', 'memory__create_entities', () => ({ entities: 7 })],
  ['no arguments', 'thinking__sequentialthinking', () => ({})],
])('%s is refused by %s, in words', async (_, tool, args) => {
  const [isError, said] = await call(tool, args());
  expect([isError, said.length > 10]).toEqual([true, true]);
});

describe('server-everything', () => {
  test('has resources and templates, and they are read', async () => {
    const { result: listed } = await mcp('resources/list');
    const [first] = listed!['resources'] as [{ readonly uri: string }];
    const { result } = await mcp('resources/read', { uri: first.uri });
    expect(result!['contents']).toEqual([expect.objectContaining({ uri: first.uri })]);
    const { result: templates } = await mcp('resources/templates/list');
    expect(templates!['resourceTemplates']).not.toEqual([]);
  });

  test('has prompts, and they are got', async () => {
    const { result: listed } = await mcp('prompts/list');
    const names = (listed!['prompts'] as readonly { readonly name: string }[]).map(({ name }) => name);
    const simple = names.find((name) => name.includes('simple'))!;
    const { result } = await mcp('prompts/get', { name: simple });
    expect(result!['messages']).not.toEqual([]);
  });
});
