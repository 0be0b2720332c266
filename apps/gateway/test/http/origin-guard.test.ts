// Which Host and Origin are served, asked over a socket: clients of HTTP repair much of what strangers send.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createGateway, type RunningGateway } from '../../src/index.ts';
import { say } from '../fixtures/say.ts';

const METHODS_AND_PATHS = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'POST /metrics',
  'TRACE /metrics',
  'GET /mcp',
  'POST /mcp',
  'DELETE /mcp',
  'OPTIONS /mcp',
  'POST /v1/call',
  'OPTIONS /v1/call',
  'GET /v1/instances',
  'HEAD /docs',
  'GET /no/such/path',
  'OPTIONS /no/such/path',
  'TRACE /healthz',
  'PATCH /v1/search',
];

let gateway: RunningGateway;
/** Without a public address. */
let plain: RunningGateway;

beforeAll(async () => {
  plain = await createGateway({ config: { mcpServers: {} } });
  const env = { DCC_MCP_PUBLIC_URL: 'https://Gateway.Example:8443/base' };
  gateway = await createGateway({ enablePrometheus: true, env, config: { mcpServers: {} } });
});

afterAll(() => Promise.all([gateway.stop(), plain.stop()]));

async function statusOf(...lines: readonly string[]): Promise<number> {
  return Number((await say(gateway.url!, ...lines)).slice(9, 12));
}

describe('on a loopback bind the Host', () => {
  test.each([
    'localhost',
    'LocalHost',
    'localhost:1',
    'localhost:65535',
    '127.0.0.1',
    '127.0.0.1:9765',
    '127.255.255.254',
    '[::1]',
    '[::1]:80',
    '[0:0:0:0:0:0:0:1]:80',
    '[::ffff:127.0.0.1]',
    'gateway.example',
    'GATEWAY.example:1234',
  ])('%s is served', async (host) => {
    expect(await statusOf('GET /healthz HTTP/1.1', `Host: ${host}`)).toBe(200);
  });

  test.each([
    '',
    'evil.example',
    'evil.example:80',
    '127.0.0.1:80@evil.example',
    'user@localhost',
    'user:password@127.0.0.1',
    '127.999.1.1',
    '127.0.0.256',
    '127.0.0',
    '127.1',
    '127.0.0.1.2',
    '0177.0.0.1',
    '127.0.0.01',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '127.0.0.1.evil.example',
    '127.evil.example',
    'localhost.evil',
    'evillocalhost',
    'evil-localhost',
    'localhost.',
    '127.0.0.1.',
    'gateway.example.',
    'notgateway.example',
    'gateway.example.evil',
    '.localhost',
    'localhost..',
    '0.0.0.0',
    '[::]',
    '[::2]',
    '[::1%25eth0]',
    '[::1%eth0]',
    '[::1',
    '::1',
    '[::ffff:10.0.0.1]',
    '[::127.0.0.1]',
    '[::1]evil.example',
    '[::1].evil.example',
    'localhost:99999',
    'localhost:65536',
    'localhost:',
    'localhost:80:80',
    'localhost:-1',
    'localhost:8a',
    'localhost/evil.example',
    'localhost?evil.example',
    'localhost#evil.example',
    'localhost\\evil.example',
    'localhost evil.example',
    'localhost,evil.example',
    'localhost%2eevil',
    'http://localhost',
    'l\u00F6calhost',
    '\u00B9\u00B27.0.0.1',
  ])('"%s" is refused', async (host) => {
    expect(await statusOf('GET /healthz HTTP/1.1', `Host: ${host}`)).toBe(403);
  });

  test.each([
    ['evil.example', 'localhost'],
    ['localhost', 'evil.example'],
    ['localhost', 'localhost'],
  ])('is one: %s and %s are refused', async (first, second) => {
    expect(await statusOf('GET /healthz HTTP/1.1', `Host: ${first}`, `Host: ${second}`)).toBe(403);
  });

  test.each([
    ['http://localhost/healthz', 'localhost', 200],
    ['http://LOCALHOST/healthz', 'localhost', 200],
    ['http://127.0.0.1:80/healthz', '127.0.0.1:80', 200],
    ['https://gateway.example/healthz', 'gateway.example', 200],
    ['http://127.0.0.1:9765/healthz', '127.0.0.1', 200],
    ['http://localhost/healthz', 'localhost:80', 200],
    ['http://localhost/healthz', '127.0.0.1:9765', 200],
    ['http://gateway.example/healthz', '[::1]', 200],
    ['http://evil.example/healthz', 'localhost', 403],
    ['http://localhost/healthz', 'evil.example', 403],
    ['http://localhost/healthz', '', 403],
    ['http://localhost/healthz', 'localhost, localhost', 403],
    ['http://localhost@evil.example/healthz', 'localhost', 403],
    ['http://user@localhost/healthz', 'user@localhost', 403],
    ['http://127.0.0.1:80@evil.example/healthz', '127.0.0.1:80@evil.example', 403],
    ['evil://localhost/healthz', 'localhost', 403],
  ])('stands with the target %s as %s: %i', async (target, host, status) => {
    expect(await statusOf(`GET ${target} HTTP/1.1`, `Host: ${host}`)).toBe(status);
  });

  test.each([
    ['http://localhost/healthz', 'evil.example'],
    ['http://evil.example/healthz', 'localhost'],
  ])('that is refused is named, the target being %s and the Host %s', async (target, host) => {
    const answer = await say(gateway.url!, `GET ${target} HTTP/1.1`, `Host: ${host}`);
    expect(answer).toContain("The Host 'evil.example' is not served here");
  });

  test('of a target in absolute form is what links begin with', async () => {
    const { port } = new URL(plain.url!);
    const answer = await say(plain.url!, `GET http://localhost:${port}/ HTTP/1.1`, 'Host: 127.0.0.1');
    expect(answer).toContain(`http://localhost:${port}/mcp`);
  });

  test.each(METHODS_AND_PATHS)('is refused at %s', async (route) => {
    expect(await statusOf(`${route} HTTP/1.1`, 'Host: evil.example')).toBe(403);
    expect(await statusOf(`${route} HTTP/1.1`, 'Host: localhost:99999')).toBe(403);
  });
});

