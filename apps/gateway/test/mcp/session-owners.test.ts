// What is kept for one caller is nobody else's: sessions, their streams, calls and questions, and rounds of input.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { startConformanceServer } from '../conformance/fixture/conformance-server.ts';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta, openModern, parseAnswer, type RawAnswer } from '../tracing/raw-mcp.ts';

const ALICE = 'token-of-alice';
const STRANGERS = [
  ['another with a name', 'token-of-bob'],
  ['one without a name', 'first-without-a-name'],
] as const;
const NAMELESS = 'second-without-a-name';
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const PING = { jsonrpc: '2.0', id: 7, method: 'ping' };
const ELICITATION = { elicitation: {} };

interface Alice {
  readonly session: string;
  /** The answer of her call; pending until she answers its question. */
  readonly call: Promise<Json>;
  /** The id of the question. */
  readonly question: Json[string];
  /** Whether her stream has ended. */
  hasEnded(): boolean;
}

let gateway: RunningGateway;

interface Sent extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

function send(token: string, init: Sent): Promise<Response> {
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${token}`, ...init.headers };
  return fetch(`${gateway.url}/mcp`, { ...init, headers });
}

function post(token: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return send(token, { method: 'POST', body: JSON.stringify(body), headers });
}

async function initialize(token: string, protocolVersion: string): Promise<string> {
  const params = { protocolVersion, capabilities: ELICITATION, clientInfo: { name: 'raw', version: '1' } };
  const response = await post(token, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  return response.headers.get('mcp-session-id')!;
}

/** Reads an event stream; `onMessage` is told of each message. */
async function read(response: Response, onMessage: (message: Json) => void): Promise<void> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop()!;
    events.filter((event) => event.includes('data: ')).forEach((event) => onMessage(parseAnswer(event)));
  }
}

/** Alice with everything open that another could harm: a stream, a call, a question. */
async function openAlice(protocolVersion: string, token = ALICE): Promise<Alice> {
  const session = await initialize(token, protocolVersion);
  const headers = { 'mcp-session-id': session };
  let hasEnded = false;
  void read(await send(token, { method: 'GET', headers }), () => {}).finally(() => {
    hasEnded = true;
  });
  const call = { jsonrpc: '2.0', id: 'call', method: 'tools/call', params: { name: 'ask_person', arguments: {} } };
  const question = Promise.withResolvers<Json[string]>();
  const answer = Promise.withResolvers<Json>();
  void read(await post(token, call, headers), (message) =>
    message['method'] === undefined ? answer.resolve(message) : question.resolve(message['id']),
  );
  return { session, call: answer.promise, question: await question.promise, hasEnded: () => hasEnded };
}

const toAnswer = ({ question }: Alice, name: string): Json => ({
  jsonrpc: '2.0',
  id: question,
  result: { action: 'accept', content: { name } },
});

/** What somebody may try with the session of another. */
const ATTEMPTS: readonly (readonly [string, (alice: Alice) => Sent])[] = [
  ['asks', () => ({ method: 'POST', body: JSON.stringify(PING) })],
  ['calls a tool', () => ({ method: 'POST', body: JSON.stringify({ ...PING, method: 'tools/list' }) })],
  ['subscribes', () => ({ method: 'POST', body: JSON.stringify({ ...PING, method: 'resources/subscribe', params: { uri: 'scene://one' } }) })], // prettier-ignore
  ['sets the log level', () => ({ method: 'POST', body: JSON.stringify({ ...PING, method: 'logging/setLevel', params: { level: 'emergency' } }) })], // prettier-ignore
  ['cancels the call', () => ({ method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'call' } }) })], // prettier-ignore
  ['ends the handshake', () => ({ method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }) })], // prettier-ignore
  ['answers the question', (alice) => ({ method: 'POST', body: JSON.stringify(toAnswer(alice, 'Bob')) })],
  ['asks in a batch', () => ({ method: 'POST', body: JSON.stringify([PING]) })],
  ['opens the stream', () => ({ method: 'GET' })],
  ['resumes the stream', () => ({ method: 'GET', headers: { 'last-event-id': '0' } })],
  ['ends the session', () => ({ method: 'DELETE' })],
];

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      auth: {
        tokens: [
          { token: ALICE, name: 'alice' },
          { token: 'token-of-bob', name: 'bob' },
          { token: 'first-without-a-name' },
          { token: NAMELESS },
        ],
      },
      mcpServers: {
        scenes: { command: process.execPath, args: [join(import.meta.dirname, 'fixture/resource-server.mjs')] },
      },
    },
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway.stop();
});

describe.each(STRANGERS)('the session of a caller and %s', (_, stranger) => {
  test.each(['2025-11-25', '2025-03-26'])('nothing of it can be had or harmed (%s)', async (version) => {
    const alice = await openAlice(version);
    const statuses: unknown[] = [];
    for (const [what, attempt] of ATTEMPTS) {
      const init = attempt(alice);
      const headers = { ...init.headers, 'mcp-session-id': alice.session };
      const response = await send(stranger, { ...init, headers });
      await response.body?.cancel();
      statuses.push([what, response.status]);
    }
    expect(statuses).toEqual(ATTEMPTS.map(([what]) => [what, 404]));
    expect(alice.hasEnded()).toBe(false);
    expect((await post(ALICE, toAnswer(alice, 'Alice'), { 'mcp-session-id': alice.session })).status).toBe(202);
    expect(JSON.stringify(await alice.call)).toContain('Alice');
    expect((await send(ALICE, { method: 'DELETE', headers: { 'mcp-session-id': alice.session } })).status).toBe(204);
  });
});

test('two tokens without a name are two callers', async () => {
  const session = await initialize(NAMELESS, '2025-11-25');
  const headers = { 'mcp-session-id': session };
  expect((await post('first-without-a-name', PING, headers)).status).toBe(404);
  expect((await post(NAMELESS, PING, headers)).status).toBe(200);
});

/** Calls the tool that asks, as a client of the stateless era. */
const callModern = async (token: string, more: Json): Promise<Json> => {
  const meta = { ...modernMeta, 'io.modelcontextprotocol/clientCapabilities': ELICITATION };
  const params = { name: 'ask_person', arguments: {}, _meta: meta, ...more };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'ask_person' };
  return parseAnswer(
    await (await post(token, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers)).text(),
  );
};
/** Answers to all that was asked. */
const answerAs = (name: string, inputRequests: object) =>
  Object.fromEntries(Object.keys(inputRequests).map((key) => [key, { action: 'accept', content: { name } }]));

test.each(STRANGERS)('a round of input of a caller and %s', async (_, stranger) => {
  const { result: asked } = (await callModern(ALICE, {})) as {
    result: { inputRequests: object; requestState: string };
  };
  const { inputRequests, requestState } = asked;
  const theft = await callModern(stranger, { requestState, inputResponses: answerAs('Bob', inputRequests) });
  expect(theft).toMatchObject({ error: { code: -32602, message: expect.stringContaining('requestState') } });
  const { result } = await callModern(ALICE, { requestState, inputResponses: answerAs('Alice', inputRequests) });
  expect(JSON.stringify(result)).toContain('Alice');
});

describe('a state of a server of 2026-07-28', () => {
  let own: RunningGateway;
  let fixture: Awaited<ReturnType<typeof startConformanceServer>>;

  beforeAll(async () => {
    fixture = await startConformanceServer(0, 'both');
    const tokens = [ALICE, 'token-of-bob'].map((token) => ({ token }));
    own = await startGateway({
      config: { auth: { tokens }, mcpServers: { modern: { url: fixture.url } } },
      env: { DCC_MCP_EXPOSE: 'all' },
    });
    await own.ready();
  }, 30_000);

  afterAll(async () => {
    await own.stop();
    fixture.server.closeAllConnections();
    fixture.server.close();
  });

  /** Calls the tool of two rounds, as a client with these capabilities. */
  function call(token: string, capabilities: Json, more: Json): Promise<RawAnswer> {
    const params = { name: 'test_input_required_result_multi_round', arguments: {}, ...more };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
    const headers = { authorization: `Bearer ${token}` };
    return openModern(own.url).request('tools/call', params, { headers, meta });
  }

  test.each<[string, Json]>([
    ['who can be asked', ELICITATION],
    ['who can be asked nothing', {}],
  ])('is of whoever got it, and none of a stranger %s', async (_, capabilities) => {
    const { result: first } = await call(ALICE, ELICITATION, {});
    const { requestState } = first!;
    const inputResponses = { step1: { action: 'accept', content: { name: 'Ada' } } };
    for (const state of [requestState, 'made up']) {
      const { error } = await call('token-of-bob', capabilities, { requestState: state, inputResponses });
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('requestState') });
    }
    const { result } = await call(ALICE, ELICITATION, { requestState, inputResponses });
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { step2: {} } });
  });
});

test('a flood of initialize ends no session in use, and takes no place of another caller', async () => {
  const idle = await initialize('token-of-bob', '2025-11-25');
  const oldest = await initialize(ALICE, '2025-11-25');
  const used = await initialize(ALICE, '2025-11-25');
  const listening = await initialize(ALICE, '2025-11-25');
  await post(ALICE, PING, { 'mcp-session-id': used });
  const stream = await send(ALICE, { method: 'GET', headers: { 'mcp-session-id': listening } });
  await Promise.all(Array.from({ length: 1_000 }, () => initialize(ALICE, '2025-11-25')));
  const statusOf = async (token: string, session: string): Promise<number> =>
    (await post(token, PING, { 'mcp-session-id': session })).status;
  expect(await statusOf(ALICE, used)).toBe(200);
  expect(await statusOf(ALICE, listening)).toBe(200);
  expect(await statusOf('token-of-bob', idle)).toBe(200);
  expect(await statusOf(ALICE, oldest)).toBe(404);
  await stream.body!.cancel();
}, 30_000);
