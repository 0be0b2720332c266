// HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured by both exporters, and the machine itself is reached without one.
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
let asked: string[];
let sinkUrl: string;

beforeEach(async () => {
  VARIABLES.forEach((name) => delete process.env[name]);
  const sink = await running.sink();
  sinkUrl = sink.url;
  asked = [];
  proxy = createServer((incoming, answer) => {
    const { url = '', method, headers } = incoming;
    asked.push(`${method} ${url} ${headers['proxy-authorization']}`);
    const onward = request(new URL(new URL(url).pathname, sinkUrl), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  });
  proxy.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
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

const proxyUrl = (): string => `http://ada:sesame@127.0.0.1:${(proxy.address() as AddressInfo).port}`;

describe.each(['official', 'fast'] as const)('the %s exporter:', (exporter) => {
  async function send(endpoint: string) {
    const telemetry = running.start(telemetryConfig(tracesTo(endpoint, { timeoutMillis: 2_000 })), { exporter });
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
});

test('blank variables name no proxy', () => {
  expect(readProxyEnvironment({ HTTP_PROXY: ' ', NO_PROXY: 'a' })).toBeUndefined();
  expect(readProxyEnvironment({ HTTP_PROXY: 'b', no_proxy: ' ', NO_PROXY: 'a' })?.['no_proxy']).toMatch(
    /^a,localhost,/,
  );
});
