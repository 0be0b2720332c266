// Each fault at each entry point, over real sockets: the answer, the spans and the counters say the same.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Caller, connectCallers, type Json } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { ENTRY_POINTS } from './entry-points.ts';
import { startFaultServer, type FaultServer } from './fault-server.ts';
import { FAULTS } from './faults.ts';

// Every pair has an upstream of its own, so that no call meets the circuit or the restart of another.
const PAIRS = FAULTS.flatMap((fault) =>
  ENTRY_POINTS.map((entry) => ({ fault, entry, key: `${fault.name}_${entry.name}` })),
);

interface Instance {
  readonly name: string;
  readonly instance_id: string;
  readonly instance_short: string;
  readonly status: string;
}

interface Called {
  readonly error: Json | undefined;
  readonly traceId: string;
}

let sink: OtlpSink;
let faults: FaultServer;
let gateway: RunningGateway;
let callers: readonly Caller[] = [];
let metrics = '';
let spans: readonly DecodedSpan[] = [];
const called = new Map<string, Called>();

function toConfig(): object {
  const mortal = { command: process.execPath, args: [join(import.meta.dirname, 'mortal-server.mjs')] };
  return Object.fromEntries(
    PAIRS.map(({ fault, key }) => [
      key,
      fault.commit === undefined ? mortal : { url: `${faults.url}/${key}`, timeoutMs: 1_000 },
    ]),
  );
}

async function readInstances(): Promise<ReadonlyMap<string, Instance>> {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    instances: readonly Instance[];
  };
  return new Map(instances.map((instance) => [instance.name, instance]));
}

async function isReady(name: string): Promise<boolean> {
  return (await readInstances()).get(name)!.status === 'ready';
}

async function callPair({ entry, key }: (typeof PAIRS)[number], instance: Instance, mcp: Caller): Promise<void> {
  const traceId = randomBytes(16).toString('hex');
  const error = await entry.call({
    url: gateway.url,
    mcp,
    slug: `${key}.${instance.instance_short}.work`,
    instanceId: instance.instance_id,
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
  });
  called.set(key, { error, traceId });
}

beforeAll(async () => {
  sink = await startOtlpSink();
  faults = await startFaultServer();
  gateway = await startGateway({
    config: { mcpServers: toConfig() },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  callers = await connectCallers(gateway.url);
  const instances = await readInstances();
  await Promise.all(PAIRS.map((pair) => callPair(pair, instances.get(pair.key)!, callers[0]!)));
  const isDone = (all: readonly DecodedSpan[]): boolean =>
    all.filter(({ name }) => name === 'gateway.call').length >= PAIRS.length;
  spans = await sink.waitForSpans(isDone, 10_000);
  metrics = await scrape(gateway.url);
}, 90_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway?.stop();
  faults?.close();
  await sink?.close();
});

describe.each(FAULTS)('$what', ({ name, kind, outcome }) => {
  describe.each(ENTRY_POINTS)('over $what', ({ name: entry }) => {
    const key = `${name}_${entry}`;
    const span = (): DecodedSpan | undefined =>
      spans.find((each) => each.name === 'gateway.call' && each.traceId === called.get(key)!.traceId);

    test(`answers ${kind ?? 'without an error'}`, () => {
      expect(called.get(key)!.error?.['kind']).toBe(kind);
    });

    test(`ends its span as ${outcome}`, () => {
      expect(span()?.attributes).toMatchObject({ 'dcc_mcp.outcome': outcome, 'dcc_mcp.success': outcome === 'ok' });
      expect(span()?.attributes['dcc_mcp.error.kind']).toBe(kind);
    });

    test.each(['calls', 'traces'])(`has one row of %s that says ${outcome}`, async (list) => {
      const query = encodeURIComponent(`operation=call trace_id=${called.get(key)!.traceId}`);
      const body = (await (await fetch(`${gateway.url}/v1/debug/${list}?q=${query}`)).json()) as Json;
      const rows = body[list] as readonly Json[];
      const error = kind === undefined ? {} : { error: { kind } };
      expect(rows).toMatchObject([{ outcome, success: outcome === 'ok', ...(list === 'calls' ? error : {}) }]);
    });

    test('is counted once', () => {
      const counts = valuesOf(metrics, 'dcc_mcp_tool_calls_total', ['tool', 'status']);
      const [success, error] = outcome === 'ok' ? [1, 0] : [0, 1];
      expect([counts[`${key}__work success`], counts[`${key}__work error`]]).toEqual([success, error]);
    });
  });
});

describe('a gateway with faulty upstreams', () => {
  test('goes on to answer for the sound ones', async () => {
    const instance = (await readInstances()).get('none_rest')!;
    const body = JSON.stringify({ tool_slug: `none_rest.${instance.instance_short}.work` });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await fetch(`${gateway.url}/v1/call`, { method: 'POST', body })).json()),
    );
    expect(answers).toEqual(Array.from({ length: 20 }, () => expect.objectContaining({ ok: true, output: 'done' })));
  });

  test('starts a child that has ended again', async () => {
    const deadline = Date.now() + 10_000;
    while (!(await isReady('exit_rest')) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await isReady('exit_rest')).toBe(true);
  });

  test('stops taking calls for an upstream that failed five times in a row, and says so', async () => {
    const instance = (await readInstances()).get('http500_rest')!;
    const body = JSON.stringify({ tool_slug: `http500_rest.${instance.instance_short}.work` });
    const kinds: unknown[] = [];
    for (let i = 0; i < 6; i += 1) {
      const answer = (await (await fetch(`${gateway.url}/v1/call`, { method: 'POST', body })).json()) as Json;
      kinds.push((answer['error'] as Json)['kind']);
    }
    expect(kinds.slice(0, 4)).toEqual(['backend-error', 'backend-error', 'backend-error', 'backend-error']);
    expect(kinds.at(-1)).toBe('circuit-open');
  });
});
