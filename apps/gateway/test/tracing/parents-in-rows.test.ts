// The parent of a call is the same in the rows and traces of the admin API as in what is exported.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findSlug } from '../fixtures/callers.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { startGateway } from '../fixtures/start-gateway.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

interface Identified {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly caller_trace_id?: string;
}

let sink: OtlpSink;
let server: PlainServer;

beforeAll(async () => {
  [sink, server] = await Promise.all([startOtlpSink(), startPlainServer({ tools: ['work'] })]);
});

afterAll(async () => {
  server?.server.close();
  await sink?.close();
});

/** One call of a caller with a trace of its own. */
async function called(policy: string, isExporting: boolean) {
  const ofExport = isExporting ? { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' } : {};
  const env = { DCC_MCP_TRACE_PARENT: policy, ...ofExport };
  const gateway = await startGateway({ config: { mcpServers: { plain: { url: server.url } } }, env });
  try {
    await gateway.ready();
    const { url } = gateway;
    const body = JSON.stringify({ tool_slug: await findSlug(url, 'plain', 'work') });
    const headers = { 'content-type': 'application/json', traceparent: `00-${TRACE_ID}-${CALLER}-01` };
    const answer = await fetch(`${url}/v1/call`, { method: 'POST', headers, body });
    const { request_id: requestId } = (await answer.json()) as { readonly request_id: string };
    const trace = await fetch(`${url}/v1/debug/traces/${requestId}`);
    const calls = await fetch(`${url}/v1/debug/calls`);
    return {
      trace: (await trace.json()) as Identified & { readonly spans: readonly Identified[] },
      row: ((await calls.json()) as { readonly calls: readonly Identified[] }).calls[0]!,
    };
  } finally {
    await gateway.stop();
  }
}

test.each([
  ['auto', CALLER, undefined],
  ['local', undefined, TRACE_ID],
])('with the policy %s as in the exported span', async (policy, parent, callersTrace) => {
  sink.clear();
  const { trace, row } = await called(policy, true);
  const exported = sink.spans().find(({ spanId }) => spanId === row.span_id)!;
  expect([exported.traceId, exported.parentSpanId]).toEqual([row.trace_id, parent ?? '']);
  expect([row, trace, trace.spans[0]].map((each) => each?.parent_span_id)).toEqual([parent, parent, parent]);
  expect([row, trace].map((each) => each.caller_trace_id)).toEqual([callersTrace, callersTrace]);
});

test('without an exporter what the gateway does is of the trace of its caller, whatever the policy', async () => {
  const { trace, row } = await called('local', false);
  expect([row, trace]).toMatchObject([
    { trace_id: TRACE_ID, parent_span_id: CALLER },
    { trace_id: TRACE_ID, parent_span_id: CALLER },
  ]);
});
