// Real Prometheus servers scrape a running gateway in each format and through each guard, with the configurations that
// monitoring/ ships.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { describeWithTools, type RunningPrometheus, startPrometheusWith } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Caller, connectCallers, findSlug } from '../fixtures/callers.ts';
import { runCommand } from '../fixtures/run-command.ts';
import { everything } from '../fixtures/servers.ts';
import { type RunningGateway, startGatewayProcess } from '../fixtures/start-gateway.ts';

const START_MILLIS = 120_000;
const TOKEN = 'static-token-of-the-scraper';
const SECRET = 'a secret of at least thirty-two bytes';

/** The queries that users of dcc-mcp-core have on their dashboards. */
const QUERIES = {
  'success rate by tool':
    'sum by (tool) (rate(dcc_mcp_tool_calls_total{status="success"}[5m])) / sum by (tool) (rate(dcc_mcp_tool_calls_total[5m]))',
  'p95 by tool': 'histogram_quantile(0.95, sum by (le, tool) (rate(dcc_mcp_tool_duration_seconds_bucket[5m])))',
} as const;

let sink: OtlpSink;
let gateway: RunningGateway;
let folder = '';

/** A JSON Web Token as an operator makes it. */
async function createToken(): Promise<string> {
  const args = ['token', 'create', '--username', 'prometheus@monitoring', '--exp', '10', '--secret', SECRET];
  const { stdout } = await runCommand(args);
  return stdout.trim();
}

function writeSecret(name: string, secret: string): void {
  writeFileSync(join(folder, name), `${secret}\n`);
}

const SCRAPES = join(import.meta.dirname, '../../../../monitoring/prometheus/scrape');

/** A shipped scrape configuration, as it stands but for the host, the folder of secrets and the wait. */
function shipped(name: string, host: string): string {
  return readFileSync(join(SCRAPES, name), 'utf8')
    .replace('gateway:9765', host)
    .replace('/etc/prometheus', folder)
    .replace('scrape_interval: 15s', 'scrape_interval: 1s\n  scrape_timeout: 1s');
}

async function work(callers: readonly Caller[], slug: string): Promise<void> {
  for (const caller of callers) {
    await caller.run('search', { query: 'echo' });
    await caller.run('call', { tool_slug: slug, arguments: { message: 'hi' } });
    await caller.run('call', { tool_slug: slug, arguments: { message: 7 } });
  }
}

interface RawAnswer {
  readonly encoding: string | undefined;
  readonly type: string | undefined;
}

/** `fetch` would unpack it. */
function getRaw(accept: string): Promise<RawAnswer> {
  const headers = { accept, 'accept-encoding': 'gzip', authorization: `Bearer ${TOKEN}` };
  return new Promise((resolve, reject) => {
    get(`${gateway.url}/metrics`, { headers }, (response) => {
      response.resume();
      resolve({ encoding: response.headers['content-encoding'], type: response.headers['content-type'] });
    }).once('error', reject);
  });
}

describeWithTools({ describe, test }, ['prometheus'])('a real Prometheus', () => {
  let openMetrics: RunningPrometheus;
  let protobuf: RunningPrometheus;
  let statically: RunningPrometheus;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scrapers-'));
    sink = await startOtlpSink();
    // A process of its own: what this one does meanwhile must not keep three scrapers waiting.
    gateway = await startGatewayProcess({
      config: { mcpServers: { everything } },
      args: ['--metrics'],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        DCC_MCP_METRICS_BASIC_AUTH: 'scraper:pass:word',
        DCC_MCP_METRICS_BEARER_TOKEN: TOKEN,
        DCC_MCP_METRICS_JWT_SECRET: SECRET,
      },
    });
    await gateway.ready();
    const callers = await connectCallers(gateway.url);
    const slug = await findSlug(gateway.url, 'everything', 'echo');
    await work(callers, slug);
    const { host } = new URL(gateway.url);
    writeSecret('dcc-mcp.pass', 'pass:word');
    writeSecret('metrics-token.jwt', await createToken());
    writeSecret('dcc-mcp.token', TOKEN);
    [openMetrics, protobuf, statically] = await Promise.all([
      startPrometheusWith(shipped('basic.yml', host), ['exemplar-storage']),
      startPrometheusWith(shipped('jwt.yml', host), ['exemplar-storage', 'native-histograms']),
      startPrometheusWith(shipped('bearer.yml', host)),
    ]);
    await Promise.all([openMetrics, protobuf, statically].map((prometheus) => prometheus.waitUntilUp()));
    await work(callers, slug);
    await Promise.all([openMetrics, protobuf, statically].map((prometheus) => prometheus.waitUntilUp(4)));
    await Promise.all(callers.map((caller) => caller.close()));
  }, START_MILLIS);

  afterAll(async () => {
    await Promise.all([openMetrics, protobuf, statically].map((prometheus) => prometheus?.stop()));
    await gateway?.stop();
    await sink?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const each = (): readonly (readonly [string, RunningPrometheus])[] => [
    ['Basic, OpenMetrics', openMetrics],
    ['a JSON Web Token of `token create`, protobuf', protobuf],
    ['a static bearer token', statically],
  ];

  test.each([0, 1, 2])('finds the target up through guard %i', async (index) => {
    const [way, prometheus] = each()[index]!;
    expect([way, await prometheus.targets()]).toMatchObject([way, [{ health: 'up', lastError: '' }]]);
  });

  test.each([0, 1, 2])('counts the calls through guard %i', async (index) => {
    const [, prometheus] = each()[index]!;
    const samples = await prometheus.query('dcc_mcp_tool_calls_total{tool="everything__echo"}');
    expect(Object.fromEntries(samples.map(({ labels, value }) => [labels['status'], value]))).toEqual({
      success: 6,
      error: 6,
    });
  });

  test.each(Object.entries(QUERIES))('has data for the %s', async (_, query) => {
    for (const [, prometheus] of each()) {
      const samples = await prometheus.query(query);
      expect(samples.filter(({ value }) => Number.isFinite(value) && value > 0).length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['OpenMetrics', 0],
    ['protobuf', 1],
  ])('finds exemplars in %s whose traces the collector received', async (_, index) => {
    const [, prometheus] = each()[index]!;
    const query = '{__name__=~"dcc_mcp_tool_calls_total|dcc_mcp_tool_duration_seconds_bucket"}';
    const exemplars = await prometheus.exemplars(query);
    const names = new Set(exemplars.map(({ seriesLabels }) => seriesLabels['__name__']));
    expect(names).toEqual(new Set(['dcc_mcp_tool_calls_total', 'dcc_mcp_tool_duration_seconds_bucket']));
    const known = new Set(sink.spans().map(({ traceId, spanId }) => `${traceId} ${spanId}`));
    const strange = exemplars.filter(({ labels }) => !known.has(`${labels['trace_id']} ${labels['span_id']}`));
    expect(strange).toEqual([]);
  });

  test.each([
    ['text', 'text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
    [
      'OpenMetrics',
      'application/openmetrics-text; version=1.0.0',
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ],
    [
      'protobuf',
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    ],
  ])('%s is compressed when asked', async (_, accept, type) => {
    const answer = await getRaw(accept);
    expect(answer.encoding).toBe('gzip');
    expect(answer.type?.startsWith(type)).toBe(true);
  });
});
