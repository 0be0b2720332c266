// Files as MCP clients write them: each is taken without a word, and what has a meaning acts.
import { formatIssue } from '@dcc-mcp/telemetry-config';
import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LoadedConfiguration, loadConfiguration } from '../../src/config/load/load-configuration.ts';
import { issuesOf } from './config-fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'dialects-'));
let folders = 0;

afterAll(() => rmSync(root, { recursive: true }));

type Env = Readonly<Record<string, string>>;

/** Loads a file under the name that the client gives it. */
function load(name: string, text: string, env: Env = {}): LoadedConfiguration & { readonly folder: string } {
  folders += 1;
  const folder = join(root, String(folders));
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { ...loadConfiguration({ env: { HOME: '/home/ann', ...env }, configFile: file }), folder };
}

interface Dialect {
  readonly file: string;
  readonly text: string;
  readonly env?: Env;
  /** Transport and further settings of each server, in the order of the file. */
  readonly servers: readonly object[];
}

const stdio = (command: string, args: readonly string[] = [], more: object = {}): object => ({
  transport: expect.objectContaining({ type: 'stdio', command, args, ...more }),
});
const http = (url: string, headers: object = {}): object => ({
  transport: expect.objectContaining({ type: 'http', url, headers }),
});

const DIALECTS: Readonly<Record<string, Dialect>> = {
  'Claude Desktop': {
    file: 'claude_desktop_config.json',
    text: `{
      // the folder of the project
      "mcpServers": {
        "filesystem": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/ann"], },
      },
      "globalShortcut": "Cmd+Space", "preferences": { "x": 1 },
    }`,
    servers: [stdio('npx', ['-y', '@modelcontextprotocol/server-filesystem', '/Users/ann'])],
  },
  'Claude Code': {
    file: '.mcp.json',
    text: `{ "mcpServers": {
      "api": { "type": "http", "url": "\${API_BASE:-https://api.example}/mcp", "headers": { "Authorization": "Bearer \${KEY}" }, "timeout": 600000, "alwaysLoad": true },
      "local": { "type": "stdio", "command": "/usr/bin/srv", "args": [], "env": { "CACHE": "/tmp" } } } }`,
    env: { KEY: 'k' },
    servers: [
      { ...http('https://api.example/mcp', { authorization: 'Bearer k' }), timeoutMillis: 600_000 },
      stdio('/usr/bin/srv', [], { env: { CACHE: '/tmp' } }),
    ],
  },
  Cursor: {
    file: '.cursor/mcp.json',
    text: `{ "mcpServers": {
      "a": { "type": "stdio", "command": "python", "args": ["\${workspaceFolder}/srv.py", "\${userHome}/x"], "env": { "K": "\${env:KEY}" }, "envFile": ".env" },
      "b": { "url": "http://localhost:3000/mcp", "headers": { "API_KEY": "value" } } } }`,
    env: { KEY: 'k' },
    servers: [
      stdio('python', ['FOLDER/srv.py', '/home/ann/x'], { env: { K: 'k' }, envFile: 'FOLDER/.env', cwd: 'FOLDER' }),
      http('http://localhost:3000/mcp', { api_key: 'value' }),
    ],
  },
  'VS Code': {
    file: '.vscode/mcp.json',
    text: `{
      "inputs": [
        { "type": "promptString", "id": "perplexity-key", "description": "API key", "password": true },
        { "type": "pickString", "id": "region", "options": ["eu", "us"], "default": "eu" } ],
      "servers": {
        "perplexity": { "type": "stdio", "command": "npx", "args": ["-y", "server-perplexity"], "env": { "KEY": "\${input:perplexity-key}", "REGION": "\${input:region}" }, "envFile": "\${workspaceFolder}/.env", "dev": { "watch": "src/**/*.ts" } },
        "fetch": { "type": "http", "url": "https://fetch.example/mcp", "gallery": true } } }`,
    env: { PERPLEXITY_KEY: 'p' },
    servers: [
      stdio('npx', ['-y', 'server-perplexity'], {
        env: { KEY: 'p', REGION: 'eu' },
        envFile: 'FOLDER/.env',
        cwd: 'FOLDER',
      }),
      http('https://fetch.example/mcp'),
    ],
  },
  'VS Code, in its settings': {
    file: 'settings.json',
    text: '{ "mcp": { "inputs": [], "servers": { "a": { "command": "x" } } } }',
    servers: [stdio('x')],
  },
  Windsurf: {
    file: 'mcp_config.json',
    text: `{ "mcpServers": {
      "remote": { "serverUrl": "https://w.example/mcp", "headers": { "Authorization": "Bearer \${env:KEY}" }, "disabledTools": ["delete_all"] },
      "off": { "command": "npx", "args": ["-y", "x"], "disabled": true } } }`,
    env: { KEY: 'k' },
    servers: [
      {
        ...http('https://w.example/mcp', { authorization: 'Bearer k' }),
        toolFilter: { include: [], exclude: ['delete_all'] },
      },
      { isDisabled: true },
    ],
  },
  Cline: {
    file: 'cline_mcp_settings.json',
    text: `{ "mcpServers": {
      "local": { "command": "node", "args": ["s.js"], "env": { "K": "v" }, "alwaysAllow": ["a"], "autoApprove": [], "disabled": false, "timeout": 60, "transportType": "stdio" },
      "remote": { "type": "streamableHttp", "url": "https://c.example/mcp", "disabled": false, "timeout": 3600, "remoteConfigured": true } } }`,
    servers: [
      { ...stdio('node', ['s.js'], { env: { K: 'v' } }), timeoutMillis: 60_000, isDisabled: false },
      { ...http('https://c.example/mcp'), timeoutMillis: 3_600_000 },
    ],
  },
  Roo: {
    file: '.roo/mcp.json',
    text: `{ "mcpServers": {
      "a": { "command": "node", "args": ["s.js"], "cwd": "tools", "alwaysAllow": ["x"], "disabledTools": ["y"], "watchPaths": ["s.js"], "timeout": 30 },
      "b": { "type": "streamable-http", "url": "https://r.example/mcp" } } }`,
    servers: [
      { ...stdio('node', ['s.js'], { cwd: 'FOLDER/tools' }), timeoutMillis: 30_000 },
      http('https://r.example/mcp'),
    ],
  },
  'Zed, flat': {
    file: '.zed/settings.json',
    text: `{ "theme": "One Dark", "vim_mode": true, "context_servers": {
      "a": { "source": "custom", "enabled": true, "command": "some-command", "args": ["x"], "env": {}, "timeout": 60000 },
      "b": { "url": "https://z.example/mcp", "headers": { "Authorization": "Bearer t" } } } }`,
    servers: [
      { ...stdio('some-command', ['x']), timeoutMillis: 60_000 },
      http('https://z.example/mcp', { authorization: 'Bearer t' }),
    ],
  },
  'Zed, with a block': {
    file: 'settings.json',
    text: `{ "context_servers": {
      "a": { "command": { "path": "node", "args": ["s.js"], "env": { "K": "v" } }, "settings": {} },
      "b": { "source": { "type": "url", "url": "https://z.example/mcp" }, "settings": {} } } }`,
    servers: [stdio('node', ['s.js'], { env: { K: 'v' } }), http('https://z.example/mcp')],
  },
  Continue: {
    file: 'config.yaml',
    text: `
name: Mine
version: 0.0.1
schema: v1
mcpServers:
  - name: SQLite
    type: stdio
    command: npx
    args: ["-y", "mcp-sqlite", "/db"]
    env: { KEY: "\${{ secrets.SQLITE_KEY }}" }
    connectionTimeout: 30000
  - name: Remote
    type: streamable-http
    url: https://k.example/mcp
    requestOptions: { headers: { X-Id: a } }
`,
    env: { SQLITE_KEY: 's' },
    servers: [
      { key: 'SQLite', ...stdio('npx', ['-y', 'mcp-sqlite', '/db'], { env: { KEY: 's' } }) },
      { key: 'Remote', ...http('https://k.example/mcp', { 'x-id': 'a' }) },
    ],
  },
  'Gemini CLI': {
    file: '.gemini/settings.json',
    text: `{ "mcp": { "excluded": ["c"] }, "theme": "Dracula", "mcpServers": {
      "a": { "command": "python", "args": ["-m", "srv"], "cwd": "./srv", "timeout": 3000, "trust": false, "env": { "K": "$MY_TOKEN" }, "includeTools": ["x"], "excludeTools": ["y"] },
      "b": { "httpUrl": "https://g.example/mcp", "timeout": 5000, "oauth": { "enabled": false } },
      "c": { "url": "https://h.example/mcp" } } }`,
    env: { MY_TOKEN: 'm' },
    servers: [
      {
        ...stdio('python', ['-m', 'srv'], { cwd: 'FOLDER/srv', env: { K: 'm' } }),
        timeoutMillis: 3_000,
        toolFilter: { include: ['x'], exclude: ['y'] },
      },
      { ...http('https://g.example/mcp'), timeoutMillis: 5_000 },
      { isDisabled: true },
    ],
  },
  'Codex (its tables, as YAML)': {
    file: 'codex.yaml',
    text: `
mcp_servers:
  a: { command: npx, args: [-y, x], env_vars: [KEY], startup_timeout_sec: 20, tool_timeout_sec: 45, enabled: true, disabled_tools: [z] }
  b: { url: "https://x.example/mcp", bearer_token_env_var: KEY, http_headers: { X-A: b }, env_http_headers: { X-K: KEY }, enabled: false }
`,
    env: { KEY: 'k' },
    servers: [
      {
        ...stdio('npx', ['-y', 'x'], { env: { KEY: 'k' } }),
        timeoutMillis: 45_000,
        toolFilter: { include: [], exclude: ['z'] },
      },
      { ...http('https://x.example/mcp', { authorization: 'Bearer k', 'x-a': 'b', 'x-k': 'k' }), isDisabled: true },
    ],
  },
  Goose: {
    file: 'config.yaml',
    text: `
GOOSE_PROVIDER: openai
extensions:
  search: { type: stdio, enabled: true, name: search, cmd: npx, args: [-y, brave], envs: { A: b }, env_keys: [KEY], timeout: 300, bundled: null, description: "", available_tools: [] }
  remote: { type: streamable_http, enabled: false, name: remote, uri: "https://o.example/mcp", headers: { X: y }, timeout: 10 }
  nested: { enabled: true, config: { type: stdio, name: nested, cmd: uvx, args: [srv], timeout: 120 } }
`,
    env: { KEY: 'k' },
    servers: [
      { ...stdio('npx', ['-y', 'brave'], { env: { KEY: 'k', A: 'b' } }), timeoutMillis: 300_000 },
      { ...http('https://o.example/mcp', { x: 'y' }), isDisabled: true, timeoutMillis: 10_000 },
      { ...stdio('uvx', ['srv']), timeoutMillis: 120_000 },
    ],
  },
  opencode: {
    file: 'opencode.json',
    text: `{ "mcp": {
      "a": { "type": "local", "command": ["bun", "x", "srv"], "environment": { "K": "v" }, "enabled": true, "timeout": 5000 },
      "b": { "type": "remote", "url": "https://p.example/mcp", "enabled": false, "headers": { "X": "y" } } } }`,
    servers: [
      { ...stdio('bun', ['x', 'srv'], { env: { K: 'v' } }), timeoutMillis: 5_000 },
      { ...http('https://p.example/mcp', { x: 'y' }), isDisabled: true },
    ],
  },
  'Copilot CLI': {
    file: 'mcp-config.json',
    text: `{ "mcpServers": {
      "a": { "type": "local", "command": "npx", "args": ["x"], "tools": ["*"] },
      "b": { "type": "http", "url": "https://q.example/mcp", "tools": ["read"] } } }`,
    servers: [
      stdio('npx', ['x']),
      { ...http('https://q.example/mcp'), toolFilter: { include: ['read'], exclude: [] } },
    ],
  },
  'LM Studio': {
    file: 'mcp.json',
    text: '{ "mcpServers": { "hf": { "url": "https://huggingface.co/mcp", "headers": { "Authorization": "Bearer x" } } } }',
    servers: [http('https://huggingface.co/mcp', { authorization: 'Bearer x' })],
  },
  'FastMCP, mcporter, Cherry Studio': {
    file: 'mcp.json',
    text: `{ "mcpServers": {
      "a": { "transport": "http", "url": "https://f.example/mcp", "description": "d", "icon": "i" },
      "b": { "baseUrl": "https://m.example/mcp", "isActive": true, "name": "m" },
      "c": { "transport": "stdio", "command": "uv", "args": ["run", "x"], "isActive": false } } }`,
    servers: [
      http('https://f.example/mcp'),
      http('https://m.example/mcp'),
      { ...stdio('uv', ['run', 'x']), isDisabled: true },
    ],
  },
};

