import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const ODD = [
  'needs',
  'the',
  'a',
  'to',
  'I',
  'do',
  'how_to',
  'to.do',
  'it__is',
  '+',
  '...',
  '-',
  'x',
  '日本',
  '😀',
  'I/O',
  'your needs',
];
const ORDINARY = ['create_sphere', 'list_needs_of_the_user', 'a_to_z', 'input_output', 'xx'];

interface Hit {
  readonly backend_tool: string;
  readonly rank: number;
  readonly match_reasons: readonly string[];
}

let server: PlainServer;
let gateway: RunningGateway;

beforeAll(async () => {
  server = await startPlainServer({ tools: [...ODD, ...ORDINARY] });
  gateway = await startGateway({ config: { mcpServers: { a: { url: server.url, dccType: 'maya' } } } });
  await gateway.ready();
});

afterAll(async () => {
  await gateway.stop();
  server.server.close();
});

async function find(body: object): Promise<readonly Hit[]> {
  const init = { method: 'POST', body: JSON.stringify({ limit: 5, ...body }) };
  const response = await fetch(`${gateway.url}/v1/search`, init);
  return ((await response.json()) as { hits: readonly Hit[] }).hits;
}

const FORMS: readonly (readonly [string, (tool: string) => string])[] = [
  ['its name', (tool) => tool],
  ['its name in capitals', (tool) => tool.toUpperCase()],
  ['its slug', (tool) => `maya.4f3f2898.${tool}`],
  ['<dcc>__<tool>', (tool) => `maya__${tool}`],
];

describe.each(['fuzzy', 'exact'])('a tool is found by its exact name, be it a stop word or a sign (%s)', (mode) => {
  test.each(FORMS)('by %s', async (_, toQuery) => {
    const found = await Promise.all(
      [...ODD, ...ORDINARY].map(async (tool) => {
        const hits = await find({ query: toQuery(tool), mode });
        return { tool, hit: hits.find((hit) => hit.backend_tool === tool) };
      }),
    );
    const lost = found.filter(({ hit }) => hit?.match_reasons.includes('tool_exact') !== true);
    expect(lost).toEqual([]);
  });
});

test('it is the first hit, and is found among other wordings', async () => {
  expect((await find({ query: 'needs' }))[0]).toMatchObject({ backend_tool: 'needs', rank: 1 });
  expect(await find({ query: 'zzzz', or_queries: ['the'] })).toMatchObject([{ backend_tool: 'the', rank: 1 }]);
});
