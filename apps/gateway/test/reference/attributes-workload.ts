// Requests after which every attribute of the reference has been on a span or a log record: two gateways, one collector.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CoreHost, startCoreHost } from '../fixtures/core-host.ts';
import { type JobHost, startJobHost } from '../fixtures/job-host.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern, type RawMcp } from '../tracing/raw-mcp.ts';
import { type FakeHttp, startFakeHttp } from '../upstream/fixtures/fake-http.ts';
import { until } from '../upstream/fixtures/harness.ts';

type Json = Readonly<Record<string, unknown>>;

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Everything that a caller may tell of itself. */
const AGENT: Json = {
  actor_id: 'artist-7',
  actor_name: 'Ada',
  actor_email_hash: 'a'.repeat(64),
  agent_id: 'planner-3',
  agent_name: 'Planner',
  agent_kind: 'assistant',
  agent_version: '1.2',
  model: 'some-model-4',
  model_provider: 'somebody',
  model_version: '4',
  reasoning_effort: 'low',
  turn_id: 'turn-9',
  task: 'light the shot',
  tags: ['lighting'],
  client_platform: 'nuke',
  client_os: 'linux',
  client_host: 'ws-12',
  auth_subject: 'ada',
  user_intent_summary: 'wants a warmer key light',
  agent_reply_summary: 'made it warmer',
  user_input_hash: 'b'.repeat(64),
  agent_reply_hash: 'c'.repeat(64),
  user_input_chars: 120,
  agent_reply_chars: 80,
  parent_request_id: 'batch-1',
};
const HEADERS = {
  'content-type': 'application/json',
  'x-forwarded-for': '203.0.113.9',
  'x-dcc-mcp-parent-request-id': 'batch-1',
  traceparent: TRACEPARENT,
};

/** A host whose only tool fails that many times, and then answers. */
function startFlaky(count: number): Promise<FakeHttp> {
  let failures = count;
  const tools = [{ name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }];
  return startFakeHttp({
    intercept({ message }, response) {
      if (message?.method !== 'tools/call' && message?.method !== 'tools/list') {
        return false;
      }
      const isCall = message.method === 'tools/call';
      failures -= isCall ? 1 : 0;
      const result = isCall ? { content: [] } : { tools };
      response.writeHead(isCall && failures >= 0 ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
      return true;
    },
  });
}

/** A host that answers each call with an error of JSON-RPC. */
function startRefusing(): Promise<FakeHttp> {
  return startFakeHttp({
    intercept({ message }, response) {
      if (message?.method !== 'tools/call' && message?.method !== 'tools/list') {
        return false;
      }
      const outcome =
        message.method === 'tools/call'
          ? { error: { code: -32_603, message: 'not today' } }
          : { result: { tools: [{ name: 'refuse', inputSchema: { type: 'object' } }] } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome }));
      return true;
    },
  });
}

interface Hosts {
  readonly plain: PlainServer;
  readonly core: CoreHost;
  readonly jobs: JobHost;
  readonly flaky: FakeHttp;
  readonly failing: FakeHttp;
  readonly refusing: FakeHttp;
}

async function startHosts(): Promise<Hosts> {
  const [plain, core, jobs, flaky, failing, refusing] = await Promise.all([
    startPlainServer({
      tools: [
        'work',
        { name: 'sized', inputSchema: { type: 'object', properties: { size: { type: 'number' } } } },
        { name: 'odd', inputSchema: { type: 'object', properties: { a: { $ref: 'https://elsewhere.example/a' } } } },
      ],
      prompts: ['ask'],
      resources: ['plain://thing'],
    }),
    startCoreHost({ scene: '/shows/x/shot.ma', skills: { 'mesh-tools': ['read_mesh'] } }),
    startJobHost(),
    startFlaky(1),
    startFlaky(Infinity),
    startRefusing(),
  ]);
  core.load('mesh-tools');
  return { plain, core, jobs, flaky, failing, refusing };
}

function config({ plain, core, jobs, flaky, failing, refusing }: Hosts): object {
  return {
    mcpServers: {
      plain: { url: plain.url, affinity: 'main' },
      core: { url: core.url },
      jobs: { url: jobs.url },
      flaky: { url: flaky.url },
      failing: { url: failing.url },
      refusing: { url: refusing.url },
      secret: { url: plain.url },
      gone: { url: 'http://127.0.0.1:9/mcp' },
    },
    policy: { allowedDccTypes: ['plain', 'core', 'jobs', 'flaky', 'failing', 'refusing', 'gone'] },
    limits: { circuitFailureThreshold: 1, readRetryMax: 1 },
    server: { trustedProxies: ['127.0.0.1'] },
  };
}

/** Asks over REST, as a caller that tells everything. */
class Rest {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async post(operation: string, body: Json): Promise<Json> {
    const response = await fetch(`${this.#url}/v1/${operation}`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ ...body, agent_context: AGENT }),
    });
    return (await response.json()) as Json;
  }

  /** A slug of the upstream, also of a tool that policy hides. */
  async slug(name: string, tool: string): Promise<string> {
    const { instances } = (await (await fetch(`${this.#url}/v1/instances`)).json()) as { instances: readonly Json[] };
    return `${name}.${String(instances.find((row) => row['name'] === name)?.['instance_short'])}.${tool}`;
  }
}

