// Secrets, prompts and personal data planted wherever a caller, an upstream or the configuration can put them; then every
// byte that left is searched for them: the OTLP receiver, stderr, /metrics, and what others are answered.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { scrape } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import type { FakeHttp } from '../upstream/fixtures/fake-http.ts';
import { agentContext, headersWith, metaWith, PRIVATE_PLACES, privateText, SECRET_PARTS, SECRETS } from './planted.ts';
import { openLegacy, openModern, type RawMcp } from './raw-mcp.ts';
import { startTalkative, TOOLS } from './talkative-server.ts';

const CONFIG_SECRETS = ['upstream-user-pw-77', 'upstream-query-key-78', 'upstream-header-key-79', 'child-env-key-80', 'dead-user-pw-81', 'otlp-header-key-82', 'own-bearer-token-83'] as const; // prettier-ignore
const [URL_PASSWORD, URL_QUERY, HEADER_KEY, ENV_KEY, DEAD_PASSWORD, OTLP_KEY, OWN_TOKEN] = CONFIG_SECRETS;

const folder = mkdtempSync(join(tmpdir(), 'nothing-private-'));

let sink: OtlpSink;
let talkative: FakeHttp;
let gateway: RunningGateway;
let capturing: RunningGateway;
let capturingAll: RunningGateway;

function toConfig(): object {
  const url = new URL(talkative.url);
  url.username = 'svc';
  url.password = URL_PASSWORD;
  url.searchParams.set('api_key', URL_QUERY);
  return {
    auth: { tokens: [{ token: OWN_TOKEN, name: 'someone' }] },
    metrics: { enabled: true, bearerToken: OWN_TOKEN },
    mcpServers: {
      talkative: { url: talkative.url, headers: { authorization: `Bearer ${HEADER_KEY}` } },
      withurl: { url: url.href, dccType: 'withurl' },
      dead: { url: `http://svc:${DEAD_PASSWORD}@127.0.0.1:1/mcp?token=${DEAD_PASSWORD}` },
      child: { command: process.execPath, args: ['-e', 'process.exit(3)'], env: { API_KEY: ENV_KEY } },
    },
  };
}

beforeAll(async () => {
  [sink, talkative] = await Promise.all([startOtlpSink(), startTalkative()]);
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-otlp-key=${OTLP_KEY}`,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    DCC_MCP_TRACE_PROTOCOL_SPANS: 'true',
    DCC_MCP_GATEWAY_AUDIT_DIR: folder,
  };
  gateway = await startGateway({ config: toConfig(), env });
  await gateway.ready();
}, 60_000);

afterAll(async () => {
  await Promise.all([gateway?.stop(), capturing?.stop(), capturingAll?.stop()]);
  await talkative?.kill();
  await sink?.close();
  rmSync(folder, { recursive: true });
});

const OWN = { authorization: `Bearer ${OWN_TOKEN}` };

async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...OWN, ...headers } };
  const response = await fetch(`${url}${path}`, {
    ...init,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return `${JSON.stringify(Object.fromEntries(response.headers))}\n${await response.text()}`;
}

async function slugsOf(url: string, dccType: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/v1/instances`, { headers: OWN });
  const { instances } = (await answer.json()) as {
    readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  };
  const { instance_short: short } = instances.find(({ name }) => name === dccType)!;
  return TOOLS.map((tool) => `${dccType}.${short}.${tool}`);
}

