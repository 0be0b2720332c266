import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import { describe, expect, test } from '@jest/globals';
import { healthEndpoint, readinessEndpoint } from '../src/fetch/health.ts';
import { disabledScrapeEndpoint, scrapeEndpoint } from '../src/fetch/scrape.ts';
import { compose } from '../src/index.ts';

const metricsUrl = 'http://gateway/metrics';

describe('scrapeEndpoint', () => {
  test('hands on what decides the format', async () => {
    const seen: ScrapeRequest[] = [];
    const endpoint = scrapeEndpoint(async (request) => {
      seen.push(request);
      return { status: 200, headers: {}, body: '' };
    });
    const headers = { accept: 'text/plain', 'accept-encoding': 'gzip', 'x-prometheus-scrape-timeout-seconds': '9.5' };
    await endpoint(new Request(metricsUrl, { headers }), {});
    await endpoint(new Request(metricsUrl, { method: 'HEAD' }), {});
    expect(seen).toEqual([
      { method: 'GET', accept: 'text/plain', acceptEncoding: 'gzip', timeoutSeconds: '9.5' },
      { method: 'HEAD' },
    ]);
  });

  test('answers with status, headers and body of the scrape', async () => {
    const body = new Response('up 1\n').body ?? undefined;
    const endpoint = scrapeEndpoint(async () => ({ status: 406, headers: { 'content-type': 'text/x' }, body }));
    const response = await endpoint(new Request(metricsUrl), {});
    expect(response.status).toBe(406);
    expect(response.headers.get('content-type')).toBe('text/x');
    expect(await response.text()).toBe('up 1\n');
  });

  test('answers 500 without a secret when the scrape throws', async () => {
    const endpoint = scrapeEndpoint(async () => {
      throw new Error('password=hunter2');
    });
    const response = await endpoint(new Request(metricsUrl), {});
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('collecting the metrics failed\n');
  });
});

describe('disabledScrapeEndpoint', () => {
  test('says 503 in JSON', async () => {
    const response = await disabledScrapeEndpoint('metrics are off: ENABLE_METRICS=false')(new Request(metricsUrl), {});
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      error: { kind: 'metrics-disabled', message: 'metrics are off: ENABLE_METRICS=false' },
    });
  });
});

describe('health', () => {
  test('healthEndpoint is 200 as long as the process answers', async () => {
    const response = await healthEndpoint()(new Request('http://gateway/healthz'), {});
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}']);
  });

  test.each([
    [true, 200],
    [false, 503],
  ])('readinessEndpoint with ready %p is %p and says the details', async (ready, status) => {
    const response = await readinessEndpoint(() => ({ ready, waitingFor: ['maya'] }))(
      new Request('http://g/readyz'),
      {},
    );
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ready, waitingFor: ['maya'] });
  });

  test('readinessEndpoint is 503 when the check throws', async () => {
    const endpoint = readinessEndpoint(() => {
      throw new Error('no');
    });
    expect((await endpoint(new Request('http://g/readyz'), {})).status).toBe(503);
  });
});

describe('compose', () => {
  test('puts the first middleware outermost', async () => {
    const order: string[] = [];
    const named = (name: string) => (next: Parameters<Parameters<typeof compose>[0][0]>[0]) =>
      (async (request, client) => {
        order.push(name);
        return next(request, client);
      }) satisfies Parameters<Parameters<typeof compose>[0][0]>[0];
    await compose([named('outer'), named('inner')], async () => new Response())(new Request('http://g/'), {});
    expect(order).toEqual(['outer', 'inner']);
  });
});