async function playRest(url: string): Promise<void> {
  const rest = new Rest(url);
  const found = await rest.post('search', { query: 'work' });
  const meta = { search_id: found['search_id'] };
  const work = await rest.slug('plain', 'work');
  await rest.post('describe', { tool_slug: work, meta });
  await rest.post('load_skill', { skill_name: 'mesh-tools', meta });
  await rest.post('call', { tool_slug: work, arguments: { n: 1 }, meta });
  await rest.post('call', { tool_slug: await rest.slug('plain', 'sized'), arguments: { size: '7' } });
  await rest.post('call', { tool_slug: await rest.slug('plain', 'odd'), arguments: { a: 1 } });
  await rest.post('call', { tool_slug: await rest.slug('core', 'mesh_tools__read_mesh'), arguments: {} });
  await rest.post('call', { tool_slug: await rest.slug('jobs', 'sync'), arguments: {} });
  await rest.post('call', { tool_slug: work, arguments: {}, meta: { 'dcc.async': true } });
  await rest.post('call', { tool_slug: await rest.slug('flaky', 'look'), arguments: {} });
  await rest.post('call', { tool_slug: await rest.slug('failing', 'look'), arguments: {} });
  await rest.post('call', { tool_slug: await rest.slug('refusing', 'refuse'), arguments: {} });
  await rest.post('call', { tool_slug: await rest.slug('secret', 'work'), arguments: {} });
  await rest.post('call', { tool_slug: await rest.slug('gone', 'work'), arguments: {} });
  await rest.post('call_batch', { calls: [{ tool_slug: work }, { tool_slug: 'no.such.tool' }] });
  await fetch(`${url}/healthz`, { headers: HEADERS });
}

/** The one prompt of the plain server, as clients of the gateway name it. */
async function promptOf(mcp: RawMcp): Promise<string> {
  const { result } = await mcp.request('prompts/list', {});
  const [prompt] = (result?.['prompts'] ?? []) as readonly { readonly name: string }[];
  return prompt?.name ?? 'ask';
}

async function playMcp(mcp: RawMcp): Promise<void> {
  const name = await promptOf(mcp);
  const ref = { type: 'ref/prompt', name };
  const requests: readonly (readonly [string, Json])[] = [
    ['tools/list', {}],
    ['resources/list', {}],
    ['prompts/get', { name }],
    ['prompts/get', { name: 'nobody' }],
    ['resources/read', { uri: 'plain://thing' }],
    ['completion/complete', { ref, argument: { name: 'a', value: '' } }],
    ['no/such/method', {}],
    ['tools/call', { name: 'plain__work', arguments: {} }],
    ['tools/call', { name: 'nowhere', arguments: {} }],
  ];
  const meta = { agent_context: AGENT, traceparent: TRACEPARENT };
  for (const [method, params] of requests) {
    await mcp.request(method, params, { headers: { 'x-forwarded-for': '203.0.113.9' }, meta });
  }
}

async function withGateway(settings: object, play: (gateway: RunningGateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway(settings);
  try {
    await gateway.ready();
    await play(gateway);
    // The collector refuses metrics, which is an event of the log.
    await until(() => gateway.stderr().includes('/v1/metrics: failing'));
  } finally {
    await gateway.stop();
  }
}

/** A gateway of the command, whose file changes, whose history can't be written (its folder is a file), and whose port is given up. */
async function changeFile(env: Readonly<Record<string, string>>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'attributes-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, '{"mcpServers": {}}');
  const own = { DCC_MCP_GATEWAY_AUDIT_DIR: join(file, 'below'), DCC_MCP_STATE_DIR: folder };
  const served = await serveInProcess(file, { env: { ...env, ...own } });
  writeFileSync(file, '{"mcpServers": {}, "policy": {"readOnly": true}}');
  served.signal('SIGHUP');
  await until(() => served.stderr().includes('has changed'));
  const secret = readFileSync(join(folder, `gateway-${new URL(served.url).port}.secret`), 'utf8');
  await fetch(`${served.url}/gateway/yield`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    body: '{"challenger_version": "99.0.0"}',
  });
  await served.stop();
  rmSync(folder, { recursive: true });
}

/** Runs everything; what was recorded is at the collector when it resolves. */
export async function runAttributesWorkload(collector: string): Promise<void> {
  const hosts = await startHosts();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    DCC_MCP_TRACE_PROTOCOL_SPANS: 'true',
    DCC_MCP_TRACE_PARENT: 'local',
  };
  try {
    await withGateway({ config: config(hosts), env }, async ({ url }) => {
      await playRest(url);
      await playMcp(await openLegacy(url));
    });
    await withGateway({ config: config(hosts), env: { ...env, DCC_MCP_EXPOSE: 'all' } }, async ({ url }) => {
      await playMcp(await openLegacy(url));
      await playMcp(openModern(url));
    });
    await changeFile(env);
  } finally {
    hosts.plain.server.closeAllConnections();
    hosts.plain.server.close();
    hosts.core.server.closeAllConnections();
    hosts.core.server.close();
    hosts.jobs.close();
    await Promise.all([hosts.flaky.kill(), hosts.failing.kill(), hosts.refusing.kill()]);
  }
}
