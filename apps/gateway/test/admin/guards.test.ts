import { describeAdminRoutes } from '@dcc-mcp/admin-api';
import { startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
// Who may look at the history, where it is, and what never stands in it.
import { afterEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const TOOLS = {
  toolbox: { command: process.execPath, args: [join(import.meta.dirname, '..', 'rest', 'fixture', 'tool-server.mjs')] },
};
const SECRETS = {
  token: 'tok-should-never-be-seen',
  password: 'hunter-two-never-seen',
  nested: { apiKey: 'key-never-seen', note: 'Bearer abcdefghijklmnop0123' },
  code: 'print("source never seen")',
  list: ['sk-aaaaaaaaaaaaaaaaaaaaaaaa', 'ada@studio.example'],
  private: 'kept out by path',
};
const NEVER_SEEN = [
  'tok-should-never-be-seen',
  'hunter-two-never-seen',
  'key-never-seen',
  'abcdefghijklmnop0123',
  'source never seen',
  'sk-aaaaaaaaaaaaaaaaaaaaaaaa',
  'ada@studio.example',
  'kept out by path',
];

const as = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function start(config: object, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const gateway = await startGateway({ config: { mcpServers: TOOLS, ...config }, env });
  stops.push(() => gateway.stop());
  await gateway.ready();
  return gateway;
}

async function slugOf(url: string, tool: string): Promise<string> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    instances: readonly { instance_short: string }[];
  };
  return `toolbox.${instances[0]!.instance_short}.${tool}`;
}

async function call(url: string, body: object): Promise<{ readonly trace_id: string }> {
  const response = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { trace_id: string };
}

const statusOf = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
  (await fetch(url, { headers })).status;

test('what must not be kept stands in no answer, and the call itself got it', async () => {
  const { url } = await start({ admin: { redactPaths: ['private', 'structuredContent.meta.private'] } });
  const tool_slug = await slugOf(url, 'echo_meta');
  const answer = await call(url, { tool_slug, arguments: SECRETS, meta: { note: SECRETS.nested.note } });
  const text = async (path: string): Promise<string> => (await fetch(`${url}/v1/debug/${path}`)).text();
  const shown = await Promise.all([
    ...describeAdminRoutes()
      .filter(({ isOpenEnded }) => isOpenEnded !== true)
      .map(({ path }) => text(path.replace(':id', answer.trace_id))),
    ...['calls', 'traces', 'searches', 'workflows'].map((kind) => text(`export?kind=${kind}&format=csv`)),
    text('export?kind=traces'),
    text(`issue-reports/${answer.trace_id}?mode=raw`),
    text(`traces/${answer.trace_id}`),
  ]);
  expect(NEVER_SEEN.filter((secret) => shown.join('\n').includes(secret))).toEqual([]);
  expect(shown.at(-1)).toContain('[redacted]');
});

test('the value of each key that governance names is taken out of what is kept', async () => {
  const { url } = await start({});
  const { redaction } = (await (await fetch(`${url}/v1/debug/governance`)).json()) as {
    redaction: { readonly keys: readonly string[] };
  };
  const { keys } = redaction;
  expect(keys).toEqual(expect.arrayContaining(['code', 'token', 'apikey']));
  const args = Object.fromEntries(keys.map((key, index) => [key, `value-${index}`]));
  const { trace_id: id } = await call(url, { tool_slug: await slugOf(url, 'echo_meta'), arguments: args });
  const { input } = (await (await fetch(`${url}/v1/debug/traces/${id}`)).json()) as { input: { content: string } };
  expect(JSON.parse(input.content)).toEqual(Object.fromEntries(keys.map((key) => [key, '[redacted]'])));
});

test('with --no-admin the API of the page is gone and /v1/debug is not', async () => {
  const { url } = await start({ admin: false });
  expect([await statusOf(`${url}/admin/api/calls`), await statusOf(`${url}/v1/debug/calls`)]).toEqual([404, 200]);
});

