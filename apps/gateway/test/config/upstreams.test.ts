import { formatIssue } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ConfigurationSource, loadConfiguration } from '../../src/config/load/load-configuration.ts';
import type { UpstreamConfig } from '../../src/config/reader/gateway-config.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { toInstanceId } from '../../src/config/upstreams/instance-id.ts';
import { EXAMPLE, issuesOf, readYaml } from './config-fixture.ts';

function upstream(entry: string, key = 'maya'): UpstreamConfig | undefined {
  return readYaml(`mcpServers: { ${JSON.stringify(key)}: ${entry} }`).values.mcpServers[0];
}

function problemsOf(source: ConfigurationSource): readonly unknown[] {
  return loadConfiguration(source).issues.map(({ variable, problem, fix }) => ({ variable, problem, fix }));
}

describe('mcpServers', () => {
  test("reads the contract's two shapes", () => {
    expect(readYaml(EXAMPLE).values.mcpServers).toEqual([
      {
        key: 'maya',
        dccType: 'maya',
        instanceId: toInstanceId('maya'),
        instanceShort: toInstanceId('maya').slice(0, 8),
        transport: {
          type: 'stdio',
          command: 'node',
          args: ['server.js', '--flag=a,b', ''],
          env: { LANG: 'C' },
          envFiles: {},
          cwd: '.',
        },
        isLazy: false,
        isDisabled: false,
        affinity: 'main',
        concurrency: 1,
        maxQueued: 256,
        coercesArguments: true,
        timeoutMillis: 60_000,
        oauth: { scopes: [] },
      },
      expect.objectContaining({
        key: 'houdini',
        transport: {
          type: 'http',
          url: 'http://127.0.0.1:8765/mcp',
          headers: { authorization: 'Bearer none' },
          headerFiles: {},
        },
        concurrency: 16,
        affinity: 'any',
      }),
    ]);
  });

  test.each([
    ['Houdini 20.5', 'houdini_20_5'],
    ['maya', 'maya'],
    ['a..b', 'a_b'],
    ['Ünreal-5_x', '_nreal-5_x'],
  ])('the DCC type of %j is %s', (key, dccType) => {
    expect(upstream('{ command: x }', key)?.dccType).toBe(dccType);
  });

  test('a DCC type that could not stand in a slug is changed, and named', () => {
    const reading = readYaml('mcpServers: { a: { command: x, dccType: 3ds.Max } }');
    expect(reading.values.mcpServers[0]?.dccType).toBe('3ds_max');
    expect(issuesOf(reading)).toEqual(['mcpServers.a.dccType: "3ds.Max" holds other characters, so it is 3ds_max']);
  });

  test('affinity main is one at a time, unless concurrency says otherwise', () => {
    expect(upstream('{ command: x, affinity: main }')?.concurrency).toBe(1);
    expect(upstream('{ command: x, affinity: main, concurrency: 2 }')?.concurrency).toBe(2);
    expect(upstream('{ command: x }')?.concurrency).toBe(16);
  });

  test.each(['http', 'streamable-http', 'streamableHttp'])("accepts other clients' type %s", (type) => {
    expect(upstream(`{ type: ${type}, url: 'http://h/mcp' }`)?.transport.type).toBe('http');
  });

  test('the transport of 2024 is answered with what there is', () => {
    const reading = readYaml("mcpServers: { a: { type: sse, url: 'http://h/sse' } }");
    expect(reading.issues[0]).toMatchObject({
      variable: 'mcpServers.a.type',
      fix: expect.stringContaining('Streamable HTTP'),
    });
  });

  test.each([
    ['{}', 'mcpServers.maya: it has neither a usable command nor a usable url; the server is left out'],
    ['{ url: localhost:1/mcp }', 'mcpServers.maya.url: "localhost:1/mcp" has no scheme'],
    ['7', 'mcpServers.maya: it is not an object; the server is left out'],
    ['{ command: x, timoutMs: 1 }', 'mcpServers.maya.timoutMs: no such key; it has no effect'],
    ['{ command: x, timeoutMs: 0 }', 'mcpServers.maya.timeoutMs: "0" is out of range'],
    ['{ command: x, args: x }', 'mcpServers.maya.args: the value is of type string'],
    ["{ command: x, url: 'http://h' }", 'mcpServers.maya: it has both a command and a url; the command is used'],
    ['{ command: x, oauth: { secret: s } }', 'mcpServers.maya.oauth.secret: no such key; it has no effect'],
  ])('%s is named', (entry, issue) => {
    expect(issuesOf(readYaml(`mcpServers: { maya: ${entry} }`))).toContain(issue);
  });

  test.each([
    ['args: x', 'mcpServers.maya.args: the value is of type string', 'the server is started without arguments'],
    ['env: x', 'mcpServers.maya.env: the value is of type string', 'the server gets none of these variables'],
    ['disabled: 7', 'mcpServers.maya.disabled: the value is of type number', 'the server is used'],
    ['includeTools: 7', 'mcpServers.maya.includeTools: the value is of type number', 'all tools are offered'],
    ['queue: -1', 'mcpServers.maya.queue: "-1" is out of range', 'the default 256 is used'],
    ['timeoutMs: x', 'mcpServers.maya.timeoutMs: "x" is not a whole number', 'the default 60000 is used'],
  ])('where %s is not taken, what holds instead is said', (key, problem, instead) => {
    const { issues } = readYaml(`mcpServers: { maya: { command: c, ${key} } }`);
    expect(issues.map(formatIssue)).toEqual([
      expect.stringMatching(new RegExp(`^${problem}; expected .*; ${instead}$`)),
    ]);
  });

  test.each([
    ['a url', '{ url: "http://$(HOST_IP):8000/mcp" }', 'mcpServers.maya.url', '$(HOST_IP)'],
    [
      'a header',
      '{ url: http://h/mcp, headers: { authorization: "Bearer $(TOKEN)" } }',
      'mcpServers.maya.headers.authorization',
      '$(TOKEN)',
    ],
    ['a template', '{ url: http://h/mcp, headers: { x: "{{ key }}" } }', 'mcpServers.maya.headers.x', '{{ key }}'],
  ])('what nobody filled in is named in %s', (_where, entry, variable, shown) => {
    const { issues } = readYaml(`mcpServers: { maya: ${entry} }`);
    expect(issues).toContainEqual(expect.objectContaining({ variable, problem: expect.stringContaining(shown) }));
  });

  test('one wrong server leaves the others', () => {
    expect(readYaml('mcpServers: { a: {}, b: { command: x } }').values.mcpServers.map(({ key }) => key)).toEqual(['b']);
  });

  test('secrets may come from files', () => {
    expect(
      upstream(
        "{ url: 'http://h', headerFiles: { Authorization: /f }, oauth: { clientId: c, clientSecretFile: /s, scopes: [a] } }",
      ),
    ).toMatchObject({
      transport: { headerFiles: { authorization: '/f' } },
      oauth: { clientId: 'c', clientSecret: { file: '/s' }, scopes: ['a'] },
    });
    expect(upstream('{ command: x, envFiles: { TOKEN: /f } }')?.transport).toMatchObject({ envFiles: { TOKEN: '/f' } });
  });

  test('DCC_MCP_MCP_SERVERS takes the place of the file', () => {
    const reading = readYaml('mcpServers: { a: { command: x } }', { DCC_MCP_MCP_SERVERS: '{"b":{"command":"y"}}' });
    expect(reading.values.mcpServers.map(({ key }) => key)).toEqual(['b']);
    expect(issuesOf(readGatewayConfig({ DCC_MCP_MCP_SERVERS: '{"b":' }))).toEqual([
      '! DCC_MCP_MCP_SERVERS: line 1: value expected',
    ]);
  });

  describe('variables in DCC_MCP_MCP_SERVERS', () => {
    const servers = {
      maya: {
        command: 'x',
        args: ['${THING}', '$${KEPT}', '${DEFAULT:-d}', '${workspaceFolder}/a'],
        env: { KEY: '${TOKEN}', INPUT: '${input:my-key}' },
      },
      web: { url: 'http://h/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } },
    };

    test.each([
      ['the servers alone', servers],
      ['a whole file', { mcpServers: servers }],
    ])('are put in as in a file: %s', (_what, value) => {
      const env = { DCC_MCP_MCP_SERVERS: JSON.stringify(value), TOKEN: 'abc', MY_KEY: 'k', THING: 't' };
      const { values, issues } = readGatewayConfig(env, {}, { workingFolder: '/work' });
      expect(values.mcpServers.map(({ transport }) => transport)).toMatchObject([
        { args: ['t', '${KEPT}', 'd', '/work/a'], env: { KEY: 'abc', INPUT: 'k' } },
        { headers: { authorization: 'Bearer abc' } },
      ]);
      expect(issues).toEqual([]);
    });

    test('that are not set are told as in a file', () => {
      const text = JSON.stringify({ mcpServers: servers });
      const file = join(mkdtempSync(join(tmpdir(), 'servers-')), 'gateway.json');
      writeFileSync(file, text);
      const told = problemsOf({ env: { DCC_MCP_MCP_SERVERS: text } });
      expect(told).toContainEqual({
        variable: 'mcpServers.maya.args[0]',
        problem: 'it names THING, which is not set, so that nothing stands there',
        fix: 'set THING where this is started, or write what stands in for it: ${THING:-…}',
      });
      expect(told).toEqual(problemsOf({ env: {}, configFile: file }));
      rmSync(dirname(file), { recursive: true });
    });
  });

  test('two servers whose ids begin alike are fatal', () => {
    // Found by search: their ids share the first 32 bits.
    const [first, second] = ['server-ds7', 'server-1i5r'];
    const reading = readYaml(`mcpServers: { ${first}: { command: x }, ${second}: { command: x } }`);
    expect(issuesOf(reading)).toEqual([
      `! mcpServers.${second}: its instance id begins with ${toInstanceId(first).slice(0, 8)}, as that of "${first}" does`,
    ]);
  });
});

describe('toInstanceId', () => {
  test('gives what RFC 9562 shows', () => {
    expect(toInstanceId('www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  test('agrees with the SHA-1 of the platform, for any text', () => {
    const namespace = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const digest = createHash('sha1').update(namespace).update(name, 'utf8').digest('hex');
        expect(toInstanceId(name).slice(0, 8)).toBe(digest.slice(0, 8));
        expect(toInstanceId(name)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });
});
