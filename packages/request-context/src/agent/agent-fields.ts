import { REDACTED, sanitizeText, sanitizeMetadata } from '@dcc-mcp/bounds/redaction';
import { isRecord } from '../carriers/carrier-input.ts';

/** What a caller says about the person, agent, model and turn behind a request: bounded, sanitized, unproven. */
export interface AgentContext {
  readonly actor_id?: string;
  readonly actor_name?: string;
  /** 16–128 hex digits, or `sha256:` and those. */
  readonly actor_email_hash?: string;
  readonly agent_id?: string;
  readonly agent_name?: string;
  readonly agent_kind?: string;
  readonly agent_version?: string;
  readonly client_platform?: string;
  readonly client_os?: string;
  readonly client_host?: string;
  readonly auth_subject?: string;
  readonly model_provider?: string;
  readonly model_version?: string;
  readonly model?: string;
  readonly reasoning_effort?: string;
  readonly session_id?: string;
  readonly turn_id?: string;
  readonly turn_index?: number;
  readonly user_intent_summary?: string;
  readonly agent_reply_summary?: string;
  readonly user_input_hash?: string;
  readonly agent_reply_hash?: string;
  readonly user_input_chars?: number;
  readonly agent_reply_chars?: number;
  readonly task?: string;
  readonly reasoning_summary?: string;
  readonly plan?: readonly string[];
  readonly observations?: readonly string[];
  readonly parent_request_id?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Name of a field of {@link AgentContext}. */
export type AgentField = keyof AgentContext;

/** Why a field was not taken. */
export type DropReason = 'wrong_type' | 'raw_email' | 'not_a_hash' | 'invalid_id' | 'redacted';

/** Result of reading one field. `removedKeys` counts high-sensitivity keys taken out of `metadata`. */
export type FieldReading =
  | { readonly ok: true; readonly value: AgentContext[AgentField]; readonly removedKeys?: number }
  | { readonly ok: false; readonly reason: DropReason };

/** Bound of a list, in items. */
const MAX_LIST_ITEMS = 16;

type FieldType = 'text' | 'count' | 'list' | 'hash' | 'metadata';

/** Every field with its type, in the order in which they are documented. */
const AGENT_FIELD_TYPES: Readonly<Record<AgentField, FieldType>> = {
  actor_id: 'text',
  actor_name: 'text',
  actor_email_hash: 'hash',
  agent_id: 'text',
  agent_name: 'text',
  agent_kind: 'text',
  agent_version: 'text',
  client_platform: 'text',
  client_os: 'text',
  client_host: 'text',
  auth_subject: 'text',
  model_provider: 'text',
  model_version: 'text',
  model: 'text',
  reasoning_effort: 'text',
  session_id: 'text',
  turn_id: 'text',
  turn_index: 'count',
  user_intent_summary: 'text',
  agent_reply_summary: 'text',
  user_input_hash: 'text',
  agent_reply_hash: 'text',
  user_input_chars: 'count',
  agent_reply_chars: 'count',
  task: 'text',
  reasoning_summary: 'text',
  plan: 'list',
  observations: 'list',
  parent_request_id: 'text',
  tags: 'list',
  metadata: 'metadata',
};

/** All field names. */
export const AGENT_FIELDS: readonly AgentField[] = Object.keys(AGENT_FIELD_TYPES).filter(isAgentField);

function isAgentField(name: string): name is AgentField {
  return Object.hasOwn(AGENT_FIELD_TYPES, name);
}

const EMAIL_HASH = /^(?:sha256:)?[0-9a-f]{16,128}$/i;

/** Reads one field as it stands in JSON. */
export function readField(field: AgentField, value: unknown): FieldReading {
  return READERS[AGENT_FIELD_TYPES[field]](value);
}

const READERS: Readonly<Record<FieldType, (value: unknown) => FieldReading>> = {
  text: readText,
  count: (value) => (isCount(value) ? { ok: true, value } : WRONG_TYPE),
  list: (value) => (isTextList(value) ? { ok: true, value: sanitizeList(value) } : WRONG_TYPE),
  hash: readEmailHash,
  metadata: readMetadata,
};

const WRONG_TYPE: FieldReading = { ok: false, reason: 'wrong_type' };

// A text that was nothing but a credential or an address would group strangers under one mark: it is left out.
function readText(value: unknown): FieldReading {
  if (typeof value !== 'string') {
    return WRONG_TYPE;
  }
  const text = sanitizeText(value);
  return text === REDACTED ? { ok: false, reason: 'redacted' } : { ok: true, value: text };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.slice(0, MAX_LIST_ITEMS).every((item) => typeof item === 'string');
}

function sanitizeList(value: readonly string[]): readonly string[] {
  return value.slice(0, MAX_LIST_ITEMS).map((item) => sanitizeText(item));
}

function readEmailHash(value: unknown): FieldReading {
  if (typeof value !== 'string') {
    return WRONG_TYPE;
  }
  if (value.includes('@')) {
    return { ok: false, reason: 'raw_email' };
  }
  return EMAIL_HASH.test(value) ? { ok: true, value } : { ok: false, reason: 'not_a_hash' };
}

function readMetadata(value: unknown): FieldReading {
  if (!isRecord(value)) {
    return WRONG_TYPE;
  }
  const { metadata, removedKeys } = sanitizeMetadata(value);
  return { ok: true, value: metadata, removedKeys };
}

/** Reads one field as it stands in a header of its own: counts as digits, lists by commas or as JSON, metadata as JSON. */
export function readHeaderField(field: AgentField, text: string): FieldReading {
  const type = AGENT_FIELD_TYPES[field];
  if (type === 'count') {
    return readField(field, /^\d{1,15}$/.test(text) ? Number(text) : text);
  }
  if (type === 'metadata') {
    return readField(field, parseJson(text));
  }
  if (type !== 'list') {
    return readField(field, text);
  }
  return readField(field, text.startsWith('[') ? parseJson(text) : splitList(text));
}

function splitList(text: string): readonly string[] {
  return text
    .split(',', MAX_LIST_ITEMS)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** JSON, or `undefined` when `text` is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
