// Every metric of the contract: fed by the gateway, with the contract's labels, in a real scrape — or not registered.
import {
  CONVENTION_METRICS,
  GATEWAY_METRICS,
  HTTP_METRICS,
  type MetricDefinition,
  SELF_METRICS,
  SERVER_METRICS,
} from '@dcc-mcp/semantic-conventions';
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readNotFed } from '../reference/not-fed.ts';
import { type Family, isFed, readFamilies, total } from './families.ts';
import { pulledValues, pushedValues, type Values } from './push-and-pull.ts';
import { runWorkload, type Workload } from './workload.ts';

const CONTRACT = [...SERVER_METRICS, ...GATEWAY_METRICS, ...CONVENTION_METRICS, ...HTTP_METRICS, ...SELF_METRICS];

const NOT_FED = readNotFed();
/** What this gateway has no source for: absent, rather than 0 for ever, and so said in the reference. */
const NOT_CLAIMED = new Set(Object.keys(NOT_FED.metrics));
/** Fed only when something goes wrong that a workload should not do: their own tests make it happen. */
const TROUBLE = new Set(['dcc_mcp_telemetry_overflow_total', 'dcc_mcp_telemetry_invalid_values_total']);
/** Families beside the tables: the conventions' own pipeline, runtime and target metrics. */
const BESIDE = /^(?:target_info|otel_sdk_|nodejs_|v8js_)/;

let sink: OtlpSink;
let workload: Workload;
let families: ReadonlyMap<string, Family>;
let busy: ReadonlyMap<string, Family>;

const auditFolder = mkdtempSync(join(tmpdir(), 'contract-'));

/** A row is known to have no place once its file is written next. */
async function untilDropped(url: string): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    if ((await (await fetch(`${url}/metrics`)).text()).includes('dcc_mcp_telemetry_rows_dropped_total{')) {
      return;
    }
    await wait(50);
  }
}

/** The spread of delays is of the time since the last collection, which was the exporter's and just now perhaps. */
async function scrapeWithSpread(url: string): Promise<ReadonlyMap<string, Family>> {
  let scraped = readFamilies(await (await fetch(`${url}/metrics`)).text());
  for (const deadline = Date.now() + 5_000; !hasSpread(scraped) && Date.now() < deadline;) {
    await wait(50);
    scraped = readFamilies(await (await fetch(`${url}/metrics`)).text());
  }
  return scraped;
}

function hasSpread(scraped: ReadonlyMap<string, Family>): boolean {
  const spread = scraped.get('nodejs_eventloop_delay_stddev_seconds');
  return spread !== undefined && isFed(spread);
}

beforeAll(async () => {
  sink = await startOtlpSink();
  workload = await runWorkload({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    // No trace has a place in a file of that size, so that rows are dropped.
    DCC_MCP_GATEWAY_AUDIT_DIR: auditFolder,
    DCC_MCP_GATEWAY_AUDIT_MAX_BYTES: '1024',
  });
  await untilDropped(workload.gateway.url);
  await sink.waitForSpans(1);
  busy = readFamilies(workload.busy);
  families = await scrapeWithSpread(workload.gateway.url);
}, 90_000);

afterAll(async () => {
  await workload?.stop();
  await sink?.close();
  rmSync(auditFolder, { recursive: true, force: true });
});

function labelNames({ labels }: MetricDefinition): string[] {
  return labels.map(({ name }) => name.replaceAll('.', '_'));
}

function toDefinition(name: string): MetricDefinition {
  return CONTRACT.find(({ prometheusName }) => prometheusName === name)!;
}

const claimed = CONTRACT.map(({ prometheusName }) => prometheusName).filter((name) => !NOT_CLAIMED.has(name));

describe.each(claimed)('%s', (name) => {
  test('has a value after the workload', () => {
    expect(families.has(name)).toBe(true);
    const isMeasured = [families, busy].some((scraped) => isFed(scraped.get(name)!));
    expect(isMeasured || TROUBLE.has(name)).toBe(true);
  });

  test('is of the type the contract says', () => {
    const kind = toDefinition(name).kind === 'up_down_counter' ? 'gauge' : toDefinition(name).kind;
    expect(families.get(name)?.type).toBe(kind);
  });

  test('has every label of the contract on some series, but for those of which the reference says it', () => {
    const samples = [families, busy].flatMap((scraped) => scraped.get(name)?.samples ?? []);
    const seen = new Set(samples.flatMap(({ labels }) => Object.keys(labels)));
    const wanted = name === 'app_info' || TROUBLE.has(name) ? [] : labelNames(toDefinition(name));
    const notFed = (NOT_FED.labels[name] ?? []).map((label) => label.replaceAll('.', '_'));
    expect(wanted.filter((label) => !seen.has(label))).toEqual(notFed);
  });

  test('has the labels of the contract, and closed ones only with their values', () => {
    const definition = toDefinition(name);
    const allowed = name === 'app_info' ? ['site'] : labelNames(definition);
    for (const { labels } of families.get(name)!.samples) {
      const { le: _le, ...own } = labels;
      expect(allowed).toEqual(expect.arrayContaining(Object.keys(own)));
      for (const { name: label, values } of definition.labels) {
        const value = own[label.replaceAll('.', '_')];
        expect(values === undefined || value === undefined || values.includes(value)).toBe(true);
      }
    }
  });
});

