// Every query of the shipped dashboards, variables and rules, and every one that a document shows, has an answer in a real
// Prometheus that scraped one afternoon of a real gateway.
import { parseConfigFile } from '@dcc-mcp/telemetry-config';
import { describeWithTools, type RunningPrometheus, startPrometheusWith } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readNotFed } from '../reference/not-fed.ts';
import { runWorkload, type Workload } from './workload.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const RULES = 'monitoring/prometheus/rules.yml';

/** A query and where it stands. */
type Query = readonly [place: string, query: string];

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query?: { readonly query?: string } }[];
  };
}

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

/** As Grafana fills it: everything is chosen. */
const fill = (query: string): string =>
  query.replaceAll('$__rate_interval', '2m').replaceAll(/\$(?:job|instance|tool)\b/g, '.*');

const dashboards = globSync('monitoring/grafana/*.json', { cwd: ROOT }).toSorted();

const ofPanels = dashboards.flatMap((path): Query[] =>
  (JSON.parse(read(path)) as Dashboard).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [`${path}, ${title}`, fill(expr)] as const),
  ),
);

const ofVariables = dashboards.flatMap((path): Query[] =>
  (JSON.parse(read(path)) as Dashboard).templating.list.flatMap(({ name, query }) => {
    const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(query?.query ?? '') ?? [];
    return series === undefined ? [] : [[`${path}, $${name}`, `count by (${label}) (${fill(series)})`] as const];
  }),
);

