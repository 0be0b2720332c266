import { SDK_CARDINALITY_LIMIT } from '@dcc-mcp/bounded-meter';
import { createGatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { basicAuth, bearerAuth, requireAuth } from '@dcc-mcp/http-adapter/auth';
import { createToken, jwtAuth } from '@dcc-mcp/http-adapter/jwt';
import { serve, type ServedHttp } from '@dcc-mcp/http-adapter/node';
import { scrapeEndpoint } from '@dcc-mcp/http-adapter/scrape';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { describeWithTools, startPrometheus, type RunningPrometheus } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const jwtSecret = 'a shared secret of at least 32 characters';
const MADE_UP_NAMES = 100_000;
let folder: string;
let provider: MeterProvider;
let server: ServedHttp;
const encodings: string[] = [];

function isRegisteredTool(tool: string): boolean {
  return tool.startsWith('maya__');
}

/** A gateway's metrics behind all three kinds of credentials, after a caller made up 100,000 tool names. */
async function startServer(): Promise<void> {
  const reader = new PrometheusReader({ scopeLabels: false, cardinalityLimit: SDK_CARDINALITY_LIMIT });
  provider = new MeterProvider({ readers: [reader] });
  const metrics = createGatewayMetrics(provider.getMeter('gateway'), { isRegisteredTool, version: '1' });
  for (let index = 0; index < MADE_UP_NAMES; index += 1) {
    metrics.recordCall({ tool: `"\n{le="${index}"}`, status: 'error', durationSeconds: index });
  }
  for (let index = 0; index < 3000; index += 1) {
    metrics.recordCall({ tool: `maya__tool_${index}`, status: 'success', durationSeconds: 1 });
  }
  metrics.recordCall({ tool: 'maya__tool_0', status: 'success', durationSeconds: Number.NaN });
  const guard = requireAuth([
    basicAuth({ username: 'scraper', password: 'pässwörd:1' }),
    bearerAuth('static-token'),
    jwtAuth({ secret: jwtSecret }),
  ]);
  const guarded = guard(scrapeEndpoint((request) => reader.scrape(request)));
  server = await serve(async (request, client) => {
    const response = await guarded(request, client);
    encodings.push(`${response.status} ${response.headers.get('content-encoding')}`);
    return response;
  });
}

async function writeTokenFile(name: string, token: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, token);
  return file;
}

async function scrapeWith(credentials: object, use: (prometheus: RunningPrometheus) => Promise<void>): Promise<void> {
  const prometheus = await startPrometheus({ targets: [`127.0.0.1:${server.port}`], ...credentials });
  try {
    await use(prometheus);
  } finally {
    await prometheus.stop();
  }
}

describeWithTools({ describe, test }, ['prometheus'])('a real Prometheus', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'metrics-node-http-'));
    await startServer();
  });
  afterAll(async () => {
    await server.close({ graceMillis: 0 });
    await provider.shutdown();
    await rm(folder, { recursive: true });
  });

  test('scrapes with Basic authentication and gzip, finds 100,000 made-up names under one label and every tool it knows', async () => {
    await scrapeWith({ basicAuth: { username: 'scraper', password: 'pässwörd:1' } }, async (prometheus) => {
      await prometheus.waitUntilUp();
      expect(await valuesOf(prometheus, 'dcc_mcp_tool_calls_total{tool="_unknown",status="error"}')).toEqual([
        MADE_UP_NAMES,
      ]);
      expect(await valuesOf(prometheus, 'dcc_mcp_tool_calls_total{tool="maya__tool_0",status="success"}')).toEqual([2]);
      expect(await valuesOf(prometheus, 'sum(dcc_mcp_tool_calls_total)')).toEqual([MADE_UP_NAMES + 3001]);
      const [series = 0] = await valuesOf(prometheus, 'count(dcc_mcp_tool_calls_total)');
      expect(series).toBeLessThanOrEqual(2000);
      const [overflow = 0] = await valuesOf(
        prometheus,
        'dcc_mcp_telemetry_overflow_total{instrument="dcc_mcp.tool.calls"}',
      );
      expect(overflow).toBeGreaterThan(0);
      expect(
        await valuesOf(prometheus, 'dcc_mcp_telemetry_invalid_values_total{instrument="dcc_mcp.tool.duration"}'),
      ).toEqual([1]);
    });
    expect(encodings).toContain('200 gzip');
  });

  test('scrapes with a static token and with a JSON Web Token from a file', async () => {
    const created = await createToken({ username: 'prometheus@monitoring', expiresInMinutes: 0, secret: jwtSecret });
    const files = [writeTokenFile('static', 'static-token'), writeTokenFile('jwt', created.ok ? created.token : '')];
    const scraped = (await Promise.all(files)).map((bearerTokenFile) =>
      scrapeWith({ bearerTokenFile }, async (prometheus) => {
        await prometheus.waitUntilUp(1);
        expect(await valuesOf(prometheus, 'dcc_mcp_build_info')).toEqual([1]);
      }),
    );
    await Promise.all(scraped);
    expect(encodings).not.toContain('401 null');
  });
});

/** A scrape that a busy machine did not answer in time leaves no value until the next one. */
async function valuesOf(prometheus: RunningPrometheus, promql: string): Promise<number[]> {
  let values: number[] = [];
  for (const deadline = Date.now() + 10_000; values.length === 0 && Date.now() < deadline;) {
    values = (await prometheus.query(promql)).map((sample) => sample.value);
  }
  return values;
}
