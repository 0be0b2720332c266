// Loading a skill goes to its upstream, as calls do: what comes of that is measured, and the span of the way there tells it.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type CoreHost, type CoreHostOptions, startCoreHost } from '../fixtures/core-host.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const SKILLS = { skills: { 'maya-scene': ['make_cube'] } };

let sink: OtlpSink;
let host: CoreHost | undefined;
let gateway: RunningGateway | undefined;

beforeAll(async () => {
  sink = await startOtlpSink();
});

afterEach(async () => {
  await gateway?.stop();
  host?.server.closeAllConnections();
  host?.server.close();
  [gateway, host] = [undefined, undefined];
});

afterAll(() => sink?.close());

async function start(server: object): Promise<RunningGateway> {
  sink.clear();
  gateway = await startGateway({
    config: { mcpServers: { maya: server } },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  await gateway.ready();
  return gateway;
}

async function startBeforeHost(options: Partial<CoreHostOptions> = {}): Promise<RunningGateway> {
  host = await startCoreHost({ ...SKILLS, ...options });
  return start({ url: host.url });
}

async function load({ url }: RunningGateway, skill: string): Promise<number> {
  const body = JSON.stringify({ skill_name: skill });
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/v1/load_skill`, { method: 'POST', headers, body })).status;
}

async function backendErrors({ url }: RunningGateway): Promise<Readonly<Record<string, number>>> {
  const counts = valuesOf(await scrape(url), 'dcc_mcp_gateway_backend_errors_total', ['kind']);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const LABELS = ['mcp_method_name', 'gen_ai_tool_name', 'error_type', 'network_transport'];

async function clientOperations({ url }: RunningGateway): Promise<Readonly<Record<string, number>>> {
  const counts = valuesOf(await scrape(url), 'mcp_client_operation_duration_seconds_count', LABELS);
  return Object.fromEntries(Object.entries(counts).filter(([labels]) => labels.startsWith('tools/call ')));
}

function isHop({ kind, name }: DecodedSpan): boolean {
  return kind === 'CLIENT' && name === 'tools/call load_skill';
}

async function hopSpan(): Promise<DecodedSpan> {
  return (await sink.waitForSpans((spans) => spans.some(isHop), 10_000)).find(isHop)!;
}

test('a skill that is loaded at its host is an operation of the client there', async () => {
  const running = await startBeforeHost();
  expect(await load(running, 'maya-scene')).toBe(200);
  expect(await clientOperations(running)).toEqual({ 'tools/call maya__load_skill  tcp': 1 });
  expect(await backendErrors(running)).toEqual({});
  expect((await hopSpan()).attributes).toMatchObject({ 'mcp.tool_slug': 'maya__load_skill' });
});

test('a JSON-RPC error of the host is counted, and its code stands on the span of the way there', async () => {
  const running = await startBeforeHost({ loadError: { code: -32050, message: 'no licence' } });
  expect(await load(running, 'maya-scene')).toBe(502);
  expect(await clientOperations(running)).toEqual({ 'tools/call maya__load_skill protocol_error tcp': 1 });
  expect(await backendErrors(running)).toEqual({ jsonrpc: 1 });
  expect((await hopSpan()).attributes).toMatchObject({ 'rpc.response.status_code': '-32050' });
});

test('a lazy server that does not start is a backend error, as it is for a call', async () => {
  const running = await start({
    command: process.execPath,
    args: ['-e', 'process.exit(3)'],
    lazy: true,
    timeoutMs: 1500,
  });
  expect(await load(running, 'maya')).toBe(502);
  expect(await backendErrors(running)).toEqual({ unreachable: 1 });
  expect(await clientOperations(running)).toEqual({});
});
