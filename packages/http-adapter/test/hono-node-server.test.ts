import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { serve, type ServerType } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { basicAuth, requireAuth } from '../src/auth/auth.ts';
import { compression } from '../src/fetch/compression.ts';
import { compose, type FetchHandler } from '../src/index.ts';
import { createRequestMetrics } from '../src/requests/request-metrics.ts';
import { until } from './raw-client.ts';

let reading: ReturnType<typeof createReading>;
let server: ServerType | undefined;

/** Serves a handler with measuring, compression and Basic authentication around it; gives its URL. */
async function start(handler: FetchHandler): Promise<string> {
  const metrics = createRequestMetrics({ meter: reading.provider.getMeter('test') });
  const fetchHandler = compose(
    [
      metrics.middleware({ getRoute: () => '/route' }),
      compression({ minBytes: 0 }),
      requireAuth([basicAuth({ username: 'a', password: 'b' })]),
    ],
    handler,
  );
  server = serve({ fetch: (request) => fetchHandler(request, {}), port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headers = { authorization: `Basic ${btoa('a:b')}` };

beforeEach(() => {
  reading = createReading();
});
afterEach(async () => {
  if (server !== undefined && 'closeAllConnections' in server) {
    server.closeAllConnections();
  }
  server?.close();
  await reading.provider.shutdown();
});

describe('all middleware together, served by @hono/node-server', () => {
  test('answers, compressed and counted', async () => {
    const url = await start(async () => new Response('hello', { headers: { 'content-type': 'text/plain' } }));
    const response = await fetch(url, { headers });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toBe('hello');
    expect(await reading.lines()).toContain('http.requests{method=GET,handler=/route,status=200} 1');
  });

  test('refuses, and counts that as well', async () => {
    const url = await start(async () => new Response('secret'));
    expect(await (await fetch(url)).text()).toBe('Unauthorized\n');
    expect(await reading.lines()).toContain('http.requests{method=GET,handler=/route,status=401} 1');
  });

  test('hands on each event at once, and hears when the client goes', async () => {
    let control: ReadableStreamDefaultController<Uint8Array> | undefined;
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        control = controller;
      },
      cancel() {
        isCancelled = true;
      },
    });
    const url = await start(async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    const client = new AbortController();
    const response = await fetch(url, { method: 'POST', headers, signal: client.signal });
    const reader = response.body!.getReader();
    control?.enqueue(new TextEncoder().encode('data: 1\n\n'));
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n');
    client.abort();
    await until(() => isCancelled);
    expect(await reading.lines()).toContain('http.requests{method=POST,handler=/route,status=200} 1');
  });
});
