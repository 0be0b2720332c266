// Each route that is served is in the OpenAPI document, the page and the reference, and answers what they say.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { SmartRouter } from 'hono/router/smart-router';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CoreHost, startCoreHost } from '../fixtures/core-host.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { HTTP_REFERENCE, toHttpReference } from './http-reference.ts';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const MODERN_HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
const TOKEN = 'a'.repeat(32);

/** The way to a gateway's end, for who can prove that it may. */
const YIELD = '/gateway/yield';
const stateDir = mkdtempSync(join(tmpdir(), 'routes-'));

/** What proves that. */
function proofFor(path: string): Readonly<Record<string, string>> {
  const file = join(stateDir, `gateway-${new URL(open.url).port}.secret`);
  return path === YIELD ? { authorization: `Bearer ${readFileSync(file, 'utf8')}` } : {};
}

let server: PlainServer;
let host: CoreHost;
let open: RunningGateway;
let guarded: RunningGateway;
let document: Document;
/** `GET /v1/call`, as the router was given them. */
const served = new Set<string>();
/** Values of path parameters of a tool that is there. */
let parameters: Readonly<Record<string, string>>;
/** Of a call that is remembered. */
let requestId: string;
/** A job that is over. */
let jobId: string;
/** A file that the admin page loads. */
let pageFile: string;

beforeAll(async () => {
  server = await startPlainServer({ tools: ['read_it'] });
  host = await startCoreHost({ skills: { 'mesh-tools': ['read_mesh'] } });
  const mcpServers = { plain: { url: server.url }, core: { url: host.url } };
  const adding = jest.spyOn(SmartRouter.prototype, 'add');
  const config = { mcpServers, server: { bodyLimitBytes: 2_048 }, stateDir };
  open = await startGateway({ config, enablePrometheus: true });
  adding.mock.calls.forEach(([method, path]) => served.add(`${method === 'ALL' ? 'GET' : method} ${path}`));
  adding.mockRestore();
  guarded = await startGateway({
    config: { mcpServers },
    env: { DCC_MCP_AUTH_TOKEN: TOKEN, DCC_MCP_AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks' },
  });
  await Promise.all([open.ready(), guarded.ready()]);
  document = (await (await fetch(`${open.url}/v1/openapi.json`)).json()) as Document;
  const { instances } = (await (await fetch(`${open.url}/v1/instances`)).json()) as {
    instances: readonly Readonly<Record<string, string>>[];
  };
  const { instance_id: id = '', instance_short: short } = instances.find(({ name }) => name === 'plain')!;
  parameters = { slug: `plain.${short}.read_it`, dcc: 'plain', id };
  const called = await ask(open.url, ['POST', '/v1/call'], { body: bodyFor('/v1/call') });
  requestId = called.headers.get('x-request-id')!;
  const asked = { body: { ...(bodyFor('/v1/call') as object), meta: { 'dcc.async': true } } };
  jobId = ((await (await ask(open.url, ['POST', '/v1/call'], asked)).json()) as { job_id: string }).job_id;
  pageFile = /assets\/([^"]+\.js)/.exec(await (await fetch(`${open.url}/admin/`)).text())![1]!;
}, 30_000);

afterAll(async () => {
  await Promise.all([open?.stop(), guarded?.stop()]);
  rmSync(stateDir, { recursive: true });
  for (const each of [server, host]) {
    each?.server.closeAllConnections();
    each?.server.close();
  }
});

/** What the reference names: known before anything runs, so that each route is a test of its own. */
const documented = [...readFileSync(HTTP_REFERENCE, 'utf8').matchAll(/^## (GET|POST|DELETE|PUT|PATCH) (\S+)$/gm)].map(
  ([, method, path]) => [method!, path!] as const,
);

const REGISTERED = { instance_id: '0a1b2c3d-0000-4000-8000-000000000000' };

/** A good body for each route that takes one. */
function bodyFor(path: string): unknown {
  const { slug = '' } = parameters;
  const bodies: Readonly<Record<string, unknown>> = {
    '/v1/search': { query: 'read' },
    '/v1/describe': { tool_slug: slug },
    '/v1/load_skill': { skill_name: 'mesh-tools' },
    '/v1/unload_skill': { skill_name: 'mesh-tools' },
    '/v1/call': { tool_slug: slug },
    '/v1/call_batch': { calls: [{ tool_slug: slug }] },
    '/v1/dcc/{dcc}/instances/{id}/call': { backend_tool: 'read_it' },
    [YIELD]: { challenger_version: '99.0.0' },
    '/v1/instances/register': { ...REGISTERED, dcc_type: 'maya', mcp_url: 'http://127.0.0.1:1/mcp' },
    '/v1/instances/heartbeat': REGISTERED,
    '/v1/instances/deregister': REGISTERED,
    '/mcp': { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: modernMeta } },
  };
  return bodies[path];
}

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask(url: string, [method, path]: readonly [string, string], { body, headers }: Asked = {}): Promise<Response> {
  const isHistory = /^\/(?:v1\/debug|admin\/api)\/(?!instances)/.test(path);
  const isJob = path.startsWith('/v1/jobs');
  const values = {
    file: pageFile,
    ...parameters,
    ...(isHistory ? { id: requestId } : {}),
    ...(isJob ? { id: jobId } : {}),
  };
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name) => values[name as keyof typeof values] ?? '');
  const query = path.endsWith('/describe') && method === 'GET' ? '?backend_tool=read_it' : '';
  const more = path === '/mcp' && method === 'POST' ? MODERN_HEADERS : {};
  return fetch(`${url}${place}${query}`, {
    method,
    redirect: 'manual',
    headers: { accept: 'application/json, text/event-stream, */*', ...more, ...headers },
    ...(body === undefined || method !== 'POST' ? {} : { body: JSON.stringify(body) }),
  });
}

const operationOf = ([method, path]: readonly [string, string]): Operation =>
  document.paths[path]![method.toLowerCase()]!;

async function session(url: string): Promise<Readonly<Record<string, string>>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'routes', version: '1' } };
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  return { 'mcp-session-id': response.headers.get('mcp-session-id')! };
}

