// What a ranker learns from the export of searches: the hit that was chosen, not one that was only looked at.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

type Row = Readonly<Record<string, unknown>>;
type Step = readonly ['describe' | 'call', string];

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(async () => {
  await rest.gateway.stop();
});

/** What the newest exported search says of the choice, each tool by its name and its rank of the hits. */
async function chosenAfter(steps: readonly Step[]): Promise<Row> {
  const { body } = await rest.post('/v1/search', { query: 'Report a failure by isError' });
  for (const [operation, tool] of steps) {
    await rest.post(`/v1/${operation}`, { tool_slug: rest.toolbox(tool), meta: { search_id: body['search_id'] } });
  }
  const file = await (await fetch(`${rest.gateway.url}/v1/debug/export?kind=searches`)).text();
  const row = JSON.parse(file.split('\n')[0]!) as Row;
  const ranks = (body['hits'] as readonly Row[]).map(({ tool_slug: slug, rank }) => [rank, slug]);
  expect(ranks).toContainEqual([row['chosen_rank'], row['chosen_tool']]);
  expect(ranks[0]).toEqual([1, rest.toolbox('is_error')]);
  return { tool: String(row['chosen_tool']).split('.').at(-1), success: row['chosen_success'] };
}

test.each<[string, readonly Step[], Row]>([
  [
    'called with success, before a better one that was described',
    [
      ['describe', 'is_error'],
      ['call', 'nested_false'],
    ],
    { tool: 'nested_false', success: true },
  ],
  [
    'called with success, before a better one that failed',
    [
      ['call', 'is_error'],
      ['call', 'nested_false'],
    ],
    { tool: 'nested_false', success: true },
  ],
  [
    'called, before a better one that was described',
    [
      ['describe', 'is_error'],
      ['call', 'success_false'],
    ],
    { tool: 'success_false', success: false },
  ],
  ['described, where none was called', [['describe', 'success_false']], { tool: 'success_false', success: false }],
  [
    'of the better rank, where two failed',
    [
      ['call', 'success_false'],
      ['call', 'is_error'],
    ],
    { tool: 'is_error', success: false },
  ],
])('the tool that was chosen is the one %s', async (_what, steps, chosen) => {
  expect(await chosenAfter(steps)).toEqual(chosen);
});
