// Messages that are unusual, or that no peer should send: understood where their meaning is beyond doubt, else named.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startStdio } from '../fixtures/stdio-gateway.ts';
import { ODD_ANSWERS } from './exact-answers.ts';
import { type ExactGateways, post, SERVERS, startExactGateways } from './exact-gateways.ts';

let gateways: ExactGateways;

beforeAll(async () => {
  gateways = await startExactGateways();
});

afterAll(() => gateways.stop());

const DONE = { ok: true, output: 'done' };
const TOO_DEEP = {
  error: { kind: 'backend-error', message: 'The upstream answered with JSON nested deeper than 512 levels' },
};
const EXPECTED: Readonly<Record<keyof typeof ODD_ANSWERS, object>> = {
  'a result beside an error that is null': DONE,
  'an error beside a result that is null': { error: { backend: { code: -32_000, message: 'refused by hand' } } },
  'its id as a string': DONE,
  'its id with a fraction of nothing': DONE,
  'a byte order mark first': DONE,
  'white space around': DONE,
  'a list of one answer': DONE,
  'no version': { error: { message: 'The upstream answered with something other than JSON-RPC 2.0' } },
  'neither result nor error': { error: { message: 'The upstream answered with neither a result nor an error' } },
  'nesting without end': TOO_DEEP,
  'nesting without end, broken off': TOO_DEEP,
};

describe.each(Object.keys(ODD_ANSWERS))('an answer with %s', (tool) => {
  test.each(SERVERS)('of %s is understood or named, and the connection goes on', async (server) => {
    const odd = post(`${gateways.search.url}/v1/call`, JSON.stringify({ tool_slug: gateways.slug(server, tool) }));
    const other = post(`${gateways.search.url}/v1/call`, JSON.stringify({ tool_slug: gateways.slug(server, 'exact') }));
    expect(JSON.parse((await odd).text)).toMatchObject(EXPECTED[tool]!);
    expect((await other).status).toBe(200);
  });
});

test.each(SERVERS)('what %s says before its answer, nested without end, does not end the call', async (server) => {
  const body = JSON.stringify({ tool_slug: gateways.slug(server, 'chatty') });
  const { text } = await post(`${gateways.search.url}/v1/call`, body);
  expect(JSON.parse(text)).toMatchObject(DONE);
});

const DEEP = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const DEEP_BODY = {
  id: 7,
  error: { code: -32_700, message: 'Parse error: the body is nested deeper than 512 levels' },
};

/** What a client sends, and what it is answered. */
const CLIENT_MESSAGES: readonly (readonly [string, string, number, object | undefined])[] = [
  ['a byte order mark first', '\ufeff{"jsonrpc":"2.0","id":7,"method":"ping"}', 200, { id: 7, result: {} }],
  ['parameters of null', '{"jsonrpc":"2.0","id":7,"method":"ping","params":null}', 200, { id: 7, result: {} }],
  [
    'a notification with parameters of null',
    '{"jsonrpc":"2.0","method":"notifications/initialized","params":null}',
    202,
    undefined,
  ],
  [
    'a notification with an id of null',
    '{"jsonrpc":"2.0","id":null,"method":"notifications/initialized"}',
    202,
    undefined,
  ],
  ['keys that are escaped', '{"jsonrpc":"2.0","\\u0069d":7,"m\\u0065thod":"ping"}', 200, { id: 7, result: {} }],
  [
    'parameters that are a list',
    '{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}',
    400,
    { id: 7, error: { code: -32_600, message: 'Invalid Request: method must be a string, params an object' } },
  ],
  [
    'no version',
    '{"id":7,"method":"ping"}',
    400,
    { id: 7, error: { code: -32_600, message: 'Invalid Request: not a JSON-RPC 2.0 message' } },
  ],
  [
    'no JSON',
    '{"jsonrpc":"2.0"',
    400,
    { id: null, error: { code: -32_700, message: 'Parse error: the body is not valid JSON' } },
  ],
  ['nesting without end', `{"jsonrpc":"2.0","method":"ping","params":{"a":${DEEP}},"id":7}`, 400, DEEP_BODY],
  ['nesting without end, broken off', '['.repeat(50_000), 400, { ...DEEP_BODY, id: null }],
];

describe('a message of a client with', () => {
  test.each(CLIENT_MESSAGES)('%s is understood or named', async (_, body, status, answer) => {
    for (const gateway of [gateways.all, gateways.search]) {
      const received = await gateways.legacy(gateway, body);
      expect(received.status).toBe(status);
      expect(received.text === '' ? undefined : JSON.parse(received.text)).toEqual(
        answer && { jsonrpc: '2.0', ...answer },
      );
    }
  });

  test('the same oddities is understood or named over standard streams', async () => {
    const run = startStdio({ mcpServers: {} });
    try {
      await run.request('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'a', version: '1' },
      });
      const before = run.stdout.length;
      const expected = CLIENT_MESSAGES.flatMap(([, line, , answer]) => {
        run.write(line);
        return answer === undefined ? [] : [{ jsonrpc: '2.0', ...answer }];
      });
      await run.until(() => run.stdout.length === before + expected.length);
      const answers = run.stdout
        .slice(before)
        .map((line): unknown => JSON.parse(line.replace('the line is', 'the body is')));
      expect(answers).toHaveLength(expected.length);
      expect(answers).toEqual(expect.arrayContaining(expected));
    } finally {
      await run.kill();
    }
  });
});

describe('a body of REST', () => {
  test('may begin with a byte order mark', async () => {
    const body = `\ufeff{"tool_slug":"${gateways.slug('json', 'exact')}"}`;
    expect((await post(`${gateways.search.url}/v1/call`, body)).status).toBe(200);
  });

  test.each(['/v1/call', '/v1/call_batch', '/v1/search', '/v1/describe', '/v1/load_skill'])(
    'nested without end is refused by %s',
    async (path) => {
      for (const body of [`{"arguments":${DEEP}}`, '{"a":'.repeat(50_000)]) {
        const { status, text } = await post(gateways.search.url + path, body);
        expect(status).toBe(400);
        expect(JSON.parse(text)).toMatchObject({
          error: { kind: 'bad-request', message: 'The body is nested deeper than 512 levels' },
        });
      }
    },
  );

  test('whose arguments are nested without end in a string is refused', async () => {
    const tool_slug = gateways.slug('json', 'exact');
    const body = JSON.stringify({ tool_slug, arguments: `{"a":${DEEP}}` });
    const { status, text } = await post(`${gateways.search.url}/v1/call`, body);
    expect(status).toBe(400);
    expect(text).toContain('arguments is a string that is nested deeper than 512 levels');
  });
});
