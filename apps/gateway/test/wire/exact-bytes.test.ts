// Bytes of arguments, results and ids on their way through a gateway, from every client to every kind of server.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { startStdio } from '../fixtures/stdio-gateway.ts';
import { jsonObjectText } from '../protocol/json-text.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { EXACT, EXACT_SCHEMA, LONG } from './exact-answers.ts';
import { type ExactGateways, post, type Received, SERVERS, startExactGateways } from './exact-gateways.ts';
import { EXACT_CHILD } from './exact-servers.ts';

const META = JSON.stringify(modernMeta);
const STREAM = 'application/json, text/event-stream';

let gateways: ExactGateways;

beforeAll(async () => {
  gateways = await startExactGateways();
});

afterAll(() => gateways.stop());

function modern(gateway: 'all' | 'search', name: string, args: string): Promise<Received> {
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
  return post(`${gateways[gateway].url}/mcp`, request('1', name, `${args},"_meta":${META}`), headers);
}

/** A `tools/call`; `args` may bring other members with it. */
function request(id: string, name: string, args: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":${JSON.stringify(name)},"arguments":${args}}}`;
}

function call(server: string, args: string): string {
  return `{"tool_slug":"${gateways.slug(server, 'exact')}","arguments":${args}}`;
}

/** How a client calls the tool of a server, with its arguments as JSON. */
const WAYS: readonly (readonly [string, (server: string, args: string) => Promise<Received>])[] = [
  [
    '--expose all, 2025',
    (server, args) => gateways.legacy(gateways.all, request('1', gateways.exposed(server, 'exact'), args)),
  ],
  ['--expose all, 2026', (server, args) => modern('all', gateways.exposed(server, 'exact'), args)],
  ['call, 2025', (server, args) => gateways.legacy(gateways.search, request('1', 'call', call(server, args)))],
  ['call, 2026', (server, args) => modern('search', 'call', call(server, args))],
  [
    'call with calls',
    (server, args) => gateways.legacy(gateways.search, request('1', 'call', `{"calls":[${call(server, args)}]}`)),
  ],
  [
    'call with arguments in a string',
    (server, args) => gateways.legacy(gateways.search, request('1', 'call', call(server, JSON.stringify(args)))),
  ],
  ['/v1/call', (server, args) => post(`${gateways.search.url}/v1/call`, call(server, args))],
  [
    '/v1/call_batch',
    (server, args) => post(`${gateways.search.url}/v1/call_batch`, `{"calls":[${call(server, args)}]}`),
  ],
  [
    '/v1/dcc/…/call',
    (server, args) => {
      const [dcc, instance] = gateways.slug(server, '').split('.');
      const path = `/v1/dcc/${dcc}/instances/${instance}/call`;
      return post(gateways.search.url + path, `{"backend_tool":"exact","arguments":${args}}`);
    },
  ],
];

/** The message that the upstream got, as it tells in its result. */
function seenBy(text: string): string {
  return Buffer.from(/\\?"seen\\?":\\?"([^"\\]+)/.exec(text)?.[1] ?? '', 'base64').toString();
}

/** What else stands in the answer, as it came. */
function alsoIn(way: string): string {
  if (way.startsWith('--expose')) {
    return '} ,"content":[{"type":"text","text":"","annotations":{"priority":1.0}}],"_meta":{"n":1.10';
  }
  // The same JSON stands in the text block for clients that read no structured content.
  return way.startsWith('call') ? JSON.stringify(EXACT).slice(1, -1) : '"output":{"exact":';
}

describe.each(WAYS)('%s', (way, callOver) => {
  test.each(SERVERS)('hands arguments and result of %s on as they came', async (server) => {
    const { status, text } = await callOver(server, EXACT);
    expect(status).toBe(200);
    expect(text).toContain(EXACT);
    expect(text).toContain(alsoIn(way));
    expect(seenBy(text)).toContain(`"arguments":${EXACT}`);
  });
});

test.each(SERVERS)('a long result of %s is handed on as it came, to a request of any id', async (server) => {
  for (const id of ['1', '"grün 🎈"']) {
    const name = gateways.exposed(server, 'long');
    const plain = await gateways.legacy(gateways.all, request(id, name, '{}'));
    expect(plain.text === `{"jsonrpc":"2.0","id":${id},"result":${LONG}}`).toBe(true);
    const stream = await gateways.legacy(gateways.all, request(id, name, '{}'), STREAM);
    expect(stream.text.includes(`{"jsonrpc":"2.0","id":${id},"result":${LONG}}`)).toBe(true);
  }
});

test('any arguments reach their tool byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(jsonObjectText, fc.constantFrom(...WAYS.slice(0, 3)), async (args, [, callOver]) => {
      const { text } = await callOver('json', args);
      expect(seenBy(text)).toContain(`"arguments":${args}`);
    }),
    { numRuns: 60 },
  );
});

