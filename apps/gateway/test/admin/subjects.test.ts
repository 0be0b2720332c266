// A request without a tool says in the list of traces what it was about: nobody reads ids.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

type Row = Readonly<Record<string, unknown>>;

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(async () => {
  await rest.gateway.stop();
});

async function newest(query = ''): Promise<Row> {
  const { body } = await rest.get(`/v1/debug/traces?limit=1${query}`);
  return (body['traces'] as readonly Row[])[0]!;
}

test.each([
  ['search', { query: 'add two numbers', or_queries: ['sum'] }, 'add two numbers | sum'],
  ['search', { query: 'with password=hunter2 in\u001b[31m it' }, 'with [redacted] in it'],
  ['describe', { tool_slug: 'nothing.12345678.here' }, 'nothing.12345678.here'],
  ['load_skill', { skill_names: ['rigging', 'fx'] }, 'rigging | fx'],
])('the %s of %j is about %j', async (operation, request, subject) => {
  await rest.post(`/v1/${operation}`, request);
  expect(await newest()).toMatchObject({ operation, subject });
});

test('a filter finds it, and the trace itself says it, too', async () => {
  await rest.post('/v1/search', { query: 'say something' });
  await rest.post('/v1/search', { query: 'something else' });
  const found = await newest(`&q=${encodeURIComponent('subject~"say some"')}`);
  expect(found).toMatchObject({ subject: 'say something' });
  const { body } = await rest.get(`/v1/debug/traces/${String(found['row_id'])}`);
  expect(body).toMatchObject({ subject: 'say something' });
});

test('words that are kept nowhere are not told', async () => {
  await rest.post('/v1/search', { query: `long ${'x'.repeat(2_000)}`, or_queries: Array(8).fill('y'.repeat(2_040)) });
  expect(await newest()).not.toHaveProperty('subject');
});

test('a request for a tool is about the tool alone, and a batch counts the calls that ran', async () => {
  const add = { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } };
  await rest.post('/v1/call', add);
  expect(await newest()).not.toHaveProperty('subject');
  await rest.post('/v1/describe', { tool_slug: rest.toolbox('add') });
  expect(await newest()).not.toHaveProperty('subject');
  const failing = { tool_slug: rest.toolbox('is_error') };
  await rest.post('/v1/call_batch', { calls: [add, failing, add], stop_on_error: true });
  expect(await newest()).toMatchObject({ operation: 'call_batch', item_count: 2 });
});
