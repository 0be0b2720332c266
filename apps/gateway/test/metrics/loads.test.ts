// What is asked of upstreams beside calls is measured as calls are, and the span of the way there tells what came of it.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type CoreHost, type CoreHostOptions, startCoreHost } from '../fixtures/core-host.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern } from '../tracing/raw-mcp.ts';

const SKILLS = { skills: { 'maya-scene': ['make_cube'] } };

interface StartOptions {
  readonly bootWaitMs?: number;
  readonly expose?: string;
  readonly others?: Readonly<Record<string, object>>;
}

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

async function start(maya: object, { others = {}, ...server }: StartOptions = {}): Promise<RunningGateway> {
  sink.clear();
  gateway = await startGateway({
    config: { server, mcpServers: { maya, ...others } },
    enablePrometheus: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  return gateway;
}

async function startBeforeHost(options: Partial<CoreHostOptions> = {}): Promise<RunningGateway> {
  host = await startCoreHost({ ...SKILLS, ...options });
  const running = await start({ url: host.url });
  await running.ready();
  return running;
}

async function post({ url }: RunningGateway, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

const load = (running: RunningGateway, skill: string): Promise<number> =>
  post(running, '/v1/load_skill', { skill_name: skill });

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

const DEAD = { command: process.execPath, args: ['-e', 'process.exit(3)'], lazy: true, timeoutMs: 1500 };
const MUTE = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };

test('a lazy server that does not start is a backend error, as it is for a call', async () => {
  const running = await start(DEAD);
  expect(await load(running, 'maya')).toBe(502);
  expect(await backendErrors(running)).toEqual({ unreachable: 1 });
  expect(await clientOperations(running)).toEqual({});
});

test('so it is for whoever wants to see a tool of it', async () => {
  const running = await start(DEAD);
  const { instances } = (await (await fetch(`${running.url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly instance_short: string }[];
  };
  const slug = `maya.${instances[0]!.instance_short}.make_cube`;
  expect(await post(running, '/v1/describe', { tool_slug: slug })).toBe(502);
  expect(await backendErrors(running)).toEqual({ unreachable: 1 });
});

test('a skill that a server may have which still starts is one of its errors', async () => {
  const running = await start(MUTE, { bootWaitMs: 50 });
  expect(await load(running, 'maya-scene')).toBe(503);
  expect(await backendErrors(running)).toEqual({ booting: 1 });
});

test('and so is a resource', async () => {
  const running = await start(MUTE, { bootWaitMs: 50, expose: 'all', others: { more: MUTE } });
  const { error } = await openModern(running.url).request('resources/read', { uri: 'x://scene' });
  expect(error).toMatchObject({ code: -32_603 });
  expect(await backendErrors(running)).toEqual({ booting: 1 });
});
