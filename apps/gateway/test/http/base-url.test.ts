// What links begin with, where no public URL is configured: the address that a trusted proxy was asked by, else our own.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createGateway, type RunningGateway } from '../../src/index.ts';
import type { Json } from '../fixtures/callers.ts';

let trusting: RunningGateway;
let trustless: RunningGateway;

async function start(server: object): Promise<RunningGateway> {
  const gateway = await createGateway({ env: {}, config: { mcpServers: {}, server: { port: 0, ...server } } });
  await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"tool_slug":"maya.12345678.none"}',
  });
  return gateway;
}

beforeAll(async () => {
  trusting = await start({ trustedProxies: ['127.0.0.0/8'] });
  trustless = await start({ trustedProxies: ['192.0.2.0/24'] });
});

afterAll(async () => {
  await trusting?.stop();
  await trustless?.stop();
});

/** What the links of the newest call begin with, `own` for the listener. */
async function baseOf(headers: Readonly<Record<string, string>>, gateway = trusting): Promise<string> {
  const answer = await fetch(`${gateway.url}/v1/debug/calls?limit=1`, { headers });
  const { calls } = (await answer.json()) as { readonly calls: readonly [{ readonly links: Json }] };
  const [base = ''] = String(calls[0].links['trace_api']).split('/v1/');
  return base.replace(new URL(gateway.url!).host, 'own');
}

describe('links behind a trusted proxy begin with what it was asked by', () => {
  test.each<[headers: Readonly<Record<string, string>>, base: string]>([
    [{ forwarded: 'host=pub.example;proto=https' }, 'https://pub.example'],
    [{ forwarded: 'for=192.0.2.9; Proto=HTTPS; Host="pub.example:8443"' }, 'https://pub.example:8443'],
    [{ forwarded: 'host=claimed.example, for=192.0.2.9;host=pub.example' }, 'http://pub.example'],
    [{ forwarded: 'for=192.0.2.9;host=pub.example;proto=https, for=127.0.0.2;host=inner' }, 'https://pub.example'],
    [{ 'x-forwarded-host': 'pub.example', 'x-forwarded-proto': 'https' }, 'https://pub.example'],
    [{ 'x-forwarded-host': 'claimed.example, pub.example' }, 'http://pub.example'],
    [{ 'x-forwarded-proto': 'https' }, 'https://own'],
    [{ forwarded: 'host=pub.example', 'x-forwarded-host': 'other.example' }, 'http://pub.example'],
    [{ 'x-forwarded-host': 'pub.example', 'x-forwarded-prefix': '/gateway' }, 'http://pub.example/gateway'],
    [
      { forwarded: 'host=pub.example', 'x-forwarded-prefix': '/tools/gateway-1/' },
      'http://pub.example/tools/gateway-1',
    ],
    [{ 'x-forwarded-prefix': '/claimed, /gateway' }, 'http://own/gateway'],
    [{ 'x-forwarded-prefix': '/' }, 'http://own'],
    [{}, 'http://own'],
  ])('%j: %s', async (headers, base) => {
    expect(await baseOf(headers)).toBe(base);
  });

  test.each([
    { 'x-forwarded-host': 'user@pub.example' },
    { 'x-forwarded-host': 'pub.example/path' },
    { 'x-forwarded-host': 'pub.example:99999' },
    { 'x-forwarded-host': 'pub.example,' },
    { 'x-forwarded-proto': 'javascript' },
    { forwarded: 'host="pub example";proto=ftp' },
    { forwarded: 'nonsense' },
    { 'x-forwarded-prefix': 'gateway' },
    { 'x-forwarded-prefix': '//evil.example' },
    { 'x-forwarded-prefix': '/gateway//x' },
    { 'x-forwarded-prefix': '/gateway/../admin' },
    { 'x-forwarded-prefix': '/%2e%2e' },
    { 'x-forwarded-prefix': '/gateway?q=1' },
    { 'x-forwarded-prefix': '/"><script>' },
    { 'x-forwarded-prefix': String.raw`/\evil.example` },
    { 'x-forwarded-prefix': `/${'x'.repeat(256)}` },
  ])('but not where that can not be read: %j', async (headers) => {
    expect(await baseOf(headers)).toBe('http://own');
  });
});

test('nobody else has a say in where links lead', async () => {
  const headers = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-prefix': '/evil',
  };
  expect(await baseOf(headers, trustless)).toBe('http://own');
  expect(await baseOf({ forwarded: 'host=evil.example;proto=https' }, trustless)).toBe('http://own');
});

/** A page as it is below a path of a proxy. */
async function readBelow(path: string, gateway = trusting): Promise<string> {
  return (await fetch(`${gateway.url}${path}`, { headers: { 'x-forwarded-prefix': '/gateway' } })).text();
}

describe('below a path of a trusted proxy', () => {
  test('the document of the API says so, the page of the API links to it, and the first page is pasted with it', async () => {
    expect(JSON.parse(await readBelow('/v1/openapi.json'))).toMatchObject({ servers: [{ url: '/gateway' }] });
    expect(await readBelow('/docs')).toContain('href="/gateway/v1/openapi.json"');
    expect(await readBelow('/')).toContain(`${trusting.url}/gateway/mcp`);
  });

  test('and elsewhere they are as they were', async () => {
    expect(JSON.parse(await readBelow('/v1/openapi.json', trustless))).toMatchObject({ servers: [{ url: '/' }] });
    expect(await readBelow('/docs', trustless)).toContain('href="/v1/openapi.json"');
    expect(await readBelow('/', trustless)).toContain(`${trustless.url}/mcp`);
  });
});