/** Over REST: the secret in each field and header, private words in what is never exported. */
async function plantOverRest(url: string, secret: string, slugs: readonly string[]): Promise<void> {
  const headers = headersWith(secret);
  const context = { agent_context: agentContext(secret), meta: metaWith(secret) };
  const withText = { text: `${privateText('argument')} ${secret}` };
  await post(url, '/v1/search', { query: `${privateText('query')} ${secret}`, ...context }, headers);
  await post(url, '/v1/describe', { tool_slug: `maya.0a1b2c3d.${secret}`, ...context }, headers);
  await post(url, '/v1/load_skill', { skill_name: secret, ...context }, headers);
  await post(url, '/v1/call', { tool_slug: `maya.0a1b2c3d.${secret}`, ...context }, headers);
  await post(url, '/v1/call', { tool_slug: secret, ...context }, headers);
  await post(url, '/v1/call', { tool_slug: slugs[0], arguments: { n: privateText('wrong_argument') } }, headers);
  await post(url, '/v1/call', `{"tool_slug": "${privateText('bad_body')} ${secret}`, headers);
  await fetch(`${url}/v1/tools/${encodeURIComponent(`maya.0a1b2c3d.${secret}`)}`, { headers: { ...OWN, ...headers } });
  await fetch(`${url}/nothing/${encodeURIComponent(secret)}?key=${encodeURIComponent(secret)}`, { headers: OWN });
  const calls = slugs.map((slug) => ({ tool_slug: slug, arguments: withText, meta: metaWith(secret) }));
  await post(url, '/v1/call_batch', { calls, ...context }, headers);
}

async function plantOverMcp(client: RawMcp, secret: string, slugs: readonly string[]): Promise<void> {
  const options = { headers: { ...OWN, ...headersWith(secret) }, meta: metaWith(secret) };
  const call = (name: string, args: object): Promise<unknown> =>
    client.request('tools/call', { name, arguments: { ...args } }, options);
  const agent = { agent_context: agentContext(secret), meta: { search_id: secret } };
  await call('search', { query: `${privateText('query')} ${secret}`, ...agent });
  await call('describe', { tool_slug: `maya.0a1b2c3d.${secret}`, ...agent });
  await call('load_skill', { skill_name: secret, ...agent });
  await call(secret, {});
  await client.request(`unknown/${secret}`, {}, options).catch(() => undefined);
  await client.request('resources/read', { uri: `x://${encodeURIComponent(secret)}` }, options);
  for (const slug of slugs) {
    await call('call', { tool_slug: slug, arguments: { text: `${privateText('argument')} ${secret}` }, ...agent });
  }
  const calls = [{ tool_slug: slugs[0], arguments: { text: privateText('argument_in_batch') } }];
  await call('call', { calls, ...agent });
}

/** Everything that left for others than the caller. */
async function leaving(url: string): Promise<ReadonlyMap<string, string>> {
  const paths = ['/v1/instances', '/v1/skills', '/v1/context', '/v1/openapi.json', '/docs', '/readyz', '/healthz', '/v1/readyz']; // prettier-ignore
  const answers = await Promise.all(
    paths.map(async (path) => [path, await (await fetch(`${url}${path}`, { headers: OWN })).text()] as const),
  );
  const other = await openLegacy(url, OWN);
  const resources = await Promise.all(
    ['gateway://instances', 'gateway://catalog'].map(async (uri) => {
      const { text } = await other.request('resources/read', { uri }, { headers: OWN });
      return [uri, text] as const;
    }),
  );
  return new Map([
    ...answers,
    ...resources,
    ['search of another caller', await post(url, '/v1/search', { query: 'good' })],
    ['describe of another caller', await post(url, '/v1/describe', { tool_slug: 'maya.0a1b2c3d.good' })],
    ['/metrics', await (await fetch(`${url}/metrics`, { headers: OWN })).text()],
    ['stderr', gateway.stderr()],
    ['OTLP', sink.requests.map(({ body }) => body.toString('latin1')).join('\n')],
  ]);
}

/** What is handed on of it; arguments and results are in it, without credentials. */
async function handedOn(url: string): Promise<ReadonlyMap<string, string>> {
  const ask = async (path: string): Promise<string> =>
    (await fetch(`${url}/v1/debug/${path}`, { headers: OWN })).text();
  const kinds = ['traces', 'calls'].map(
    async (kind) => [`HAR of ${kind}`, await ask(`export?format=har&kind=${kind}`)] as const,
  );
  return new Map(await Promise.all(kinds));
}

