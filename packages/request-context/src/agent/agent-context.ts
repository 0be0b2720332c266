import { Memo } from '@dcc-mcp/bounds';
import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { isRecord, readHeader, type RequestHeaders } from '../carriers/carrier-input.ts';
import {
  AGENT_FIELDS,
  type AgentContext,
  type AgentField,
  type DropReason,
  parseJson,
  readField,
  readHeaderField,
} from './agent-fields.ts';
import { eachAgentHeader, hasAgentHeader, HEADER_AGENT_CONTEXT } from './agent-headers.ts';

/** How far an identity field can be believed. */
export type TrustWord = 'self_reported' | 'header' | 'auth' | 'server_derived' | 'trusted_proxy';

/** Identity fields that have a trust word. */
export type TrustedField = (typeof IDENTITY_FIELDS)[number] | 'source_ip' | 'forwarded_for';

/** One trust word for each identity field that has a value. */
export type TrustMap = { readonly [F in TrustedField]?: TrustWord };

/** Something a caller sent that was not taken. */
export interface ContextWarning {
  readonly field: string;
  readonly reason: DropReason;
}

/** Agent context of one request, merged from all carriers. */
export interface MergedAgent {
  readonly agent: AgentContext;
  readonly trust: TrustMap;
  readonly warnings: readonly ContextWarning[];
  /** How many fields were dropped, and how many high-sensitivity metadata keys were removed. */
  readonly dropped: { readonly fields: number; readonly metadataKeys: number };
}

/** Where agent context may come from. */
export interface AgentSources {
  readonly headers: RequestHeaders;
  readonly body?: unknown;
  readonly meta?: unknown;
  /** The session's `clientInfo` is used when the message brings none. */
  readonly session?: { readonly clientInfo?: unknown } | undefined;
  readonly authSubject?: string | undefined;
}

/** `_meta` key of the client's own name and version (MCP 2026-07-28). */
const CLIENT_INFO_META_KEY = 'io.modelcontextprotocol/clientInfo';

const IDENTITY_FIELDS = [
  'actor_id',
  'actor_name',
  'actor_email_hash',
  'agent_id',
  'agent_name',
  'agent_kind',
  'agent_version',
  'model',
  'model_provider',
  'model_version',
  'client_platform',
  'client_os',
  'client_host',
  'auth_subject',
] as const;
const IDENTITY: ReadonlySet<string> = new Set(IDENTITY_FIELDS);

const CONTEXT_KEYS = ['agent_context', 'caller_context', 'agentContext', 'callerContext', 'agent'] as const;

const FIELD_OF_KEY: ReadonlyMap<string, AgentField> = new Map([
  ...AGENT_FIELDS.map((field): [string, AgentField] => [field, field]),
  ...AGENT_FIELDS.map((field): [string, AgentField] => [toCamelCase(field), field]),
  ['clientOS', 'client_os'],
]);