describe('an Origin', () => {
  test.each([
    'http://localhost',
    'http://localhost:3000',
    'https://localhost:3000',
    'http://127.0.0.1:5173',
    'http://127.8.9.10',
    'http://[::1]:3000',
    'https://gateway.example:8443',
  ])('%s is served', async (origin) => {
    expect(await statusOf('GET /healthz HTTP/1.1', 'Host: localhost', `Origin: ${origin}`)).toBe(200);
  });

  test.each([
    '',
    'null',
    'evil://localhost/',
    'evil://localhost',
    'file://',
    'ws://localhost',
    'http://evil.example',
    'https://evil.example',
    'http://localhost:1@evil',
    'http://user@localhost',
    'http://localhost/',
    'http://localhost/path',
    'http://localhost?x',
    'http://localhost#x',
    'http://localhost.evil.example',
    'http://127.evil.example',
    'http://localhost:99999',
    'http://localhost http://evil.example',
    'http://localhost, http://evil.example',
    'http://evil.example, http://localhost',
    '//localhost',
    'localhost',
    'https://gateway.example',
    'http://gateway.example:8443',
    'https://gateway.example:8444',
    'https://sub.gateway.example:8443',
    'http://0x7f.1',
    'http://[::1%25eth0]',
  ])('"%s" is refused', async (origin) => {
    expect(await statusOf('GET /healthz HTTP/1.1', 'Host: localhost', `Origin: ${origin}`)).toBe(403);
  });

  test('is one: a second one is refused', async () => {
    const answer = ['GET /healthz HTTP/1.1', 'Host: localhost', 'Origin: http://localhost'];
    expect(await statusOf(...answer, 'Origin: http://evil.example')).toBe(403);
  });

  test.each(METHODS_AND_PATHS)('is refused at %s, without a word for the browser', async (route) => {
    const answer = await say(gateway.url!, `${route} HTTP/1.1`, 'Host: localhost', 'Origin: https://evil.example');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toMatch(/access-control/i);
  });
});

describe('on any other bind', () => {
  const TOKEN = { DCC_MCP_AUTH_TOKEN: 'a-token-of-the-test' };

  async function ask(allowedHosts: readonly string[], lines: readonly string[]): Promise<number> {
    const open = await createGateway({
      host: '0.0.0.0',
      env: TOKEN,
      config: { mcpServers: {}, server: { allowedHosts } },
    });
    try {
      return Number((await say(open.url!, 'GET /healthz HTTP/1.1', ...lines)).slice(9, 12));
    } finally {
      await open.stop();
    }
  }

  test.each<[string, readonly string[], readonly string[], number]>([
    ['every Host is served without a list', [], ['Host: whatever.example:99999'], 200],
    ['the listed one is', ['gw.example'], ['Host: GW.example:80'], 200],
    ['one listed with its port is with that port', ['gw.example:81'], ['Host: gw.example:81'], 200],
    ['and with no other', ['gw.example:81'], ['Host: gw.example:82'], 403],
    ['another one is not', ['gw.example'], ['Host: localhost'], 403],
    ['what is no Host is not', ['gw.example'], ['Host: gw.example:99999'], 403],
    ['its own Origin is', [], ['Host: gw.example', 'Origin: http://gw.example'], 200],
    ['its own Origin is, with its port', [], ['Host: gw.example:81', 'Origin: http://gw.example:81'], 200],
    ['another port is another Origin', [], ['Host: gw.example:81', 'Origin: http://gw.example:82'], 403],
    ['another scheme is another Origin', [], ['Host: gw.example', 'Origin: https://gw.example'], 403],
  ])('%s', async (_what, allowedHosts, lines, status) => {
    expect(await ask(allowedHosts, lines)).toBe(status);
  });
});

describe('a listener of metrics is guarded by its own bind', () => {
  const SCRAPER = { DCC_MCP_METRICS_BASIC_AUTH: 'u:p', OTEL_METRICS_EXPORTER: 'prometheus' };

  test.each([
    ['0.0.0.0', 'scraped.example', 401],
    ['127.0.0.1', 'scraped.example', 403],
    ['127.0.0.1', 'localhost', 401],
  ])('%s asked as %s: %i', async (bind, host, status) => {
    const env = { ...SCRAPER, OTEL_EXPORTER_PROMETHEUS_HOST: bind, OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const metered = await createGateway({ env, config: { mcpServers: {} } });
    try {
      const [url = ''] = metered.metricsUrls;
      for (const method of ['GET', 'POST', 'TRACE', 'OPTIONS']) {
        const answer = await say(url, `${method} /metrics HTTP/1.1`, `Host: ${host}`);
        expect([method, answer.slice(9, 12)]).toEqual([method, String(status)]);
      }
    } finally {
      await metered.stop();
    }
  });
});
