import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
// Two gateways at one Redis: what happened at one is told of by the other.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { call, debug, newFolder, type Row, started, TOOLS } from './kept-gateways.ts';

type Rows = readonly Row[];

const callsAt = async (url: string, query = ''): Promise<Rows> => (await debug(url, `calls${query}`))['calls'] as Rows;
const decisionsAt = async ({ url }: RunningGateway, query = ''): Promise<Rows> =>
  (await debug(url, `governance${query}`))['recent_decisions'] as Rows;
const requestIds = (rows: Rows): readonly unknown[] => rows.map((row) => row['request_id']);

async function storesOf(url: string): Promise<Readonly<Record<string, Row>>> {
  return (await debug(url, 'health'))['stores'] as Readonly<Record<string, Row>>;
}

async function counted(url: string): Promise<number> {
  const counts = valuesOf(await scrape(url), 'dcc_mcp_tool_calls_total', ['tool', 'status']);
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function search(url: string): Promise<Row> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/search`, { method: 'POST', headers, body: JSON.stringify({ query: 'say' }) });
  return (await response.json()) as Row;
}

const open = async (url: string, last?: string): Promise<Response> =>
  fetch(`${url}/v1/debug/stream?kinds=calls`, { headers: last === undefined ? {} : { 'last-event-id': last } });

/** The first so many calls that a stream tells of: their row ids and request ids. */
async function take(response: Response, calls: number): Promise<readonly (readonly [id: string, request: string])[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (text.split('event: calls').length <= calls || !text.endsWith('\n\n')) {
    text += (await reader.read()).value!;
  }
  await reader.cancel();
  const events = text.matchAll(/id: (\S+)\nevent: calls\ndata: .*?"request_id":"([^"]+)"/g);
  return [...events].map(([, id, request]) => [id!, request!]);
}

describeWithTools({ describe, test }, ['redis-server'])('two gateways at one Redis', () => {
  let redis: RunningRedis;
  let prefix = 0;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.stop());

  beforeEach(() => {
    prefix += 1;
  });

  function gateway(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
    return startGateway({
      config: { mcpServers: TOOLS },
      env: {
        DCC_MCP_REDIS_URL: redis.url,
        DCC_MCP_REDIS_KEY_PREFIX: `test-${prefix}:`,
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
        DCC_MCP_STATE_DIR: newFolder(),
        ...env,
      },
      enablePrometheus: true,
    });
  }

  const both = (): Promise<readonly [RunningGateway, RunningGateway]> =>
    Promise.all([started(gateway('gateway-a')), started(gateway('gateway-b'))]);

  test('a call at one is listed at the other within a second, with its trace, and its bundle', async () => {
    const [a, b] = await both();
    const { id } = await call(a.url, 'say');
    const begin = performance.now();
    await until(async () => requestIds(await callsAt(b.url)).includes(id));
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(await debug(b.url, `traces/${id}`)).toMatchObject({ request_id: id, service_instance_id: 'gateway-a' });
    expect(((await debug(b.url, `traces/${id}`))['spans'] as Rows).length).toBeGreaterThan(1);
    expect(await debug(b.url, `bundles/${id}`)).toMatchObject({
      request_id: id,
      calls: [{ tool_label: 'toolbox__say' }],
    });
    const { activity } = await debug(b.url, 'activity?q=kind%3Dtool_call');
    expect(activity).toMatchObject([{ correlation: { request_id: id, service_instance_id: 'gateway-a' } }]);
  });

  test('rows are as many as both have counted, and stats say the same at both', async () => {
    const [a, b] = await both();
    for (const { url } of [a, b, a, a, b]) {
      await call(url, 'say');
    }
    await call(b.url, 'is_error');
    const totals = async () => Promise.all([a, b].map(async ({ url }) => (await debug(url, 'calls'))['total']));
    await until(async () => (await totals()).every((total) => total === 6));
    expect((await counted(a.url)) + (await counted(b.url))).toBe(6);
    const appended = await Promise.all([a, b].map(async ({ url }) => (await storesOf(url))['calls']!['appended']));
    expect(appended).toEqual([3, 3]);
    for (const { url } of [a, b]) {
      expect(await debug(url, 'stats')).toMatchObject({ total_calls: 6, by_outcome: { ok: 5, tool_error: 1 } });
      expect((await storesOf(url))['shared_rows']).toMatchObject({ state: 'ok', queued: 0, dropped: 0 });
    }
  });

  test('the filter instance gives what one gateway did, or what one server did', async () => {
    const [a, b] = await both();
    const [here, there] = [await call(a.url, 'say'), await call(b.url, 'say')];
    await until(async () => (await callsAt(b.url)).length === 2);
    expect(requestIds(await callsAt(b.url, '?instance=gateway-a'))).toEqual([here.id]);
    expect(requestIds(await callsAt(b.url, '?instance=gateway-b&q=outcome%3Dok'))).toEqual([there.id]);
    expect(requestIds(await callsAt(b.url, '?q=service_instance_id%3Dgateway-a'))).toEqual([here.id]);
    const server = String((await callsAt(b.url))[0]!['instance_id']);
    expect(await callsAt(b.url, `?instance=${server}`)).toHaveLength(2);
    expect(await callsAt(b.url, '?instance=nobody')).toEqual([]);
    expect((await debug(b.url, 'activity?instance=gateway-a'))['activity']).not.toEqual([]);
  });

  test('decisions of all are listed at each, and the filter instance gives those of one gateway', async () => {
    const env = { DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: '2' };
    const [a, b] = await Promise.all([started(gateway('gateway-a', env)), started(gateway('gateway-b', env))]);
    for (const { url } of [a, b, a, b]) {
      await search(url);
    }
    await until(async () => (await decisionsAt(a)).length === 4);
    await until(async () => (await decisionsAt(b)).length === 4);
    const made = (await decisionsAt(b)).map((row) => row['service_instance_id']);
    expect(new Set(made)).toEqual(new Set(['gateway-a', 'gateway-b']));
    const ofOne = await decisionsAt(b, '?instance=gateway-a');
    expect(ofOne.map((row) => row['service_instance_id'])).toEqual(['gateway-a', 'gateway-a']);
    expect(await decisionsAt(b, '?instance=nobody')).toEqual([]);
  });

  test('the live tail of one tells of the calls at the other, and resumes at either', async () => {
    const [a, b] = await both();
    const tail = await open(b.url);
    const first = await call(a.url, 'say');
    const second = await call(b.url, 'say');
    const told = await take(tail, 2);
    expect(new Set(told.map(([, id]) => id))).toEqual(new Set([first.id, second.id]));
    const third = await call(a.url, 'say');
    for (const { url } of [a, b]) {
      expect((await take(await open(url, told[1]![0]), 1)).map(([, id]) => id)).toEqual([third.id]);
    }
  });

  test('a call that follows a search of the other gateway stands in it', async () => {
    const [a, b] = await both();
    const { search_id: searchId } = await search(a.url);
    const { instances } = (await (await fetch(`${b.url}/v1/instances`)).json()) as { instances: Rows };
    const body = {
      tool_slug: `toolbox.${String(instances[0]!['instance_short'])}.say`,
      meta: { search_id: searchId },
    };
    const headers = { 'content-type': 'application/json' };
    const searchesAt = async ({ url }: RunningGateway): Promise<readonly { readonly followups: Rows }[]> => {
      const { searches } = (await debug(url, 'search-telemetry')) as { searches: readonly { followups: Rows }[] };
      return searches;
    };
    const followUpsAt = async (at: RunningGateway): Promise<Rows> => (await searchesAt(at))[0]?.followups ?? [];
    // A search is told of behind its answer: whoever follows it takes longer than that.
    await until(async () => (await searchesAt(b)).length === 1);
    await fetch(`${b.url}/v1/call`, { method: 'POST', headers, body: JSON.stringify(body) });
    await until(async () => (await followUpsAt(a)).length === 1 && (await followUpsAt(b)).length === 1);
    expect(await followUpsAt(a)).toMatchObject([{ kind: 'call', selected_rank: 1, success: true }]);
    expect(await followUpsAt(b)).toEqual(await followUpsAt(a));
  });

  test('a gateway that stops leaves every finished row, and its file has its own alone', async () => {
    const folder = newFolder();
    const a = await gateway('gateway-a', { DCC_MCP_GATEWAY_AUDIT_DIR: folder });
    const b = await started(gateway('gateway-b'));
    await a.ready();
    const ids = await Promise.all(Array.from({ length: 20 }, () => call(a.url, 'say')));
    await call(b.url, 'say');
    await a.stop();
    const left = requestIds(await callsAt(b.url));
    expect(ids.filter(({ id }) => !left.includes(id))).toEqual([]);
    const again = await started(gateway('gateway-a', { DCC_MCP_GATEWAY_AUDIT_DIR: folder }));
    await call(again.url, 'say');
    await until(async () => (await callsAt(b.url)).length === 22);
    expect([(await debug(again.url, 'calls'))['total'], requestIds(await callsAt(again.url)).length]).toEqual([22, 22]);
    expect((await storesOf(again.url))['audit_file']).toMatchObject({ rows: 21 });
  });

  test('Redis gone: each tells of its own calls and says that they are not shared; back: all are', async () => {
    const own = await startRedis();
    const env = { DCC_MCP_REDIS_URL: own.url };
    const [a, b] = await Promise.all([started(gateway('gateway-a', env)), started(gateway('gateway-b', env))]);
    await own.kill();
    const isAway = async ({ url }: RunningGateway): Promise<boolean> =>
      (await storesOf(url))['shared_rows']!['state'] === 'failing';
    await until(async () => (await isAway(a)) && (await isAway(b)));
    const { id } = await call(a.url, 'say');
    expect(requestIds(await callsAt(a.url))).toEqual([id]);
    expect((await storesOf(a.url))['shared_rows']).toMatchObject({ state: 'failing' });
    expect(await callsAt(b.url)).toEqual([]);
    const back = await startRedis({ port: own.port });
    await until(async () => requestIds(await callsAt(b.url)).includes(id));
    await Promise.all([own.stop(), back.stop()]);
  });
});
