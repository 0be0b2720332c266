import { effectiveSettings } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import { gatewayConfigPath, readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { EXAMPLE, issuesOf, readYaml } from './config-fixture.ts';

/** What limits say of calls by default. */
const CALLS = { toolRatesPerMinute: {}, loopCalls: 20, loopWindowSecs: 60, refuseLoops: false };

describe('readGatewayConfig', () => {
  test('has defaults for everything, and complains of nothing', () => {
    const { values, issues } = readGatewayConfig({});
    const { otel, ...own } = values;
    expect(otel.traces.processors).toEqual([]);
    expect(issues).toEqual([]);
    expect(own).toEqual({
      admin: {
        history: true,
        slowMs: 1_000,
        calls: 5_000,
        traces: 1_000,
        events: 1_000,
        searches: 1_000,
        frames: 5_000,
        redactPaths: [],
      },
      server: {
        host: '127.0.0.1',
        port: 9_765,
        expose: 'search',
        workers: 1,
        trustedProxies: [],
        adminPath: '/admin',
        admin: true,
        bodyLimitBytes: 4_194_304,
        bootWaitMs: 3_000,
        fastPath: true,
        allowedHosts: [],
        stdio: false,
        listens: true,
        wait: false,
      },
      mcpServers: [],
      metrics: { path: '/metrics', excludedHandlers: [], customLabels: {}, scopeLabels: false },
      telemetry: { traceParent: 'auto', protocolSpans: false, captureContent: [], baggageAllow: [] },
      auth: { tokens: [] },
      policy: {
        quarantine: 'off',
        readOnly: false,
        allowedDccTypes: [],
        allowedSkillNames: [],
        allowedSkillFamilies: [],
        allowedToolSlugs: [],
        allowedToolSlugPrefixes: [],
      },
      limits: { readRetryMax: 2, circuitFailureThreshold: 5, circuitOpenSecs: 30, ...CALLS },
      jobs: { retentionSecs: 3_600, timeoutSecs: 3_600, maxFinished: 1_000, maxOpen: 10_000 },
      audit: { maxRows: 5_000, maxBytes: 52_428_800, indexMaxBytes: 1_073_741_824 },
      redisKeyPrefix: 'dcc-mcp:',
      redisRows: 5000,
      registry: { staleTimeoutSecs: 30, registerAllow: [] },
      trafficCapture: { mode: 'off' },
      traffic: { include: [], exclude: [] },
    });
  });

  test("reads the contract's example whole", () => {
    const { values, issues } = readYaml(EXAMPLE, { PORT: '0' });
    expect(issues).toEqual([]);
    expect(values.server).toMatchObject({ port: 0, publicUrl: 'https://gateway.example', adminPath: '/admin' });
    expect(values.metrics).toEqual({
      enabled: true,
      path: '/metrics',
      port: 9_100,
      basicAuth: { username: 'prometheus', password: { file: '/run/secrets/metrics' } },
      bearerToken: { text: 't' },
      jwt: { secret: { file: '/run/secrets/jwt' }, audience: 'metrics', issuer: 'ops' },
      excludedHandlers: ['^/health', '/admin/.{1,3}'],
      customLabels: { site: 'vienna' },
      namespace: 'studio',
      scopeLabels: false,
    });
    expect(values.auth).toEqual({
      tokens: [
        { token: { text: 'a' }, name: 'agent', dccTypes: ['maya'] },
        { token: { file: '/run/secrets/token' }, dccTypes: [] },
      ],
      jwksUrl: 'https://id.example/jwks',
      audience: 'gateway',
      issuer: 'https://id.example',
    });
    expect(values.limits).toMatchObject({ ratePerMinute: 600, readRetryMax: 0 });
    expect(values.redisUrl).toEqual({ text: 'redis://127.0.0.1:6379' });
  });

  test('a flag wins over the environment, the environment over the file, the file over the default', () => {
    const file = 'server: { host: 127.0.0.4, port: 4, expose: all }';
    const { values, origins } = readYaml(
      file,
      { DCC_MCP_GATEWAY_HOST: '127.0.0.3', DCC_MCP_GATEWAY_PORT: '3' },
      { port: '2' },
    );
    expect(values.server).toMatchObject({ host: '127.0.0.3', port: 2, expose: 'all', adminPath: '/admin' });
    expect(origins['server.port']).toEqual({ source: 'flag', variable: '--port', text: '2' });
    expect(origins['server.host']).toEqual({ source: 'env', variable: 'DCC_MCP_GATEWAY_HOST', text: '127.0.0.3' });
    expect(origins['server.expose']).toEqual({ source: 'file', text: 'all' });
    expect(origins['server.adminPath']).toEqual({ source: 'default', text: '/admin' });
  });

  test('a wrong variable is named, and the file counts', () => {
    const reading = readYaml('server: { port: 4 }', { DCC_MCP_GATEWAY_PORT: '70000' });
    expect(reading.values.server.port).toBe(4);
    expect(issuesOf(reading)).toEqual(['DCC_MCP_GATEWAY_PORT: "70000" is out of range']);
  });

  test('a wrong flag is wrong usage, hence fatal', () => {
    expect(issuesOf(readYaml('{}', {}, { port: 'x', expose: 'some' }))).toEqual([
      '! --port: "x" is not a whole number',
      '! --expose: "some" is not known',
    ]);
  });

  test.each([
    [{ DCC_MCP_NO_ADMIN: 'TRUE' }, {}, false],
    [{ DCC_MCP_NO_ADMIN: 'false' }, {}, true],
    [{ DCC_MCP_NO_ADMIN: 'false' }, { noAdmin: true }, false],
    [{}, {}, false],
  ])('NO_ADMIN is the opposite of server.admin: %j %j', (env, flags, admin) => {
    expect(readYaml('server: { admin: false }', env, flags).values.server.admin).toBe(admin);
  });

  test('--stdio opens no listener unless a port is asked for', () => {
    expect(readYaml('{}', {}, { stdio: true }).values.server).toMatchObject({ stdio: true, listens: false });
    expect(readYaml('{}', {}, { stdio: true, port: '0' }).values.server.listens).toBe(true);
  });

  test('rates of tools are names with whole numbers; a wrong one drops out alone', () => {
    const { values, issues } = readYaml('limits: { toolRatesPerMinute: { "render*": 5, bake: 0, melt: soon } }');
    expect(values.limits.toolRatesPerMinute).toEqual({ 'render*': 5 });
    expect(issues.map(({ problem }) => problem)).toEqual([
      '"bake" has "0"; it is left out, the others stay',
      '"melt" has "soon"; it is left out, the others stay',
    ]);
    const env = { DCC_MCP_TOOL_RATES_PER_MINUTE: 'render*=5, bake=1' };
    expect(readYaml('', env).values.limits.toolRatesPerMinute).toEqual({ 'render*': 5, bake: 1 });
    expect(readYaml('limits: { toolRatesPerMinute: 5 }').values.limits.toolRatesPerMinute).toEqual({});
  });

  test('limits are unlimited when unset, and 0 is an issue', () => {
    const reading = readYaml('limits: { concurrencyPerPrincipal: 0 }', { DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: '0' });
    expect(reading.values.limits).toEqual({
      readRetryMax: 2,
      circuitFailureThreshold: 5,
      circuitOpenSecs: 30,
      ...CALLS,
    });
    expect(issuesOf(reading)).toEqual([
      'DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: "0" is out of range',
      'limits.concurrencyPerPrincipal: "0" is out of range',
    ]);
  });

  test('no retries is a value', () => {
    expect(readGatewayConfig({ DCC_MCP_GATEWAY_READ_RETRY_MAX: '0' }).values.limits.readRetryMax).toBe(0);
  });

  test.each([
    ['off', { mode: 'off' }],
    ['metadata', { mode: 'metadata' }],
    ['on', { mode: 'metadata' }],
    ['jsonl:/x/y.jsonl', { mode: 'jsonl', file: '/x/y.jsonl' }],
  ])('traffic capture: %s', (text, value) => {
    expect(readGatewayConfig({ DCC_MCP_TRAFFIC_CAPTURE: text }).values.trafficCapture).toEqual(value);
  });

  test('a rule of traffic that is none leaves an issue', () => {
    const reading = readGatewayConfig({ DCC_MCP_TRAFFIC_INCLUDE: 'tool:render_*,host:a' });
    expect(reading.values.traffic.include).toEqual([]);
    expect(issuesOf(reading)).toEqual(['DCC_MCP_TRAFFIC_INCLUDE: "host:a" is no rule']);
  });

  test('a wrong CIDR drops out alone', () => {
    const reading = readGatewayConfig({ DCC_MCP_TRUSTED_PROXIES: '10.0.0.0/8,10.0.0.0/33,proxy,::1/128' });
    expect(reading.values.server.trustedProxies).toEqual(['10.0.0.0/8', '::1/128']);
    expect(reading.issues).toHaveLength(2);
  });

  test.each([
    ['DCC_MCP_TRACE_PARENT', 'LOCAL', 'traceParent', 'local'],
    ['DCC_MCP_TRACE_PROTOCOL_SPANS', 'true', 'protocolSpans', true],
    ['DCC_MCP_CAPTURE_CONTENT', 'Call,search', 'captureContent', ['call', 'search']],
    ['DCC_MCP_CAPTURE_CONTENT', 'gateway.call,CALL', 'captureContent', ['call']],
    ['DCC_MCP_CAPTURE_CONTENT', 'All', 'captureContent', ['search', 'describe', 'load_skill', 'call', 'call_batch']],
    ['DCC_MCP_CAPTURE_CONTENT', 'none', 'captureContent', []],
    ['DCC_MCP_BAGGAGE_ALLOW', 'a, b', 'baggageAllow', ['a', 'b']],
  ] as const)('%s=%s', (...[name, text, key, value]) => {
    expect(readGatewayConfig({ [name]: text }).values.telemetry[key]).toEqual(value);
  });

  test('unknown keys are named with the nearest known one; a misspelt guard is fatal', () => {
    expect(
      readYaml(
        'serverr: {}\nserver: { prot: 1 }\npolicy: { readonly_: true }\nmetrics: { jwt: { secert: x, secret: y } }',
      ).issues.map(({ variable, fix, severity }) => [variable, fix, severity]),
    ).toEqual([
      ['serverr', 'did you mean server?', 'warning'],
      ['server.prot', 'did you mean port?', 'warning'],
      ['policy.readonly_', 'did you mean readOnly?', 'fatal'],
      ['metrics.jwt.secert', 'did you mean secret?', 'fatal'],
    ]);
  });

  test.each([
    ['DCC_MCP_GATEWAY_AUDIT_MAX_ROWS', 'many', 'the default 5000 is used', undefined],
    ['DCC_MCP_METRICS_PORT', 'x', 'it counts as unset', undefined],
    ['DCC_MCP_EXPOSE', 'al', 'the default search is used', 'did you mean all?'],
    ['DCC_MCP_POLICY_QUARANTINE', 'on-chang', undefined, 'did you mean on-change?'],
  ])('%s=%s says what holds instead, and what was meant', (name, text, instead, fix) => {
    const [issue] = readGatewayConfig({ [name]: text }).issues;
    expect([issue?.instead, issue?.fix]).toEqual([instead, fix]);
  });

  test('a misspelt variable is named', () => {
    expect(
      issuesOf(readGatewayConfig({ DCC_MCP_AUTH_TOKENS: 'x', DCC_MCP_GATWAY_PORT: '1', DCC_MCP_LOG_DIR: '/x' })),
    ).toEqual([
      '! DCC_MCP_AUTH_TOKENS: no such variable; it has no effect',
      'DCC_MCP_GATWAY_PORT: no such variable; it has no effect',
    ]);
  });

  test.each([
    ['DCC_MCP_METRICS_BASIC_AUTH_FILE', 'fatal', 'did you mean DCC_MCP_METRICS_BASIC_AUTH_PASSWORD_FILE?'],
    [
      'DCC_MCP_METRICS_BASIC_AUTH_USERNAME_FILE',
      'fatal',
      'no file is read for it; set DCC_MCP_METRICS_BASIC_AUTH_USERNAME',
    ],
    ['DCC_MCP_AUTH_JWKS_URL_FILE', 'fatal', 'no file is read for it; set DCC_MCP_AUTH_JWKS_URL'],
    ['DCC_MCP_REDIS_URI_FILE', 'warning', 'did you mean DCC_MCP_REDIS_URL_FILE?'],
  ])('%s, a file that nothing reads, is named with what does', (name, severity, fix) => {
    const problem = 'no such variable; it has no effect';
    expect(readGatewayConfig({ [name]: '/etc/secret' }).issues).toEqual([
      expect.objectContaining({ variable: name, problem, severity, fix }),
    ]);
  });

  test.each(['DCC_MCP_METRICS_BEARER_TOKEN_FILE', 'DCC_MCP_GATEWAY_PORT_FILE', 'DCC_MCP_LOG_FILE'])(
    '%s is nothing to remark on',
    (name) => {
      expect(issuesOf(readGatewayConfig({ [name]: '/etc/secret' }))).toEqual([]);
    },
  );

  test('a section that is no object is named', () => {
    expect(issuesOf(readYaml('server: 1\nauth: [x]'))).toEqual([
      'server: it is not an object',
      '! auth: it is not an object',
    ]);
  });

  test('a file that is no object is fatal', () => {
    expect(issuesOf(readGatewayConfig({}, [1]))).toEqual(['! file: it does not hold an object']);
  });

  test('the environment of the gateway holds telemetry as well', () => {
    const { values, issues } = readGatewayConfig({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_BSP_MAX_QUEUE_SIZE: 'x',
    });
    expect(values.otel.traces.processors).toHaveLength(1);
    expect(issues[0]?.variable).toBe('OTEL_BSP_MAX_QUEUE_SIZE');
  });

  test('no secret stands among the effective settings or in an issue', () => {
    const reading = readYaml(
      `auth: { tokens: [{ token: hunter2 }, { token: hunter2, tokenFile: hunter2 }], bogus: hunter2 }
metrics: { bearerToken: hunter2, bearerTokenFile: /f, jwt: { secret: hunter2 }, basicAuth: hunter2 }
mcpServers: { a: { command: x, env: { T: hunter2 }, oauth: { clientSecret: hunter2 } }, b: { url: 'ftp://u:hunter2@h' } }
redisUrl: redis://:hunter2@h`,
      { DCC_MCP_METRICS_BASIC_AUTH: 'hunter2', DCC_MCP_METRICS_BEARER_TOKEN: 'hunter2', JWT_SECRET_KEY: 'hunter2' },
    );
    expect(reading.issues.length).toBeGreaterThan(4);
    expect(JSON.stringify(reading.issues)).not.toContain('hunter2');
    expect(JSON.stringify(effectiveSettings(reading))).not.toContain('hunter2');
  });

  test('finds its file by the flag, then by DCC_MCP_CONFIG', () => {
    expect(gatewayConfigPath({ DCC_MCP_CONFIG: 'a.yaml' })).toBe('a.yaml');
    expect(gatewayConfigPath({ DCC_MCP_CONFIG: 'a.yaml' }, 'b.yaml')).toBe('b.yaml');
    expect(gatewayConfigPath({})).toBeUndefined();
  });
});
