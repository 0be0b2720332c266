// Where /metrics is, and who gets it, for each switch that there is.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../fixtures/run-command.ts';
import {
  type RunningGateway,
  startGateway,
  startGatewayProcess,
  type StartGatewayOptions,
} from '../fixtures/start-gateway.ts';
import { readFamilies, total } from './families.ts';

const DISABLED = { error: { kind: 'metrics-disabled', message: expect.any(String) } };
/** The listener of the specification, where other machines reach it. */
const OPEN_LISTENER = {
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
};
const started: RunningGateway[] = [];

afterEach(() => Promise.all(started.splice(0).map((gateway) => gateway.stop())));

async function start(options: StartGatewayOptions = {}): Promise<RunningGateway> {
  const gateway = await startGateway(options);
  started.push(gateway);
  return gateway;
}

/** A JSON Web Token of nobody in particular. */
function signedToken(alg: string, signature: (text: string) => Buffer): string {
  const parts = [{ alg, kid: 'k' }, { sub: 'x' }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.${signature(parts.join('.')).toString('base64url')}`;
}

const basic = (credentials: string) => ({ authorization: `Basic ${btoa(credentials)}` });

test('nothing configured: 404 on both paths', async () => {
  const { url } = await start();
  const answers = await Promise.all(['/metrics', '/metrics/prometheus'].map((path) => fetch(url + path)));
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
});

describe('a path that is not there leads to the metrics', () => {
  const served = { enablePrometheus: true };
  test.each<[string, StartGatewayOptions, string, boolean]>([
    ['where they are served', served, '/prometheus', true],
    ['where they are served at another path', { ...served, env: { DCC_MCP_METRICS_PATH: '/numbers' } }, '/x', true],
    ['not below another endpoint, whose answers no telemetry changes', served, '/v1/nothing', false],
    ['not where they are off', {}, '/prometheus', false],
    ['not where they are turned off', { env: { ENABLE_METRICS: 'false' } }, '/prometheus', false],
    [
      'not where they have a port of their own',
      { ...served, env: { DCC_MCP_METRICS_PORT: '0' } },
      '/prometheus',
      false,
    ],
  ])('%s', async (_where, options, path, isTold) => {
    const { url } = await start(options);
    const answer = await fetch(url + path);
    const { error } = (await answer.json()) as { error: { message: string } };
    expect([answer.status, /, \/(?:metrics|numbers)\b/.test(error.message)]).toEqual([404, isTold]);
  });
});

describe('an explicit no is 503, before authentication', () => {
  test.each<[string, StartGatewayOptions]>([
    ['ENABLE_METRICS=false', { env: { ENABLE_METRICS: 'false', DCC_MCP_METRICS_BASIC_AUTH: 'u:p' } }],
    ['metrics.enabled: false', { config: { mcpServers: {}, metrics: { enabled: false, bearerToken: 'x' } } }],
    [
      'ENABLE_METRICS=false over the file and OTEL_METRICS_EXPORTER',
      {
        config: { mcpServers: {}, metrics: { enabled: true } },
        env: { ENABLE_METRICS: 'false', OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' },
      },
    ],
  ])('%s', async (_, options) => {
    const { url } = await start(options);
    for (const path of ['/metrics', '/metrics/prometheus']) {
      const answer = await fetch(url + path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/json']);
      expect(await answer.json()).toEqual(DISABLED);
    }
  });
});

describe('each switch turns it on', () => {
  test.each<[string, StartGatewayOptions]>([
    ['enablePrometheus', { enablePrometheus: true }],
    ['ENABLE_METRICS=true', { env: { ENABLE_METRICS: 'true' } }],
    ['metrics.enabled', { config: { mcpServers: {}, metrics: { enabled: true } } }],
    ['observability.metrics.enabled', { config: { mcpServers: {}, observability: { metrics: { enabled: true } } } }],
  ])('%s', async (_, options) => {
    const { url } = await start(options);
    const answers = await Promise.all(['/metrics', '/metrics/prometheus'].map((path) => fetch(url + path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await answers[0]!.text()).toContain('dcc_mcp_build_info{');
  });
});

test('--metrics turns it on over ENABLE_METRICS=false, and with port 0 the start says where metrics are', async () => {
  const env = { ENABLE_METRICS: 'false', DCC_MCP_METRICS_PORT: '0' };
  const gateway = await startGatewayProcess({ args: ['--metrics'], env });
  started.push(gateway);
  const [, at = ''] = /metrics (http:\/\/[^\s,]+)/.exec(gateway.stderr()) ?? [];
  expect((await fetch(at)).status).toBe(200);
});

describe('OTEL_METRICS_EXPORTER=prometheus', () => {
  test('serves it on the listener of the specification, too, under the same guard', async () => {
    const port = await freePort();
    const { url } = await start({
      env: {
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
        DCC_MCP_METRICS_BASIC_AUTH: 'scraper:secret:with colons',
      },
    });
    for (const base of [url, `http://127.0.0.1:${port}`]) {
      const refused = await fetch(`${base}/metrics`);
      const answered = await fetch(`${base}/metrics/prometheus`, { headers: basic('scraper:secret:with colons') });
      expect([refused.status, answered.status]).toEqual([401, 200]);
    }
    expect((await fetch(`http://127.0.0.1:${port}/v1/healthz`)).status).toBe(404);
  });

  test('a port that is taken is a warning, and the main listener serves', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const gateway = await startGatewayProcess({
      args: ['--metrics'],
      env: {
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      },
    });
    started.push(gateway);
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200);
    const said = gateway
      .stderr()
      .split('\n')
      .find((line) => line.includes('metrics are not served'));
    expect(JSON.parse(said!)).toMatchObject({
      level: 40,
      msg: `metrics are not served on 127.0.0.1:${port} (EADDRINUSE); set OTEL_EXPORTER_PROMETHEUS_PORT to another one (0 for any free one)`,
    });
    taken.close();
  });
});

