import { CONVENTION_METRICS, HTTP_METRICS, SELF_METRICS } from '@dcc-mcp/semantic-conventions';
import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import type { FetchHandler } from '../src/index.ts';
import {
  createRequestMetrics,
  type MeasureOptions,
  type RequestMetricsOptions,
} from '../src/requests/request-metrics.ts';

let reading: ReturnType<typeof createReading>;
let clock = 0;

beforeEach(() => {
  reading = createReading();
  clock = 0;
});
afterEach(() => reading.provider.shutdown());

function createMetrics(options: Partial<RequestMetricsOptions> = {}) {
  return createRequestMetrics({ meter: reading.provider.getMeter('test'), now: () => clock, ...options });
}

const eventStream = { headers: { 'content-type': 'text/event-stream' } };

interface Sent {
  readonly url?: string;
  readonly init?: RequestInit;
  readonly options?: Partial<RequestMetricsOptions>;
  readonly measure?: Partial<MeasureOptions>;
}

async function send(handler: FetchHandler, { url = 'http://gateway/tools/17', init, options, measure }: Sent = {}) {
  const metrics = createMetrics(options);
  const measured = metrics.middleware({ getRoute: () => '/tools/{id}', ...measure })(handler);
  return measured(new Request(url, init), {});
}

const ok: FetchHandler = async () => {
  clock += 250;
  return new Response('hello', { headers: { 'content-length': '5' } });
};

describe('request metrics', () => {
  test('measure one request under both families', async () => {
    await send(ok, { init: { method: 'POST', body: 'abc', headers: { 'content-length': '3' } } });
    const convention = 'http.request.method=POST,url.scheme=http,http.route=/tools/{id},http.response.status_code=200';
    expect((await reading.lines()).toSorted()).toEqual(
      [
        `http.server.request.duration{${convention}} count 1 sum 0.25`,
        `http.server.request.body.size{${convention}} count 1 sum 3`,
        `http.server.response.body.size{${convention}} count 1 sum 5`,
        'http.server.active_requests{http.request.method=POST,url.scheme=http} 0',
        'http.requests{method=POST,handler=/tools/{id},status=200} 1',
        'http.request_duration{method=POST,handler=/tools/{id}} count 1 sum 0.25',
        'http.request_size{handler=/tools/{id}} count 1 sum 3',
        'http.response_size{handler=/tools/{id}} count 1 sum 5',
        'app_info{} 1',
        'dcc_mcp_telemetry_invalid_values{instrument=http.server.request.body.size} 0',
        'dcc_mcp_telemetry_invalid_values{instrument=http.server.response.body.size} 0',
        'dcc_mcp_telemetry_overflow{instrument=http.requests} 0',
      ].toSorted(),
    );
  });

  test('have exactly the names, units, buckets and descriptions of the contract', async () => {
    await send(ok, { init: { method: 'POST', body: 'abc', headers: { 'content-length': '3' } } });
    const made = (await reading.metrics()).map((metric) => [
      metric.descriptor.name,
      metric.descriptor.unit,
      metric.descriptor.description,
      metric.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints[0]?.value.buckets.boundaries : undefined,
    ]);
    const promised = [...HTTP_METRICS, ...CONVENTION_METRICS, ...SELF_METRICS]
      .filter(({ name }) => /^http\.|^app_info|overflow|invalid/.test(name))
      .map(({ name, unit, description, boundaries }) => [name, unit, description, boundaries]);
    expect(new Set(made)).toEqual(new Set(promised));
  });

  test('call a request that no route matched "none" and give it no http.route', async () => {
    await send(async () => new Response(null, { status: 404 }), { measure: { getRoute: () => undefined } });
    const lines = await reading.lines();
    expect(lines).toContain('http.requests{method=GET,handler=none,status=404} 1');
    expect(lines.join('\n')).not.toContain('http.route');
  });

  test('never have the path in a label', async () => {
    await send(ok);
    expect((await reading.lines()).join('\n')).not.toContain('17');
  });

  test('keep made-up methods under one label', async () => {
    await send(ok, { init: { method: 'BREW' } });
    await send(ok, { init: { method: 'MASH' } });
    expect(await reading.lines()).toContain('http.requests{method=_OTHER,handler=/tools/{id},status=200} 2');
  });

  test('take a scheme that is neither http nor https for http', async () => {
    const open = createMetrics().begin({ method: 'GET', path: '/', scheme: 'made up', bodyBytes: 0 });
    open.end({ status: 200, route: '/r', bodyBytes: 0 });
    const lines = await reading.lines();
    expect(lines).toContain('http.server.active_requests{http.request.method=GET,url.scheme=http} 0');
    expect(lines.join('\n')).not.toContain('made up');
  });

  test('count a handler that throws as 500 and hand the error on', async () => {
    const failing = send(async () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    const lines = await reading.lines();
    expect(lines).toContain('http.requests{method=GET,handler=/tools/{id},status=500} 1');
    expect(lines.join('\n')).toContain('http.response.status_code=500,error.type=500');
  });

  test('put excluded handlers into neither family', async () => {
    await send(ok, { options: { excludedHandlers: '/tools/.*' } });
    expect((await reading.lines()).filter((line) => !line.startsWith('app_info'))).toEqual([
      'dcc_mcp_telemetry_overflow{instrument=http.requests} 0',
      'dcc_mcp_telemetry_invalid_values{instrument=http.server.request.body.size} 0',
      'dcc_mcp_telemetry_invalid_values{instrument=http.server.response.body.size} 0',
    ]);
  });

  test('refuse to start with an excluded handler that is no expression', () => {
    expect(() => createMetrics({ excludedHandlers: 'ok,(' })).toThrow('excluded handler "("');
  });

  test('write namespace and subsystem before the ContextForge names only', async () => {
    await send(ok, { options: { namespace: 'studio', subsystem: 'gw', customLabels: { env: 'prod' } } });
    const lines = await reading.lines();
    expect(lines).toContain('studio_gw_http.requests{method=GET,handler=/tools/{id},status=200} 1');
    expect(lines).toContain('app_info{env=prod} 1');
    expect(lines.some((line) => line.startsWith('http.server.request.duration{'))).toBe(true);
  });

  test('take the namespace "default" for none', async () => {
    await send(ok, { options: { namespace: 'default', subsystem: '' } });
    expect(await reading.lines()).toContain('http.requests{method=GET,handler=/tools/{id},status=200} 1');
  });

  test('refuse a namespace that no metric name can begin with', () => {
    expect(() => createMetrics({ namespace: '1st' })).toThrow('"1st"');
  });

  test('put routes past the budget under _other and count them', async () => {
    const metrics = createMetrics({ seriesBudget: 202 });
    const measured = metrics.middleware({ getRoute: ({ url }) => new URL(url).pathname })(ok);
    for (const path of ['/a', '/b', '/c', '/d', '/a']) {
      await measured(new Request(`http://gateway${path}`), {});
    }
    const lines = await reading.lines();
    expect(lines.filter((line) => line.startsWith('http.requests'))).toEqual([
      'http.requests{method=GET,handler=/a,status=200} 2',
      'http.requests{method=GET,handler=/b,status=200} 1',
      'http.requests{method=GET,handler=_other,status=200} 2',
    ]);
    expect(lines).toContain('dcc_mcp_telemetry_overflow{instrument=http.requests} 2');
  });

  test.each([Number.NaN, -1, Infinity])('drop and count a size of %p', async (bodyBytes) => {
    const open = createMetrics().begin({ method: 'GET', path: '/', scheme: 'http', bodyBytes });
    open.end({ status: 200, route: '/r', bodyBytes: 1 });
    const lines = await reading.lines();
    expect(lines).toContain('dcc_mcp_telemetry_invalid_values{instrument=http.server.request.body.size} 1');
    expect(lines.filter((line) => line.startsWith('http.request_size'))).toEqual([]);
    expect(lines).toContain('http.response_size{handler=/r} count 1 sum 1');
  });

  test('lose no count, between collections and after shutdown', async () => {
    const metrics = createMetrics();
    const measured = metrics.middleware({ getRoute: () => '/r' })(ok);
    const series = 'http.requests{method=GET,handler=/r,status=200}';
    for (let count = 1; count <= 3; count += 1) {
      await measured(new Request('http://gateway/'), {});
    }
    expect(await reading.lines()).toContain(`${series} 3`);
    await measured(new Request('http://gateway/'), {});
    metrics.shutdown();
    await measured(new Request('http://gateway/'), {});
    expect(await reading.lines()).toContain(`${series} 5`);
  });

  test('leave nothing on the meter after shutdown', async () => {
    createMetrics().shutdown();
    expect((await reading.lines()).filter((line) => line.startsWith('app_info'))).toEqual([]);
  });
});

function openBody(): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>();
}

