// In × front × era × upstream × parent policy, all calls of a gateway at once: at the upstream the hop of that very call,
// at the receiver a whole tree, on the span the carrier that won.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Json } from '../fixtures/callers.ts';
import { startStdio, type StdioRun } from '../fixtures/stdio-gateway.ts';
import { type FakeHttp, startFakeHttp } from '../upstream/fixtures/fake-http.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';
import {
  type Cell,
  CELLS,
  type Front,
  headerOf,
  type Ids,
  metaOf,
  newIds,
  POLICIES,
  type Policy,
  toParent,
} from './propagation-cells.ts';
import { modernMeta, openLegacy, openModern, type RawMcp } from './raw-mcp.ts';

interface Ran {
  readonly header: Ids;
  readonly meta: Ids;
  /** `params._meta` as it reached the upstream. */
  readonly seen: Json;
  readonly answer: Json;
}

interface Stage {
  /** One gateway that speaks on both: its listener, and its standard streams. */
  readonly url: string;
  readonly stdio: StdioRun;
  readonly legacy: RawMcp;
  readonly modern: RawMcp;
}

let sink: OtlpSink;
let fakes: { readonly httplegacy: FakeHttp; readonly httpmodern: FakeHttp };
const stages = new Map<Policy, Stage>();
const ran = new Map<Cell, Ran>();
let spans: readonly DecodedSpan[] = [];

/** One call, and what carries its context. */
interface Sent {
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Json;
}

async function send(stage: Stage, front: Front, { body, headers, meta }: Sent): Promise<Json> {
  const params = { name: 'call', arguments: body };
  switch (front) {
    case 'REST': {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
      const response = await fetch(`${stage.url}/v1/call`, {
        ...init,
        body: JSON.stringify({ ...body, meta }),
      });
      return (await response.json()) as Json;
    }
    case 'HTTP 2025-11-25':
    case 'HTTP 2026-07-28': {
      const client = front === 'HTTP 2025-11-25' ? stage.legacy : stage.modern;
      return (await client.request('tools/call', params, { headers, meta })).result?.['structuredContent'] as Json;
    }
    case 'stdio 2025-11-25':
    case 'stdio 2026-07-28': {
      const sent = front === 'stdio 2025-11-25' ? meta : { ...modernMeta, ...meta };
      const { result } = await stage.stdio.request('tools/call', { ...params, _meta: sent });
      return (result as Json)['structuredContent'] as Json;
    }
    default:
      return front satisfies never;
  }
}

async function slugsOf(url: string): Promise<ReadonlyMap<string, string>> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  };
  return new Map(instances.map(({ name, instance_short: short }) => [name, `${name}.${short}`]));
}

async function run(cell: Cell, slugs: ReadonlyMap<string, string>): Promise<void> {
  const { policy, front, carried, upstream } = cell;
  const [header, meta] = [newIds(), newIds()];
  const body = { tool_slug: `${slugs.get(upstream)}.seen`, arguments: {} };
  const answer = await send(stages.get(policy)!, front, {
    body,
    headers: headerOf(carried, header),
    meta: metaOf(carried, meta),
  });
  const { meta: seen } = JSON.parse(answer['output'] as string) as { readonly meta: Json };
  ran.set(cell, { header, meta, seen, answer });
}

const stdioServer = (era: string): object => ({ command: process.execPath, args: [FAKE_STDIO, era] });

async function startStage(policy: Policy): Promise<Stage> {
  const config = {
    mcpServers: {
      httplegacy: { url: fakes.httplegacy.url },
      httpmodern: { url: fakes.httpmodern.url },
      stdiolegacy: stdioServer('legacy'),
      stdiomodern: stdioServer('modern'),
    },
  };
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BSP_MAX_QUEUE_SIZE: '8192',
    DCC_MCP_TRACE_PARENT: policy,
  };
  const stdio = startStdio(config, { env, isListening: true });
  const clientInfo = { name: 'stdio', version: '1.0.0' };
  await stdio.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  await untilToolsAreThere(stdio, 4);
  const [, url = ''] = /listening on (http:\/\/[^\s)]+)/.exec(stdio.stderr()) ?? [];
  return { url, stdio, legacy: await openLegacy(url), modern: openModern(url) };
}

async function untilToolsAreThere(front: StdioRun, upstreams: number): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
    const { result } = await front.request('tools/call', { name: 'search', arguments: { query: 'seen' } });
    const { hits } = (result as Json)['structuredContent'] as { readonly hits: readonly Json[] };
    if (hits.filter(({ backend_tool: tool }) => tool === 'seen').length === upstreams) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isDone(all: readonly DecodedSpan[]): boolean {
  return all.filter(({ name }) => name === 'gateway.call').length >= CELLS.length;
}

beforeAll(async () => {
  sink = await startOtlpSink();
  const [httplegacy, httpmodern] = await Promise.all([startFakeHttp(), startFakeHttp({ era: 'modern' })]);
  fakes = { httplegacy, httpmodern };
  for (const policy of POLICIES) {
    const stage = await startStage(policy);
    stages.set(policy, stage);
    const slugs = await slugsOf(stage.url);
    await Promise.all(CELLS.filter((cell) => cell.policy === policy).map((cell) => run(cell, slugs)));
  }
  spans = await sink.waitForSpans(isDone, 15_000);
}, 120_000);

