// The whole path over real sockets: real clients, real servers, real spans at an OTLP receiver, real counters.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { startConformanceServer } from '../conformance/fixture/conformance-server.ts';
import { type Caller, type Json, connectCallers, findSlug } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { everything, filesystem, maya } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { untilNoticed } from '../fixtures/until-noticed.ts';

interface Case {
  readonly what: string;
  readonly upstream: string;
  readonly tool: string;
  readonly arguments: Json;
  /** `error.kind` of the answer, where it is one. */
  readonly kind?: string;
  readonly outcome: string;
  /** Status of the workflow span, and of the hop's span where there is a hop. */
  readonly status: 'OK' | 'UNSET' | 'ERROR';
  readonly hop?: 'UNSET' | 'ERROR';
}

/** What is called and what every surface must then say. */
const CASES: readonly Case[] = [
  {
    what: 'success',
    upstream: 'everything',
    tool: 'echo',
    arguments: { message: 'hi' },
    outcome: 'ok',
    status: 'OK',
    hop: 'UNSET',
  },
  {
    what: 'success on a main thread',
    upstream: 'maya',
    tool: 'create_sphere',
    arguments: { radius: 2 },
    outcome: 'ok',
    status: 'OK',
    hop: 'UNSET',
  },
  {
    what: 'a tool that says isError',
    upstream: 'files',
    tool: 'read_text_file',
    arguments: { path: '/not/allowed' },
    kind: 'tool-error',
    outcome: 'tool_error',
    status: 'ERROR',
    hop: 'ERROR',
  },
  {
    what: 'an unknown tool',
    upstream: 'everything',
    tool: 'no_such_tool',
    arguments: {},
    kind: 'unknown-slug',
    outcome: 'unknown_tool',
    status: 'UNSET',
  },
  {
    what: 'bad arguments',
    upstream: 'everything',
    tool: 'echo',
    arguments: { message: 7 },
    kind: 'invalid-params',
    outcome: 'bad_request',
    status: 'UNSET',
  },
  {
    what: 'a tool that takes too long',
    upstream: 'slow',
    tool: 'trigger-long-running-operation',
    arguments: { duration: 5, steps: 1 },
    kind: 'timeout',
    outcome: 'timeout',
    status: 'ERROR',
    hop: 'ERROR',
  },
  {
    what: 'a host that dies in the call',
    upstream: 'crashing',
    tool: 'crash',
    arguments: {},
    kind: 'host-died',
    outcome: 'host_died',
    status: 'ERROR',
    hop: 'ERROR',
  },
  {
    what: 'a dead upstream',
    upstream: 'mortal',
    tool: 'test_simple_text',
    arguments: {},
    kind: 'backend-unreachable',
    outcome: 'backend_unreachable',
    status: 'ERROR',
  },
];

const CALLER_NAMES = ['MCP 2025-11-25', 'MCP 2026-07-28', 'plain HTTP'] as const;
const AGENT = { agent_id: 'e2e-agent', actor_id: 'artist-7' };
const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

interface Finished {
  readonly traceId: string;
  readonly parentSpanId: string;
  readonly slug: string;
  readonly answer: Json;
}

let sink: OtlpSink;
let gateway: RunningGateway;
let callers: readonly Caller[] = [];
let metrics = '';
const finished = new Map<string, Finished>();
let spans: readonly DecodedSpan[] = [];

async function findSlugs(): Promise<ReadonlyMap<string, string>> {
  const known = CASES.filter(({ tool }) => tool !== 'no_such_tool');
  const found = await Promise.all(
    known.map(
      async ({ upstream, tool }) => [`${upstream} ${tool}`, await findSlug(gateway.url, upstream, tool)] as const,
    ),
  );
  const [dcc, id] = found[0]![1].split('.');
  return new Map([...found, ['everything no_such_tool', `${dcc}.${id}.no_such_tool`]]);
}

/** After a crash the host comes back within a moment; until then a call is answered `not-ready`. */
async function untilHostsAreBack(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as { instances: readonly Json[] };
    if (instances.every(({ name, status }) => name !== 'crashing' || status === 'ready')) {
      return;
    }
    await wait(50);
  }
}

async function callAll(slugs: ReadonlyMap<string, string>): Promise<void> {
  for (const caller of callers) {
    await untilHostsAreBack();
    for (const { what, upstream, tool, arguments: toolArguments } of CASES) {
      const slug = slugs.get(`${upstream} ${tool}`)!;
      const [traceId, parentSpanId] = [hex(16), hex(8)];
      const answer = await caller.run(
        'call',
        { tool_slug: slug, arguments: toolArguments },
        { traceparent: `00-${traceId}-${parentSpanId}-01`, agentContext: AGENT },
      );
      finished.set(`${caller.name} ${what}`, { traceId, parentSpanId, slug, answer });
    }
  }
}