test('what nothing feeds is not there', () => {
  expect([...NOT_CLAIMED].filter((name) => families.has(name))).toEqual([]);
});

const absentValues = Object.entries(NOT_FED.labelValues).flatMap(([name, labels]) =>
  Object.entries(labels).flatMap(([label, values]) => values.map((value) => [name, label, value] as const)),
);

// What is not fed becomes less: who feeds one of these takes it out, and lowers the number.
test('the list of what nothing feeds does not grow', () => {
  expect(NOT_CLAIMED.size).toBe(0);
  expect(Object.values(NOT_FED.labels).flat().length).toBeLessThanOrEqual(1);
  expect(absentValues.length).toBeLessThanOrEqual(12);
  expect(NOT_FED.attributes.flatMap(({ spans }) => spans).length).toBeLessThanOrEqual(4);
  const known = new Set(CONTRACT.map(({ prometheusName }) => prometheusName));
  const named = [NOT_FED.metrics, NOT_FED.labels, NOT_FED.labelValues].flatMap((part) => Object.keys(part));
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test.each(absentValues)('%s has nothing under %s=%s', (name, label, value) => {
  const definition = toDefinition(name).labels.find((each) => each.name === label);
  expect(definition?.values).toContain(value);
  const key = label.replaceAll('.', '_');
  const samples = [families, busy].flatMap((scraped) => scraped.get(name)?.samples ?? []);
  expect(samples.filter((sample) => sample.labels[key] === value && sample.value !== 0)).toEqual([]);
});

test('nothing is registered that is never fed', () => {
  const silent = [...families.values()].filter((family) => !isFed(family) && !isFed(busy.get(family.name) ?? family));
  expect(silent.map(({ name }) => name).filter((name) => !TROUBLE.has(name) && !name.startsWith('otel_'))).toEqual([]);
});

test('nothing is exported that no table knows', () => {
  const known = new Set(CONTRACT.map(({ prometheusName }) => prometheusName));
  expect([...families.keys()].filter((name) => !known.has(name) && !BESIDE.test(name))).toEqual([]);
});

test.each([
  ['dcc_mcp_gateway_calls_rejected_total', { reason: 'queue_full' }],
  ['dcc_mcp_gateway_calls_rejected_total', { reason: 'circuit_open' }],
  ['dcc_mcp_gateway_calls_rejected_total', { reason: 'dcc-allowlist' }],
  ['dcc_mcp_gateway_calls_rejected_total', { reason: 'quota' }],
  ['dcc_mcp_gateway_governance_events_total', { category: 'policy', outcome: 'denied' }],
  ['dcc_mcp_gateway_governance_events_total', { category: 'rate-limit', outcome: 'throttled' }],
  ['dcc_mcp_gateway_backend_errors_total', { kind: 'http_5xx' }],
  ['dcc_mcp_gateway_searches_total', { result: 'zero' }],
  ['dcc_mcp_gateway_searches_total', { result: 'nonzero' }],
  ['dcc_mcp_gateway_search_followups_total', { kind: 'describe' }],
  ['dcc_mcp_gateway_search_followups_total', { kind: 'call', rank_bucket: 'top1' }],
  ['dcc_mcp_gateway_probes_total', { outcome: 'ready' }],
  ['dcc_mcp_gateway_probes_total', { outcome: 'unreachable' }],
  ['dcc_mcp_gateway_evictions_total', { reason: 'stale' }],
  ['dcc_mcp_gateway_upstreams', { state: 'ready' }],
  ['dcc_mcp_gateway_upstreams', { state: 'disabled' }],
  ['dcc_mcp_gateway_upstreams', { state: 'quarantined' }],
  ['dcc_mcp_gateway_calls_rejected_total', { reason: 'quarantined' }],
  ['dcc_mcp_gateway_quarantine_events_total', { scope: 'tool', action: 'quarantined' }],
  ['dcc_mcp_gateway_quarantine_events_total', { scope: 'tool', action: 'changed' }],
  ['dcc_mcp_gateway_quarantine_events_total', { scope: 'server', action: 'lifted' }],
  ['dcc_mcp_gateway_sessions_ended_total', { reason: 'deleted' }],
  ['dcc_mcp_gateway_response_tokens_total', { surface: 'search' }],
  ['dcc_mcp_gateway_response_tokens_total', { surface: 'describe' }],
  ['dcc_mcp_gateway_response_tokens_total', { surface: 'call' }],
  ['dcc_mcp_notifications_sent_total', { channel: 'sse' }],
  ['dcc_mcp_tool_calls_total', { tool: '_unknown', status: 'error' }],
  ['dcc_mcp_tool_calls_total', { tool: 'everything__echo', status: 'success' }],
  ['dcc_mcp_gateway_phase_duration_seconds_count', { tool: 'maya__render_frame', phase: 'queue' }],
  ['dcc_mcp_gateway_phase_duration_seconds_count', { tool: 'maya__render_frame', phase: 'gateway' }],
  ['dcc_mcp_gateway_phase_duration_seconds_count', { tool: 'maya__render_frame', phase: 'upstream' }],
  ['mcp_server_operation_duration_seconds_count', { mcp_method_name: 'tools/call', network_transport: 'tcp' }],
  ['mcp_server_operation_duration_seconds_count', { mcp_method_name: 'initialize', network_transport: 'tcp' }],
  ['mcp_server_operation_duration_seconds_count', { mcp_method_name: 'notifications/initialized' }],
  ['mcp_client_operation_duration_seconds_count', { mcp_method_name: 'tools/call', network_transport: 'pipe' }],
  ['mcp_client_session_duration_seconds_count', { error_type: 'backend_unreachable', network_transport: 'pipe' }],
  ['http_requests_total', { method: 'GET', handler: 'none', status: '404' }],
  ['http_requests_total', { method: 'POST', handler: '/v1/call', status: '429' }],
  ['app_info', { site: 'vancouver' }],
  ['otel_sdk_exporter_span_exported_total', {}],
  ['otel_sdk_span_started_total', {}],
  ['nodejs_eventloop_delay_p99_seconds', {}],
  ['v8js_memory_heap_used_bytes', {}],
])('%s counted %p', (name, labels) => {
  expect(total(families, name, labels)).toBeGreaterThan(0);
});

test.each([
  ['dcc_mcp_gateway_calls_in_flight', {}],
  ['dcc_mcp_gateway_queue_depth', {}],
  ['dcc_mcp_gateway_streams', { kind: 'get' }],
  ['dcc_mcp_gateway_streams', { kind: 'post' }],
  ['dcc_mcp_gateway_streams', { kind: 'subscription' }],
  ['dcc_mcp_active_sessions', {}],
  ['http_server_active_requests', { http_request_method: 'POST' }],
])('while calls run, %s%p is above 0, and back at 0 afterwards', (name, labels) => {
  expect(total(busy, name, labels)).toBeGreaterThan(0);
  expect(total(families, name, labels)).toBe(0);
});

test('a name that only a caller made up is no label', () => {
  expect(
    [...families.values()].flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.values(labels))),
  ).toEqual(expect.not.arrayContaining([expect.stringContaining('made_up')]));
});