test('the API of the page moves with its path', async () => {
  const { url } = await start({ admin: { path: '/ops' } });
  expect([await statusOf(`${url}/admin/api/calls`), await statusOf(`${url}/ops/api/calls`)]).toEqual([404, 200]);
});

test('without a history its routes say so, and what is so now is told all the same', async () => {
  const { url } = await start({ admin: { history: false } });
  const response = await fetch(`${url}/v1/debug/calls`);
  expect([response.status, await response.json()]).toEqual([
    503,
    {
      error: expect.objectContaining({ kind: 'history-disabled', message: expect.stringContaining('admin.history') }),
      request_id: response.headers.get('x-request-id'),
      trace_id: response.headers.get('x-dcc-mcp-trace-id'),
    },
  ]);
  expect(await statusOf(`${url}/v1/debug/health`)).toBe(200);
});

test('without a history nothing is counted of calls and decisions: that is not the same as none', async () => {
  const { url } = await start({ admin: { history: false } });
  await call(url, { tool_slug: await slugOf(url, 'say') });
  const read = async (path: string): Promise<unknown> => (await fetch(`${url}/v1/debug/${path}`)).json();
  const { instances } = (await read('instances')) as { instances: readonly object[] };
  expect(instances).toHaveLength(1);
  expect(instances[0]).not.toHaveProperty('calls');
  expect(await read('governance')).not.toHaveProperty('stats');
});

test('a token is asked for, and one for some hosts only sees nothing', async () => {
  const all = 'a'.repeat(32);
  const some = 'b'.repeat(32);
  const { url } = await start({ auth: { tokens: [{ token: all }, { token: some, dccTypes: ['maya'] }] } });
  const path = `${url}/v1/debug/calls`;
  expect([await statusOf(path), await statusOf(path, as(some)), await statusOf(path, as(all))]).toEqual([
    401, 403, 200,
  ]);
});

test.each(['POST', 'PUT', 'DELETE'])('%s is refused: nothing can be changed here', async (method) => {
  const { url } = await start({});
  const response = await fetch(`${url}/v1/debug/calls`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('ids of a trace are those at the collector', async () => {
  const sink = await startOtlpSink();
  stops.push(() => sink.close());
  const { url } = await start(
    {},
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/v1/traces`, OTEL_BSP_SCHEDULE_DELAY: '50' },
  );
  const { trace_id: traceId } = await call(url, { tool_slug: await slugOf(url, 'say') });
  const trace = (await (await fetch(`${url}/v1/debug/traces/${traceId}`)).json()) as {
    spans: readonly { span_id: string; parent_span_id?: string; name: string; exported?: false }[];
  };
  const exported = await sink.waitForSpans((spans) => spans.filter(({ traceId: id }) => id === traceId).length >= 2);
  const shown = trace.spans.filter((span) => span.exported !== false);
  expect(shown.map((span) => `${span.span_id} ${span.name}`).toSorted()).toEqual(
    exported
      .filter(({ traceId: id }) => id === traceId)
      .map((span) => `${span.spanId} ${span.name}`)
      .toSorted(),
  );
});

test('each answer has the shape that its schema says', async () => {
  const { url } = await start({ metrics: { enabled: true }, trafficCapture: 'metadata' });
  const tool_slug = await slugOf(url, 'say');
  const { trace_id: traceId } = await call(url, { tool_slug });
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    instances: readonly { instance_id: string }[];
  };
  await call(url, { tool_slug: 'toolbox.00000000.nothing' });
  const issues = await Promise.all(
    describeAdminRoutes().map(async ({ path, answer }) => {
      const id = path.startsWith('instances') ? instances[0]!.instance_id : traceId;
      const body: unknown = answer && (await (await fetch(`${url}/v1/debug/${path.replace(':id', id)}`)).json());
      return (answer?.safeParse(body).error?.issues ?? []).map((issue) => [path, issue]);
    }),
  );
  expect(issues.flat()).toEqual([]);
});