afterAll(async () => {
  await Promise.all([...stages.values()].map(({ stdio }) => stdio.kill()));
  await Promise.all([fakes?.httplegacy.kill(), fakes?.httpmodern.kill(), sink?.close()]);
});

interface Tree {
  readonly hop: DecodedSpan;
  readonly entry: DecodedSpan;
}

/** The call’s spans, found from what its upstream saw. */
function treeOf({ seen }: Ran): Tree {
  const [, traceId, spanId] = (seen['traceparent'] as string).split('-');
  const hop = spans.find((span) => span.spanId === spanId && span.traceId === traceId);
  const entry = spans.find((span) => span.spanId === hop?.parentSpanId);
  if (hop === undefined || entry === undefined) {
    throw new Error(`no whole tree for ${seen['traceparent'] as string}`);
  }
  return { hop, entry };
}

/** What the entry span must say, by the rules of the contract. */
function expectedEntry({ policy, carried }: Cell, { header, meta }: Ran): object {
  const winner = { header, meta, none: undefined }[carried.winner];
  const loser = carried.what === 'both, different' ? [header.spanId] : [];
  const isParent = winner !== undefined && policy !== 'local';
  return {
    kind: 'SERVER',
    name: 'gateway.call',
    parentSpanId: isParent ? winner.spanId : '',
    links: [...(winner === undefined || isParent ? [] : [winner.spanId]), ...loser],
    carrier: carried.winner,
    isOfCallersTrace: isParent,
  };
}

describe.each(POLICIES)('with DCC_MCP_TRACE_PARENT=%s', (policy) => {
  const cells = CELLS.filter((cell) => cell.policy === policy).map((cell) => ({
    cell,
    name: `${cell.front}, ${cell.carried.what}, to ${cell.upstream}`,
  }));

  test.each(cells)('$name: one whole tree', ({ cell }) => {
    const call = ran.get(cell)!;
    const { hop, entry } = treeOf(call);
    expect(hop).toMatchObject({ kind: 'CLIENT', name: 'tools/call seen', traceId: entry.traceId });
    expect({
      kind: entry.kind,
      name: entry.name,
      parentSpanId: entry.parentSpanId,
      links: entry.links.map(({ spanId }) => spanId),
      carrier: entry.attributes['dcc_mcp.trace.carrier'],
      isOfCallersTrace: [call.header.traceId, call.meta.traceId].includes(entry.traceId),
    }).toEqual(expectedEntry(cell, call));
    expect(call.seen['traceparent']).toBe(`00-${entry.traceId}-${hop.spanId}-01`);
    expect([call.answer['trace_id'], call.seen['baggage']]).toEqual([entry.traceId, undefined]);
  });

  test('each call has a tree of its own', () => {
    const entries = cells.map(({ cell }) => treeOf(ran.get(cell)!).entry.spanId);
    expect(new Set(entries).size).toBe(cells.length);
  });
});

test('over HTTP the headers say what _meta says, and nothing of the caller', () => {
  const requests = [...fakes.httplegacy.requests, ...fakes.httpmodern.requests];
  const calls = requests.filter(({ message }) => message?.method === 'tools/call');
  expect(calls).toHaveLength(CELLS.filter(({ upstream }) => upstream.startsWith('http')).length);
  for (const { headers, message } of calls) {
    const meta = message?.params?.['_meta'] as Json;
    expect([headers['traceparent'], headers['baggage']]).toEqual([meta['traceparent'], undefined]);
    expect(typeof headers['x-request-id']).toBe('string');
  }
});

describe('50 calls at once on one session', () => {
  test.each(['httplegacy', 'httpmodern'] as const)(
    '%s: each answer is of the trace of its own call',
    async (upstream) => {
      const { legacy, url } = stages.get('auto')!;
      const slug = `${(await slugsOf(url)).get(upstream)}.slow`;
      const calls = Array.from({ length: 50 }, (_, index) => ({ ids: newIds(), text: `${upstream} ${index}` }));
      const answers = await Promise.all(
        calls.map(({ ids, text }, index) => {
          const args = { tool_slug: slug, arguments: { ms: (index * 37) % 100, text } };
          return legacy.request(
            'tools/call',
            { name: 'call', arguments: args },
            { meta: { traceparent: toParent(ids) } },
          );
        }),
      );
      const outputs = answers.map(({ result }) => result?.['structuredContent'] as Json);
      expect(outputs.map(({ output, trace_id: id }) => [output, id])).toEqual(
        calls.map(({ ids, text }) => [text, ids.traceId]),
      );
      const arrived = new Map(
        fakes[upstream].state.received.map(({ params }) => [
          (params?.['arguments'] as Json | undefined)?.['text'],
          (params?.['_meta'] as Json | undefined)?.['traceparent'],
        ]),
      );
      const traces = calls.map(({ text }) => (arrived.get(text) as string).split('-')[1]);
      expect(traces).toEqual(calls.map(({ ids }) => ids.traceId));
    },
  );
});
