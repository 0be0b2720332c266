// The spans of each operation, over each transport, for each way it can end, as a receiver gets them from the running
// gateway; and what Phoenix, Langfuse, Jaeger and Tempo make of them by their own rules.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Json } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { AGENT, GOLDEN_CASES, type GoldenCase } from './golden-cases.ts';
import { type GoldenSpan, toGolden } from './golden-span.ts';
import { openLegacy, openModern, type RawMcp } from './raw-mcp.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const TRANSPORTS = ['rest', 'mcp-2025-11-25', 'mcp-2026-07-28'] as const;
type Transport = (typeof TRANSPORTS)[number];
const OPERATIONS = ['search', 'describe', 'load_skill', 'call', 'call_batch'] as const;
type Endings = Readonly<Record<string, readonly GoldenSpan[]>>;

let sink: OtlpSink;
let scripted: ScriptedServer;
let doomed: ScriptedServer;
let gateway: RunningGateway;
let legacy: RawMcp;
const recorded = new Map<string, Endings>();

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Fills in the instance of each slug: `ok:work` is `ok.<id8>.work`. */
function withSlugs(body: Json, ids: ReadonlyMap<string, string>): Json {
  const text = JSON.stringify(body).replaceAll(/"tool_slug":"(\w+):(\w+)"/g, (_, name: string, tool: string) => {
    return `"tool_slug":"${name}.${ids.get(name)}.${tool}"`;
  });
  return JSON.parse(text) as Json;
}

