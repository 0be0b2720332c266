// What is taken out of rows, wherever a caller or a server put it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

type Row = Readonly<Record<string, unknown>>;

const ARGUMENTS = {
  message: 'kept out by path',
  code: 'source text',
  credentials: { pin: 'pin 4711' },
  shown: 'shown',
};
const KEPT = { message: '[redacted]', code: '[redacted]', credentials: '[redacted]', shown: 'shown' };

const STRUCTURED = { success: false, python: 'source text', credentials: { pin: 'pin 4711' }, shown: 'shown' };
const RESULTS: Readonly<Record<string, Row>> = {
  give: { content: [] },
  repeat: { content: [{ type: 'text', text: JSON.stringify(STRUCTURED) }], structuredContent: STRUCTURED },
  fail: {
    isError: true,
    content: [
      { type: 'image', data: '', mimeType: 'image/png' },
      { type: 'text', text: 'words that are hidden' },
    ],
  },
};

let server: PlainServer;
let gateway: RunningGateway;
let slug: (tool: string) => string;

beforeAll(async () => {
  server = await startPlainServer({ tools: Object.keys(RESULTS), call: (name) => RESULTS[name]! });
  gateway = await startGateway({
    config: {
      mcpServers: { plain: { url: server.url } },
      admin: { redactPaths: ['message', 'content.1.text', 'scene_hint', 'tags_any.*'] },
    },
  });
  await gateway.ready();
  const { instances } = (await get('/v1/instances')) as { instances: readonly { instance_short: string }[] };
  slug = (tool) => `plain.${instances[0]!.instance_short}.${tool}`;
});

afterAll(async () => {
  await gateway.stop();
  server.server.closeAllConnections();
  server.server.close();
});

async function get(path: string): Promise<Row> {
  return (await (await fetch(gateway.url + path)).json()) as Row;
}

async function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Row> {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Row;
}

interface Payload {
  readonly content: string;
  readonly redactions: number;
}

async function traceOf(id: string): Promise<Row & { readonly input: Payload; readonly output: Payload }> {
  return (await get(`/v1/debug/traces/${id}`)) as Awaited<ReturnType<typeof traceOf>>;
}

test.each([
  ['object', ARGUMENTS],
  ['string', JSON.stringify(ARGUMENTS)],
])('arguments in a batch, as %s, are kept as those of a call alone are', async (kind, args) => {
  const tool_slug = slug('give');
  await post('/v1/call', { tool_slug, arguments: args }, { 'x-request-id': `alone-${kind}` });
  await post('/v1/call_batch', { calls: [{ tool_slug, arguments: args, id: 'a' }] }, { 'x-request-id': kind });
  const alone = await traceOf(`alone-${kind}`);
  const { input } = await traceOf(kind);
  expect(JSON.parse(alone.input.content)).toEqual(KEPT);
  expect(JSON.parse(input.content)).toEqual({
    calls: [{ tool_slug, arguments: KEPT, id: 'a' }],
    stop_on_error: false,
  });
  expect(input.redactions).toBe(3);
});

test('arguments of a batch that are of no right form are not kept, and the batch is', async () => {
  const calls = [{ tool_slug: slug('give'), arguments: 'print(1)' }, { tool_slug: slug('give') }];
  const batch = await post('/v1/call_batch', { calls }, { 'x-request-id': 'wrong' });
  expect(batch['results']).toMatchObject([{ ok: false, error: { kind: 'invalid-params' } }, { ok: true }]);
  const { input } = await traceOf('wrong');
  const tool_slug = slug('give');
  expect(JSON.parse(input.content)).toEqual({ calls: [{ tool_slug }, { tool_slug }], stop_on_error: false });
});

test('filters of a search are kept as its input is, in lines without control characters', async () => {
  await post('/v1/search', {
    query: 'give',
    scene_hint: 'kept out by path',
    skill_hint: 'Bearer abcdefghijklmnop \u001B[31mred\nnext',
    tags_any: ['kept out by path'],
    exclude_tags: ['password=hunter\u00072', 'plain'],
    instance_id: 'sk-aaaaaaaaaaaaaaaaaaaaaaaa',
    limit: 3,
    meta: { agent_context: { agent_id: 'ada' } },
  });
  const { searches } = await get('/v1/debug/search-telemetry');
  expect((searches as readonly Row[])[0]!['filters']).toEqual({
    scene_hint: '[redacted]',
    skill_hint: '[redacted] red next',
    tags_any: ['[redacted]'],
    exclude_tags: ['[redacted]', 'plain'],
    instance_id: '[redacted]',
    limit: 3,
  });
});

test('the words of a failed tool stand in no row where their place in its result is hidden', async () => {
  const answer = await post('/v1/call', { tool_slug: slug('fail') }, { 'x-request-id': 'failed' });
  expect(JSON.stringify(answer)).toContain('words that are hidden');
  const { calls } = await get('/v1/debug/calls?limit=1');
  const error = { kind: 'tool-error', message: 'The tool reported a failure' };
  expect(calls).toEqual([expect.objectContaining({ request_id: 'failed', error: expect.objectContaining(error) })]);
  const paths = ['activity', 'stats', 'bundles/failed', 'traces/failed', 'agent-traces/failed', 'export?kind=calls'];
  const shown = await Promise.all(paths.map(async (path) => (await fetch(`${gateway.url}/v1/debug/${path}`)).text()));
  expect(paths.filter((_, index) => shown[index]!.includes('words that are hidden'))).toEqual([]);
});

test('nor in a row of the batch that it was called in', async () => {
  const calls = [{ tool_slug: slug('fail') }];
  const answer = await post('/v1/call_batch', { calls }, { 'x-request-id': 'batched' });
  expect(JSON.stringify(answer)).toContain('words that are hidden');
  const paths = ['calls', 'activity', 'workflows', 'traces', 'export?kind=traces', 'export?kind=calls'];
  const ofBatch = ['bundles', 'traces', 'agent-traces', 'issue-reports'].map((list) => `${list}/batched`);
  const shown = await Promise.all(
    [...paths, ...ofBatch].map(async (path) => (await fetch(`${gateway.url}/v1/debug/${path}`)).text()),
  );
  expect([...paths, ...ofBatch].filter((_, index) => shown[index]!.includes('words that are hidden'))).toEqual([]);
});

test('a result that stands as a text, too, is kept as its structured content is, also in its error', async () => {
  const answer = await post('/v1/call', { tool_slug: slug('repeat') }, { 'x-request-id': 'repeated' });
  expect(answer).toMatchObject({ ok: false, output: STRUCTURED });
  const kept = { success: false, python: '[redacted]', credentials: '[redacted]', shown: 'shown' };
  const text = JSON.stringify(kept);
  const { output } = await traceOf('repeated');
  expect(JSON.parse(output.content)).toEqual({ content: [{ type: 'text', text }], structuredContent: kept });
  expect(output.redactions).toBe(4);
  const { calls } = await get('/v1/debug/calls?limit=1');
  expect((calls as readonly { error: Row }[])[0]!.error['message']).toBe(text);
});