test('every route that is served is in /v1/openapi.json, and nothing else is', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = [...served]
    .filter((route) => !route.startsWith('HEAD '))
    .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
  expect(described.toSorted()).toEqual(routes.toSorted());
});

test('/docs and the reference show every route', async () => {
  const page = await (await fetch(`${open.url}/docs`)).text();
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );
  const shown = described.map(([method, path]) => `<code class="method">${method}</code> <code>${path}</code>`);
  expect(shown.filter((each) => !page.includes(each))).toEqual([]);
  expect(documented.map((each) => each.join(' ')).toSorted()).toEqual(
    described.map((each) => each.join(' ')).toSorted(),
  );
  expect(readFileSync(HTTP_REFERENCE, 'utf8')).toBe(toHttpReference());
});

describe.each(documented)('%s %s', (method, path) => {
  const route = [method, path] as const;

  test('answers a good request with a status and a content type that it names', async () => {
    const headers = path === '/mcp' && method !== 'POST' ? await session(open.url) : {};
    // The last thing that a gateway answers.
    const isEnd = path === YIELD;
    // Who issues tokens is told by a gateway for which somebody does.
    const usual = path.startsWith('/.well-known/') ? guarded : open;
    const asked = isEnd ? await startGateway({ env: { DCC_MCP_AUTH_TOKEN: TOKEN } }) : usual;
    const proof = isEnd ? { authorization: `Bearer ${TOKEN}` } : {};
    const response = await ask(asked.url, route, { body: bodyFor(path), headers: { ...headers, ...proof } });
    const { responses } = operationOf(route);
    expect(Object.keys(responses).filter((status) => /^2|^307/.test(status))).toContain(String(response.status));
    const type = response.headers.get('content-type')?.split(';')[0];
    const types = Object.keys(responses[response.status]?.content ?? {});
    expect(types.length === 0 ? [undefined] : types).toContain(type);
    await response.body?.cancel();
  });

  test('asks for a token where it says so, and nowhere else', async () => {
    const response = await ask(guarded.url, route, { body: bodyFor(path) });
    await response.body?.cancel();
    const isMetrics = path.startsWith('/metrics');
    expect(response.status === 401).toBe(!isMetrics && operationOf(route).responses['401'] !== undefined);
  });

  test('names what it answers to a page from elsewhere', async () => {
    const response = await ask(open.url, route, {
      body: bodyFor(path),
      headers: { origin: 'https://elsewhere.example' },
    });
    await response.body?.cancel();
    expect(response.status).toBe(403);
    expect(Object.keys(operationOf(route).responses)).toContain('403');
  });
});

const posts = documented.filter(([method]) => method === 'POST');

test.each(posts)(
  '%s %s names what it answers to a body that is wrong, too large or of nothing known',
  async (...route) => {
    const statuses: number[] = [];
    for (const body of [[], {}, { query: 'x'.repeat(3_000) }, { tool_slug: 'no.such.tool', backend_tool: 'none' }]) {
      const response = await ask(open.url, route, { body, headers: proofFor(route[1]) });
      await response.body?.cancel();
      statuses.push(response.status);
    }
    expect(statuses.slice(0, 3)).toEqual([400, expect.any(Number), 413]);
    const named = Object.keys(operationOf(route).responses);
    expect(statuses.filter((status) => !named.includes(String(status)))).toEqual([]);
  },
);

test('the metrics name what they answer when nothing turned them on, when they are off, and to other formats', async () => {
  const named = Object.keys(operationOf(['GET', '/metrics']).responses);
  const off = await startGateway({ env: { ENABLE_METRICS: 'false' } });
  const answers = await Promise.all([
    fetch(`${guarded.url}/metrics`),
    fetch(`${off.url}/metrics`),
    fetch(`${open.url}/metrics`, { headers: { accept: 'image/png' } }),
  ]);
  await off.stop();
  expect(answers.map(({ status }) => status)).toEqual([404, 503, 406]);
  expect(named).toEqual(expect.arrayContaining(['404', '503', '406']));
});

test('with metrics on a port of their own, the document does not name them', async () => {
  const apart = await startGateway({ enablePrometheus: true, env: { DCC_MCP_METRICS_PORT: '0' } });
  const { paths } = (await (await fetch(`${apart.url}/v1/openapi.json`)).json()) as Document;
  await apart.stop();
  expect(Object.keys(paths).filter((path) => path.startsWith('/metrics'))).toEqual([]);
});
