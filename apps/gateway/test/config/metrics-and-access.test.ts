import { describe, expect, test } from '@jest/globals';
import { isLoopback } from '../../src/config/reader/bind-rules.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { issuesOf, readYaml } from './config-fixture.ts';

describe('/metrics on, off, or not there', () => {
  test.each([
    ['{}', {}, {}, undefined],
    ['metrics: { enabled: false }', {}, {}, false],
    ['metrics: { enabled: true }', {}, {}, true],
    ['observability: { metrics: { enabled: true } }', {}, {}, true],
    ['metrics: { enabled: false }\nobservability: { metrics: { enabled: true } }', {}, {}, false],
    ['metrics: { enabled: true }', { ENABLE_METRICS: 'false' }, {}, false],
    ['metrics: { enabled: false }', { ENABLE_METRICS: 'TRUE' }, {}, true],
    ['{}', { ENABLE_METRICS: 'false' }, { metrics: true }, true],
    ['{}', { OTEL_METRICS_EXPORTER: 'prometheus' }, {}, true],
    ['metrics: { enabled: false }', { OTEL_METRICS_EXPORTER: 'prometheus' }, {}, true],
    ['{}', { ENABLE_METRICS: ' ' }, {}, undefined],
  ])('%j with %j and %j', (...[file, env, flags, enabled]) => {
    const { values, issues } = readYaml(file, env, flags);
    expect(values.metrics.enabled).toBe(enabled);
    expect(issues).toEqual([]);
  });

  test('an explicit false beside the exporter prometheus wins, with an issue', () => {
    const reading = readGatewayConfig({ ENABLE_METRICS: 'false', OTEL_METRICS_EXPORTER: 'prometheus' });
    expect(reading.values.metrics.enabled).toBe(false);
    expect(issuesOf(reading)).toEqual([
      'ENABLE_METRICS: it is false, and OTEL_METRICS_EXPORTER names prometheus; /metrics stays off',
    ]);
  });

  test('neither true nor false leaves it unset', () => {
    const reading = readGatewayConfig({ ENABLE_METRICS: '1' });
    expect(reading.values.metrics.enabled).toBeUndefined();
    expect(issuesOf(reading)).toEqual(['ENABLE_METRICS: "1" is neither true nor false']);
  });
});

describe('who may scrape', () => {
  test.each([
    ['u:p', { username: 'u', password: { text: 'p' } }],
    ['u:p:q', { username: 'u', password: { text: 'p:q' } }],
  ])('METRICS_BASIC_AUTH is split at the first colon: %s', (text, basicAuth) => {
    expect(readGatewayConfig({ DCC_MCP_METRICS_BASIC_AUTH: text }).values.metrics.basicAuth).toEqual(basicAuth);
  });

  test.each(['u', ':p', 'u:'])('METRICS_BASIC_AUTH=%s is fatal', (text) => {
    const reading = readGatewayConfig({ DCC_MCP_METRICS_BASIC_AUTH: text });
    expect(issuesOf(reading)).toEqual(['! DCC_MCP_METRICS_BASIC_AUTH: it has no user, no colon or no password']);
  });

  test('the password may come from a file, by its own variable', () => {
    const { values } = readGatewayConfig({
      DCC_MCP_METRICS_BASIC_AUTH_USERNAME: 'u',
      DCC_MCP_METRICS_BASIC_AUTH_PASSWORD_FILE: '/f',
    });
    expect(values.metrics.basicAuth).toEqual({ username: 'u', password: { file: '/f' } });
  });

  test.each([
    ['metrics: { basicAuth: { username: u } }', '! metrics.basicAuth: the password is missing'],
    ['metrics: { basicAuth: { password: p } }', '! metrics.basicAuth: the user name is missing'],
    ['metrics: { basicAuth: {} }', '! metrics.basicAuth: the user name is missing'],
    ["metrics: { bearerToken: '' }", '! metrics.bearerToken: it is empty'],
    [
      'metrics: { bearerToken: a, bearerTokenFile: b }',
      '! metrics.bearerToken: both it and metrics.bearerTokenFile are set',
    ],
    [
      'metrics: { jwt: { audience: a } }',
      '! metrics.jwt: neither a secret nor a URL of keys is set, so no token can be checked',
    ],
    ['metrics: { jwt: { jwksUrl: host/jwks } }', '! metrics.jwt.jwksUrl: "host/jwks" has no scheme'],
  ])('half a guard is fatal: %s', (file, issue) => {
    expect(issuesOf(readYaml(file))).toContain(issue);
  });

  test('the environment takes the place of the file, also as a file', () => {
    const { values, issues } = readYaml('metrics: { bearerToken: old }', { DCC_MCP_METRICS_BEARER_TOKEN_FILE: '/new' });
    expect(values.metrics.bearerToken).toEqual({ file: '/new' });
    expect(issues).toEqual([]);
  });

  test.each(['DCC_MCP_METRICS_JWT_SECRET', 'JWT_SECRET_KEY'])('%s is the secret of JWTs', (name) => {
    expect(readGatewayConfig({ [name]: 's' }).values.metrics.jwt).toEqual({ secret: { text: 's' } });
  });

  test.each(['DCC_MCP_METRICS_JWKS_URL', 'DCC_MCP_METRICS_JWT_JWKS_URL'])('%s is the URL of their keys', (name) => {
    expect(readGatewayConfig({ [name]: 'https://k' }).values.metrics.jwt).toEqual({ jwksUrl: 'https://k' });
  });
});

