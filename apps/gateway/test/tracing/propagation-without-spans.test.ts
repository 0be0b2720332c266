// Without spans of our own the caller's trace still reaches the server behind the gateway.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { type FakeHttp, startFakeHttp } from '../upstream/fixtures/fake-http.ts';
import { openModern } from './raw-mcp.ts';

const FRONTS = ['REST', 'MCP'] as const;
type Front = (typeof FRONTS)[number];

interface Off {
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether the hop's own span id goes out, instead of the caller's. */
  readonly hasOwnSpan: boolean;
}

const OFF: readonly Off[] = [
  { what: 'OTEL_SDK_DISABLED', env: { OTEL_SDK_DISABLED: 'true' }, hasOwnSpan: false },
  { what: 'no exporter', env: {}, hasOwnSpan: false },
  { what: 'a sampler that takes nothing', env: { OTEL_TRACES_SAMPLER: 'always_off' }, hasOwnSpan: true },
];

let sink: OtlpSink;
let fake: FakeHttp;
const gateways = new Map<string, RunningGateway>();

beforeAll(async () => {
  [sink, fake] = await Promise.all([startOtlpSink(), startFakeHttp()]);
  for (const { what, env } of OFF) {
    const endpoint = what === 'no exporter' ? {} : { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/v1/traces` };
    const gateway = await startGateway({
      config: { mcpServers: { fake: { url: fake.url } } },
      env: { ...endpoint, ...env },
    });
    await gateway.ready();
    gateways.set(what, gateway);
  }
}, 60_000);

afterAll(async () => {
  await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
  await fake?.kill();
  await sink?.close();
});

/** Calls `seen`; gives what reached the upstream and what the caller was told. */
async function call(
  url: string,
  front: Front,
  traceparent: string | undefined,
): Promise<{ sent: string; body: Json; told: string }> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly instance_short: string }[];
  };
  const args = { tool_slug: `fake.${instances[0]!.instance_short}.seen` };
  const carried = traceparent === undefined ? {} : { traceparent };
  let body: Json;
  let told = '';
  if (front === 'REST') {
    const headers = { 'content-type': 'application/json', ...carried };
    const response = await fetch(`${url}/v1/call`, { method: 'POST', headers, body: JSON.stringify(args) });
    told = response.headers.get('traceparent') ?? '';
    body = (await response.json()) as Json;
  } else {
    const { result } = await openModern(url).request(
      'tools/call',
      { name: 'call', arguments: args },
      { meta: carried },
    );
    body = result?.['structuredContent'] as Json;
  }
  const { meta } = JSON.parse(body['output'] as string) as { readonly meta: { readonly traceparent: string } };
  return { sent: meta.traceparent, body, told };
}

describe.each(OFF)('with $what', ({ what, hasOwnSpan }) => {
  test.each(FRONTS)('the caller’s trace goes on over %s', async (front) => {
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const { sent, body } = await call(gateways.get(what)!.url, front, `00-${traceId}-${spanId}-01`);
    const [version, sentTrace, sentSpan, flags] = sent.split('-');
    expect([version, sentTrace, body['trace_id']]).toEqual(['00', traceId, traceId]);
    expect([sentSpan === spanId, flags]).toEqual(hasOwnSpan ? [false, '00'] : [true, '01']);
  });

  test.each(FRONTS)('a trace id is generated over %s, not sampled, and told in the answer', async (front) => {
    const { sent, body, told } = await call(gateways.get(what)!.url, front, undefined);
    const [, sentTrace, , flags] = sent.split('-');
    expect([sentTrace, flags]).toEqual([body['trace_id'], '00']);
    expect(typeof body['request_id']).toBe('string');
    const toldTrace = front === 'REST' ? told.split('-')[1] : sentTrace;
    expect(toldTrace).toBe(sentTrace);
  });
});

test('nothing was exported', () => {
  expect(sink.requests).toEqual([]);
});
