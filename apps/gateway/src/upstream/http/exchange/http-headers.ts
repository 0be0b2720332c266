import type { Era, JsonObject } from '../../../protocol/json-rpc.ts';
import { isHopKey } from '../../hop/envelope.ts';
import type { Hop } from '../../hop/hop.ts';
import { toMirroredHeaders } from '../../hop/mirrored-parameters.ts';

/** Fields the gateway sets itself; configured or handed-over ones of these names are left out. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface RequestHeadersOptions {
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly configured: Readonly<Record<string, string>>;
  /** Takes the place of a configured one; absent where tokens come from the configuration alone. */
  readonly authorization?: { readonly header: string | undefined } | undefined;
  readonly era: Era;
  /** Absent before the handshake. */
  readonly protocolVersion: string | undefined;
  readonly sessionId: string | undefined;
  /** The method of a request or notification. */
  readonly method?: string | undefined;
  readonly hop?: Hop;
  readonly params?: JsonObject;
}

const ACCEPT = { POST: 'application/json, text/event-stream', GET: 'text/event-stream', DELETE: '*/*' } as const;

/** The header fields of a request to an upstream, as a flat list of names and values. */
export function toRequestHeaders(options: RequestHeadersOptions): string[] {
  const { verb, hop, method, sessionId, protocolVersion } = options;
  const headers = ['accept', ACCEPT[verb]];
  if (verb === 'POST') {
    headers.push('content-type', 'application/json');
  }
  const { authorization } = options;
  addFields(headers, options.configured, (name) => {
    return !OWN_FIELDS.has(name) && !isHopKey(name) && (authorization === undefined || name !== 'authorization');
  });
  if (authorization?.header !== undefined) {
    headers.push('authorization', authorization.header);
  }
  if (protocolVersion !== undefined && method !== 'initialize') {
    headers.push('mcp-protocol-version', protocolVersion);
  }
  if (options.era === 'modern') {
    if (method !== undefined) {
      headers.push(...toMirroredHeaders(method, options.params ?? {}, hop?.call));
    }
  } else if (sessionId !== undefined && method !== 'initialize') {
    headers.push('mcp-session-id', sessionId);
  }
  if (hop !== undefined) {
    addFields(headers, hop.call.envelope.headers, (name) => !OWN_FIELDS.has(name) && !isHopKey(name));
    addFields(headers, hop.call.envelope.carrier, () => true);
  }
  return headers;
}

function addFields(
  into: string[],
  fields: Readonly<Record<string, string>>,
  isWanted: (lowerCaseName: string) => boolean,
): void {
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && isWanted(name.toLowerCase())) {
      into.push(name, value);
    }
  }
}
