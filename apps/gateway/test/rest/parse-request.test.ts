import { describe, expect, test } from '@jest/globals';
import {
  parseCall,
  parseCallBatch,
  parseCallTool,
  parseDescribe,
  parseInstanceCall,
  parseLoadSkill,
  parseSearch,
} from '../../src/operations/requests/parse-request.ts';

const PARSERS = {
  parseCall,
  parseCallBatch,
  parseCallTool,
  parseDescribe,
  parseInstanceCall,
  parseLoadSkill,
  parseSearch,
};

type Row = readonly [keyof typeof PARSERS, unknown, string];

const WRONG: readonly Row[] = [
  ['parseSearch', [], 'the body must be a JSON object, got array'],
  ['parseSearch', null, 'the body must be a JSON object, got null'],
  ['parseSearch', 'x', 'the body must be a JSON object, got string'],
  ['parseSearch', { query: 5 }, 'query must be a string, got number'],
  ['parseSearch', { query: null }, 'query must be a string, got null'],
  ['parseSearch', { or_queries: 'x' }, 'or_queries must be an array, got string'],
  [
    'parseSearch',
    { or_queries: Array.from({ length: 17 }, () => 'x') },
    'or_queries must have at most 16 items, got 17',
  ],
  ['parseSearch', { dcc_type: [] }, 'dcc_type must be a string, got array'],
  ['parseSearch', { dcc_type: '' }, 'dcc_type must not be empty'],
  ['parseSearch', { dcc_types: ['maya', 1] }, 'dcc_types[1] must be a string, got number'],
  ['parseSearch', { instance_id: 'abc' }, 'instance_id must have at least 4 characters'],
  ['parseSearch', { tags: {} }, 'tags must be an array, got object'],
  ['parseSearch', { tags_any: true }, 'tags_any must be an array, got boolean'],
  ['parseSearch', { exclude_tags: [''] }, 'exclude_tags[0] must not be empty'],
  ['parseSearch', { loaded_only: 'yes' }, 'loaded_only must be a boolean, got string'],
  ['parseSearch', { scene_hint: 1 }, 'scene_hint must be a string, got number'],
  ['parseSearch', { skill_hint: 1 }, 'skill_hint must be a string, got number'],
  ['parseSearch', { min_score: '3' }, 'min_score must be a number, got string'],
  ['parseSearch', { limit: '25' }, 'limit must be a number, got string'],
  ['parseSearch', { limit: 2.5 }, 'limit must be a whole number, got 2.5'],
  ['parseSearch', { limit: 0 }, 'limit must be at least 1, got 0'],
  ['parseSearch', { limit: 101 }, 'limit must be at most 100, got 101'],
  ['parseSearch', { offset: -1 }, 'offset must be at least 0, got -1'],
  ['parseSearch', { mode: 'hybrid' }, 'mode must be one of "fuzzy", "exact", got string'],
  ['parseSearch', { meta: 'x' }, 'meta must be an object, got string'],
  ['parseSearch', { query: 1, limit: 'x' }, 'query must be a string, got number; limit must be a number, got string'],
  ['parseDescribe', {}, 'tool_slug is required, a string'],
  ['parseDescribe', { tool_slug: {} }, 'tool_slug must be a string, got object'],
  ['parseLoadSkill', {}, 'skill_name is required, or skill_names'],
  ['parseLoadSkill', { skill_names: [] }, 'skill_names must have at least 1 item, got 0'],
  ['parseLoadSkill', { skill_name: 'x', activate_groups: 1 }, 'activate_groups must be a boolean, got number'],
  ['parseCall', {}, 'tool_slug is required, a string'],
  ['parseCall', { tool_slug: '' }, 'tool_slug must not be empty'],
  ['parseCall', { tool_slug: 'a', meta: [] }, 'meta must be an object, got array'],
  ['parseCallBatch', {}, 'calls is required, an array'],
  ['parseCallBatch', { calls: {} }, 'calls must be an array, got object'],
  ['parseCallBatch', { calls: [] }, 'calls must have at least 1 item, got 0'],
  [
    'parseCallBatch',
    { calls: Array.from({ length: 26 }, () => ({ tool_slug: 'a' })) },
    'calls must have at most 25 items, got 26',
  ],
  ['parseCallBatch', { calls: [{ tool_slug: 'a' }, {}] }, 'calls[1].tool_slug is required, a string'],
  ['parseCallBatch', { calls: [{ tool_slug: 'a', id: {} }] }, 'calls[0].id must be a string or a number, got object'],
  ['parseCallBatch', { calls: [1] }, 'calls[0] must be an object, got number'],
  [
    'parseCallBatch',
    { calls: [{ tool_slug: 'a' }], stop_on_error: 'no' },
    'stop_on_error must be a boolean, got string',
  ],
  ['parseInstanceCall', {}, 'backend_tool is required'],
  ['parseInstanceCall', { tool: 1 }, 'tool must be a string, got number'],
  ['parseCallTool', {}, 'tool_slug is required, or calls for several'],
  ['parseCallTool', { tool_slug: 'a', stop_on_error: 1 }, 'stop_on_error must be a boolean, got number'],
];

const RIGHT: readonly (readonly [keyof typeof PARSERS, unknown])[] = [
  ['parseSearch', {}],
  ['parseSearch', { query: '', limit: 1, offset: 0, mode: 'exact', meta: { traceparent: 5 } }],
  ['parseSearch', { limit: 100, min_score: -0.5, tags: [], agent_context: { agent_id: 'a' } }],
  ['parseDescribe', { tool_slug: 'a', callerContext: 'ignored here' }],
  ['parseLoadSkill', { skill_names: ['a', 'b'], instance_id: 'abcd', dcc_type: 'maya', activate_groups: false }],
  ['parseCall', { tool_slug: 'a', arguments: [1] }],
  ['parseCall', { tool_slug: 'a', arguments: '{"a":1}', meta: { search_id: 's' } }],
  [
    'parseCallBatch',
    {
      calls: [
        { tool_slug: 'a', id: 1 },
        { tool_slug: 'b', id: 'x', meta: {} },
      ],
      stop_on_error: true,
    },
  ],
  ['parseCallBatch', { calls: Array.from({ length: 25 }, () => ({ tool_slug: 'a' })) }],
  ['parseInstanceCall', { action: 'a' }],
  ['parseCallTool', { calls: [{ tool_slug: 'a' }] }],
  ['parseCallTool', { tool_slug: 'a', arguments: {} }],
];

describe('a request body', () => {
  test.each(WRONG)('%s refuses %j: %s', (parser, body, message) => {
    expect(PARSERS[parser](body)).toEqual({ ok: false, message });
  });

  test.each(RIGHT)('%s takes %j as it is', (parser, body) => {
    expect(PARSERS[parser](body)).toEqual({ ok: true, value: body });
  });

  test('a call cannot be single and a batch at once', () => {
    const result = parseCallTool({ tool_slug: 'a', calls: [{ tool_slug: 'b' }] });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('send one call, or calls') });
  });

  test('a message never repeats what the caller sent as text', () => {
    const secret = 'sk-very-secret';
    const result = parseSearch({ query: { secret }, mode: secret, limit: secret, meta: secret });
    expect(JSON.stringify(result)).not.toContain(secret);
  });
});
