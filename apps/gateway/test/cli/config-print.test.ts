// What `config print` writes is a file: fed back it gives the same values, and no secret stands in it.
import { afterAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../src/config/load/load-configuration.ts';
import { configurations } from '../config/fixtures/configurations.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-print-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

type Env = Readonly<Record<string, string>>;

function write(text: string, extension = 'yaml'): string {
  files += 1;
  const file = join(folder, `${files}.${extension}`);
  writeFileSync(file, text);
  return file;
}

/** What is in force with a file that can be used. */
function valuesOf(file: string, env: Env = {}): ReturnType<typeof loadConfiguration>['values'] {
  const { values, issues } = loadConfiguration({ env, configFile: file });
  expect(issues.filter(({ severity }) => severity === 'fatal')).toEqual([]);
  return values;
}

async function print(args: readonly string[], env: Env = {}): Promise<string> {
  const { code, stdout } = await runInProcess(['config', 'print', ...args], { env });
  expect(code).toBe(0);
  return stdout;
}

/** The variables that a printed document asks for, in its head or, for JSON, on stderr. */
function asked(text: string): readonly (readonly [name: string, path: string])[] {
  const inHead = [...text.matchAll(/^# {2}(\w+) {2}\((.*)\)$/gm)].map(
    ([, name = '', path = '']) => [name, path] as const,
  );
  const inNotes = [...text.matchAll(/^note: (.*) is a secret and not printed: set (\w+) /gm)];
  return [...inHead, ...inNotes.map(([, path = '', name = '']) => [name, path] as const)];
}

function escapeAll(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$(?=\{)/g, '$$$$');
  }
  if (Array.isArray(value)) {
    return value.map(escapeAll);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeAll(item)]))
    : value;
}

interface Entry {
  readonly key: string;
  readonly transport: Readonly<Record<string, Readonly<Record<string, string>> | string>>;
  readonly oauth?: { readonly clientSecret: { readonly text: string } };
}

/** The secret that a printed document left out, from the values in force. */
function secretAt(values: ReturnType<typeof loadConfiguration>['values'], path: string): string {
  const entry = (values.mcpServers as readonly unknown[] as readonly Entry[]).find(({ key }) =>
    path.startsWith(`mcpServers.${key}.`),
  );
  if (entry === undefined) {
    return path === 'observability.tracing.endpoint' ? 'u:p@h:4317' : settingAt(values, path);
  }
  const [, kind = '', name = ''] = /^(\w+)\.?([^]*)$/.exec(path.slice(`mcpServers.${entry.key}.`.length)) ?? [];
  const found = entry.transport[kind];
  if (kind === 'oauth') {
    return entry.oauth?.clientSecret.text ?? '';
  }
  return (typeof found === 'string' ? found : (found?.[name] ?? '')).replace(/^--api-key=/, '');
}

function settingAt(values: ReturnType<typeof loadConfiguration>['values'], path: string): string {
  const { auth, metrics } = values;
  const texts = auth.tokens.map(({ token }) => ('text' in token ? token.text : ''));
  const password =
    metrics.basicAuth !== undefined && 'text' in metrics.basicAuth.password ? metrics.basicAuth.password.text : '';
  const secrets: Readonly<Record<string, string>> = {
    'metrics.basicAuth': `${metrics.basicAuth?.username}:${password}`,
    'metrics.basicAuth.password': password,
    'metrics.bearerToken':
      metrics.bearerToken !== undefined && 'text' in metrics.bearerToken ? metrics.bearerToken.text : '',
    'auth.tokens': texts.join(','),
    redisUrl: values.redisUrl !== undefined && 'text' in values.redisUrl ? values.redisUrl.text : '',
  };
  return secrets[path] ?? texts[Number(/^auth\.tokens\.(\d+)\.token$/.exec(path)?.[1])] ?? '';
}

