// stats, workflows, instances and lists by a link: what a gateway did, for people and agents without a browser.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { InstanceList } from '../../../src/cli/history/show/instance-lines.ts';
import { runInProcess } from '../../fixtures/run-in-process.ts';
import { startGateway } from '../../fixtures/start-gateway.ts';
import { type Answer, type RestGateway, startRestGateway } from '../../rest/rest-gateway.ts';

let rest: RestGateway;
let at: readonly string[];

beforeAll(async () => {
  rest = await startRestGateway();
  at = ['--url', rest.gateway.url];
  const meta = { agent_context: { agent_name: 'Ada', session_id: 's-1', turn_id: 't-1' } };
  await rest.post('/v1/search', { query: 'add two numbers', meta });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 }, meta });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error'), meta });
  await rest.post('/v1/call', { tool_slug: rest.toolbox('say') });
});

afterAll(() => rest?.gateway.stop());

const widest = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));

describe('stats', () => {
  test('says how many failed, how long they took, and which tools', async () => {
    const { code, stdout } = await runInProcess(['stats', ...at]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^last 1h: 3 calls, 1 failed, 66\.7 % went well$/m);
    expect(stdout).toMatch(/^outcomes .*tool_error 1/m);
    expect(stdout).toMatch(/^duration {2}p50 .* p95 .* p99 .* max /m);
    expect(stdout).toMatch(/^toolbox\.\w{8}\.is_error +1 +1 +100\.0 % /m);
    expect(stdout).toMatch(/^Ada +2 +1 +50\.0 % /m);
  });

  test('says what calls failed with most often, and what lists just those', async () => {
    const { stdout } = await runInProcess(['stats', ...at]);
    const [, message = '', hash = ''] =
      /^(.*\S) +tool_error +upstream +([\da-f]{8}) +1 +1 +[\d:.]{12}$/m.exec(stdout) ?? [];
    const { stdout: listed } = await runInProcess(['calls', '--q', `error.message_hash=${hash}`, '--json', ...at]);
    expect(JSON.parse(listed)).toMatchObject({ total: 1, calls: [{ error: { message } }] });
  });

  test('says how far back what is kept reaches', async () => {
    const { stdout } = await runInProcess(['stats', '--range', '7d', ...at]);
    expect(stdout).toMatch(/^last 7d: 3 calls.*\nwhat is kept begins at \d{4}-/m);
  });

  test('--json is the answer of the API', async () => {
    const { stdout } = await runInProcess(['stats', '--range', '24h', '--json', ...at]);
    expect(JSON.parse(stdout)).toMatchObject({ range: '24h', total_calls: 3, failed_calls: 1 });
  });

  test('a range that there is not is refused with those that there are', async () => {
    const { code, stderr } = await runInProcess(['stats', '--range', '2h', ...at]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('use one of 1h, 24h, 7d')]);
  });
});

