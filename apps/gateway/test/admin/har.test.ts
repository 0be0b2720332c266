// A session as HAR 1.2: what a network panel opens, over HTTP and standard streams, captured and not.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, type RawMcp } from '../tracing/raw-mcp.ts';
import { type Har, harIssues } from './har-issues.ts';

const SERVER = join(import.meta.dirname, '..', 'rest', 'fixture', 'tool-server.mjs');
const mcpServers = { toolbox: { command: process.execPath, args: [SERVER], timeoutMs: 1_000 } };
const SECRET = 'sk-proj-A1b2C3d4E5f6G7h8I9j0';

async function start(config: object): Promise<RunningGateway> {
  const gateway = await startGateway({ config: { mcpServers, ...config } });
  await gateway.ready();
  return gateway;
}

async function slugOf(url: string, tool: string): Promise<string> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly instance_short: string }[];
  };
  return `toolbox.${instances[0]!.instance_short}.${tool}`;
}

async function harOf(url: string, query: Readonly<Record<string, string>>): Promise<Har> {
  const search = new URLSearchParams({ format: 'har', ...query }).toString();
  const response = await fetch(`${url}/v1/debug/export?${search}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  return (await response.json()) as Har;
}

const call = (client: RawMcp, name: string, args: object): Promise<unknown> =>
  client.request('tools/call', { name, arguments: { ...args } }, { headers: client.session ?? {} });

/** A session of an agent: it lists, searches, calls well and badly. */
async function workIn(url: string): Promise<void> {
  const client = await openLegacy(url);
  await client.request('tools/list', {}, { headers: client.session ?? {} });
  await call(client, 'search', { query: 'add' });
  await call(client, 'call', { tool_slug: await slugOf(url, 'add'), arguments: { a: 2, b: 3 } });
  await call(client, 'call', { tool_slug: await slugOf(url, 'is_error'), arguments: { note: `Bearer ${SECRET}` } });
  await call(client, 'call', { tool_slug: await slugOf(url, 'add'), arguments: { a: 'x' } });
}

async function sessionOf(url: string): Promise<string> {
  const { calls } = (await (await fetch(`${url}/v1/debug/calls?q=transport%3Dmcp&limit=1`)).json()) as {
    readonly calls: readonly { readonly session_id: string }[];
  };
  return calls[0]!.session_id;
}

const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search;

describe('a HAR of a session', () => {
  let plain: RunningGateway;
  let captured: RunningGateway;
  let har: Har;
  let capturedHar: Har;

  beforeAll(async () => {
    [plain, captured] = await Promise.all([start({}), start({ trafficCapture: 'metadata' })]);
    for (const { url } of [plain, captured]) {
      await workIn(url);
      // Another caller, of another session.
      await fetch(`${url}/v1/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'say' }),
      });
    }
    har = await harOf(plain.url, { q: `session_id=${await sessionOf(plain.url)}` });
    capturedHar = await harOf(captured.url, { q: `session_id=${await sessionOf(captured.url)}` });
  }, 60_000);

  afterAll(async () => {
    await Promise.all([plain?.stop(), captured?.stop()]);
  });

  test('is HAR 1.2, captured or not', async () => {
    expect(harIssues(har)).toEqual([]);
    expect(harIssues(capturedHar)).toEqual([]);
    expect(harIssues(await harOf(captured.url, {}))).toEqual([]);
    expect(harIssues(await harOf(captured.url, { kind: 'calls' }))).toEqual([]);
    expect(harIssues(await harOf(captured.url, { q: 'session_id=nobody' }))).toEqual([]);
  });

  test('has its requests and no others, in the order in which they began, on a page of their own', async () => {
    const session = await sessionOf(plain.url);
    expect(har.log.pages.map(({ id }) => id)).toEqual([session]);
    expect(har.log.entries.map(({ pageref, _dcc_mcp: own }) => [pageref, own['operation'], own['outcome']])).toEqual([
      [session, 'search', 'ok'],
      [session, 'call', 'ok'],
      [session, 'call', 'tool_error'],
      [session, 'call', 'bad_request'],
    ]);
  });

  test('shows what went in and came out as it is kept, and says what it is', () => {
    const { request, response } = har.log.entries[1]!;
    expect(request.postData).toEqual({ mimeType: 'application/json', text: '{"a":2,"b":3}' });
    expect(request.comment).toContain('The text is the arguments as kept');
    expect(response.content).toMatchObject({
      text: expect.stringContaining('5'),
      comment: expect.stringContaining('The text is the result as kept'),
    });
    expect(JSON.stringify(har)).not.toContain(SECRET);
    expect(har.log.entries[2]!.request.comment).toContain('Redacted in 1 place.');
    expect(har.log.entries[3]!.response.content).toMatchObject({
      comment: expect.stringMatching(/^No result kept\. invalid-params: /),
    });
    expect(har.log.entries[3]!.response.content).not.toHaveProperty('text');
  });

  test('invents nothing of what was not captured', () => {
    for (const { request, response, timings } of har.log.entries) {
      expect([response.status, request.headersSize, request.bodySize, response.headersSize, response.bodySize]).toEqual(
        [0, -1, -1, -1, -1],
      );
      expect([request.headers, response.headers, timings.dns, timings.connect, timings.ssl]).toEqual([
        [],
        [],
        -1,
        -1,
        -1,
      ]);
      expect(request.comment).toContain('were not captured');
      expect(response.comment).toContain('The status was not captured');
    }
    expect(har.log.entries.map(({ response }) => response.statusText)).toEqual([
      'ok',
      'ok',
      'tool_error',
      'bad_request',
    ]);
  });

  test('with capture has status, sizes and headers, and the messages that no row is of', () => {
    const [first, ...others] = capturedHar.log.entries;
    expect(first!.request.url).toContain('/mcp?operation=initialize');
    expect(others.map(({ request }) => new URL(request.url).searchParams.get('operation'))).toEqual([
      'notifications/initialized',
      'tools/list',
      'search',
      'call',
      'call',
      'call',
    ]);
    for (const { request, response } of capturedHar.log.entries) {
      expect(response.status).toBe(request.url.includes('notifications') ? 202 : 200);
      expect(request.bodySize).toBeGreaterThan(20);
      expect(request.headers.map(({ name }) => name)).toContain('content-type');
    }
    expect(JSON.stringify(capturedHar)).not.toMatch(/mcp-session-id|authorization/i);
  });

  test('of calls has the calls alone', async () => {
    const { log } = await harOf(captured.url, { kind: 'calls', q: 'outcome=tool_error' });
    expect(log.entries.map(({ request }) => pathOf(request.url))).toEqual([
      `/mcp?operation=call&tool=${await slugOf(captured.url, 'is_error')}`,
    ]);
  });

  test('is an object in the OpenAPI document, beside the files of lines and the tables', async () => {
    const { paths } = (await (await fetch(`${plain.url}/v1/openapi.json`)).json()) as {
      readonly paths: Readonly<Record<string, { readonly get: { readonly responses: { readonly 200: object } } }>>;
    };
    expect(paths['/v1/debug/export']!.get.responses[200]).toMatchObject({
      content: {
        'application/x-ndjson': { schema: { type: 'string' } },
        'text/csv': { schema: { type: 'string' } },
        'application/json': { schema: { $ref: '#/components/schemas/Har' } },
      },
    });
  });

  test('of what makes no requests is refused with what does', async () => {
    const response = await fetch(`${plain.url}/v1/debug/export?format=har&kind=searches`);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { message: 'kind: searches are no requests; use traces or calls with format=har', parameter: 'kind' } },
    ]);
  });
});