async function run(transport: Transport, { operation, body }: GoldenCase, traceparent: string): Promise<void> {
  if (transport === 'rest') {
    const headers = { 'content-type': 'application/json', traceparent, 'user-agent': 'golden/1.0' };
    const sent = { ...body, agent_context: AGENT };
    const response = await fetch(`${gateway.url}/v1/${operation}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(sent),
    });
    await response.text();
    return;
  }
  const client = transport === 'mcp-2025-11-25' ? legacy : openModern(gateway.url);
  const name = operation === 'call_batch' ? 'call' : operation;
  const meta = { traceparent, agent_context: AGENT };
  await client.request('tools/call', { name, arguments: body }, { meta, headers: { 'user-agent': 'golden/1.0' } });
}

async function record(
  transport: Transport,
  golden: GoldenCase,
  ids: ReadonlyMap<string, string>,
): Promise<readonly GoldenSpan[]> {
  const traceId = hex(16);
  await run(transport, { ...golden, body: withSlugs(golden.body, ids) }, `00-${traceId}-${hex(8)}-01`);
  const isEntry = (span: DecodedSpan): boolean => span.traceId === traceId && span.kind === 'SERVER';
  const all = await sink.waitForSpans((spans) => spans.some(isEntry), 10_000);
  return toGolden(all.filter((span) => span.traceId === traceId));
}

async function instanceIds(): Promise<ReadonlyMap<string, string>> {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  };
  return new Map(instances.map(({ name, instance_short: short }) => [name, short]));
}

beforeAll(async () => {
  [sink, scripted, doomed] = await Promise.all([startOtlpSink(), startScriptedServer(), startScriptedServer()]);
  const at = (name: string, more: object = {}): object => ({ url: `${scripted.url}/${name}_one`, ...more });
  gateway = await startGateway({
    config: {
      mcpServers: {
        ok: at('ok'),
        iserror: at('iserror'),
        rpcerror: at('rpcerror'),
        hang: at('hang', { timeoutMs: 300 }),
        hidden: at('ok'),
        lazy: at('ok', { lazy: true }),
        dead: { url: `${doomed.url}/ok_dead` },
      },
      policy: { allowedDccTypes: ['ok', 'iserror', 'rpcerror', 'hang', 'lazy', 'dead'] },
    },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  const ids = await instanceIds();
  legacy = await openLegacy(gateway.url);
  doomed.close();
  // What is found out about a dead host is found out once; then every call meets the same.
  await run('rest', { operation: 'call', ending: '', body: withSlugs({ tool_slug: 'dead:work' }, ids) }, '');
  await run('rest', { operation: 'load_skill', ending: '', body: { skill_name: 'lazy' } }, '');
  for (const transport of TRANSPORTS) {
    for (const operation of OPERATIONS) {
      const endings: Record<string, readonly GoldenSpan[]> = {};
      for (const golden of GOLDEN_CASES.filter((each) => each.operation === operation)) {
        endings[golden.ending] = await record(transport, golden, ids);
      }
      recorded.set(`gateway.${operation}.${transport}`, endings);
    }
  }
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  scripted?.close();
  await sink?.close();
});

const FILES = TRANSPORTS.flatMap((transport) => OPERATIONS.map((operation) => `gateway.${operation}.${transport}`));

describe('the exported spans', () => {
  test.each(FILES)('%s are as recorded for each ending', (name) => {
    const file = new URL(`expected/${name}.json`, import.meta.url);
    const text = `${JSON.stringify(recorded.get(name), undefined, 2)}\n`;
    // UPDATE_EXPECTED=1 writes the files anew; read the difference before committing it.
    if (process.env['UPDATE_EXPECTED'] === '1') {
      writeFileSync(file, text);
    }
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });
});

test('a refused describe is an event of governance, and no refused call', async () => {
  const metrics = await scrape(gateway.url);
  const rejected = valuesOf(metrics, 'dcc_mcp_gateway_calls_rejected_total', ['reason']);
  const events = valuesOf(metrics, 'dcc_mcp_gateway_governance_events_total', ['category', 'outcome']);
  const each = TRANSPORTS.length;
  expect([rejected['dcc-allowlist'], events['policy denied']]).toEqual([each, 2 * each]);
});

const PHOENIX_KINDS = new Set([
  'LLM',
  'CHAIN',
  'TOOL',
  'RETRIEVER',
  'RERANKER',
  'EMBEDDING',
  'AGENT',
  'GUARDRAIL',
  'EVALUATOR',
]);

/** Phoenix makes a tree of dotted keys, so that a leaf can't be a prefix, and parses `metadata` as JSON. */
function unflatten(attributes: GoldenSpan['attributes']): Json {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const path = key.split('.');
    const leaf = path.pop()!;
    let node = root;
    for (const part of path) {
      node[part] ??= {};
      if (typeof node[part] !== 'object') {
        throw new Error(`${key}: ${part} is a leaf`);
      }
      node = node[part] as Record<string, unknown>;
    }
    if (node[leaf] !== undefined) {
      throw new Error(`${key} is a prefix`);
    }
    node[leaf] = key === 'metadata' ? (JSON.parse(value as string) as unknown) : value;
  }
  return root;
}

/** Each trace that the files hold. */
function traces(): readonly {
  readonly file: string;
  readonly ending: string;
  readonly spans: readonly GoldenSpan[];
}[] {
  return FILES.flatMap((file) =>
    Object.entries(recorded.get(file)!).map(([ending, spans]) => ({ file, ending, spans })),
  );
}

describe('Phoenix', () => {
  test('reads the attributes of every span as a tree', () => {
    const trees = traces().flatMap(({ spans }) => spans.map(({ attributes }) => unflatten(attributes)));
    expect(trees.length).toBeGreaterThan(100);
  });

  test('knows the kind of every workflow span', () => {
    const spans = traces().flatMap((trace) => trace.spans.filter(({ name }) => name.startsWith('gateway.')));
    const kinds = new Set(spans.map(({ attributes }) => attributes['openinference.span.kind'] as string));
    expect([...kinds].every((kind) => PHOENIX_KINDS.has(kind))).toBe(true);
    expect([...kinds].toSorted()).toEqual(['CHAIN', 'TOOL']);
  });

  test('finds the session and the user of every trace on its entry span', () => {
    for (const { spans } of traces()) {
      const { session, user } = unflatten(spans[0]!.attributes) as { session: { id: string }; user: { id: string } };
      expect([session.id, user.id]).toEqual(['<session>', 'artist-7']);
    }
  });
});

describe('Langfuse', () => {
  test('maps session, user and tags of every entry span, and input and output of a call', () => {
    for (const { spans } of traces()) {
      const { attributes } = spans[0]!;
      expect([attributes['session.id'], attributes['user.id'], attributes['tag.tags']]).toEqual([
        '<session>',
        'artist-7',
        ['lighting'],
      ]);
    }
    const { attributes } = recorded.get('gateway.call.rest')!['ok']![0]!;
    expect(JSON.parse(attributes['input.value'] as string)).toMatchObject({ arguments: ['n'] });
    expect(JSON.parse(attributes['output.value'] as string)).toMatchObject({ fields: ['content'] });
  });
});

describe('Jaeger and Tempo', () => {
  test('mark as failed exactly what the contract calls an error', () => {
    const failed = new Set(['tool_error', 'protocol_error', 'timeout', 'backend_unreachable']);
    for (const { ending, spans } of traces()) {
      const [entry] = spans;
      expect([ending, entry!.status.startsWith('ERROR')]).toEqual([ending, failed.has(ending)]);
    }
  });

  test('draw one SERVER span per request with what it did below it, under the gateway’s service name', () => {
    for (const { spans } of traces()) {
      expect(spans.filter(({ kind }) => kind === 'SERVER')).toHaveLength(1);
      expect(spans[0]).toMatchObject({ kind: 'SERVER', parent: "the caller's" });
      expect(spans.slice(1).every(({ parent }) => parent.startsWith('gateway.'))).toBe(true);
    }
    const services = new Set(sink.spans().map(({ resource }) => resource.attributes['service.name']));
    expect([...services]).toEqual(['dcc-mcp-gateway']);
  });
});
