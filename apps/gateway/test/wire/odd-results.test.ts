// Results of tools that are no result of a tool, and those that are merely loose, from every kind of server to every surface.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BAD_RESULTS, LOOSE_RESULTS } from './exact-answers.ts';
import { type ExactGateways, post, type Received, SERVERS, startExactGateways } from './exact-gateways.ts';

let gateways: ExactGateways;

beforeAll(async () => {
  gateways = await startExactGateways();
});

afterAll(() => gateways.stop());

/** A call by the exposed name of a tool. */
function callExposed(server: string, tool: string): Promise<Received> {
  const params = JSON.stringify({ name: gateways.exposed(server, tool) });
  return gateways.legacy(gateways.all, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
}

function callRest(server: string, tool: string): Promise<Received> {
  return post(`${gateways.search.url}/v1/call`, JSON.stringify({ tool_slug: gateways.slug(server, tool) }));
}

/** What the rows of both gateways say of the tool: the call over REST, and the one under `--expose all`. */
async function outcomesOf(server: string, tool: string): Promise<readonly unknown[]> {
  const query = encodeURIComponent(`tool=${gateways.slug(server, tool)}`);
  const found = [gateways.search, gateways.all].map(async ({ url }) => {
    const answer = await fetch(`${url}/v1/debug/calls?limit=1&q=${query}`);
    const { calls } = (await answer.json()) as { readonly calls: readonly { readonly outcome: string }[] };
    return calls[0]?.outcome;
  });
  return Promise.all(found);
}

const ERROR = {
  kind: 'backend-error',
  message: 'The upstream answered with a tool result whose content is not a list',
};

describe.each(SERVERS)('what is no tool result, from %s,', (server) => {
  test.each(Object.keys(BAD_RESULTS))('%s, is an error of the upstream on every surface', async (tool) => {
    const [exposed, rest] = await Promise.all([callExposed(server, tool), callRest(server, tool)]);
    expect(JSON.parse(exposed.text)).toMatchObject({ result: { isError: true, structuredContent: { error: ERROR } } });
    expect(rest.status).toBe(502);
    expect(JSON.parse(rest.text)).toMatchObject({ error: ERROR });
    expect(await outcomesOf(server, tool)).toEqual(['protocol_error', 'protocol_error']);
  });
});

const OUTCOMES: Readonly<Record<string, string>> = { 'loose-failure': 'tool_error' };

describe.each(SERVERS)('a loose result, from %s,', (server) => {
  test.each(Object.entries(LOOSE_RESULTS))('%s, is handed on as it came', async (tool, result) => {
    const [exposed, rest] = await Promise.all([callExposed(server, tool), callRest(server, tool)]);
    expect(exposed.text).toBe(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    expect(rest.status).toBe(200);
    const outcome = OUTCOMES[tool] ?? 'ok';
    expect(await outcomesOf(server, tool)).toEqual([outcome, outcome]);
  });
});