describe("ContextForge's names", () => {
  test('are read as they are', () => {
    const { values, issues } = readGatewayConfig({
      METRICS_EXCLUDED_HANDLERS: '^/health,/a{1,2}$,[,;]',
      METRICS_CUSTOM_LABELS: 'site=vienna,floor=2',
      METRICS_NAMESPACE: 'default',
      METRICS_SUBSYSTEM: 'gw',
    });
    expect(issues).toEqual([]);
    expect(values.metrics).toMatchObject({
      excludedHandlers: ['^/health', '/a{1,2}$', '[,;]'],
      customLabels: { site: 'vienna', floor: '2' },
      subsystem: 'gw',
    });
    expect(values.metrics.namespace).toBeUndefined();
  });

  test('a regular expression that cannot be compiled is fatal, and named', () => {
    expect(issuesOf(readGatewayConfig({ METRICS_EXCLUDED_HANDLERS: '/ok,(' }))).toEqual([
      '! METRICS_EXCLUDED_HANDLERS: "(" is not a regular expression',
    ]);
  });

  test.each(['METRICS_NAMESPACE', 'METRICS_SUBSYSTEM'])('a %s that no metric name can begin with is fatal', (name) => {
    expect(issuesOf(readGatewayConfig({ [name]: '1 x-y' }))).toEqual([`! ${name}: "1 x-y" can't begin a metric name`]);
  });

  test('regular expressions in the way of RE2 are fine', () => {
    expect(readGatewayConfig({ METRICS_EXCLUDED_HANDLERS: '(?i)^/Health,(?P<x>a)' }).issues).toEqual([]);
  });
});

describe('who may call', () => {
  test('DCC_MCP_AUTH_TOKEN is a comma list, in place of the tokens of the file', () => {
    const { values, origins } = readYaml('auth: { tokens: [{ token: old }] }', { DCC_MCP_AUTH_TOKEN: 'a, b' });
    expect(values.auth.tokens).toEqual([
      { token: { text: 'a' }, dccTypes: [] },
      { token: { text: 'b' }, dccTypes: [] },
    ]);
    expect(origins['auth.tokens']).toEqual({ source: 'env', variable: 'DCC_MCP_AUTH_TOKEN', text: '2 tokens ***' });
  });

  test.each([
    ['auth: { tokens: { token: a } }', '! auth.tokens: it is not a list'],
    ['auth: { tokens: [a] }', '! auth.tokens[0]: it is not an object'],
    [
      'auth: { tokens: [{ token: a }, { token: b }, { token: a, dccTypes: [maya] }] }',
      '! auth.tokens[2]: it is the same token as auth.tokens[0]',
    ],
    [
      "auth: { tokens: [{ token: '${UNSET}' }] }",
      '! auth.tokens[0]: it needs either a token or a tokenFile, as a text that is not empty',
    ],
    [
      'auth: { tokens: [{ token: a, dccTypes: 7 }] }',
      '! auth.tokens[0]: its dccTypes: the value is of type number; leave them out for a token of every DCC type',
    ],
    ...['""', '[""]', '[" ", ""]', '","'].map((blank) => [
      `auth: { tokens: [{ token: a, dccTypes: ${blank} }] }`,
      '! auth.tokens[0]: its dccTypes: it names nothing; leave them out for a token of every DCC type',
    ]),
    ...["['${UNSET:-}']", '[" ", ""]', '", "'].map((blank) => [
      `policy: { allowedDccTypes: ${blank} }`,
      '! policy.allowedDccTypes: it names nothing',
    ]),
    ['auth: { tokens: [{ tokn: a }] }', '! auth.tokens[0].tokn: no such key; it has no effect'],
    ['auth: { issuer: i }', '! auth: an audience or issuer is set, but no keys to check a token with'],
    ['policy: { readOnly: ture }', '! policy.readOnly: "ture" is neither true nor false'],
    ['policy: { allowedDccTypes: 5 }', '! policy.allowedDccTypes: the value is of type number'],
    ['policy: { quarantine: maybe }', '! policy.quarantine: "maybe" is not known'],
  ])('a wrong guard is fatal: %s', (file, issue) => {
    expect(issuesOf(readYaml(file))).toContain(issue);
  });

  test('a guard of the environment whose words are all unset does not open what it was to close', () => {
    expect(issuesOf(readGatewayConfig({ DCC_MCP_POLICY_ALLOWED_TOOL_SLUGS: ', ' }))).toEqual([
      '! DCC_MCP_POLICY_ALLOWED_TOOL_SLUGS: it names nothing',
    ]);
  });

  test('an empty list allows all, as it says', () => {
    expect(readYaml('policy: { allowedDccTypes: [] }').issues).toEqual([]);
  });
});

