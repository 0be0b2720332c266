// Clients that give several requests one id: each is told of by its row id, and all of them by the id they share.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

type Row = Readonly<Record<string, unknown>>;

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(async () => {
  await rest.gateway.stop();
});

async function debug(path: string): Promise<Row> {
  const { status, body } = await rest.get(`/v1/debug/${path}`);
  expect(status).toBe(200);
  return body;
}

const rowIds = (rows: unknown): readonly string[] => (rows as readonly Row[]).map(({ row_id: id }) => String(id));

/** The row ids of all requests of that id, oldest first. */
async function rowsOf(requestId: string): Promise<readonly string[]> {
  const { traces } = await debug(`traces?q=${encodeURIComponent(`request_id=${requestId}`)}`);
  return rowIds(traces).toReversed();
}

describe('two calls of one id in one trace, the first failed', () => {
  const headers = { 'x-request-id': 'twice', traceparent: `00-${'1'.repeat(32)}-b7ad6b7169203331-01` };
  let failed: string;
  let good: string;

  beforeAll(async () => {
    await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error') }, headers);
    await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } }, headers);
    [failed = '', good = ''] = await rowsOf('twice');
  });

  test('the packet of each is about that one', async () => {
    expect(await debug(`agent-traces/${failed}`)).toMatchObject({
      status: 'err',
      outcome: 'tool_error',
      tool: rest.toolbox('is_error'),
      root_cause: { outcome: 'tool_error' },
    });
    const packet = await debug(`agent-traces/${good}`);
    expect(packet).toMatchObject({ status: 'ok', outcome: 'ok', tool: rest.toolbox('add') });
    expect(packet).not.toHaveProperty('root_cause');
  });

  test('the issue report of each is about that one, and leads to it', async () => {
    expect(await debug(`issue-reports/${failed}`)).toMatchObject({
      title: expect.stringMatching(/^call failed: tool_error after \d+ ms \(upstream\)$/),
      suggested_labels: expect.arrayContaining(['bug', 'outcome:tool_error']),
      summary: { outcome: 'tool_error', who: 'upstream' },
      links: { trace_api: `/v1/debug/traces/${failed}`, debug_bundle: `/v1/debug/bundles/${failed}` },
    });
    expect(await debug(`issue-reports/${good}`)).toMatchObject({
      title: expect.stringMatching(/^call ended ok after \d+ ms$/),
      links: { trace_api: `/v1/debug/traces/${good}` },
    });
  });
});

describe('three calls of one id, each in a trace of its own', () => {
  let rows: readonly string[];

  beforeAll(async () => {
    const headers = { 'x-request-id': 'same-id' };
    for (const tool of ['is_error', 'success_false', 'say']) {
      await rest.post('/v1/call', { tool_slug: rest.toolbox(tool) }, headers);
    }
    rows = await rowsOf('same-id');
  });

  test('the trace of the id is the newest, and lists the others', async () => {
    const trace = await debug('traces/same-id');
    expect(trace).toMatchObject({ row_id: rows[2], outcome: 'ok', tool: rest.toolbox('say') });
    expect(rowIds(trace['requests'])).toEqual(rows);
  });

  test('the bundle of the id is about the newest, and has the others', async () => {
    const bundle = await debug('bundles/same-id');
    expect(bundle).toMatchObject({ trace_id: (await debug('traces/same-id'))['trace_id'], request_ids: ['same-id'] });
    expect(bundle).not.toHaveProperty('root_cause');
    expect(rowIds(bundle['calls'])).toEqual(rows.toReversed());
    expect(rowIds(bundle['traces'])).toEqual(rows.toReversed());
  });

  test('the context of the id has the row ids of all', async () => {
    expect(await debug('trace-context/same-id')).toMatchObject({
      row_id: rows[2],
      request_ids: ['same-id'],
      row_ids: rows.toReversed(),
    });
  });

  test('each is told of alone by its row id', async () => {
    const [first = ''] = rows;
    expect(rowIds((await debug(`traces/${first}`))['requests'])).toEqual([first]);
    expect(rowIds((await debug(`bundles/${first}`))['calls'])).toEqual([first]);
  });
});

test('a request that was given the row id of another one does not hide it', async () => {
  await rest.post(
    '/v1/call',
    { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } },
    { 'x-request-id': 'mine' },
  );
  const [id = ''] = await rowsOf('mine');
  await rest.post('/v1/call', { tool_slug: rest.toolbox('say') }, { 'x-request-id': id });
  const ids = [`traces/${id}`, `bundles/${id}`].map(async (path) => (await debug(path))['request_id']);
  expect(await Promise.all(ids)).toEqual(['mine', 'mine']);
});
