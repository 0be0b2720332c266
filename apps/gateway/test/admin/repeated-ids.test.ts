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
