// Under `--expose all` the result is the upstream's: what the check did stands on the span, and nowhere else.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, type RawMcp } from '../tracing/raw-mcp.ts';

let sink: OtlpSink;
let server: EchoServer;
let gateway: RunningGateway;
let mcp: RawMcp;

beforeAll(async () => {
  sink = await startOtlpSink();
  server = await startEchoServer({
    shape: { type: 'object', properties: { radius: { type: 'number' }, tags: { type: 'array' } } },
    unreadable: { type: 'sphere' },
    partly: { type: 'object', properties: { a: { pattern: '^(?!x)' }, b: { type: 'number' } } },
  });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50', DCC_MCP_EXPOSE: 'all' };
  gateway = await startGateway({ config: { mcpServers: { echo: { url: server.url } } }, env });
  await gateway.ready();
  mcp = await openLegacy(gateway.url);
});

afterAll(async () => {
  await gateway?.stop();
  server?.close();
  await sink?.close();
});

const NOTHING = {
  'dcc_mcp.validation': undefined,
  'dcc_mcp.validation_reason': undefined,
  'dcc_mcp.coerced': undefined,
};

test.each([
  ['a check that found nothing', 'shape', { radius: 1 }, NOTHING],
  [
    'values that were mended',
    'shape',
    { radius: '1', tags: 'a' },
    { ...NOTHING, 'dcc_mcp.coerced': ['/radius', '/tags'] },
  ],
  [
    'a schema that is none',
    'unreadable',
    { radius: '1' },
    {
      ...NOTHING,
      'dcc_mcp.validation': 'skipped',
      'dcc_mcp.validation_reason': expect.stringContaining('type must be one or more of'),
    },
  ],
  [
    'a part of a schema that can not be checked',
    'partly',
    { a: 'y', b: '2' },
    {
      'dcc_mcp.validation': 'skipped',
      'dcc_mcp.validation_reason': expect.stringContaining("can't be checked in linear time"),
      'dcc_mcp.coerced': ['/b'],
    },
  ],
])('the span tells of %s', async (_, name, args, told) => {
  const traceId = randomBytes(16).toString('hex');
  const meta = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const { result } = await mcp.request('tools/call', { name, arguments: args }, { meta });
  expect(Object.keys(result!)).toEqual(['content']);
  const isCall = (span: DecodedSpan): boolean => span.traceId === traceId && span.name === 'gateway.call';
  const spans = await sink.waitForSpans((found) => found.some(isCall), 10_000);
  const { attributes } = spans.find(isCall)!;
  const keys = Object.keys(NOTHING);
  expect(Object.fromEntries(keys.map((key) => [key, attributes[key]]))).toEqual(told);
});