test('METRICS_PORT moves it: the main listener answers 404', async () => {
  const port = await freePort();
  const { url } = await start({ enablePrometheus: true, env: { DCC_MCP_METRICS_PORT: String(port) } });
  const paths = ['/metrics', '/metrics/prometheus'];
  const main = await Promise.all(paths.map((path) => fetch(url + path)));
  const own = await Promise.all(paths.map((path) => fetch(`http://127.0.0.1:${port}${path}`)));
  expect([...main, ...own].map(({ status }) => status)).toEqual([404, 404, 200, 200]);
});

test('METRICS_PORT in use: the message names that port and its setting', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await runCommand(['--port', '0', '--metrics'], { DCC_MCP_METRICS_PORT: String(port) });
  taken.close();
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(`127.0.0.1:${port}: the port is in use; set DCC_MCP_METRICS_PORT`),
  ]);
});

test('METRICS_PATH must not be a path of the gateway', async () => {
  const starting = start({ enablePrometheus: true, env: { DCC_MCP_METRICS_PATH: '/mcp' } });
  await expect(starting).rejects.toThrow('DCC_MCP_METRICS_PATH: /mcp is a path of the gateway');
});

test('secrets in files that can not be read are named at start, all of them', async () => {
  const env = {
    DCC_MCP_METRICS_BEARER_TOKEN_FILE: '/no/bearer',
    DCC_MCP_METRICS_JWT_SECRET_FILE: '/no/jwt',
    DCC_MCP_AUTH_TOKEN_FILE: '/no/auth',
  };
  const refusal: unknown = await start({ enablePrometheus: true, env }).catch((error: unknown) => error);
  for (const line of [
    'METRICS_BEARER_TOKEN_FILE: the file /no/bearer',
    'METRICS_JWT_SECRET_FILE: the file /no/jwt',
    'AUTH_TOKEN_FILE: the file /no/auth',
  ]) {
    expect(String(refusal)).toContain(`error: DCC_MCP_${line} can't be read (ENOENT)`);
  }
});