/** Everything that was written down; arguments and results are, without credentials. */
function written(): ReadonlyMap<string, string> {
  const database = new DatabaseSync(join(folder, 'audit.db'), { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const texts = new Map<string, string>();
  for (const { name } of tables) {
    const rows = database.prepare(`SELECT * FROM ${String(name)}`).all();
    texts.set(`audit.db: ${String(name)}`, JSON.stringify(rows));
  }
  database.close();
  for (const name of ['audit.jsonl', 'traces.jsonl', 'audit.db', 'audit.db-wal']) {
    texts.set(name, readFileSync(join(folder, name), 'latin1'));
  }
  return texts;
}

describe('nothing private leaves', () => {
  let left: ReadonlyMap<string, string>;
  let kept: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const { url } = gateway;
    const [slugs, viaUrl] = await Promise.all([slugsOf(url, 'talkative'), slugsOf(url, 'withurl')]);
    const legacy = await openLegacy(url, OWN);
    for (const secret of SECRETS) {
      await plantOverRest(url, secret, slugs);
      await plantOverMcp(legacy, secret, slugs);
      await plantOverMcp(openModern(url), secret, slugs);
    }
    await post(url, '/v1/call', { tool_slug: viaUrl[0] });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    left = await leaving(url);
    kept = new Map([...written(), ...(await handedOn(url))]);
  }, 90_000);

  test('the harvest is whole: spans and metrics arrived', () => {
    const names = new Set(sink.spans().map(({ name }) => name));
    expect([...names]).toEqual(
      expect.arrayContaining(['gateway.search', 'gateway.call', 'gateway.call_batch', 'tools/call good']),
    );
    expect(sink.metrics().length).toBeGreaterThan(0);
    expect(sink.spans().some(({ attributes }) => attributes['dcc_mcp.agent.id'] !== undefined)).toBe(true);
  });

  test('what is written down is whole: rows, words and payloads are there', () => {
    expect(kept.get('audit.db: calls_body')).toContain('tool_label');
    expect(kept.get('audit.db: traces_detail')).toContain(privateText('argument'));
    expect(kept.get('audit.db: calls_body')).toContain('talkative');
    expect(kept.get('HAR of traces')).toContain(privateText('argument'));
    expect(kept.get('HAR of calls')).toContain(privateText('result'));
  });

  /** Where a text was found, as it is or percent-encoded. */
  const found = (needle: string, among: Iterable<readonly [string, string]> = left): readonly string[] =>
    [...among]
      .filter(([, text]) => text.includes(needle) || text.includes(encodeURIComponent(needle)))
      .map(([where]) => where);

  test.each(SECRET_PARTS)('no secret by form: %s', (part) => {
    expect(found(part, [...left, ...kept])).toEqual([]);
  });

  test.each(PRIVATE_PLACES)('no private words from %s', (place) => {
    expect(found(privateText(place))).toEqual([]);
  });

  test.each(CONFIG_SECRETS)('no secret of the configuration: %s', (secret) => {
    expect(found(secret, [...left, ...kept])).toEqual([]);
  });

  test('the hop’s server address has no credentials and no query', () => {
    const hops = sink.spans().filter(({ kind }) => kind === 'CLIENT');
    const addresses = new Set(hops.map(({ attributes }) => attributes['server.address']));
    expect([...addresses]).toEqual(['127.0.0.1']);
    expect(hops.every(({ attributes }) => attributes['server.port'] === Number(new URL(talkative.url).port))).toBe(
      true,
    );
  });

  test('the upstreams still got their credentials', () => {
    const sent = talkative.requests.map(({ headers }) => headers['authorization']);
    expect(sent).toContain(`Bearer ${HEADER_KEY}`);
    expect(sent).toContain(`Basic ${Buffer.from(`svc:${URL_PASSWORD}`).toString('base64')}`);
  });

  test('the caller’s own bearer token never reaches an upstream', () => {
    const sent = JSON.stringify(talkative.requests.map(({ headers }) => headers));
    expect([sent.includes(OWN_TOKEN), sent.includes('hunter2'), sent.includes('cookie')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

/** What agent context and `meta` carry and no span ever does. */
const TOLD = [
  'plan',
  'observations',
  'reasoning_summary',
  'metadata',
  'prompt',
  'messages',
  'chain_of_thought',
  'unknown_field',
  'meta_unknown',
  'meta_progress',
] as const;

describe('content that was asked for', () => {
  test('is exported for that operation only, redacted', async () => {
    sink.clear();
    capturing = await startGateway({
      config: { mcpServers: { talkative: { url: talkative.url } }, telemetry: { captureContent: ['call'] } },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
      enablePrometheus: true,
    });
    await capturing.ready();
    const { url } = capturing;
    const [good] = await slugsOf(url, 'talkative');
    await post(url, '/v1/search', { query: privateText('query') });
    await post(url, '/v1/call', { tool_slug: good, arguments: { text: `${privateText('argument')} ${SECRETS[1]}` } });
    const calls = [{ tool_slug: good, arguments: { text: privateText('argument_in_batch') } }];
    await post(url, '/v1/call_batch', { calls, agent_context: agentContext('x') });
    const spans = await sink.waitForSpans((all) => all.some(({ name }) => name === 'gateway.call_batch'), 10_000);
    const call = spans.find(({ name, kind }) => name === 'gateway.call' && kind === 'SERVER')!;
    expect(call.attributes['input.value']).toContain(privateText('argument'));
    expect(call.attributes['output.value']).toContain(privateText('result'));
    const bytes = sink.requests.map(({ body }) => body.toString('latin1')).join('\n');
    const leaked = [...SECRET_PARTS, privateText('query'), privateText('plan')].filter((part) => bytes.includes(part));
    expect(leaked).toEqual([]);
    expect(await scrape(url)).not.toContain('Pr1v4te');
    expect(capturing.stderr()).not.toContain('Pr1v4te');
  }, 30_000);

  test('never is what the caller tells of itself, in whatever operation it came', async () => {
    sink.clear();
    capturingAll = await startGateway({
      config: { mcpServers: { talkative: { url: talkative.url } } },
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        DCC_MCP_CAPTURE_CONTENT: 'all',
      },
    });
    await capturingAll.ready();
    const { url } = capturingAll;
    const [good] = await slugsOf(url, 'talkative');
    const aside = { agent_context: agentContext('x'), meta: metaWith('x') };
    await post(url, '/v1/search', { query: 'good', ...aside });
    await post(url, '/v1/describe', { tool_slug: good, ...aside });
    await post(url, '/v1/load_skill', { skill_name: 'nobody', ...aside });
    await post(url, '/v1/call', { tool_slug: good, ...aside });
    await post(url, '/v1/call_batch', { calls: [{ tool_slug: good, id: 'one', meta: metaWith('x') }], ...aside });
    const spans = await sink.waitForSpans((all) => all.some(({ name }) => name === 'gateway.call_batch'), 10_000);
    const inputs = new Map(spans.map(({ name, attributes }) => [name, attributes['input.value']]));
    expect(inputs.get('gateway.search')).toBe('{"query":"good"}');
    expect(inputs.get('gateway.load_skill')).toBe('{"skill_names":["nobody"]}');
    expect(inputs.get('gateway.call_batch')).toBe(
      `{"calls":[{"tool_slug":"${good}","id":"one"}],"stop_on_error":false}`,
    );
    const bytes = sink.requests.map(({ body }) => body.toString('latin1')).join('\n');
    expect(TOLD.filter((place) => bytes.includes(privateText(place)))).toEqual([]);
  }, 30_000);
});