describe('refusing to start', () => {
  const OPEN = 'server: { host: 0.0.0.0 }';
  const MCP = '! server.host: 0.0.0.0 is reachable from other machines, and /mcp, /v1 and /admin have no credentials';
  const METRICS_BY_FLAG = '! --host: 0.0.0.0 is reachable from other machines, and /metrics has no credentials';
  const METRICS = '! server.host: 0.0.0.0 is reachable from other machines, and /metrics has no credentials';

  test.each([
    [OPEN, {}, [MCP]],
    [OPEN, { DCC_MCP_AUTH_TOKEN: 't' }, []],
    [OPEN, { DCC_MCP_AUTH_JWKS_URL: 'https://k' }, []],
    [OPEN, { DCC_MCP_AUTH_TOKEN: 't', ENABLE_METRICS: 'true' }, [METRICS]],
    [OPEN, { DCC_MCP_AUTH_TOKEN: 't', ENABLE_METRICS: 'false' }, []],
    [OPEN, { DCC_MCP_AUTH_TOKEN: 't', ENABLE_METRICS: 'true', DCC_MCP_METRICS_BASIC_AUTH: 'u:p' }, []],
    [OPEN, { DCC_MCP_AUTH_TOKEN: 't', ENABLE_METRICS: 'true', DCC_MCP_METRICS_BEARER_TOKEN: 't' }, []],
    [OPEN, { DCC_MCP_AUTH_TOKEN: 't', ENABLE_METRICS: 'true', JWT_SECRET_KEY: 's' }, []],
    ['server: { host: 127.0.0.1 }', { ENABLE_METRICS: 'true' }, []],
    ['server: { host: localhost }', { ENABLE_METRICS: 'true' }, []],
  ])('%s with %j', (file, env, issues) => {
    expect(issuesOf(readYaml(file, env))).toEqual(issues);
  });

  test('the listener of the exporter prometheus is looked at as well', () => {
    const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0' };
    expect(issuesOf(readGatewayConfig(env))).toEqual([
      '! OTEL_EXPORTER_PROMETHEUS_HOST: 0.0.0.0 is reachable from other machines, and /metrics has no credentials',
    ]);
    expect(issuesOf(readGatewayConfig({ ...env, DCC_MCP_METRICS_BEARER_TOKEN: 't' }))).toEqual([]);
  });

  test('a port of its own is open beside standard streams, too', () => {
    const env = { ENABLE_METRICS: 'true', DCC_MCP_METRICS_PORT: '9464' };
    expect(issuesOf(readGatewayConfig(env, {}, { flags: { host: '0.0.0.0', stdio: true } }))).toEqual([
      METRICS_BY_FLAG,
    ]);
    expect(
      issuesOf(readGatewayConfig({ ENABLE_METRICS: 'true' }, {}, { flags: { host: '0.0.0.0', stdio: true } })),
    ).toEqual([]);
  });

  test('names the place that said the host', () => {
    expect(readGatewayConfig({ DCC_MCP_GATEWAY_HOST: '::' }).issues[0]?.variable).toBe('DCC_MCP_GATEWAY_HOST');
    expect(readGatewayConfig({}, {}, { flags: { host: '10.0.0.1' } }).issues[0]?.variable).toBe('--host');
  });

  test.each(['0.0.0.0:80', 'http://x', 'a b', '-'])('%s is no host, which is fatal', (host) => {
    expect(issuesOf(readGatewayConfig({ DCC_MCP_GATEWAY_HOST: host }))).toEqual([
      `! DCC_MCP_GATEWAY_HOST: "${host}" is not usable as a host`,
    ]);
  });

  test('an empty flag is wrong usage', () => {
    expect(issuesOf(readGatewayConfig({}, {}, { flags: { host: ' ' } }))).toEqual(['! --host: it is empty']);
  });

  test('brackets around an address are not part of it', () => {
    expect(readGatewayConfig({ DCC_MCP_GATEWAY_HOST: '[::1]' }).values.server.host).toBe('::1');
  });

  test('--stdio without a port is open to nobody', () => {
    expect(readYaml(OPEN, {}, { stdio: true }).issues).toEqual([]);
  });
});

describe('isLoopback', () => {
  test.each(['127.0.0.1', '127.9.9.9', 'localhost', 'LOCALHOST.', 'a.localhost', '::1', '[::1]', '::ffff:127.0.0.1'])(
    '%s is',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '128.0.0.1', ''])(
    '%s is not',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