describe('a file of', () => {
  test.each(Object.keys(DIALECTS))('%s is taken without a word', (name) => {
    const { file, text, env, servers } = DIALECTS[name]!;
    const { values, issues, folder } = load(file, text, env);
    expect(issues.map(({ variable, problem }) => `${variable}: ${problem}`)).toEqual([]);
    const shown = JSON.parse(JSON.stringify(values.mcpServers).replaceAll(folder, 'FOLDER')) as unknown[];
    expect(shown).toEqual(servers.map((server) => expect.objectContaining(server)));
  });
});

describe('one clear line where what was meant is not done', () => {
  test.each([
    ['{ "command": "x", "sandboxEnabled": true }', 'a.sandboxEnabled: servers are not put into a sandbox here'],
    ['{ "url": "http://h/mcp", "headersHelper": "get.sh" }', 'a.headersHelper: no command is run for headers here'],
    ['{ "url": "http://h/mcp", "auth": "oauth" }', 'a.auth: the gateway does not log in at servers'],
    ['{ "type": "sse", "url": "http://h/sse" }', 'a.type: "sse" is not supported'],
    [
      '{ "type": "builtin", "name": "developer" }',
      'a: it is built into its client, and no server that can be started; it is left out',
    ],
    ['{ "command": "x", "timeout": "soon" }', 'a.timeout: "soon" is no time'],
    ['{ "command": "x", "commnad": "y" }', 'a.commnad: no such key; it has no effect'],
    [
      '{ "command": "x", "env": { "K": "${input:my-key}" } }',
      'a.env.K: it names MY_KEY, which is not set, so that nothing stands there',
    ],
  ])('%s', (entry, issue) => {
    expect(issuesOf(load('mcp.json', `{ "mcpServers": { "a": ${entry} } }`))).toEqual([`mcpServers.${issue}`]);
  });
});