function toCamelCase(field: string): string {
  return field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Collects fields; the first valid value of a field stays. */
class AgentMerge {
  readonly agent: { [F in AgentField]?: AgentContext[AgentField] } = {};
  readonly trust: { [F in string]?: TrustWord } = {};
  readonly warnings: ContextWarning[] = [];
  fields = 0;
  metadataKeys = 0;

  take(field: AgentField, reading: ReturnType<typeof readField>, trust: TrustWord): void {
    if (this.agent[field] !== undefined) {
      return;
    }
    if (!reading.ok) {
      this.fields += 1;
      if (this.warnings.length < MAX_WARNINGS) {
        this.warnings.push({ field, reason: reading.reason });
      }
      return;
    }
    if (reading.value === '') {
      return;
    }
    this.agent[field] = reading.value;
    this.metadataKeys += reading.removedKeys ?? 0;
    if (IDENTITY.has(field)) {
      this.trust[field] = trust;
    }
  }

  takeAll(value: unknown, trust: TrustWord): void {
    if (typeof value === 'string') {
      this.take('reasoning_summary', readField('reasoning_summary', value), trust);
    }
    if (!isRecord(value)) {
      return;
    }
    for (const key of Object.keys(value)) {
      const field = FIELD_OF_KEY.get(key);
      const item = value[key];
      if (field !== undefined && item !== null && item !== undefined) {
        this.take(field, readField(field, item), trust);
      }
    }
  }

  toResult(): MergedAgent {
    const { agent, trust, warnings, fields, metadataKeys } = this;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `take` pairs each field with what `readField` made
    return { agent, trust, warnings, dropped: { fields, metadataKeys } } as MergedAgent;
  }

  takeCarrier(carrier: unknown): void {
    if (!isRecord(carrier)) {
      return;
    }
    for (const key of CONTEXT_KEYS) {
      const value = carrier[key];
      if (value !== undefined) {
        this.takeAll(value, 'self_reported');
      }
    }
  }
}

const MAX_WARNINGS = 32;

/**
 * Merges the carriers of agent context, first wins per field: body, `meta` / `params._meta`, the JSON header, single
 * headers, `clientInfo` (of the message, else of the session), the User-Agent. A value of the wrong type drops its field
 * alone. The authenticated subject always replaces a claimed one.
 */
export function mergeAgentContext(sources: AgentSources): MergedAgent {
  const info = clientInfoOf(sources);
  if (hasOwnContext(sources)) {
    return merge(sources, info);
  }
  const key = toMemoKey(sources, info);
  return key === undefined ? merge(sources, info) : (memo.get(key) ?? memo.set(key, mergeForMany(sources, info)));
}

// Most clients say nothing about the turn: what follows from their name, User-Agent and credential alone is the same for
// each of their requests.
const MEMO_MAX_CHARS = 512;
const memo = new Memo<MergedAgent>(1024);

/** Frozen: whoever looks at it may remember what it found. */
function mergeForMany(sources: AgentSources, info: ClientInfo): MergedAgent {
  const merged = merge(sources, info);
  Object.freeze(merged.agent);
  return merged;
}

function hasOwnContext({ body, meta, headers }: AgentSources): boolean {
  return hasContextKey(body) || hasContextKey(meta) || hasAgentHeader(headers);
}

function hasContextKey(carrier: unknown): boolean {
  if (!isRecord(carrier)) {
    return false;
  }
  for (const key of CONTEXT_KEYS) {
    if (carrier[key] !== undefined) {
      return true;
    }
  }
  return false;
}

function toMemoKey(sources: AgentSources, info: ClientInfo): string | undefined {
  const { name = '', version = '' } = info;
  const key = `${name}\n${version}\n${sources.authSubject ?? ''}\n${readHeader(sources.headers, 'user-agent') ?? ''}`;
  return key.length > MEMO_MAX_CHARS ? undefined : key;
}

interface ClientInfo {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

function clientInfoOf({ meta, session }: AgentSources): ClientInfo {
  const info = (isRecord(meta) ? meta[CLIENT_INFO_META_KEY] : undefined) ?? session?.clientInfo;
  if (!isRecord(info)) {
    return NO_CLIENT;
  }
  const { name, version } = info;
  return { name: textOf(name), version: textOf(version) };
}

const NO_CLIENT: ClientInfo = {};

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function merge(sources: AgentSources, info: ClientInfo): MergedAgent {
  const found = new AgentMerge();
  const { headers } = sources;
  if (sources.authSubject !== undefined) {
    found.take('auth_subject', readField('auth_subject', sources.authSubject), 'auth');
  }
  found.takeCarrier(sources.body);
  found.takeCarrier(sources.meta);
  const json = readHeader(headers, HEADER_AGENT_CONTEXT);
  if (json !== undefined) {
    found.takeAll(parseJson(json) ?? json, 'header');
  }
  eachAgentHeader(headers, (field, text) => found.take(field, readHeaderField(field, text), 'header'));
  takeClientInfo(found, info);
  takeUserAgent(found, readHeader(headers, 'user-agent'));
  return found.toResult();
}

function takeClientInfo(found: AgentMerge, { name, version }: ClientInfo): void {
  if (name !== undefined) {
    const reading = readField('agent_name', name);
    found.take('agent_name', reading, 'self_reported');
    found.take('client_platform', reading, 'self_reported');
    found.take('agent_kind', MCP_CLIENT, 'self_reported');
  }
  if (version !== undefined) {
    found.take('agent_version', readField('agent_version', version), 'self_reported');
  }
}

const MCP_CLIENT: ReturnType<typeof readField> = { ok: true, value: 'mcp-client' };

function takeUserAgent(found: AgentMerge, userAgent: string | undefined): void {
  if (userAgent === undefined || found.agent.client_platform !== undefined) {
    return;
  }
  const product = toProduct(userAgent);
  if (product !== '') {
    found.take('client_platform', { ok: true, value: product }, 'header');
  }
}

/** The first product token of a User-Agent (RFC 9110, section 10.1.5), without its version. */
export function toProduct(userAgent: string): string {
  const token = /^\s*([^\s/()]{1,128})/.exec(userAgent)?.[1];
  return token === undefined ? '' : sanitizeText(token);
}
