// A finished call is one row and one count, whichever way it came in and however it ended.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { join } from 'node:path';
import { type Caller, connectCallers, type Json } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { startStdio, type StdioRun } from '../fixtures/stdio-gateway.ts';

const toolbox = { command: process.execPath, args: [join(import.meta.dirname, '../rest/fixture/tool-server.mjs')] };

const CONFIG = {
  mcpServers: {
    toolbox: { ...toolbox, timeoutMs: 500 },
    narrow: { ...toolbox, timeoutMs: 1_000, concurrency: 1, queue: 1 },
    patient: toolbox,
    hidden: toolbox,
    gone: { command: process.execPath, args: ['-e', 'process.exit(3)'] },
  },
  policy: { allowedDccTypes: ['toolbox', 'narrow', 'patient', 'gone'] },
  limits: { circuitFailureThreshold: 1_000 },
  metrics: { enabled: true },
};

/** Ways a call can end that need nobody else. */
const ENDINGS: readonly (readonly [outcome: string, server: string, tool: string, args: Json])[] = [
  ['ok', 'toolbox', 'add', { a: 1, b: 2 }],
  ['tool_error', 'toolbox', 'is_error', {}],
  ['protocol_error', 'toolbox', 'protocol_error', {}],
  ['timeout', 'toolbox', 'slow', {}],
  ['bad_request', 'toolbox', 'add', { a: 'x' }],
  ['unknown_tool', 'toolbox', 'no_such_tool', {}],
  ['denied', 'hidden', 'add', { a: 1, b: 2 }],
  ['backend_unreachable', 'gone', 'add', { a: 1, b: 2 }],
];

let stdio: StdioRun;
let url: string;
let callers: readonly Caller[] = [];
const ids = new Map<string, string>();

const slug = (server: string, tool: string): string => `${server}.${ids.get(server)!.slice(0, 8)}.${tool}`;
const overStdio = async (args: Json): Promise<unknown> =>
  stdio.request('tools/call', { name: 'call', arguments: args });

async function json(path: string): Promise<Json> {
  return (await (await fetch(url + path)).json()) as Json;
}

async function post(path: string, body: Json, signal?: AbortSignal): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body), signal: signal! })).json();
}

interface MeantCall {
  readonly server: string;
  readonly tool: string;
  readonly args: Json;
}

const callOf = ({ server, tool, args }: MeantCall): Json => ({ tool_slug: slug(server, tool), arguments: args });

/** Every way in, given one call. */
const WAYS_IN: readonly ((meant: MeantCall) => Promise<unknown>)[] = [
  (meant) => callers[0]!.run('call', callOf(meant)),
  (meant) => callers[0]!.run('call', { calls: [callOf(meant)] }),
  (meant) => callers[1]!.run('call', callOf(meant)),
  (meant) => callers[1]!.run('call', { calls: [callOf(meant)] }),
  (meant) => callers[2]!.run('call', callOf(meant)),
  (meant) => callers[2]!.run('call_batch', { calls: [callOf(meant)] }),
  ({ server, tool, args }) =>
    post(`/v1/dcc/${server}/instances/${ids.get(server)}/call`, { backend_tool: tool, arguments: args }),
  (meant) => overStdio(callOf(meant)),
  (meant) => overStdio({ calls: [callOf(meant)] }),
];

async function byOutcome(): Promise<Json> {
  return (await json('/v1/debug/stats'))['by_outcome'] as Json;
}

/** Runs `make`, and gives what it added: rows by outcome, which are as many as were counted. */
async function added(make: () => Promise<unknown>, rows: number): Promise<Json> {
  const before = await byOutcome();
  const wanted = (await appended()) + rows;
  await make();
  await stdio.until(async () => (await appended()) >= wanted);
  expect(await counted()).toBe(await appended());
  const after = Object.entries(await byOutcome());
  return Object.fromEntries(
    after.map(([name, count]) => [name, Number(count) - Number(before[name] ?? 0)]).filter(([, more]) => more !== 0),
  );
}

async function appended(): Promise<number> {
  const { stores } = (await json('/v1/debug/health')) as { stores: { calls: { appended: number } } };
  return stores.calls.appended;
}

async function counted(): Promise<number> {
  const counts = valuesOf(await scrape(url), 'dcc_mcp_tool_calls_total', ['tool', 'status']);
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function listedTokens(): Promise<number> {
  return Number(((await json('/v1/debug/stats'))['tokens'] as Json)['tools_list']);
}

/** Two calls without a slug, and what is none. */
async function askWrongly(): Promise<void> {
  await post('/v1/call', {});
  await overStdio({ nonsense: true });
  await overStdio({ calls: [] });
  await post('/v1/call_batch', { calls: [] });
  await fetch(`${url}/v1/call`, { method: 'POST', body: '{"tool_slug":' });
  await stdio.request('tools/call', { name: 'no_such_tool' });
  await stdio.request('tools/call', { name: 'search', arguments: { query: 'add' } });
  await post('/v1/describe', { tool_slug: slug('toolbox', 'add') });
}

beforeAll(async () => {
  stdio = startStdio(CONFIG, { isListening: true });
  await stdio.until(() => /listening on http/.test(stdio.stderr()));
  url = /listening on (http:\/\/[^\s)]+)/.exec(stdio.stderr())![1]!;
  await stdio.until(async () => (await fetch(`${url}/readyz`)).ok);
  const capabilities = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'rows', version: '1' } };
  await stdio.request('initialize', capabilities);
  stdio.write('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  callers = await connectCallers(url);
  const { instances } = (await json('/v1/debug/instances')) as { instances: { [member: string]: string }[] };
  instances.forEach((card) => ids.set(card['display_name']!, card['instance_id']!));
}, 30_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await stdio.kill();
});

