// What is planted in every field that a caller or an upstream controls, and where.
import type { Json } from '../fixtures/callers.ts';

/** Secrets by their form; each field may carry them, none may leave. */
export const SECRETS: readonly string[] = [
  'Bearer 9f8e7d6c5b4a39281706fedcba',
  'sk-proj-A1b2C3d4E5f6G7h8I9j0',
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  'AKIAIOSFODNN7EXAMPLE',
  'xoxb-1234567890-abcdefghij',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  'password=hunter2hunter2',
  'https://joe:hunter2hunter2@repo.example.com/x',
  'jane.doe@example.com',
  '4111 1111 1111 1111',
  '078-05-1120',
];

/** The part of each secret that must not be found. */
export const SECRET_PARTS: readonly string[] = [
  '9f8e7d6c5b4a39281706',
  'A1b2C3d4E5f6G7h8I9j0',
  '0123456789abcdefghijABCDEFGHIJ012345',
  'AKIAIOSFODNN7EXAMPLE',
  '1234567890-abcdefghij',
  'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  'hunter2hunter2',
  'jane.doe',
  '4111 1111 1111 1111',
  '078-05-1120',
];

/** Private by what it is, not by how it looks. A word of its own per place, so that a find says where it leaked. */
export const PRIVATE_PLACES = [
  'plan',
  'observations',
  'reasoning_summary',
  'metadata',
  'prompt',
  'messages',
  'chain_of_thought',
  'unknown_field',
  'argument',
  'argument_in_batch',
  'query',
  'result',
  'structured_result',
  'tool_failure',
  'rpc_error_message',
  'rpc_error_data',
  'http_error_body',
  'meta_unknown',
  'meta_progress',
  'bad_body',
  'wrong_argument',
] as const;
type Place = (typeof PRIVATE_PLACES)[number];

export function privateText(place: Place): string {
  return `Pr1v4te-${place.replaceAll('_', '-')}-words`;
}

const TEXT_FIELDS = [
  'actor_id', 'actor_name', 'actor_email_hash', 'agent_id', 'agent_name', 'agent_kind', 'agent_version', 'client_platform',
  'client_os', 'client_host', 'model_provider', 'model_version', 'model', 'reasoning_effort', 'session_id', 'turn_id',
  'user_intent_summary', 'agent_reply_summary', 'user_input_hash', 'agent_reply_hash', 'task', 'parent_request_id', 'auth_subject',
]; // prettier-ignore

/** An agent context with a secret in each text, and private words in each field that is never exported. */
export function agentContext(secret: string): Json {
  return {
    ...Object.fromEntries(TEXT_FIELDS.map((field) => [field, secret])),
    tags: [secret],
    plan: [privateText('plan')],
    observations: [privateText('observations')],
    reasoning_summary: privateText('reasoning_summary'),
    metadata: { note: privateText('metadata'), [secret]: 1 },
    prompt: privateText('prompt'),
    messages: [{ role: 'user', content: privateText('messages') }],
    chain_of_thought: privateText('chain_of_thought'),
    unknown_field: privateText('unknown_field'),
  };
}

/** The same secret in each header a caller may send. */
export function headersWith(secret: string): Readonly<Record<string, string>> {
  const fields = TEXT_FIELDS.map((field) => [`x-dcc-mcp-${field.replaceAll('_', '-')}`, secret]);
  return {
    ...Object.fromEntries(fields),
    'user-agent': secret,
    'x-session-id': secret,
    'x-request-id': secret,
    'x-correlation-id': secret,
    'x-dcc-mcp-parent-request-id': secret,
    'x-dcc-mcp-agent-context': JSON.stringify(agentContext(secret)),
    'x-forwarded-for': secret,
    cookie: `session=${secret}`,
    'x-api-key': secret,
    tracestate: `vendor=${secret}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    baggage: `session.id=${encodeURIComponent(secret)},token=${encodeURIComponent(secret)}`,
  };
}

/** `params._meta` with secrets. */
export function metaWith(secret: string): Json {
  return {
    agent_context: agentContext(secret),
    search_id: secret,
    tracestate: `vendor=${secret}`,
    baggage: `token=${encodeURIComponent(secret)}`,
    note: privateText('meta_unknown'),
    progressToken: privateText('meta_progress'),
  };
}