describe('under --expose all', () => {
  test.each(SERVERS)('arguments and result of a prompt of %s pass as they came', async (server) => {
    const listed = await gateways.legacy(gateways.all, '{"jsonrpc":"2.0","id":1,"method":"prompts/list"}');
    const { result } = JSON.parse(listed.text) as { readonly result: { readonly prompts: { name: string }[] } };
    const { name } = result.prompts.find((prompt) => prompt.name.startsWith(server))!;
    const params = `{"name":"${name}","arguments":${EXACT}}`;
    const { text } = await gateways.legacy(
      gateways.all,
      `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":${params}}`,
    );
    expect(text).toContain(EXACT);
    expect(seenBy(text)).toContain(`"arguments":${EXACT}`);
  });

  test.each(SERVERS)('the schema of a tool of %s passes as it came', async (server) => {
    const { text } = await gateways.legacy(gateways.all, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    const name = gateways.exposed(server, 'wide');
    expect(text).toContain(`{"inputSchema":${EXACT_SCHEMA} ,"name":"${name}"}`);
  });

  test.each(SERVERS)('what an error of %s says beside its words passes as it came', async (server) => {
    const { text } = await gateways.legacy(gateways.all, request('1', gateways.exposed(server, 'failing'), '{}'));
    expect(text).toBe(`{"jsonrpc":"2.0","id":1,"error":{"code":-32050,"message":"no","data":${EXACT}}}`);
  });
});

test.each(SERVERS)('describe gives the schema of a tool of %s as it came', async (server) => {
  const args = JSON.stringify({ tool_slug: gateways.slug(server, 'wide') });
  const rest = await post(`${gateways.search.url}/v1/describe`, args);
  expect(rest.text).toContain(`"inputSchema":${EXACT_SCHEMA}`);
  const mcp = await gateways.legacy(gateways.search, request('1', 'describe', args));
  expect(mcp.text).toContain(`"inputSchema":${EXACT_SCHEMA}`);
  expect(mcp.text).toContain(JSON.stringify(EXACT_SCHEMA).slice(1, -1));
});

describe('the id of a request', () => {
  test.each([
    '725653563933458432',
    '-9007199254740993',
    '1'.repeat(60),
    '"725653563933458432"',
    '0',
    '-1',
    '1.0',
    '2E3',
    'null',
    '""',
  ])('%s comes back as it was', async (id) => {
    const { status, text } = await gateways.legacy(gateways.all, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    expect([status, text]).toEqual([200, `{"jsonrpc":"2.0","id":${id},"result":{}}`]);
    const failed = await gateways.legacy(gateways.search, `{"jsonrpc":"2.0","id":${id},"method":"none"}`);
    expect(failed.text).toContain(`"id":${id},"error":{"code":-32601`);
    const listed = await gateways.legacy(gateways.search, `[{"jsonrpc":"2.0","id":${id},"method":"ping"}]`);
    expect(listed.text).toBe(`[{"jsonrpc":"2.0","id":${id},"result":{}}]`);
  });

  test.each(['1.5', 'true', '{}', '[]', '[1]', '1e400', '-0.1', '1e-1'])('%s is refused', async (id) => {
    const { status, text } = await gateways.legacy(gateways.all, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_600, message: 'Invalid Request: id must be a string, an integer or null' },
    });
  });

  test('names a request among those whose ids are the same number to JavaScript', async () => {
    const ids = ['725653563933458432', '725653563933458433', '725653563933458434'];
    const cancel = (id: string | undefined): Promise<Received> =>
      gateways.legacy(
        gateways.all,
        `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}}`,
      );
    const ended: string[] = [];
    const requests = ids.map(async (id) => {
      const received = await gateways.legacy(gateways.all, request(id, gateways.exposed('json', 'slow'), '{}'));
      ended.push(id);
      return received;
    });
    // A request is known as soon as one that came later is answered.
    await gateways.legacy(gateways.all, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    for (const index of [1, 0, 2]) {
      await cancel(ids[index]);
      expect(await requests[index]).toEqual({ status: 202, type: null, text: '' });
    }
    expect(ended).toEqual([ids[1], ids[0], ids[2]]);
  });
});

test.each(['725653563933458432', '1.10', '1e400', '"a"', '7'])(
  'the id %s of a call in a batch comes back as it was',
  async (id) => {
    const calls = `{"calls":[{"id":${id},"tool_slug":"${gateways.slug('json', 'exact')}"}]}`;
    const rest = await post(`${gateways.search.url}/v1/call_batch`, calls);
    expect(rest.text).toContain(`"results":[{"index":0,"id":${id},"tool_slug":`);
    const mcp = await gateways.legacy(gateways.search, request('1', 'call', calls));
    expect(mcp.text).toContain(`"results":[{"index":0,"id":${id},"tool_slug":`);
  },
);

describe('a request that its client cancelled has no answer', () => {
  const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}';

  test.each([
    ['a stream', STREAM, { status: 200, type: 'text/event-stream', text: '' }],
    ['an empty body where no stream is taken', 'application/json', { status: 202, type: null, text: '' }],
  ])('but %s', async (_, accept, end) => {
    for (const gateway of [gateways.all, gateways.search]) {
      const tool = gateway === gateways.all ? gateways.exposed('json', 'slow') : 'call';
      const args = gateway === gateways.all ? '{}' : `{"tool_slug":"${gateways.slug('json', 'slow')}"}`;
      const answer = gateways.legacy(gateway, request('"c"', tool, args), accept);
      await gateways.legacy(gateway, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
      expect((await gateways.legacy(gateway, cancelled)).status).toBe(202);
      expect(await answer).toEqual(end);
    }
  });

  test('in a batch, beside those that have one', async () => {
    const slow = request('"c"', gateways.exposed('json', 'slow'), '{}');
    const answer = gateways.legacy(gateways.all, `[${slow},{"jsonrpc":"2.0","id":2,"method":"ping"}]`);
    await gateways.legacy(gateways.all, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    await gateways.legacy(gateways.all, cancelled);
    expect((await answer).text).toBe('[{"jsonrpc":"2.0","id":2,"result":{}}]');
  });
});

describe('progress', () => {
  test.each(['pipe', 'json', 'sse'])(
    'of %s, with our token as a string, has the token of its caller',
    async (server) => {
      const token = '725653563933458432';
      const body = request('1', gateways.exposed(server, 'progress'), `{},"_meta":{"progressToken":${token}}`);
      const { text } = await gateways.legacy(gateways.all, body, STREAM);
      expect(text).toContain(`"method":"notifications/progress","params":{"progressToken":${token},"progress":1}`);
      expect(text).toContain('"structuredContent":"done"');
    },
  );
});

describe('blocks that are no text', () => {
  const STAND_INS = [
    { type: 'text', text: 'two' },
    { type: 'image', mimeType: 'image/png', bytes: 5, content_index: 1 },
    { type: 'audio', mimeType: 'audio/wav', bytes: 2, content_index: 2 },
    { type: 'text', text: 'more' },
    { type: 'resource', mimeType: 'model/gltf', bytes: 3, content_index: 3 },
    { type: 'resource_link', uri: 'a://c', name: 'c', size: 1 },
  ];

  test('stand in the output by what they are, and once in the content', async () => {
    const args = `{"tool_slug":"${gateways.slug('json', 'media')}"}`;
    const { text } = await gateways.legacy(gateways.search, request('1', 'call', args));
    const { result } = JSON.parse(text) as {
      result: { content: { type: string; text: string }[]; structuredContent: { output: { content_index: number }[] } };
    };
    expect(result.structuredContent.output).toEqual(STAND_INS);
    expect(JSON.parse(result.content[0]!.text)).toEqual(result.structuredContent);
    expect(result.content.map(({ type }) => type)).toEqual(['text', 'image', 'audio', 'resource', 'resource_link']);
    expect(text.split('AAECAwQ=')).toHaveLength(2);
    expect(text).toContain('{"type":"image","data":"AAECAwQ=","mimeType":"image/png","n":1.10}');
    const rest = await post(`${gateways.search.url}/v1/call`, args);
    expect(JSON.parse(rest.text)).toMatchObject({ output: STAND_INS });
  });

  test('of the calls of a batch are counted on', async () => {
    const item = `{"tool_slug":"${gateways.slug('json', 'media')}"}`;
    const { text } = await gateways.legacy(gateways.search, request('1', 'call', `{"calls":[${item},${item}]}`));
    const { result } = JSON.parse(text) as {
      result: {
        content: { type: string }[];
        structuredContent: { results: { result: { output: { type: string; content_index?: number }[] } }[] };
      };
    };
    for (const { type, content_index: index } of result.structuredContent.results.flatMap(
      (each) => each.result.output,
    )) {
      expect(index === undefined || result.content[index]?.type === type).toBe(true);
    }
    expect(result.content).toHaveLength(9);
  });
});

test('over standard streams ids, arguments and results pass as they came, and what was cancelled has no answer', async () => {
  const run = startStdio({ mcpServers: { pipe: EXACT_CHILD }, server: { expose: 'all' } });
  const lineOf = (id: string): string | undefined =>
    run.stdout.find((line) => line.startsWith(`{"jsonrpc":"2.0","id":${id},`));
  try {
    const clientInfo = { name: 'a', version: '1' };
    await run.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    await run.request('tools/list', {});
    run.write(request('725653563933458432', 'slow', '{}'));
    run.write(request('725653563933458433', 'exact', EXACT));
    run.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":725653563933458432}}');
    await run.until(() => lineOf('725653563933458433') !== undefined);
    const line = lineOf('725653563933458433')!;
    expect(line).toContain(EXACT);
    expect(seenBy(line)).toContain(`"arguments":${EXACT}`);
    await run.request('tools/call', { name: 'exact', arguments: {} });
    expect(lineOf('725653563933458432')).toBeUndefined();
  } finally {
    await run.kill();
  }
});