describe('what is wrong is told under the key and with the value that were written', () => {
  test.each([
    ['{ "command": "x", "timeout": -1 }', 'a.timeout: "-1" is out of range'],
    ['{ "command": "x", "timeout": 0 }', 'a.timeout: "0" is out of range'],
    ['{ "command": "x", "timeout": 0.0001 }', 'a.timeout: "0.0001" is out of range'],
    ['{ "command": "x", "timeout": "-5s" }', 'a.timeout: "-5s" is out of range'],
    ['{ "command": "x", "timeout": 99999999999 }', 'a.timeout: "99999999999" is out of range'],
    ['{ "httpUrl": "http://h/mcp", "timeout": -1 }', 'a.timeout: "-1" is out of range'],
    ['{ "command": "x", "timeout": true }', 'a.timeout: the value is no number'],
    ['{ "command": "x", "tool_timeout_sec": -45 }', 'a.tool_timeout_sec: "-45" is out of range'],
    ['{ "config": { "cmd": "x", "timeout": -1 } }', 'a.config.timeout: "-1" is out of range'],
    ['{ "command": "x", "timeoutMs": -1 }', 'a.timeoutMs: "-1" is out of range'],
    ['{ "command": "x", "disabled_tools": [7] }', 'a.disabled_tools: the value is a list'],
    ['{ "command": "x", "enabled_tools": 7 }', 'a.enabled_tools: the value is of type number'],
    ['{ "command": "x", "envs": "A=b" }', 'a.envs: the value is of type string'],
    ['{ "command": "x", "working_directory": 7 }', 'a.working_directory: the value is of type number'],
    ['{ "command": "x", "enabled": "no" }', 'a.enabled: "no" is neither true nor false'],
    ['{ "command": ["x", {}] }', 'a.command: an item is not a text'],
    ['{ "url": "http://h/mcp", "http_headers": "A: b" }', 'a.http_headers: pair 1 has no "="'],
    [
      '{ "url": "http://h/mcp", "http_headers": { "A": "{{ key }}" } }',
      'a.http_headers.a: it still holds {{ key }}, which nobody has filled in',
    ],
  ])('%s', (entry, issue) => {
    expect(issuesOf(load('mcp.json', `{ "mcpServers": { "a": ${entry} } }`))).toEqual([`mcpServers.${issue}`]);
  });

  test('serverUrl is one of the keys', () => {
    expect(issuesOf(load('mcp.json', '{ "mcpServers": { "a": { "serverUrl": "h/mcp" } } }'))).toContain(
      'mcpServers.a.serverUrl: "h/mcp" has no scheme',
    );
  });

  test('with the unit of its client, and with what holds instead', () => {
    const { issues } = load('mcp.json', '{ "mcpServers": { "a": { "command": "x", "timeout": -1 } } }');
    expect(issues.map(formatIssue)).toEqual([
      'mcpServers.a.timeout: "-1" is out of range; expected a number of seconds above 0 (of milliseconds above 3600), ' +
        'or a text as 30s; the default of 60 s is used',
    ]);
  });

  test('enabled as a text counts', () => {
    const { values } = load('mcp.json', '{ "mcpServers": { "a": { "command": "x", "enabled": "false" } } }');
    expect(values.mcpServers[0]?.isDisabled).toBe(true);
  });
});

