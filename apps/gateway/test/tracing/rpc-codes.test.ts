// A request that is answered with a JSON-RPC error has its code on the entry span, whoever decided that it failed.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PlainServer, type Refusal, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern, type RawMcp } from './raw-mcp.ts';

let sink: OtlpSink;
let plain: PlainServer;
let gateway: RunningGateway;

/** By what the request names. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  unlicensed: { error: { code: -32_050, message: 'no licence' } },
  'x://broken': { status: 500, text: 'broken' },
};

beforeAll(async () => {
  sink = await startOtlpSink();
  plain = await startPlainServer({
    tools: ['bake', 'unlicensed'],
    resources: ['x://scene', 'x://broken'],
    refuse: (_, { name, uri }) => REFUSALS[String(name ?? uri)],
  });
  gateway = await startGateway({
    config: { server: { expose: 'all' }, mcpServers: { plain: { url: plain.url } } },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway?.stop();
  plain?.server.close();
  await sink?.close();
});

function isEntry({ kind }: DecodedSpan): boolean {
  return kind === 'SERVER';
}

async function codes(client: RawMcp, method: string, params: object) {
  sink.clear();
  const { error } = await client.request(method, { ...params });
  const spans = await sink.waitForSpans((found) => found.some(isEntry), 10_000);
  return {
    answered: error?.code,
    spans: spans.filter(isEntry).map((span) => span.attributes['rpc.response.status_code']),
  };
}

const ERAS: readonly (readonly [string, (url: string) => RawMcp | Promise<RawMcp>])[] = [
  ['2025-11-25', openLegacy],
  ['2026-07-28', openModern],
];

describe.each(ERAS)('%s', (_, open) => {
  test.each([
    ['a tool that is not there', 'tools/call', { name: 'none' }, -32_602],
    ['a call that names no tool', 'tools/call', {}, -32_602],
    ['a call that its server refuses', 'tools/call', { name: 'unlicensed' }, -32_050],
    ['a resource whose server fails', 'resources/read', { uri: 'x://broken' }, -32_603],
  ])('%s', async (_name, method, params, code) => {
    const client = await open(gateway.url);
    expect(await codes(client, method, params)).toEqual({ answered: code, spans: [String(code)] });
  });

  test.each([
    ['a tool', 'tools/call', { name: 'bake' }],
    ['a resource', 'resources/read', { uri: 'x://scene' }],
    ['arguments that do not fit, which a result tells of', 'tools/call', { name: 'bake', arguments: [1] }],
  ])('%s is answered without a code', async (_name, method, params) => {
    const client = await open(gateway.url);
    expect(await codes(client, method, params)).toEqual({ answered: undefined, spans: [undefined] });
  });
});