describe('workflows', () => {
  test('shows what an agent did in one go, and the ids of what failed', async () => {
    const { stdout } = await runInProcess(['workflows', ...at]);
    expect(stdout).toMatch(
      /^[\d:.]{12} {2}failed {3,}.* 3 steps, 1 failed {2}by Ada\n {2}"add two numbers" → toolbox\.\w{8}\.add\n {2}tool_error {2}toolbox\.\w{8}\.is_error {2}[\w-]+$/m,
    );
  });

  test('takes a query on its own fields and on those of its steps', async () => {
    const { stdout } = await runInProcess(['workflows', '--q', 'status=failed tool~is_error', '--json', ...at]);
    expect(JSON.parse(stdout)).toMatchObject({ total: 1, workflows: [{ agent: { agent_name: 'Ada' } }] });
    const none = await runInProcess(['workflows', '--q', 'status=failed tool~say', ...at]);
    expect(none.stdout).toBe('no workflows match\n');
  });

  test('a field that there is not is refused with the one that is near', async () => {
    const { code, stderr } = await runInProcess(['workflows', '--q', 'statsu=failed', ...at]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Did you mean status?')]);
  });
});

describe('search-quality', () => {
  test('says whether searches lead to tools, and lists them', async () => {
    const { code, stdout } = await runInProcess(['search-quality', ...at]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 search, 0 led to a tool\nhit at 1 {2}0\.0 % /);
    expect(stdout).toMatch(/^[\d:.]{12} +\d+ hits {2}"add two numbers" {2}\S+$/m);
  });

  test('takes a query for those that are listed, and --json is the answer of the API', async () => {
    const { stdout } = await runInProcess(['search-quality', '--q', 'zero_results=true', '--json', ...at]);
    expect(JSON.parse(stdout)).toMatchObject({ total: 0, searches: [], stats: { total_searches: 1 } });
  });
});

test('instances are a table of the servers as they are now, with why one is not ready', async () => {
  const { stdout } = await runInProcess(['instances', ...at]);
  expect(stdout).toMatch(/^toolbox \(toolbox\) +ready +\d+ +3 +1 /m);
  expect(stdout).toMatch(/^gone: .+/m);
  expect(stdout).toMatch(/ +config$/m);
});

const tell = (what: string, body: object): Promise<Answer> => rest.post(`/v1/instances/${what}`, body);

/** Resolves once there is something to say of why an instance is not ready. */
async function untilTried(id: string): Promise<void> {
  const isTried = async (): Promise<boolean> => {
    const { instances } = (await (await fetch(`${rest.gateway.url}/v1/debug/instances`)).json()) as InstanceList;
    return instances.some(({ instance_id: each, last_error: error }) => each === id && error !== undefined);
  };
  while (!(await isTried())) {
    await wait(20);
  }
}

test('instances says which left and which were not taken, with the reasons', async () => {
  const id = '0a1b2c3d-0000-4000-8000-000000000000';
  await tell('register', { instance_id: id, dcc_type: 'maya', mcp_url: 'http://169.254.1.1/mcp' });
  const refused = (await runInProcess(['instances', ...at])).stdout;
  expect(refused).toMatch(/^skipped \(http\) {2}maya 0a1b2c3d: refused: .+no setting allows/m);
  await tell('register', { instance_id: id, dcc_type: 'maya', mcp_url: 'http://127.0.0.1:1/mcp' });
  expect((await runInProcess(['instances', ...at])).stdout).toMatch(/^maya-0a1b2c3d \(maya\) .+ http$/m);
  await untilTried(id);
  expect((await runInProcess(['instances', ...at])).stdout).toMatch(
    /^maya-0a1b2c3d: connection refused \(http:\/\/127\.0\.0\.1:1\/mcp\)$/m,
  );
  await tell('deregister', { instance_id: id, reason: 'closed' });
  const { stdout } = await runInProcess(['instances', ...at]);
  expect(stdout).toMatch(/^left [\d-]+T[\d:]+Z {2}maya 0a1b2c3d: it deregistered: closed$/m);
  expect(stdout).not.toContain('skipped');
});

test('traces say what each request was about', async () => {
  await rest.post('/v1/call_batch', { calls: [{ tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } }] });
  const { stdout } = await runInProcess(['traces', ...at]);
  expect(stdout).toMatch(/ {2}search add two numbers {2}by Ada {2}/);
  expect(stdout).toMatch(/ {2}call_batch 1 call {2}/);
  expect(stdout).toMatch(/ {2}call toolbox\.\w{8}\.is_error {2}by Ada {2}/);
});

describe('from the link of an alert to the failing calls', () => {
  test.each([
    ['the page', (url: string) => `${url}/admin/?panel=calls&q=outcome%3Dtool_error&range=1h`],
    ['the API', (url: string) => `${url}/v1/debug/calls?q=outcome%3Dtool_error&limit=5`],
    ['the API of the page', (url: string) => `${url}/admin/api/calls?q=outcome%3Dtool_error`],
  ])('it is one command, with a link of %s', async (_of, link) => {
    const { code, stdout } = await runInProcess(['calls', link(rest.gateway.url), '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ total: 1, calls: [expect.objectContaining({ outcome: 'tool_error' })] }),
    ]);
  });

  test.each(['/ops/page/?panel=calls', '/ops/page/api/calls?limit=5', '/v1/debug/calls'])(
    'it is one command wherever the page is: %s',
    async (path) => {
      const gateway = await startGateway({ config: { mcpServers: {}, server: { adminPath: '/ops/page' } } });
      const { code, stdout } = await runInProcess(['calls', `${gateway.url}${path}`]);
      await gateway.stop();
      expect([code, stdout]).toEqual([0, 'no calls match\n']);
    },
  );

  test('its times count, too', async () => {
    const link = `${rest.gateway.url}/admin/?panel=calls&until=2020-01-01T00:00:00Z`;
    expect(await runInProcess(['calls', link])).toMatchObject({ code: 0, stdout: 'no calls match\n' });
  });

  test.each(['/v1/debug/traces/0a', '/admin/?panel=traces&trace=0a'])(
    'a link of one request (%s) is no list',
    async (path) => {
      const { code, stderr } = await runInProcess(['calls', `${rest.gateway.url}${path}`]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('dcc-mcp-gateway traces shows it')]);
    },
  );

  test('what looks like a link and is none is said', async () => {
    const { code, stderr } = await runInProcess(['calls', 'http://[']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('http://[ is no URL')]);
  });

  test('a query of the link and one of a flag are one too many', async () => {
    const { code, stderr } = await runInProcess(['calls', `${rest.gateway.url}/admin/?q=outcome%3Dok`, '--q', 'x']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the link says --q already')]);
  });
});