describe('timeout', () => {
  test('tool_timeout_sec is seconds, also as a text', () => {
    const { values } = load('mcp.json', '{ "mcpServers": { "a": { "command": "x", "tool_timeout_sec": "45" } } }');
    expect(values.mcpServers[0]?.timeoutMillis).toBe(45_000);
  });

  test.each([
    ['60', 60_000],
    ['3600', 3_600_000],
    ['0.5', 500],
    ['30000', 30_000],
    ['"30s"', 30_000],
    ['"2m"', 120_000],
    ['"1500ms"', 1_500],
    ['"45"', 45_000],
  ])('%s is %i milliseconds', (timeout, millis) => {
    const { values, issues } = load('mcp.json', `{ "mcpServers": { "a": { "command": "x", "timeout": ${timeout} } } }`);
    expect(issues).toEqual([]);
    expect(values.mcpServers[0]?.timeoutMillis).toBe(millis);
  });

  test('timeoutMs is ours, and always milliseconds', () => {
    const { values } = load('mcp.json', '{ "mcpServers": { "a": { "command": "x", "timeoutMs": 60 } } }');
    expect(values.mcpServers[0]?.timeoutMillis).toBe(60);
  });
});

test('what only looks like another place for servers is told as what it is', () => {
  const issues = issuesOf(load('gateway.yaml', 'servers: { port: 1 }\nmcpServers: {}'));
  expect(issues).toEqual(['servers: no such key; it has no effect']);
});

test('servers of two places are joined; of one name that under mcpServers counts', () => {
  const text =
    '{ "servers": { "a": { "command": "x" }, "b": { "command": "y" } }, "mcpServers": { "a": { "command": "z" } } }';
  const { values, issues } = load('mcp.json', text);
  expect(issues).toEqual([]);
  expect(values.mcpServers.map(({ key, transport }) => [key, 'command' in transport && transport.command])).toEqual([
    ['a', 'z'],
    ['b', 'y'],
  ]);
});

test('DCC_MCP_MCP_SERVERS takes a whole file of a client, too', () => {
  const env = { DCC_MCP_MCP_SERVERS: '{ "servers": { "a": { "serverUrl": "http://h/mcp" } } }' };
  const { values, issues } = loadConfiguration({ env });
  expect(issues).toEqual([]);
  expect(values.mcpServers).toMatchObject([{ key: 'a', transport: { type: 'http', url: 'http://h/mcp' } }]);
});