test('an empty file of a secret is named at start, and a mark before the secret is none of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const [empty, marked] = ['empty', 'marked'].map((name) => join(folder, name));
  writeFileSync(empty!, '\n');
  writeFileSync(marked!, '\uFEFFsesame\r\n');
  try {
    const refusal: unknown = await start({ env: { DCC_MCP_AUTH_TOKEN_FILE: empty! } }).catch((error: unknown) => error);
    expect(String(refusal)).toContain(`error: DCC_MCP_AUTH_TOKEN_FILE: the file ${empty} is empty`);
    const { url } = await start({ env: { DCC_MCP_AUTH_TOKEN_FILE: marked! } });
    const { status } = await fetch(`${url}/v1/instances`, { headers: { authorization: 'Bearer sesame' } });
    expect(status).toBe(200);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a method that a path does not answer is counted under the path', async () => {
  const { url } = await start({ enablePrometheus: true });
  await fetch(`${url}/v1/call`, { method: 'PATCH' });
  const families = readFamilies(await (await fetch(`${url}/metrics`)).text());
  expect(total(families, 'http_requests_total', { method: 'PATCH', handler: '/v1/call', status: '405' })).toBe(1);
});

test('every request has its sizes: 0 without a body, chunked answers as they were sent', async () => {
  const { url } = await start({ enablePrometheus: true });
  const health = Buffer.from(await (await fetch(`${url}/v1/healthz`)).arrayBuffer());
  const plain = { headers: { 'accept-encoding': 'identity' } };
  const scraped = Buffer.from(await (await fetch(`${url}/metrics`, plain)).arrayBuffer());
  await fetch(`${url}/metrics`, { method: 'HEAD' });
  const families = readFamilies(await (await fetch(`${url}/metrics`)).text());
  const sizes = (handler: string): readonly number[] =>
    ['http_request_size_bytes', 'http_response_size_bytes'].flatMap((name) =>
      ['count', 'sum'].map((part) => total(families, `${name}_${part}`, { handler })),
    );
  expect(sizes('/v1/healthz')).toEqual([1, 0, 1, health.length]);
  expect(sizes('/metrics')).toEqual([2, 0, 2, scraped.length]);
});