beforeAll(async () => {
  sink = await startOtlpSink();
  const mortal = await startConformanceServer();
  gateway = await startGateway({
    config: {
      mcpServers: {
        everything,
        maya,
        files: filesystem(tmpdir()),
        slow: { ...everything, timeoutMs: 500 },
        crashing: { ...maya, dccType: 'crashing' },
        mortal: { url: mortal.url },
      },
    },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  const slugs = await findSlugs();
  callers = await connectCallers(gateway.url);
  mortal.server.closeAllConnections();
  mortal.server.close();
  await untilNoticed(gateway.url);
  await callAll(slugs);
  const calls = CALLER_NAMES.length * CASES.length;
  spans = await sink.waitForSpans((all) => all.filter(({ name }) => name === 'gateway.call').length >= calls, 10_000);
  metrics = await scrape(gateway.url);
}, 90_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway?.stop();
  await sink?.close();
});

describe.each(CALLER_NAMES)('a call over %s', (callerName) => {
  describe.each(CASES)('$what', ({ what, upstream, tool, kind: expectedKind, outcome, status, hop }) => {
    const call = (): Finished => finished.get(`${callerName} ${what}`)!;
    const ofCall = (): readonly DecodedSpan[] => spans.filter(({ traceId }) => traceId === call().traceId);
    const workflow = (): DecodedSpan => ofCall().find(({ name }) => name === 'gateway.call')!;
    const hops = (): readonly DecodedSpan[] => ofCall().filter(({ kind }) => kind === 'CLIENT');

    test('answers with its kind and the caller’s trace', () => {
      const { answer, traceId } = call();
      const error = answer['error'] as Json | undefined;
      expect({ kind: error?.['kind'], traceId: answer['trace_id'] }).toEqual({
        kind: expectedKind,
        traceId,
      });
    });

    test('is one SERVER span under the caller’s', () => {
      expect(ofCall().filter(({ kind }) => kind === 'SERVER')).toHaveLength(1);
      expect(workflow()).toMatchObject({ kind: 'SERVER', parentSpanId: call().parentSpanId });
    });

    test('the span says what happened and to whom', () => {
      expect(workflow().attributes).toMatchObject({
        'openinference.span.kind': 'TOOL',
        'dcc_mcp.workflow.operation': 'gateway.call',
        'dcc_mcp.transport': callerName === 'plain HTTP' ? 'rest' : 'mcp',
        'dcc_mcp.trace.carrier': callerName === 'plain HTTP' ? 'header' : 'meta',
        'dcc_mcp.outcome': outcome,
        'dcc_mcp.success': outcome === 'ok',
        'dcc_mcp.agent.id': AGENT.agent_id,
        'dcc_mcp.actor.id': AGENT.actor_id,
        'dcc_mcp.tool.slug': call().slug,
      });
      expect(workflow().status.code).toBe(status);
      expect(workflow().attributes['error.type']).toBe(outcome === 'ok' ? undefined : outcome);
    });

    test('the hop is a CLIENT span below it, where there is a hop', () => {
      const parentSpanId = workflow().spanId;
      expect(hops().map((span) => ({ name: span.name, parent: span.parentSpanId, status: span.status.code }))).toEqual(
        hop ? [{ name: `tools/call ${tool}`, parent: parentSpanId, status: hop }] : [],
      );
      expect(hops().every((span) => span.attributes['mcp.tool_slug'] === `${upstream}__${tool}`)).toBe(true);
    });

    test('spans last as long as the work', () => {
      const isWhole = ofCall().every((span) => span.endTimeUnixNano > span.startTimeUnixNano);
      expect(isWhole).toBe(true);
    });
  });
});

test('each call is counted once, under the tool it named and its status', () => {
  const each = CALLER_NAMES.length;
  expect(valuesOf(metrics, 'dcc_mcp_tool_calls_total', ['tool', 'status'])).toEqual({
    'everything__echo success': each,
    'everything__echo error': each,
    'files__read_text_file success': 0,
    'files__read_text_file error': each,
    'slow__trigger-long-running-operation success': 0,
    'slow__trigger-long-running-operation error': each,
    'maya__create_sphere success': each,
    'maya__create_sphere error': 0,
    'crashing__crash success': 0,
    'crashing__crash error': each,
    'mortal__test_simple_text success': 0,
    'mortal__test_simple_text error': each,
    '_unknown success': 0,
    '_unknown error': each,
  });
});

test('spans come from the gateway, with the version of the running package', () => {
  expect(spans[0]!.resource.attributes).toMatchObject({ 'service.name': 'dcc-mcp-gateway' });
});

test('/metrics counts sessions, upstreams and searches by the contract’s names', () => {
  expect(valuesOf(metrics, 'dcc_mcp_active_sessions', [])).toEqual({ '': 1 });
  expect(valuesOf(metrics, 'dcc_mcp_gateway_upstreams', ['state'])).toMatchObject({ quarantined: 0, disabled: 0 });
  expect(valuesOf(metrics, 'dcc_mcp_gateway_searches_total', ['result'])['nonzero']).toBeGreaterThan(0);
  expect(valuesOf(metrics, 'dcc_mcp_registered_tools', [])['']).toBeGreaterThan(20);
});
