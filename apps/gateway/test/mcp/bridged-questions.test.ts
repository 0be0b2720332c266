// A server of the handshake era asks in the middle of a call; a client of the stateless era is asked by the result of it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { startConformanceServer } from '../conformance/fixture/conformance-server.ts';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern, type RawAnswer, type RawMcp } from '../tracing/raw-mcp.ts';

const ROOTS = { roots: [{ uri: 'file:///scenes', name: 'scenes' }] };

let gateway: RunningGateway;
let client: RawMcp;

function call(name: string, capabilities: Json, more: Json = {}): Promise<RawAnswer> {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
  return client.request('tools/call', { name, arguments: {}, ...more }, { meta });
}

/** The questions of an `input_required` result, by key, and its state. */
function askedBy({ result }: RawAnswer): { readonly questions: readonly [string, Json][]; readonly state: string } {
  expect(result).toMatchObject({ resultType: 'input_required' });
  const { inputRequests, requestState } = result as { inputRequests: Json; requestState: string };
  return { questions: Object.entries(inputRequests) as [string, Json][], state: requestState };
}

/** What the tool was told, as the JSON in its text. */
function toldTo({ result }: RawAnswer): unknown {
  const [block] = result!['content'] as readonly { readonly text: string }[];
  return JSON.parse(block!.text);
}

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      mcpServers: {
        scenes: { command: process.execPath, args: [join(import.meta.dirname, 'fixture/resource-server.mjs')] },
      },
    },
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
  client = openModern(gateway.url);
}, 30_000);

afterAll(async () => {
  await gateway.stop();
});

describe('a client of the stateless era', () => {
  test.each<[string, Json, string, Json]>([
    ['ask_model', { sampling: {} }, 'sampling/createMessage', { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'm' }], // prettier-ignore
    ['ask_tools', { sampling: { tools: {} } }, 'sampling/createMessage', { role: 'assistant', content: [], model: 'm' }], // prettier-ignore
    ['ask_person', { elicitation: {} }, 'elicitation/create', { action: 'accept', content: { name: 'Ada' } }],
    ['ask_person', { elicitation: { form: {} } }, 'elicitation/create', { action: 'decline' }],
    ['ask_page', { elicitation: { url: {} } }, 'elicitation/create', { action: 'cancel' }],
    ['ask_roots', { roots: {} }, 'roots/list', ROOTS],
  ])('%s with %j is asked %s, and its answer reaches the server', async (name, capabilities, method, answer) => {
    const { questions, state } = askedBy(await call(name, capabilities));
    expect(questions.map(([, question]) => question['method'])).toEqual([method]);
    const inputResponses = Object.fromEntries(questions.map(([key]) => [key, answer]));
    expect(toldTo(await call(name, capabilities, { inputResponses, requestState: state }))).toEqual(answer);
  });

  test('an answer that is sent twice does not run the tool again', async () => {
    const capabilities = { elicitation: {} };
    const { questions, state: requestState } = askedBy(await call('ask_person', capabilities));
    const inputResponses = Object.fromEntries(questions.map(([key]) => [key, { action: 'decline' }]));
    const again = { inputResponses, requestState };
    expect(toldTo(await call('ask_person', capabilities, again))).toEqual({ action: 'decline' });
    const { error } = await call('ask_person', capabilities, again);
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('its call has ended') });
  });

  test.each<[string, Json, Json]>([
    ['ask_model', {}, { sampling: {} }],
    ['ask_model', { elicitation: {}, roots: {} }, { sampling: {} }],
    ['ask_tools', { sampling: {} }, { sampling: { tools: {} } }],
    ['ask_person', { sampling: {} }, { elicitation: {} }],
    ['ask_person', { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    ['ask_page', { elicitation: {} }, { elicitation: { url: {} } }],
    ['ask_page', {}, { elicitation: { url: {} } }],
  ])('%s with %j is refused with what it would need: %j', async (name, capabilities, requiredCapabilities) => {
    for (const giveUp of ['result', 'error']) {
      const { status, error } = await call(name, capabilities, { arguments: { giveUp } });
      expect([status, error]).toMatchObject([400, { code: -32021, data: { requiredCapabilities } }]);
    }
  });

  test('a server that goes on without an answer is let go on', async () => {
    expect(toldTo(await call('ask_model', {}))).toMatchObject({ error: { code: -32601 } });
  });

  test('a client without roots has none', async () => {
    expect(toldTo(await call('ask_roots', { sampling: {} }))).toEqual({ roots: [] });
  });
});

describe('behind `call`, a client of the stateless era', () => {
  let fixture: Awaited<ReturnType<typeof startConformanceServer>>[];
  let searching: RunningGateway;

  beforeAll(async () => {
    fixture = [await startConformanceServer(0, 'both'), await startConformanceServer(0, 'handshake')];
    const [both, handshake] = fixture.map(({ url }) => ({ url }));
    searching = await startGateway({ config: { mcpServers: { both, handshake } } });
    await searching.ready();
  }, 30_000);

  afterAll(async () => {
    await searching.stop();
    for (const { server } of fixture) {
      server.closeAllConnections();
      server.close();
    }
  });

  test.each(['both', 'handshake'])('is asked what a server of %s asks', async (dccType) => {
    const slug = await findSlug(searching.url, dccType, 'test_input_required_result_elicitation');
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
    const callTool = (more: Json): Promise<RawAnswer> =>
      openModern(searching.url).request(
        'tools/call',
        { name: 'call', arguments: { tool_slug: slug }, ...more },
        { meta },
      );
    const { questions, state } = askedBy(await callTool({}));
    expect(questions.map(([, question]) => question['method'])).toEqual(['elicitation/create']);
    const answers = questions.map(([key]) => [key, { action: 'accept', content: { name: 'Ada' } }]);
    const { result } = await callTool({ inputResponses: Object.fromEntries(answers), requestState: state });
    expect(result).toMatchObject({ structuredContent: { ok: true, output: 'Hello, Ada!' } });
  });
});