test('METRICS_PATH renames it; the path of ContextForge stays', async () => {
  const { url } = await start({ enablePrometheus: true, env: { DCC_MCP_METRICS_PATH: '/internal/scrape' } });
  const paths = ['/internal/scrape', '/metrics/prometheus', '/metrics'];
  const answers = await Promise.all(paths.map((path) => fetch(url + path)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
});

describe('methods and formats', () => {
  test('a body that nobody reads is never too large: the guard answers first', async () => {
    const { url } = await start({ enablePrometheus: true, env: { DCC_MCP_METRICS_BASIC_AUTH: 'u:p' } });
    const post = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${url}/metrics`, { method: 'POST', headers, body: new Uint8Array(5 * 1024 * 1024) });
    const answers = [await post({}), await post(basic('u:p'))];
    expect(answers.map(({ status }) => status)).toEqual([401, 405]);
  });

  test('HEAD has the headers only; other methods 405; nothing acceptable 406', async () => {
    const { url } = await start({ enablePrometheus: true });
    const at = `${url}/metrics`;
    const head = await fetch(at, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      '',
    ]);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY']) {
      const answer = await fetch(at, { method });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
    }
    expect((await fetch(at, { headers: { accept: 'image/png' } })).status).toBe(406);
  });

  test('Accept decides: text, OpenMetrics, protobuf', async () => {
    const { url } = await start({ enablePrometheus: true });
    const typeFor = async (accept: string): Promise<string | null> =>
      (await fetch(`${url}/metrics`, { headers: { accept } })).headers.get('content-type');
    expect(await typeFor('text/plain')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await typeFor('application/openmetrics-text; version=1.0.0')).toMatch(
      /^application\/openmetrics-text; version=1\.0\.0/,
    );
    expect(
      await typeFor(
        'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited, text/plain; q=0.1',
      ),
    ).toMatch(/^application\/vnd\.google\.protobuf/);
  });
});

test('OTEL_SDK_DISABLED leaves target_info and build_info', async () => {
  const { url } = await start({ enablePrometheus: true, env: { OTEL_SDK_DISABLED: 'true' } });
  const families = readFamilies(await (await fetch(`${url}/metrics`)).text());
  expect([...families.keys()]).toEqual(['target_info', 'dcc_mcp_build_info']);
});

describe('the guard', () => {
  test('each scheme that is configured has its challenge, and is accepted', async () => {
    const token = await runCommand(['token', 'create', '--username', 'prometheus', '--exp', '5'], {
      METRICS_JWT_SECRET: 's'.repeat(32),
      DCC_MCP_METRICS_JWT_SECRET: 's'.repeat(32),
    });
    const { url } = await start({
      enablePrometheus: true,
      env: {
        DCC_MCP_METRICS_BASIC_AUTH: 'u:p',
        DCC_MCP_METRICS_BEARER_TOKEN: 'static-token',
        DCC_MCP_METRICS_JWT_SECRET: 's'.repeat(32),
      },
    });
    const refused = await fetch(`${url}/metrics`);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="dcc-mcp metrics", charset="UTF-8", Bearer realm="dcc-mcp metrics"',
    ]);
    const credentials = [
      `bAsIc ${btoa('u:p')}`,
      'Bearer static-token',
      `bearer ${token.stdout.trim()}`,
      'Bearer wrong',
    ];
    const answers = await Promise.all(
      credentials.map((authorization) => fetch(`${url}/metrics`, { headers: { authorization } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401]);
  });

  test('each scheme has a WWW-Authenticate line of its own', async () => {
    const { url } = await start({
      enablePrometheus: true,
      env: { DCC_MCP_METRICS_BASIC_AUTH: 'u:p', DCC_MCP_METRICS_BEARER_TOKEN: 'static-token' },
    });
    const [response] = (await once(get(`${url}/metrics`), 'response')) as [IncomingMessage];
    response.resume();
    const names = response.rawHeaders.filter((_, index) => index % 2 === 0);
    const values = response.rawHeaders.filter((_, index) => names[(index - 1) / 2] === 'www-authenticate');
    expect(values).toEqual(['Basic realm="dcc-mcp metrics", charset="UTF-8"', 'Bearer realm="dcc-mcp metrics"']);
  });

  test('a secret and a key set together: a token of either is accepted', async () => {
    const secret = 's'.repeat(32);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const issuer = createHttpServer((request, response) => {
      response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' }] }));
      request.resume();
    }).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const { port } = issuer.address() as { port: number };
    const { url } = await start({
      enablePrometheus: true,
      env: { JWT_SECRET_KEY: secret, DCC_MCP_METRICS_JWKS_URL: `http://127.0.0.1:${port}/jwks` },
    });
    const tokens = [
      signedToken('HS256', (text) => createHmac('sha256', secret).update(text).digest()),
      signedToken('EdDSA', (text) => sign(null, Buffer.from(text), privateKey)),
      signedToken('HS256', (text) => createHmac('sha256', 'other').update(text).digest()),
    ];
    const statuses = await Promise.all(
      tokens.map(
        async (token) => (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status,
      ),
    );
    issuer.close();
    expect(statuses).toEqual([200, 200, 401]);
  });

  test("never asks for the gateway's own token, and the gateway's token does not open it", async () => {
    const open = await start({ enablePrometheus: true, env: { DCC_MCP_AUTH_TOKEN: 'api-token' } });
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${open.url}/v1/instances`)).status).toBe(401);
    const guarded = await start({
      enablePrometheus: true,
      env: { DCC_MCP_AUTH_TOKEN: 'api-token', DCC_MCP_METRICS_BASIC_AUTH: 'u:p' },
    });
    const withApiToken = await fetch(`${guarded.url}/metrics`, { headers: { authorization: 'Bearer api-token' } });
    const withOwn = await fetch(`${guarded.url}/metrics`, { headers: basic('u:p') });
    expect([withApiToken.status, withOwn.status]).toEqual([401, 200]);
  });

  test.each<[string, StartGatewayOptions]>([
    [
      'the main listener',
      { enablePrometheus: true, env: { DCC_MCP_GATEWAY_HOST: '0.0.0.0', DCC_MCP_AUTH_TOKEN: 'a'.repeat(32) } },
    ],
    ['the listener of the specification', { enablePrometheus: true, env: OPEN_LISTENER }],
    ['the listener of the specification alone', { env: OPEN_LISTENER }],
  ])('without one, %s that other machines reach refuses to start', async (_, options) => {
    await expect(start(options)).rejects.toThrow('DCC_MCP_METRICS_BASIC_AUTH');
  });

  test('without one, a port of its own beside standard streams that other machines reach ends with 2', async () => {
    const env = { DCC_MCP_METRICS_PORT: '0' };
    const { code, stderr } = await runCommand(['serve', '--stdio', '--host', '0.0.0.0', '--metrics'], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining('DCC_MCP_METRICS_BASIC_AUTH')]);
  });
});
