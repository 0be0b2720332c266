// HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured by both exporters, and the machine itself is reached without one.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readProxyEnvironment } from '../../src/transport/proxy-environment.ts';
import { Running } from '../helpers/running.ts';
import { telemetryConfig, tracesTo } from '../helpers/telemetry-config.ts';

const COLLECTOR = 'collector.example:4318';
const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

const running = new Running();
const before = { ...process.env };
let proxy: Server;
/** What the proxy answers instead of passing a request on, or making a tunnel. */
let refusal: { readonly status: number; readonly type: string } | undefined;
let asked: string[];
let sinkUrl: string;

beforeEach(async () => {
  VARIABLES.forEach((name) => delete process.env[name]);
  const sink = await running.sink();
  sinkUrl = sink.url;
  asked = [];
  refusal = undefined;
  proxy = createServer((incoming, answer) => {
    const { url = '', method, headers } = incoming;
    asked.push(`${method} ${url} ${headers['proxy-authorization']}`);
    if (refusal !== undefined) {
      answer.writeHead(refusal.status, { 'content-type': refusal.type }).end();
      return;
    }
    const onward = request(new URL(new URL(url).pathname, sinkUrl), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  });
  proxy.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.end(refusal === undefined ? '' : `HTTP/1.1 ${refusal.status} No\r\n\r\n`);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});

afterEach(async () => {
  VARIABLES.forEach((name) => delete process.env[name]);
  Object.assign(process.env, before);
  await running.stop();
  proxy.closeAllConnections();
  proxy.close();
});

const proxyHost = (): string => `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const proxyUrl = (): string => `http://ada:sesame@${proxyHost()}`;

describe.each(['official', 'fast'] as const)('the %s exporter:', (exporter) => {
  async function send(endpoint: string, timeoutMillis = 2_000) {
    const telemetry = running.start(telemetryConfig(tracesTo(endpoint, { timeoutMillis })), { exporter });
    telemetry.tracer.startSpan('span').end();
    await telemetry.forceFlush();
    return telemetry.health().exporters[0];
  }

  test.each(['HTTP_PROXY', 'http_proxy'])('%s takes spans to a collector elsewhere', async (name) => {
    process.env[name] = proxyUrl();
    expect(await send(`http://${COLLECTOR}`)).toMatchObject({ state: 'ok', exported: 1 });
    expect(asked).toEqual([`POST http://${COLLECTOR}/v1/traces Basic ${Buffer.from('ada:sesame').toString('base64')}`]);
  });

  test('HTTPS_PROXY is asked for a tunnel', async () => {
    process.env['HTTPS_PROXY'] = proxyUrl();
    refusal = { status: 403, type: 'text/plain' };
    expect(await send('https://collector.example')).toMatchObject({ state: 'failing' });
    expect(new Set(asked)).toEqual(new Set(['CONNECT collector.example:443']));
  });

  test('a host of NO_PROXY, and this machine, are reached without it', async () => {
    process.env['HTTP_PROXY'] = proxyUrl();
    expect(await send(sinkUrl)).toMatchObject({ state: 'ok', exported: 1 });
    process.env['NO_PROXY'] = '.invalid';
    await send('http://collector.invalid:4318');
    expect(asked).toEqual([]);
  });

  async function failureOf(endpoint: string) {
    const { failure } = (await send(endpoint, 400)) ?? {};
    expect(JSON.stringify(failure)).not.toContain('sesame');
    return failure;
  }

  describe('the failure names the proxy without its password', () => {
    test.each([
      ['http', 'HTTP_PROXY'],
      ['https', 'HTTPS_PROXY'],
    ])('where it is not there, to a collector over %s', async (scheme, variable) => {
      process.env[variable] = `http://ada:sesame@127.0.0.1:${await freePort()}`;
      const host = new URL(process.env[variable]).host;
      expect(await failureOf(`${scheme}://${COLLECTOR}`)).toMatchObject({
        cause: 'proxy',
        message: `the proxy http://${host} (${variable}) can not be reached: nothing listens there (ECONNREFUSED)`,
        action: expect.stringContaining(`correct ${variable}`),
      });
    });

    test('where its name means no address', async () => {
      process.env['HTTPS_PROXY'] = 'http://ada:sesame@proxy.invalid:3128';
      expect(await failureOf(`https://${COLLECTOR}`)).toMatchObject({
        cause: 'proxy',
        message: expect.stringMatching(
          /^the proxy http:\/\/proxy\.invalid:3128 \(HTTPS_PROXY\) can not be reached: the host name/,
        ),
      });
    });

    test.each([403, 407, 502])('where it answers %i when asked for a tunnel', async (status) => {
      process.env['https_proxy'] = proxyUrl();
      refusal = { status, type: 'text/plain' };
      expect(await failureOf('https://collector.example')).toMatchObject({
        cause: 'proxy',
        statusCode: status,
        message: `the proxy http://${proxyHost()} (https_proxy) answered ${status} when asked for a tunnel to collector.example:443`,
        action: expect.stringMatching(status === 407 ? /user and password into https_proxy/ : /NO_PROXY/),
      });
    });

    test('where it closes the connection instead of making a tunnel', async () => {
      process.env['HTTPS_PROXY'] = proxyUrl();
      expect(await failureOf('https://collector.example')).toMatchObject({
        cause: 'proxy',
        message: expect.stringContaining('closed the connection when asked for a tunnel'),
      });
    });

    test.each([
      [407, 'text/plain', 'proxy', /^the proxy http:\/\/127.* \(HTTP_PROXY\) answered 407$/],
      [403, 'text/html', 'proxy', /^the proxy http:\/\/127.* \(HTTP_PROXY\) answered 403$/],
      [403, 'text/plain', 'forbidden', /^the server answered 403 by way of the proxy http:\/\/127.* \(HTTP_PROXY\)$/],
    ])('where it, or the collector behind it, answers %i with %s', async (status, type, cause, message) => {
      process.env['HTTP_PROXY'] = proxyUrl();
      refusal = { status, type };
      expect(await failureOf(`http://${COLLECTOR}`)).toMatchObject({ cause, message: expect.stringMatching(message) });
    });

    test('where it is no URL', async () => {
      process.env['HTTP_PROXY'] = 'http://ada:sesame@%%';
      expect(await failureOf(`http://${COLLECTOR}`)).toMatchObject({
        cause: 'invalid_configuration',
        message: 'HTTP_PROXY names no proxy: it is no URL',
      });
    });
  });

  test('a collector that NO_PROXY names fails by itself', async () => {
    process.env['HTTP_PROXY'] = proxyUrl();
    process.env['NO_PROXY'] = '.invalid';
    expect(await failureOf('http://collector.invalid:4318')).toMatchObject({
      cause: 'dns',
      message: 'the host name cannot be resolved (ENOTFOUND)',
    });
  });
});

test('blank variables name no proxy', () => {
  expect(readProxyEnvironment({ HTTP_PROXY: ' ', NO_PROXY: 'a' })).toBeUndefined();
  expect(readProxyEnvironment({ HTTP_PROXY: 'b', no_proxy: ' ', NO_PROXY: 'a' })?.['no_proxy']).toMatch(
    /^a,localhost,/,
  );
});
