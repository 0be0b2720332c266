// The answers of a server: any status, headers and body.
import * as fc from 'fast-check';
import { type Method, startBehindGateway } from '../behind-gateway.ts';
import type { WrittenAnswer } from '../hostile-server.ts';
import { jsonText } from '../inputs/json-text.ts';
import type { Target } from '../target.ts';

export interface UpstreamAnswerInput {
  readonly method: Method;
  readonly answer: WrittenAnswer;
}

/** After so many odd answers a right one must arrive. */
const RECOVER_EVERY = 25;

const answerOf = (result: object): object => ({ jsonrpc: '2.0', id: '$ID', result });
const BODIES: readonly unknown[] = [
  answerOf({ content: [{ type: 'text', text: 'done' }], structuredContent: { n: 1 }, isError: false, _meta: { a: 1 } }),
  answerOf({
    content: [
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
      { type: 'resource_link', uri: 'x:y' },
    ],
  }),
  answerOf({ resultType: 'input_required', inputRequests: { a: { method: 'elicitation/create', params: {} } } }),
  answerOf({ contents: [{ uri: 'file:///a', text: 'x', blob: 'AAAA' }] }),
  answerOf({ resources: [{ uri: 'file:///a', name: 'a', size: 3 }], nextCursor: 'n' }),
  answerOf({ messages: [{ role: 'user', content: { type: 'text', text: 'x' } }], description: 'd' }),
  answerOf({ completion: { values: ['a'], total: 1, hasMore: false } }),
  { jsonrpc: '2.0', id: '$ID', error: { code: -32602, message: 'no', data: { a: 1 } } },
  { jsonrpc: '2.0', id: '$ID', result: {}, error: null },
  [answerOf({})],
];

/** The placeholder of the id loses its quotes, so that the id has the type it had. */
const body = jsonText(BODIES).map((text) => text.replaceAll('"$ID"', '$ID'));

const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'application/json;charset=UTF-16', 'text/html', 'x', ''),
    'mcp-session-id': fc.constantFrom('s', 'other', ''),
    'retry-after': fc.constantFrom('0', '1', '-5', '1e9', 'never'),
    location: fc.constantFrom('/mcp', '/other', 'http://192.0.2.1/', 'x:'),
    'www-authenticate': fc.constantFrom('Bearer', 'x='),
  },
  { requiredKeys: ['content-type'] },
) as fc.Arbitrary<Record<string, string>>;

const status = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200) },
  fc.constantFrom(
    201,
    202,
    204,
    206,
    301,
    302,
    304,
    307,
    308,
    400,
    401,
    403,
    404,
    405,
    410,
    413,
    429,
    500,
    502,
    503,
    599,
  ),
);

export const upstreamAnswers: Target<UpstreamAnswerInput> = {
  name: 'upstream-answers',
  inputs: fc.record({
    method: fc.constantFrom<Method>(
      'tools/call',
      'resources/read',
      'resources/list',
      'prompts/get',
      'completion/complete',
    ),
    answer: fc.record({ status, headers, body, cuts: fc.array(fc.nat(500), { maxLength: 3 }) }),
  }),
  async open() {
    const behind = await startBehindGateway();
    let checks = 0;
    return {
      async check({ method, answer }) {
        await behind.ask(method, answer);
        checks += 1;
        if (checks % RECOVER_EVERY === 0) {
          await behind.recover();
        }
      },
      close: () => behind.close(),
    };
  },
};
