import { describe, expect, test } from '@jest/globals';
import { canRun, groupsOf, type OpenApiDocument, operationsOf } from '../src/panels/openapi/operations.ts';
import { addressOf, curlOf, jsonRpcOf, missingOf } from '../src/panels/openapi/request-of.ts';
import { jsonIssue, sampleBody } from '../src/panels/openapi/sample-body.ts';

const JSON_ANSWER = { '200': { content: { 'application/json': {} } } };
const DOCUMENT: OpenApiDocument = {
  components: {
    schemas: {
      CallRequest: {
        type: 'object',
        required: ['tool_slug', 'arguments'],
        properties: {
          tool_slug: { type: 'string', examples: ['maya.1.bake'] },
          arguments: { type: 'object' },
          mode: { enum: ['sync', 'async'] },
          again: { $ref: '#/components/schemas/CallRequest' },
        },
      },
    },
  },
  paths: {
    '/v1/call': {
      post: {
        summary: 'Calls a tool.',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/CallRequest' } } } },
        responses: JSON_ANSWER,
      },
    },
    '/v1/debug/traces/{id}': {
      get: {
        parameters: [
          { name: 'id', in: 'path', required: true },
          { name: 'q', in: 'query' },
        ],
        responses: JSON_ANSWER,
      },
    },
    '/v1/debug/stream': { get: { responses: { '200': { content: { 'text/event-stream': {} } } } } },
  },
};
const [call, trace, stream] = operationsOf(DOCUMENT) as [never, never, never];

describe('the routes of a gateway', () => {
  test('stand by what they begin with', () => {
    expect([...groupsOf(operationsOf(DOCUMENT)).keys()]).toEqual(['/v1', '/v1/debug']);
  });

  test('are asked by the page only where that changes nothing and has an end', () => {
    expect([call, trace, stream].map(canRun)).toEqual([false, true, false]);
  });

  test('begin with a body that has what is needed, also where a schema contains itself', () => {
    const { body } = operationsOf(DOCUMENT)[0]!;
    expect(JSON.parse(sampleBody(body!))).toEqual({ tool_slug: 'maya.1.bake', arguments: {} });
  });
});

describe('a route that is filled in', () => {
  test('says what is missing', () => {
    expect([missingOf(trace, {}), missingOf(trace, { id: 'a' })]).toEqual([['id'], []]);
  });

  test('is an address with everything escaped', () => {
    expect(addressOf('http://gw', trace, { id: 'a/b?c', q: 'tool~"x y"' })).toBe(
      'http://gw/v1/debug/traces/a%2Fb%3Fc?q=tool%7E%22x+y%22',
    );
  });

  test('is a command, and a message of MCP where there is such a tool', () => {
    expect(curlOf('http://gw/v1/call', call, '{"a":"it\'s"}')).toBe(
      String.raw`curl -s -X POST 'http://gw/v1/call' \
  -H 'content-type: application/json' \
  -d '{"a":"it'\''s"}'`,
    );
    expect(JSON.parse(jsonRpcOf(call, '{"tool_slug":"x"}')!)).toMatchObject({
      method: 'tools/call',
      params: { name: 'call', arguments: { tool_slug: 'x' } },
    });
    expect(jsonRpcOf(trace, '{}')).toBeUndefined();
  });

  test('says where a body is no JSON', () => {
    expect([jsonIssue('{"a":1}'), jsonIssue('{"a":}')]).toEqual([undefined, expect.stringContaining('JSON')]);
  });
});