describe('a token of the environment', () => {
  test('goes to the gateway of this machine that a link names, and what to give is said where it is wrong', async () => {
    const token = 'alpha-token-of-the-operator-0001';
    const config = { mcpServers: {}, auth: { tokens: [{ token }] } };
    const gateway = await startGateway({ config });
    const asked = (env: Readonly<Record<string, string>>): ReturnType<typeof runInProcess> =>
      runInProcess(['calls', `${gateway.url}/admin/?panel=calls`], { env });
    expect(await asked({ DCC_MCP_AUTH_TOKEN: token })).toMatchObject({ code: 0, stdout: 'no calls match\n' });
    expect(await asked({})).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--token or DCC_MCP_AUTH_TOKEN'),
    });
    await gateway.stop();
  });

  test('goes nowhere else by a link alone: --url or --token says that it may', async () => {
    const given: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      given.push(headers.authorization);
      response.end('{"total":0,"calls":[]}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // An address that leads here, and is none that only this machine has.
    const url = `http://0.0.0.0:${(server.address() as AddressInfo).port}`;
    const env = { DCC_MCP_AUTH_TOKEN: 'secret-of-here' };
    await runInProcess(['calls', `${url}/admin/?q=outcome%3Dok`], { env });
    await runInProcess(['calls', `${url}/admin/?q=outcome%3Dok`, '--token', 'theirs'], { env });
    await runInProcess(['calls', '--url', url], { env });
    expect(given).toEqual([undefined, 'Bearer theirs', 'Bearer secret-of-here']);
    server.close();
  });
});

test('a history that is off is said with the setting that turns it on', async () => {
  const gateway = await startGateway({ config: { mcpServers: {}, admin: { history: false } } });
  const { code, stderr } = await runInProcess(['stats', '--url', gateway.url]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/admin\.history is false; .*set admin\.history to true/)]);
  await gateway.stop();
});

describe('at a terminal', () => {
  test.each([['stats'], ['instances'], ['instances', '--help'], ['stats', '--help']])(
    '%j %p fits 80 columns, and a pipe has whole names without colour',
    async (...words) => {
      const shown = await runInProcess([...words, ...at], { columns: 80 });
      const piped = await runInProcess([...words, ...at]);
      expect(widest(shown.stdout.replaceAll(/<([^<>]*)>/g, '$1').replaceAll(/^gone: .*/gm, ''))).toBeLessThanOrEqual(
        80,
      );
      expect(piped.stdout).not.toContain('\u001b');
    },
  );

  test('long names are cut in their middle, and what failed is in colour', async () => {
    const { stdout } = await runInProcess(['stats', ...at], { columns: 56 });
    expect(stdout).toMatch(/^toolb\S*…\S*_error {2}/m);
    expect(stdout).toContain('<1 failed>');
  });
});

test.each([
  [['stats', '--limit', '3'], /stats takes no --limit; calls, traces, workflows, search-quality do/],
  [['workflows', '--jsn'], /did you mean --json\?/],
  [['stats', 'yesterday'], /stats takes flags only/],
  [['traces', 'one', '--limit', '3'], /takes no --limit/],
  [['workflow'], /did you mean workflows\?/],
  [['exprot'], /did you mean export\?/],
  [['export', 'traces'], /all traces are --kind traces/],
])('%j ends with 2 and says what is meant', async (args, words) => {
  const { code, stdout, stderr } = await runInProcess(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(words)]);
});

test.each(['calls', 'stats', 'bundle', 'report', 'export', 'replay', 'instances', 'workflows', 'search-quality'])(
  '%s has its help within 80 columns, and a version',
  async (verb) => {
    const { code, stdout } = await runInProcess([verb, '--help']);
    expect([code, widest(stdout) <= 80]).toEqual([0, true]);
    expect(stdout).toContain(`dcc-mcp-gateway ${verb}`);
    expect((await runInProcess([verb, '-v'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
  },
);
