// What is run for the golden spans: each operation with each way it can end, over each transport.
import type { Json } from '../fixtures/callers.ts';

/** Names of upstreams of the golden gateway; a slug is written `<upstream>:<tool>` and filled in at run time. */
export interface GoldenCase {
  readonly operation: 'search' | 'describe' | 'load_skill' | 'call' | 'call_batch';
  readonly ending: string;
  readonly body: Json;
}

const call = (ending: string, slug: string, args: Json = {}): GoldenCase => ({
  operation: 'call',
  ending,
  body: { tool_slug: slug, arguments: args },
});

export const GOLDEN_CASES: readonly GoldenCase[] = [
  { operation: 'search', ending: 'ok', body: { query: 'does the work' } },
  { operation: 'search', ending: 'zero results', body: { query: 'zzzzqqqq' } },
  { operation: 'search', ending: 'bad_request', body: { query: 7 } },
  { operation: 'describe', ending: 'ok', body: { tool_slug: 'ok:work' } },
  { operation: 'describe', ending: 'unknown_tool', body: { tool_slug: 'ok:nope' } },
  { operation: 'describe', ending: 'denied', body: { tool_slug: 'hidden:work' } },
  { operation: 'describe', ending: 'bad_request', body: {} },
  { operation: 'load_skill', ending: 'ok', body: { skill_name: 'lazy' } },
  { operation: 'load_skill', ending: 'unknown', body: { skill_name: 'nobody' } },
  { operation: 'load_skill', ending: 'bad_request', body: {} },
  call('ok', 'ok:work', { n: 1 }),
  call('tool_error', 'iserror:work'),
  call('protocol_error', 'rpcerror:work'),
  call('timeout', 'hang:work'),
  call('backend_unreachable', 'dead:work'),
  call('unknown_tool', 'ok:nope'),
  call('bad_request', 'ok:work', { n: 'seven' }),
  call('denied', 'hidden:work'),
  {
    operation: 'call_batch',
    ending: 'ok',
    body: { calls: [{ tool_slug: 'ok:work' }, { tool_slug: 'ok:work' }] },
  },
  {
    operation: 'call_batch',
    ending: 'tool_error',
    body: { calls: [{ tool_slug: 'ok:work' }, { tool_slug: 'iserror:work' }, { tool_slug: 'ok:nope' }] },
  },
  { operation: 'call_batch', ending: 'bad_request', body: { calls: [] } },
];

/** What the caller tells of itself in each of them. */
export const AGENT: Json = {
  actor_id: 'artist-7',
  agent_id: 'planner-3',
  agent_name: 'Planner',
  agent_kind: 'assistant',
  model: 'some-model-4',
  turn_id: 'turn-9',
  user_intent_summary: 'wants a warmer key light',
  user_input_chars: 120,
  tags: ['lighting'],
};