function readRules(): readonly Rule[] {
  const parsed = parseConfigFile(read(RULES), 'rules.yml');
  const { groups } = (parsed.ok ? parsed.value : {}) as { groups: readonly { readonly rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** What an alert watches, whatever its bound: an alert that is silent has no answer. */
const withoutBounds = (query: string): string => query.replaceAll(/ (?:[<>]=?|==) [\d.]+/g, '').replaceAll(/\s+/g, ' ');

const ofRules = readRules().map(({ record, alert, expr }): Query => [
  `${RULES}, ${record ?? alert}`,
  withoutBounds(expr),
]);

const ofDocuments = globSync('{README.md,docs/{guides,reference}/*.md,docs/*.md}', { cwd: ROOT }).flatMap(
  (path): Query[] =>
    [...read(path).matchAll(/^```promql\n(.*?)^```/gms)].map(
      ([, query]) => [path, query!.replaceAll(/\s+/g, ' ').trim()] as const,
    ),
);

/** Where panels and alerts lead: the part of the address behind `/admin/?`. */
const links = [...dashboards, RULES].flatMap((path) =>
  [...read(path).matchAll(/(?:\$\{admin_url\}|admin_page: \/admin)\/\?([^"\n]+)/g)].map(([, link]) => link!),
);

/** As Grafana and Prometheus fill it. */
const fillLink = (link: string): string =>
  link
    .replace(/\$\{__(?:field\.labels|data\.fields)\.tool\}|\{\{ \$labels\.tool \}\}/, 'everything__echo')
    .replace('${__from:date:iso}', new Date(Date.now() - 3_600_000).toISOString())
    .replace('${__to:date:iso}', new Date(Date.now() + 3_600_000).toISOString());

const panelsOfPage = new Set(
  [...readFileSync(join(ROOT, 'apps/admin-ui/src/shell/panels.ts'), 'utf8').matchAll(/ id: '(\w+)'/g)].map(
    ([, id]) => id,
  ),
);

const NOT_FED = new Set(Object.keys(readNotFed().metrics));
/** Only what should never happen feeds them; tests of their own make it happen. */
const TROUBLE = /dcc_mcp_telemetry_(?:overflow|invalid_values)_total/;

/** Names of metrics in a query, without what a histogram adds. */
const metricsIn = (query: string): readonly string[] =>
  [...query.replaceAll(/\b(?:by|on) \([^)]*\)/g, '').matchAll(/(?<![\w"$:])[a-z]\w*_\w+(?=[{[\s)]|$)/g)].map(([name]) =>
    name.replace(/_(?:bucket|sum|count)$/, ''),
  );

const isFed = ([, query]: Query): boolean => {
  const names = metricsIn(query);
  return names.length === 0 || names.some((name) => !NOT_FED.has(name) && !TROUBLE.test(name));
};

/** A series that began with its only value does not grow; how much it is has an answer all the same. */
const toTotals = (query: string): string => query.replaceAll(/\b(?:rate|increase)\(([^[]+)\[\w+\]\)/g, '$1');

/** Takes connections and answers nothing: no export ever arrives. */
async function startBadCollector(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server };
}

/** What users of dcc-mcp-core and of ContextForge have on dashboards of their own. */
const ofUsers = [
  'sum by (tool) (rate(dcc_mcp_tool_calls_total{status="success"}[5m])) / sum by (tool) (rate(dcc_mcp_tool_calls_total[5m]))',
  'histogram_quantile(0.95, sum by (le, tool) (rate(dcc_mcp_tool_duration_seconds_bucket[5m])))',
  'dcc_mcp_active_sessions',
  'rate(dcc_mcp_gateway_elections_total[5m])',
  'rate(dcc_mcp_gateway_evictions_total[5m])',
  'rate(dcc_mcp_gateway_probes_total{outcome="ready"}[5m]) / rate(dcc_mcp_gateway_probes_total[5m])',
  'rate(http_requests_total[1m])',
  'histogram_quantile(0.50, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))',
  'histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))',
  'histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))',
  'rate(http_requests_total{status=~"5.."}[5m])',
  'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) * 100',
].map((query): Query => ['a dashboard of a user', query]);

const queries = [...ofPanels, ...ofVariables, ...ofRules, ...ofDocuments, ...ofUsers];

test('there are dashboards, variables, rules and documents to ask for', () => {
  expect([ofPanels, ofVariables, ofRules, ofDocuments].map((each) => each.length > 1)).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

describeWithTools({ describe, test }, ['prometheus'])('a real Prometheus', () => {
  let folder: string;
  let prometheus: RunningPrometheus;
  let workload: Workload;
  let collector: Server;

  /** The rules as they are shipped, only sooner. */
  function writeRules(): string {
    const path = join(folder, 'rules.yml');
    writeFileSync(path, read(RULES).replaceAll(/interval: \d+s/g, 'interval: 1s'));
    return path;
  }

  async function startScraper(url: string): Promise<void> {
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
      rule_files: [writeRules()],
      scrape_configs: [{ job_name: 'dcc-mcp-gateway', static_configs: [{ targets: [new URL(url).host] }] }],
    };
    prometheus = await startPrometheusWith(JSON.stringify(config), ['exemplar-storage']);
    await prometheus.waitUntilUp(2);
  }

  /** Rows of a file that has no place, and rules that look at them, come after the calls. */
  async function untilRecorded(): Promise<void> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await wait(200)) {
      const found = await Promise.all(
        ['dcc_mcp_telemetry_rows_dropped_total', 'otel_sdk_processor_span_processed_total{error_type!=""}'].map(
          (query) => prometheus.query(query),
        ),
      );
      if (found.every(({ length }) => length > 0)) {
        break;
      }
    }
    await wait(2_000);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'monitoring-'));
    const { url, server } = await startBadCollector();
    collector = server;
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_MAX_QUEUE_SIZE: '64',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '32',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
      DCC_MCP_GATEWAY_AUDIT_DIR: folder,
      DCC_MCP_GATEWAY_AUDIT_MAX_BYTES: '1024',
    };
    workload = await runWorkload(env, startScraper);
    await untilRecorded();
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    await workload?.stop();
    collector?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(queries.filter(isFed))('%s: %s', async (_, query) => {
    const answers = [await prometheus.query(query), await prometheus.query(toTotals(query))];
    const numbers = answers.map((samples) => samples.filter(({ value }) => !Number.isNaN(value)).length);
    expect(answers[0]!.length).toBeGreaterThan(0);
    expect(Math.max(...numbers)).toBeGreaterThan(0);
  });

  test('every link leads to a panel of the page', () => {
    const panels = links.map((link) => new URLSearchParams(link).get('panel'));
    expect(panels.filter((panel) => panel === null || !panelsOfPage.has(panel))).toEqual([]);
  });

  test.each([...new Set(links)].filter((link) => link.startsWith('panel=calls&')))(
    'the page has rows where a link leads: %s',
    async (link) => {
      const [, query] = fillLink(link).split('panel=calls&');
      const response = await fetch(`${workload.gateway.url}/v1/debug/calls?${query}`);
      expect(await response.json()).toMatchObject({ calls: expect.arrayContaining([expect.anything()]) });
    },
  );

  test.each(queries.filter((query) => !isFed(query)))(
    '%s is understood, and waits for what feeds it: %s',
    async (_, query) => {
      await expect(prometheus.query(query)).resolves.toBeDefined();
    },
  );
});