describe('each way in', () => {
  test.each(ENDINGS)('makes one row that says %s', async (outcome, server, tool, args) => {
    const run = (): Promise<unknown> => Promise.all(WAYS_IN.map((way) => way({ server, tool, args })));
    expect(await added(run, WAYS_IN.length)).toEqual({ [outcome]: WAYS_IN.length });
  });
});

test('rows are as many as were counted, of each outcome, whatever comes one after the other and at once', async () => {
  const piece = fc.record({ ending: fc.constantFrom(...ENDINGS), way: fc.constantFrom(...WAYS_IN) });
  const workload = fc.array(fc.array(piece, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(workload, async (turns) => {
      const all = turns.flat();
      const run = async (): Promise<void> => {
        for (const turn of turns) {
          await Promise.all(turn.map(({ ending: [, server, tool, args], way }) => way({ server, tool, args })));
        }
      };
      const expected = Object.fromEntries(
        ENDINGS.map(([outcome]) => [outcome, all.filter(({ ending }) => ending[0] === outcome).length]),
      );
      const nothing = Object.fromEntries(ENDINGS.map(([outcome]) => [outcome, 0]));
      expect({ ...nothing, ...(await added(run, all.length)) }).toEqual(expected);
    }),
    { numRuns: 15 },
  );
}, 60_000);

test('tokens of lists of tools are in the statistics as the metric has them', async () => {
  const before = await listedTokens();
  await stdio.request('tools/list', {});
  const counts = valuesOf(await scrape(url), 'dcc_mcp_gateway_response_tokens_total', ['surface']);
  expect(await listedTokens()).toBe(counts['tools_list']);
  expect(await listedTokens()).toBeGreaterThan(before);
});

describe('one row is made', () => {
  test('of each call that is cancelled, over HTTP and over stdio', async () => {
    const call = { tool_slug: slug('patient', 'slow') };
    const leave = new AbortController();
    const cancel = async (): Promise<void> => {
      const cancelled = fetch(`${url}/mcp`, {
        method: 'POST',
        signal: leave.signal,
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': 'call',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: {
            name: 'call',
            arguments: call,
            _meta: {
              'io.modelcontextprotocol/protocolVersion': '2026-07-28',
              'io.modelcontextprotocol/clientInfo': { name: 'rows', version: '1' },
              'io.modelcontextprotocol/clientCapabilities': {},
            },
          },
        }),
      }).catch(() => undefined);
      stdio.write(
        JSON.stringify({ jsonrpc: '2.0', id: 'gone', method: 'tools/call', params: { name: 'call', arguments: call } }),
      );
      await stdio.until(async () => Number((await json('/v1/debug/health'))['in_flight']) === 2);
      leave.abort();
      stdio.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"gone"}}');
      await cancelled;
    };
    expect(await added(cancel, 2)).toEqual({ cancelled: 2 });
  });

  test('of a REST call whose caller left: it runs to its end', async () => {
    const leave = new AbortController();
    const call = async (): Promise<void> => {
      const left = post('/v1/call', { tool_slug: slug('toolbox', 'slow') }, leave.signal).catch(() => undefined);
      await stdio.until(async () => Number((await json('/v1/debug/health'))['in_flight']) === 1);
      leave.abort();
      await left;
    };
    expect(await added(call, 1)).toEqual({ timeout: 1 });
  });

  test('of each call of a full queue, those that wait in vain and those that are refused', async () => {
    const call = { tool_slug: slug('narrow', 'slow') };
    const four = (): Promise<unknown> => Promise.all(Array.from({ length: 4 }, () => post('/v1/call', call)));
    expect(await added(four, 4)).toEqual({ timeout: 2, host_busy: 2 });
  });

  test('of each item of a batch that ran, and of none after a stop', async () => {
    const items = ['say', 'is_error', 'say'].map((tool) => ({ tool_slug: slug('toolbox', tool) }));
    const both = async (): Promise<void> => {
      await post('/v1/call_batch', { calls: items });
      await overStdio({ calls: items, stop_on_error: true });
    };
    expect(await added(both, 5)).toEqual({ ok: 3, tool_error: 2 });
  });

  test('of a call without a slug, and of none where no call can be seen', async () => {
    expect(await added(askWrongly, 2)).toEqual({ bad_request: 2 });
  });
});
