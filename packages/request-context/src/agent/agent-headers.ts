import type { RequestHeaders } from '../carriers/carrier-input.ts';
import { AGENT_FIELDS, type AgentField } from './agent-fields.ts';

/** Begin of all headers that carry agent context. */
const HEADER_PREFIX = 'x-dcc-mcp-';
/** Header that carries a whole agent context as JSON. */
export const HEADER_AGENT_CONTEXT = 'x-dcc-mcp-agent-context';

// Spellings of dcc-mcp-core beside `x-dcc-mcp-<field>`.
const ALIASES: Readonly<Record<string, AgentField>> = {
  agent: 'agent_name',
  'agent-model': 'model',
  'agent-model-provider': 'model_provider',
  'agent-model-version': 'model_version',
  'agent-reasoning-effort': 'reasoning_effort',
  'agent-session-id': 'session_id',
  'agent-turn-id': 'turn_id',
  'agent-turn-index': 'turn_index',
  'agent-task': 'task',
  'agent-tags': 'tags',
  'agent-user-intent-summary': 'user_intent_summary',
  'agent-user-input-hash': 'user_input_hash',
  'agent-user-input-chars': 'user_input_chars',
  'reply-summary': 'agent_reply_summary',
  'reply-hash': 'agent_reply_hash',
  'reply-chars': 'agent_reply_chars',
};

const FIELD_OF_HEADER: ReadonlyMap<string, AgentField> = new Map([
  ...AGENT_FIELDS.map((field): [string, AgentField] => [`${HEADER_PREFIX}${field}`, field]),
  ...AGENT_FIELDS.map((field): [string, AgentField] => [`${HEADER_PREFIX}${field.replaceAll('_', '-')}`, field]),
  ...Object.entries(ALIASES).map(([name, field]): [string, AgentField] => [`${HEADER_PREFIX}${name}`, field]),
]);

/** Calls `take` for each header that stands for one agent field. */
export function eachAgentHeader(headers: RequestHeaders, take: (field: AgentField, text: string) => void): void {
  for (const name in headers) {
    // Every request has a dozen headers and few have this prefix: look before comparing.
    if (name.charCodeAt(0) !== 120 || !name.startsWith(HEADER_PREFIX)) {
      continue;
    }
    const field = FIELD_OF_HEADER.get(name);
    const value = headers[name];
    if (field === undefined || value === undefined) {
      continue;
    }
    take(field, typeof value === 'string' ? value : (value[0] ?? ''));
  }
}

/** True when a header carries agent context, whole or one field of it. */
export function hasAgentHeader(headers: RequestHeaders): boolean {
  for (const name in headers) {
    if (name.charCodeAt(0) === 120 && name.startsWith(HEADER_PREFIX)) {
      return true;
    }
  }
  return false;
}
