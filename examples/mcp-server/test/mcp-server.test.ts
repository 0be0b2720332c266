import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import { startOtlpSink, type OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const folder = new URL('..', import.meta.url).pathname;
let sink: OtlpSink;
let app: NodeProcess;
let url: string;
let farm: Server;
let farmHeaders: IncomingHttpHeaders;

beforeEach(async () => {
  sink = await startOtlpSink();
  farm = createServer((request, response) => {
    farmHeaders = request.headers;
    response.end('24 s');
  });
  await new Promise<void>((resolve) => farm.listen(0, '127.0.0.1', resolve));
  const address = farm.address() as AddressInfo;
  const farmUrl = `http://127.0.0.1:${address.port}`;
  app = new NodeProcess('server.mjs', {
    cwd: folder,
    preload: '@dcc-mcp/telemetry-node/register',
    env: { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'render-estimator', FARM_URL: farmUrl },
  });
  url = await app.firstLine();
});

afterEach(async () => {
  await app.stop();
  await sink.close();
  await new Promise((resolve) => farm.close(resolve));
});

/** Ends the app as a service manager does; everything is at the sink afterwards. */
async function terminate(): Promise<void> {
  app.kill('SIGTERM');
  expect(await app.ended()).toEqual({ code: null, signal: 'SIGTERM' });
}

async function callTool(traceparent: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      traceparent,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'estimate_render', arguments: { frames: 2 } },
    }),
  });
  return response.text();
}

describe('an MCP server with nothing but --import …/register', () => {
  test('continues the caller’s trace through the tool to what the tool asks', async () => {
    expect(await callTool(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)).toContain('24 s');
    await terminate();
    const server = sink.spans().find((span) => span.kind === 'SERVER');
    const client = sink.spans().find((span) => span.kind === 'CLIENT');
    expect(server).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect(client).toMatchObject({ parentSpanId: server?.spanId });
    expect(client?.attributes['url.full']).toMatch(/\/estimates\?frames=2$/);
    expect(farmHeaders['traceparent']).toBe(`00-${'a'.repeat(32)}-${client?.spanId}-01`);
  });
});
