// What is said of rows that were let go: calls push out traces of other requests long before they go themselves.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

type Body = Readonly<Record<string, unknown>>;

/** A place before every row there is. */
const BEFORE = '00000000-0000-7000-8000-000000000000';

let rest: RestGateway;
/** What was said before traces were let go. */
let before: Body;

const debug = async (path: string): Promise<Body> => (await rest.get(`/v1/debug/${path}`)).body;

const call = (tool: string): Promise<unknown> => rest.post('/v1/call', { tool_slug: rest.toolbox(tool) });

const tokensOf = ({ tokens }: Body): unknown => {
  const { search, describe } = tokens as Readonly<Record<string, number>>;
  return { search, describe };
};

beforeAll(async () => {
  rest = await startRestGateway({ admin: { traces: 2 } });
  await call('say');
  await rest.post('/v1/search', { query: 'say' });
  await rest.post('/v1/search', { query: 'x', limit: 1_000 });
  before = await debug('stats');
  for (let times = 0; times < 4; times += 1) {
    await call('say');
  }
});

afterAll(async () => {
  await rest.gateway.stop();
});

test('a feed that has all its entries says of none that it was let go', async () => {
  const feed = await debug(`activity?q=${encodeURIComponent('kind=tool_call OR kind=search')}`);
  expect([feed['total'], feed['dropped']]).toEqual([7, undefined]);
  expect((await debug('workflows'))['dropped']).toBeUndefined();
  expect((await debug('traces'))['dropped']).toBe(4);
});

test('a stream of it says of a place of an earlier gateway that nothing is known to be missed', async () => {
  const stop = new AbortController();
  const response = await fetch(`${rest.gateway.url}/v1/debug/stream?kinds=activity`, {
    headers: { 'last-event-id': BEFORE },
    signal: stop.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('event: activity')) {
    text += (await reader.read()).value;
  }
  stop.abort();
  expect(text).toContain('event: gap\ndata: {"missed":0}');
});

test('a search that failed is an entry of the feed', async () => {
  const { activity } = (await debug(`activity?q=${encodeURIComponent('kind=search')}`)) as {
    activity: readonly Body[];
  };
  expect(activity).toMatchObject([
    { status: 'bad_request', severity: 'warning', message: 'search: bad_request' },
    { status: 'ok' },
  ]);
  const [{ correlation }] = activity as readonly [{ readonly correlation: Body }];
  expect(await debug(`traces/${String(correlation['request_id'])}`)).toMatchObject({ outcome: 'bad_request' });
});

test('what searches cost is counted as long as the calls of the same time', async () => {
  const stats = await debug('stats');
  expect(stats['retained_since']).toBe(before['retained_since']);
  expect(tokensOf(stats)).toEqual(tokensOf(before));
  expect((stats['tokens'] as Readonly<Record<string, number>>)['search']).toBeGreaterThan(0);
});

test('the card of an instance says from when on its calls are, once older ones went', async () => {
  const few = await startRestGateway({ admin: { calls: 2 } });
  const cardOf = async (): Promise<unknown> => {
    const { body } = await few.get('/v1/debug/instances');
    const card = (body['instances'] as readonly Body[]).find(({ dcc_type: type }) => type === 'toolbox');
    return card!['calls'];
  };
  for (let times = 0; times < 2; times += 1) {
    await few.post('/v1/call', { tool_slug: few.toolbox('say') });
  }
  expect(await cardOf()).toEqual({ total: 2, failed: 0, p95_ms: expect.any(Number) });
  await few.post('/v1/call', { tool_slug: few.toolbox('say') });
  const { body } = await few.get('/v1/debug/calls');
  expect(await cardOf()).toMatchObject({
    total: 2,
    retained_since: (body['calls'] as readonly Body[]).at(-1)!['timestamp'],
  });
  await few.gateway.stop();
});

test('a step that its workflow lost is counted, once', async () => {
  await rest.post('/v1/describe', { tool_slug: rest.toolbox('say') });
  const { tokens } = await debug('stats');
  await call('say');
  await call('say');
  expect((await debug('workflows'))['dropped']).toBe(1);
  expect((await debug('activity'))['dropped']).toBe(1);
  expect(tokensOf(await debug('stats'))).toEqual(tokensOf({ tokens }));
});