describe('streams', () => {
  test('in answer to GET are counted at once, never timed, never in progress', async () => {
    await send(async () => new Response(openBody(), eventStream));
    const lines = await reading.lines();
    expect(lines).toContain('http.requests{method=GET,handler=/tools/{id},status=200} 1');
    expect(lines).toContain('http.server.active_requests{http.request.method=GET,url.scheme=http} 0');
    expect(lines.filter((line) => /^http.*(?:duration|size)/.test(line))).toEqual([]);
  });

  test('in answer to POST are timed until the last byte', async () => {
    const response = await send(
      async () => {
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
          },
          pull(controller) {
            clock += 4000;
            controller.close();
          },
        });
        return new Response(body, eventStream);
      },
      { init: { method: 'POST' } },
    );
    expect(await reading.lines()).toContain('http.server.active_requests{http.request.method=POST,url.scheme=http} 1');
    await response.text();
    expect(await reading.lines()).toContain('http.request_duration{method=POST,handler=/tools/{id}} count 1 sum 4');
    expect(await reading.lines()).toContain('http.response_size{handler=/tools/{id}} count 1 sum 9');
  });

  test('end for the metrics when the client goes', async () => {
    const response = await send(async () => new Response(openBody(), eventStream), { init: { method: 'POST' } });
    await response.body?.cancel();
    expect(await reading.lines()).toContain('http.requests{method=POST,handler=/tools/{id},status=200} 1');
  });

  test('can be named by the host, as for subscriptions/listen', async () => {
    await send(async () => new Response(openBody(), eventStream), {
      init: { method: 'POST' },
      measure: { isStream: () => true },
    });
    expect((await reading.lines()).filter((line) => line.includes('duration'))).toEqual([]);
  });

  test('are handed on chunk by chunk', async () => {
    let control: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        control = controller;
      },
    });
    const response = await send(async () => new Response(body, eventStream), { init: { method: 'POST' } });
    const reader = response.body!.getReader();
    control?.enqueue(new TextEncoder().encode('data: 1\n\n'));
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n');
    await reader.cancel();
  });
});