test('both status values of a tool appear with its first call', () => {
  const calls = families.get('dcc_mcp_tool_calls_total')!.samples;
  const tools = new Set(calls.map(({ labels }) => labels['tool']));
  expect(calls.length).toBe(tools.size * 2);
});

test('a stream that lives on is counted and not timed', () => {
  const listens = total(busy, 'http_requests_total', { method: 'GET', handler: '/mcp', status: '200' });
  expect(listens).toBeGreaterThan(0);
  expect(total(busy, 'http_request_duration_seconds_count', { method: 'GET', handler: '/mcp' })).toBe(0);
  expect(total(families, 'http_request_duration_seconds_count', { method: 'GET', handler: '/mcp' })).toBe(0);
});

test('no series has a scope label', () => {
  const names = [...families.values()].flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.keys(labels)));
  expect(names.filter((name) => name.startsWith('otel_scope'))).toEqual([]);
});

/** Without the series of scraping itself. */
function withoutScrapes(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([series]) => !series.includes('=/metrics')));
}

describe('at rest', () => {
  // A scrape is a request, time goes on, and one upstream tries to start again and again: these never rest.
  const RESTLESS = /^(?:dcc_mcp_scrape|process_|http_server_active|dcc_mcp_gateway_(?:probes|upstreams))/;
  const resting = CONTRACT.filter(({ prometheusName }) => !RESTLESS.test(prometheusName));

  async function pull(): Promise<Values> {
    const scraped = readFamilies(await (await fetch(`${workload.gateway.url}/metrics`)).text());
    return pulledValues(
      scraped,
      resting.map(({ prometheusName }) => prometheusName),
    );
  }

  test('a scrape and a push give equal values, for every instrument', async () => {
    const before = await pull();
    sink.clear();
    await sink.waitFor(({ requests }) => requests.some(({ path }) => path === '/v1/metrics'));
    expect(withoutScrapes(pushedValues(sink.metrics(), resting))).toEqual(withoutScrapes(before));
    expect(Object.keys(before).length).toBeGreaterThan(500);
  });
});