describe('what config print writes can be fed back', () => {
  test('whatever is configured, once the variables are set that it asks for', async () => {
    await fc.assert(
      fc.asyncProperty(configurations, async (given) => {
        const file = write(JSON.stringify(escapeAll(given)), 'json');
        const values = valuesOf(file);
        for (const flags of [[], ['--json'], ['--origins']]) {
          const { code, stdout, stderr } = await runInProcess(['config', 'print', '--config', file, ...flags]);
          expect(code).toBe(0);
          const env = Object.fromEntries(
            asked(`${stdout}\n${stderr}`).map(([name, path]) => [name, secretAt(values, path)]),
          );
          expect(valuesOf(write(stdout, flags[0] === '--json' ? 'json' : 'yaml'), env)).toEqual(values);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('with the environment it was printed in, telemetry is the same as well', async () => {
    const env = {
      DCC_MCP_AUTH_TOKEN: 'hunter2,hunter3',
      DCC_MCP_METRICS_BASIC_AUTH: 'prom:hunter4',
      JWT_SECRET_KEY: 'hunter5',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hunter6',
      DCC_MCP_MCP_SERVERS: '{"demo": {"command": "node", "env": {"API_KEY": "hunter7"}}}',
      ENABLE_METRICS: 'true',
    };
    const yaml = await print([], env);
    expect(yaml).not.toMatch(/hunter|\*\*\*(?!$)/m);
    expect(yaml).toContain('tokens: "${DCC_MCP_AUTH_TOKEN}"');
    expect(yaml).toContain('secret: "${JWT_SECRET_KEY}"');
    const { values } = loadConfiguration({ env });
    expect(valuesOf(write(yaml), { ...env, SECRET_DEMO_API_KEY: 'hunter7' })).toEqual(values);
    // And where only the secrets are set: the file says the rest.
    const { DCC_MCP_AUTH_TOKEN, DCC_MCP_METRICS_BASIC_AUTH, JWT_SECRET_KEY } = env;
    const secrets = { DCC_MCP_AUTH_TOKEN, DCC_MCP_METRICS_BASIC_AUTH, JWT_SECRET_KEY, SECRET_DEMO_API_KEY: 'hunter7' };
    expect({ ...valuesOf(write(yaml), secrets), otel: undefined }).toEqual({ ...values, otel: undefined });
  });

  test('flags of serve count, and stand in the file as what they say', async () => {
    const flags = ['--port', '1', '--host', '::1', '--expose', 'all', '--metrics', '--no-admin', '--admin-path', '/a'];
    const back = valuesOf(write(await print(flags)));
    expect(back).toMatchObject({
      server: { port: 1, host: '::1', expose: 'all', admin: false, adminPath: '/a' },
      metrics: { enabled: true },
    });
    expect(await print(['--stdio', '--wait'])).toContain('# Flags that no file can say: --stdio --wait');
  });

  test('a relative path means the same from wherever the printed file lies', async () => {
    const given = write(
      'mcpServers: { a: { command: x, cwd: sub, envFiles: { K: k.txt } }, b: { command: y } }\naudit: { dir: kept }',
    );
    const yaml = await print(['--config', given]);
    for (const path of ['sub', 'k.txt', 'kept']) {
      expect(yaml).toContain(join(folder, path));
    }
  });
});

describe('a secret', () => {
  const SECRETS = `
auth: { tokens: [{ token: hunter2a, name: ann }, { token: "\${TOKEN}" }] }
metrics: { enabled: true, bearerToken: "\${SCRAPE:-hunter2b}", jwt: { secret: hunter2c } }
redisUrl: redis://u:hunter2d@h
mcpServers:
  a: { command: x, args: [--token, hunter2e, "--key=hunter2f", "--header=Authorization: Bearer hunter2g", "https://u:hunter2h@h/?k=hunter2i"], env: { K: hunter2j, DEBUG: "1", REF: "\${TOKEN}" } }
  b: { url: "https://u:hunter2k@h/mcp", headers: { Authorization: "Bearer hunter2l", X-Key: "Bearer \${TOKEN}" }, oauth: { clientId: c, clientSecret: hunter2m } }
observability: { tracing: { enabled: true, endpoint: "http://u:hunter2n@h:4318" } }
`;

  test.each([[[]], [['--origins']], [['--json']], [['--json', '--origins']]])('is never printed %j', async (flags) => {
    const { stdout, stderr } = await runInProcess(['config', 'print', '--config', write(SECRETS), ...flags], {
      env: { TOKEN: 'hunter2o' },
    });
    expect(`${stdout}${stderr}`).not.toContain('hunter2');
  });

  test('stands as the reference that the file has, else as one to a variable that is asked for', async () => {
    const yaml = await print(['--config', write(SECRETS)], { TOKEN: 'hunter2o' });
    expect(yaml).toContain('REF: "${TOKEN}"');
    expect(yaml).toContain('x-key: "Bearer ${TOKEN}"');
    expect(yaml).toContain('DEBUG: "1"');
    expect(asked(yaml)).toContainEqual(['SECRET_A_K', 'mcpServers.a.env.K']);
    expect(asked(yaml)).toContainEqual(['DCC_MCP_METRICS_BEARER_TOKEN', 'metrics.bearerToken']);
  });

  test.each([
    ['${DB_PASSWORD}', '"${DB_PASSWORD}"'],
    ['pre:${DB_PASSWORD}', '"pre:${DB_PASSWORD}"'],
    ['psql ${DB_PASSWORD} -v', '"psql ${DB_PASSWORD} -v"'],
    ['mysql://${LOGIN}:${DB_PASSWORD}@db/', '"mysql://${LOGIN}:${DB_PASSWORD}@db/"'],
    ['--password=${DB_PASSWORD}', '"--password=${DB_PASSWORD}"'],
    ['${LOGIN}', '"${LOGIN}"'],
    ['${PIN_SECRET}', '"${PIN_SECRET}"'],
    ['${DB_PASSWORD:-changeme}', '"${SECRET_X_ARGS_1}"'],
    ['${LOGIN} written-out', '"${SECRET_X_ARGS_1}"'],
    ['again written-out', '"${SECRET_X_ARGS_1}"'],
    ['$${DB_PASSWORD}', '"$${DB_PASSWORD}"'],
    ['${PORT:-8080}', '"8080"'],
    ['--at=${PLACE:-here}', '"--at=${PLACE:-here}"'],
    ['plain-words', 'plain-words'],
  ])('in the argument %s is printed as %s', async (argument, printed) => {
    const x = { command: 'node', args: ['server.js', argument], env: { API_KEY: 'written-out' } };
    const env = { DB_PASSWORD: 'correct-horse-battery-staple', LOGIN: 'ann-and-her-words', PIN_SECRET: '1234' };
    const file = write(JSON.stringify({ mcpServers: { x } }));
    const yaml = await print(['--config', file], env);
    expect(yaml).toContain(`- ${printed}\n`);
    expect(yaml).not.toMatch(/correct-horse|ann-and|1234|written-out|changeme/);
    const asks = Object.fromEntries(asked(yaml).map(([name, path]) => [name, secretAt(valuesOf(file, env), path)]));
    expect(valuesOf(write(yaml), { ...env, ...asks }).mcpServers).toEqual(valuesOf(file, env).mcpServers);
  });

  test.each([
    [{ command: 'node server.js ${DB_PASSWORD}' }, 'node server.js ${DB_PASSWORD}'],
    [{ url: 'http://h.example/${DB_PASSWORD}/mcp' }, 'http://h.example/${DB_PASSWORD}/mcp'],
    [{ command: 'node', env: { LOGIN: '${DB_PASSWORD}' } }, 'LOGIN: "${DB_PASSWORD}"'],
  ])('from a variable stands as the reference to it in %j', async (x, reference) => {
    const yaml = await print(['--config', write(JSON.stringify({ mcpServers: { x } }))], { DB_PASSWORD: 'fish' });
    expect(yaml).toContain(reference);
    expect(yaml).not.toContain('fish');
  });

  test('of a variable that holds the servers stands as the reference in it, whatever the file has under the same name', async () => {
    const DCC_MCP_MCP_SERVERS = JSON.stringify({
      web: { url: 'http://h/mcp', headers: { A: 'Bearer ${TOKEN}', B: 'written-secret' } },
    });
    const file = write('mcpServers: { web: { url: http://h/mcp, headers: { B: "${OTHER}" } } }');
    const text = await print(['--config', file], { DCC_MCP_MCP_SERVERS, TOKEN: 'token-secret', OTHER: 'o' });
    expect(text).toContain('"Bearer ${TOKEN}"');
    expect(text).toContain('"${SECRET_WEB_B}"');
    expect(text).not.toMatch(/token-secret|written-secret|OTHER/);
  });

  test('that nobody gives again keeps the gateway from starting, rather than opening it', async () => {
    const back = write(await print(['--config', write('metrics: { enabled: true, bearerToken: hunter2 }')]));
    const { code, stdout, stderr } = await runInProcess(['config', 'print', '--config', back]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('metrics.bearerToken: it is empty');
  });
});

describe('--origins', () => {
  const env = { DCC_MCP_GATEWAY_NAME: 'studio' };

  test('says behind each value where it comes from', async () => {
    const file = write('metrics: { path: /m }\nmcpServers: { maya: { command: x, timeoutMs: 5 } }');
    const yaml = await print(['--config', file, '--port', '3', '--origins'], env);
    const lines = yaml.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'port: 3 # flag --port',
        'name: studio # env DCC_MCP_GATEWAY_NAME',
        `path: /m # file ${file}`,
        'expose: search # default',
        `timeoutMs: 5 # file ${file}`,
        'queue: 256 # default',
        '# OTEL_SERVICE_NAME=unknown_service:node (dcc-mcp-gateway for the gateway) (default)',
      ]),
    );
  });

  test('with --json adds a list', async () => {
    const json = JSON.parse(await print(['--port', '3', '--origins', '--json'], env)) as {
      readonly config: unknown;
      readonly origins: readonly unknown[];
    };
    expect(json.config).toMatchObject({ server: { port: 3, name: 'studio' } });
    expect(json.origins).toContainEqual({ setting: 'server.port', value: '3', origin: 'flag', variable: '--port' });
    expect(json.origins).toContainEqual({
      setting: 'server.name',
      value: 'studio',
      origin: 'env',
      variable: 'DCC_MCP_GATEWAY_NAME',
    });
  });
});

test.each([
  ['config print --prot 1', 'there is no flag --prot; did you mean --port?'],
  ['config schema --port 1', 'config schema takes no flag but --json, not --port'],
  ['config schema --origins', 'config schema takes no flag but --json, not --origins'],
  ['doctor --origins', '--origins belongs to config print'],
])('%s is wrong usage', async (line, problem) => {
  const { code, stdout, stderr } = await runInProcess(line.split(' '));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(problem);
});

test.each([
  ['server: [', 'line 1: Flow sequence'],
  ['server: { host: 0.0.0.0 }', 'have no credentials'],
])('%s ends with 2, says why on stderr, and prints no configuration that is not in force', async (text, problem) => {
  const { code, stdout, stderr } = await runInProcess(['config', 'print', '--config', write(text)]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(problem);
});
