// Of a workflow with many failed steps `workflows` shows some, and says what lists all of them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runInProcess } from '../../fixtures/run-in-process.ts';
import { type RestGateway, startRestGateway } from '../../rest/rest-gateway.ts';

let rest: RestGateway;
const at = (): readonly string[] => ['--url', rest.gateway.url];

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(() => rest?.gateway.stop());

test.each<readonly [string, object, Readonly<Record<string, string>>]>([
  ['a turn', { session_id: 'many', turn_id: 'the first' }, {}],
  ['a session', { session_id: 'more' }, {}],
  ['a trace', {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }],
])('says of %s how many more steps failed, with what lists all of them', async (_of, context, headers) => {
  const meta = { agent_context: { agent_name: 'Eve', ...context } };
  const call = { tool_slug: rest.toolbox('is_error'), meta };
  for (let step = 0; step < 4; step += 1) {
    await rest.post('/v1/call', call, headers);
  }
  await rest.post('/v1/call_batch', { calls: [call, { tool_slug: rest.toolbox('say'), meta }], meta }, headers);
  const { stdout } = await runInProcess(['workflows', '--limit', '1', ...at()]);
  expect(stdout).toContain(' 6 steps, 5 failed  by Eve\n');
  const [, more, q = '', limit = ''] =
    /^ {2}(\d+) more failed; all of them: dcc-mcp-gateway traces --q '([^']+)' --limit (\d+)$/m.exec(stdout) ?? [];
  expect([more, limit]).toEqual(['2', '5']);
  const listed = await runInProcess(['traces', '--q', q, '--limit', limit, '--json', ...at()]);
  expect(JSON.parse(listed.stdout)).toMatchObject({
    total: 5,
    traces: Array.from({ length: 5 }, () => ({ success: false })),
  });
});

test('says of a chain of requests where its steps are', async () => {
  const meta = { agent_context: { agent_name: 'Ann', parent_request_id: 'the-first-of-them' } };
  for (let step = 0; step < 4; step += 1) {
    await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error'), meta });
  }
  const { stdout } = await runInProcess(['workflows', '--limit', '1', ...at()]);
  const [, q = ''] = /^ {2}1 more failed; all of them: dcc-mcp-gateway workflows --q (\S+) --json$/m.exec(stdout) ?? [];
  const listed = await runInProcess(['workflows', '--q', q, '--json', ...at()]);
  expect(JSON.parse(listed.stdout)).toMatchObject({ total: 1, workflows: [{ failed_steps: 4 }] });
});
