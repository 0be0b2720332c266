// What reaches a server behind the gateway: the hop's own trace context, never the caller's header as it was.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Caller, connectCallers, findSlug } from '../fixtures/callers.ts';
import { startSeeingServer } from '../fixtures/seeing-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const stdio = { command: process.execPath, args: [join(import.meta.dirname, '../fixtures/seeing-server.ts')] };
const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

let sink: OtlpSink;
let server: Server;
let gateway: RunningGateway;
let callers: readonly Caller[] = [];

beforeAll(async () => {
  sink = await startOtlpSink();
  const overHttp = await startSeeingServer();
  server = overHttp.server;
  gateway = await startGateway({
    config: { mcpServers: { http: { url: overHttp.url }, stdio } },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  callers = await connectCallers(gateway.url);
}, 60_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway?.stop();
  server?.closeAllConnections();
  server?.close();
  await sink?.close();
});

interface Seen {
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, unknown>>;
}

async function callSeen(caller: Caller, upstream: string, traceId: string): Promise<Seen> {
  const answer = await caller.run(
    'call',
    { tool_slug: await findSlug(gateway.url, upstream, 'seen'), arguments: {} },
    {
      traceparent: `00-${traceId}-${hex(8)}-01`,
      meta: { baggage: 'secret=1' },
    },
  );
  return answer['output'] as Seen;
}

const spanOf = async (traceId: string, kind: string) => {
  const isIt = (span: { traceId: string; kind: string }) => span.traceId === traceId && span.kind === kind;
  return (await sink.waitForSpans((spans) => spans.some(isIt))).find(isIt)!;
};

const callerNamed = (name: string): Caller => callers.find((caller) => caller.name === name)!;

describe.each(['MCP 2025-11-25', 'MCP 2026-07-28', 'plain HTTP'])('%s', (callerName) => {
  test.each(['http', 'stdio'])('over %s the hop’s context is in _meta', async (upstream) => {
    const traceId = hex(16);
    const { meta } = await callSeen(callerNamed(callerName), upstream, traceId);
    const hop = await spanOf(traceId, 'CLIENT');
    expect(meta['traceparent']).toBe(`00-${traceId}-${hop.spanId}-01`);
  });

  test('over http the same context is in the headers', async () => {
    const traceId = hex(16);
    const { headers, meta } = await callSeen(callerNamed(callerName), 'http', traceId);
    expect(headers['traceparent']).toBe(meta['traceparent']);
    expect(headers['x-request-id']).toBeDefined();
  });

  test.each(['http', 'stdio'])('over %s baggage stays behind', async (upstream) => {
    const { headers, meta } = await callSeen(callerNamed(callerName), upstream, hex(16));
    expect([headers['baggage'], meta['baggage']]).toEqual([undefined, undefined]);
  });
});
