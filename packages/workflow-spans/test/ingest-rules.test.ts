import { OPERATIONS } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import { runOperation } from './operations.ts';
import type { PlainSpan } from './recording.ts';

const ENTRIES = OPERATIONS.map((operation) => runOperation('mcp', operation, 'ok').at(-1)!);
const CALL = runOperation('mcp', 'gateway.call', 'tool_error');

// Phoenix: kind upper case; keys are unflattened, so a leaf can't be a prefix; values of `metadata` keys are parsed as JSON.
const PHOENIX_KINDS = ['LLM', 'CHAIN', 'TOOL', 'RETRIEVER', 'RERANKER', 'EMBEDDING', 'AGENT', 'GUARDRAIL', 'EVALUATOR'];

function unflatten(attributes: PlainSpan['attributes']): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const path = key.split('.');
    const leaf = path.pop()!;
    let node = root;
    for (const part of path) {
      node[part] ??= {};
      if (typeof node[part] !== 'object') {
        throw new Error(`${key}: ${part} is a leaf`);
      }
      node = node[part] as Record<string, unknown>;
    }
    if (node[leaf] !== undefined) {
      throw new Error(`${key} is a prefix`);
    }
    node[leaf] = key.endsWith('metadata') ? JSON.parse(String(value)) : value;
  }
  return root;
}

describe('Phoenix', () => {
  test.each(ENTRIES)('shows the kind of $name', (span) => {
    expect(PHOENIX_KINDS).toContain(span.attributes['openinference.span.kind']);
  });

  test.each(ENTRIES)('finds session and user on the entry span of $name', (span) => {
    const { session, user } = unflatten(span.attributes) as { session: { id: string }; user: { id: string } };
    expect([session.id, user.id]).toEqual(['6a840baf5d8c', 'u-7421']);
  });

  test('reads metadata as an object and tags as a list', () => {
    const tree = unflatten(CALL.at(-1)!.attributes);
    expect(tree['metadata']).toMatchObject({ transport: 'mcp', dcc_type: 'maya' });
    expect(tree['tag']).toEqual({ tags: ['shot', 'lighting'] });
  });

  test('takes the hop for a TOOL by gen_ai.operation.name, though it has no kind of its own', () => {
    const hop = unflatten(CALL[0]!.attributes) as { gen_ai: { operation: { name: string }; tool: { name: string } } };
    expect(hop.gen_ai).toEqual({ operation: { name: 'execute_tool' }, tool: { name: 'create_sphere' } });
  });
});

describe('Langfuse', () => {
  test('maps session, user, input, output and tags of the entry span', () => {
    const { attributes } = runOperation('rest', 'gateway.call', 'ok').at(-1)!;
    const trace = {
      sessionId: attributes['langfuse.session.id'] ?? attributes['session.id'],
      userId: attributes['langfuse.user.id'] ?? attributes['user.id'],
      input: JSON.parse(String(attributes['input.value'])),
      output: JSON.parse(String(attributes['output.value'])),
      tags: attributes['tag.tags'],
    };
    expect(trace).toMatchObject({
      sessionId: '0af7651916cd43dd8448eb211c80319c',
      userId: 'u-7421',
      input: { arguments: ['radius', 'name'] },
      output: { fields: ['content'] },
      tags: ['shot', 'lighting'],
    });
  });
});

describe('Jaeger and Tempo', () => {
  test('mark the failed call and its hop as errors, and draw the hop below as a client', () => {
    expect(CALL.map(({ kind, status }) => [kind, status])).toEqual([
      ['CLIENT', 'ERROR tool_error'],
      ['SERVER', 'ERROR tool_error'],
    ]);
    expect(CALL.every(({ attributes }) => attributes['error.type'] === 'tool_error')).toBe(true);
  });
});
