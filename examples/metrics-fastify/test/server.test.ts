import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { start } from '../server.mjs';

const authorization = `Basic ${Buffer.from('scraper:secret').toString('base64')}`;
let server: { url: string; close(): Promise<void> };

beforeAll(async () => {
  server = await start({ port: 0, password: 'secret' });
});
afterAll(() => server.close());

async function scrape(): Promise<string> {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization } });
  expect(response.status).toBe(200);
  return response.text();
}

describe('/metrics under Fastify 5', () => {
  test('is closed without credentials', async () => {
    const response = await fetch(`${server.url}/metrics`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="dcc-mcp metrics", charset="UTF-8"');
  });

  test('is Prometheus text with version and charset', async () => {
    const response = await fetch(`${server.url}/metrics`, { headers: { authorization } });
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('app_info{env="demo"} 1');
  });

  test('counts requests by route template under both families', async () => {
    expect(await (await fetch(`${server.url}/hello/maya`)).text()).toBe('hello maya');
    await (await fetch(`${server.url}/hello/houdini`)).text();
    const text = await scrape();
    expect(text).toContain('http_requests_total{method="GET",handler="/hello/:name",status="200"} 2');
    expect(text).toContain('http_request_duration_seconds_count{method="GET",handler="/hello/:name"} 2');
    expect(text).toMatch(/http_server_request_duration_seconds_count\{.*http_route="\/hello\/:name".*\} 2/);
  });

  test('calls what no route matched "none"', async () => {
    await (await fetch(`${server.url}/nowhere`)).text();
    expect(await scrape()).toContain('http_requests_total{method="GET",handler="none",status="404"} 1');
  });

  test('counts a stream at once and never times it', async () => {
    const controller = new AbortController();
    const response = await fetch(`${server.url}/events`, { signal: controller.signal });
    const { value } = await response.body!.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('data: first\n\n');
    const text = await scrape();
    expect(text).toContain('http_requests_total{method="GET",handler="/events",status="200"} 1');
    expect(text).not.toMatch(/duration.*events/);
    controller.abort();
  });
});
