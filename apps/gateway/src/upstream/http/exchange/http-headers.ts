import type { Era, JsonObject } from '../../../protocol/json-rpc.ts';
import { isHopKey } from '../../hop/envelope.ts';
import type { Hop } from '../../hop/hop.ts';
import { toMirroredHeaders } from '../../hop/mirrored-headers.ts';

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

/** What every request to one upstream carries alike. */
export interface CommonHeaders {
  /** Of the configuration, names and values in turn. */
  readonly configured: readonly string[];
  /** Takes the place of a configured one; absent where tokens come from the configuration alone. */
  readonly authorization: { readonly header: string | undefined } | undefined;
}

/** One request, as far as its headers say something of it. */
export interface HeadedRequest {
  readonly verb: 'POST' | 'GET' | 'DELETE';
  readonly sessionId: string | undefined;
  /** The method of a request or notification. */
  readonly method?: string | undefined;
  readonly hop?: Hop;
  readonly params?: JsonObject;
  /** Where a stream is taken up again. */
  readonly lastEventId?: string | undefined;
}

const ACCEPT = { POST: 'application/json, text/event-stream', GET: 'text/event-stream', DELETE: '*/*' } as const;

/** The configured fields that are sent; an own credential takes the place of theirs. */
export function toConfiguredHeaders(
  fields: Readonly<Record<string, string>>,
  hasOwnCredential: boolean,
): readonly string[] {
  const headers: string[] = [];
  addFields(headers, fields, (name) => isForeign(name) && !(hasOwnCredential && name === 'authorization'));
  return headers;
}

/**
 * The header fields of a request to an upstream, as a flat list of names and values.
 *
 * @param conversation Absent before the handshake.
 */
export function toRequestHeaders(
  { verb, method, hop, params, sessionId, lastEventId }: HeadedRequest,
  { configured, authorization }: CommonHeaders,
  conversation: { readonly era: Era; readonly protocolVersion: string } | undefined,
): string[] {
  const headers = ['accept', ACCEPT[verb]];
  if (verb === 'POST') {
    headers.push('content-type', 'application/json');
  }
  headers.push(...configured);
  if (authorization?.header !== undefined) {
    headers.push('authorization', authorization.header);
  }
  if (conversation !== undefined && method !== 'initialize') {
    headers.push('mcp-protocol-version', conversation.protocolVersion);
  }
  if (conversation?.era === 'modern') {
    if (method !== undefined) {
      headers.push(...toMirroredHeaders(method, params ?? {}, hop?.call));
    }
  } else if (sessionId !== undefined && method !== 'initialize') {
    headers.push('mcp-session-id', sessionId);
  }
  if (hop !== undefined) {
    addFields(headers, hop.call.envelope.headers, isForeign);
    addFields(headers, hop.call.envelope.carrier, undefined);
  }
  if (lastEventId !== undefined) {
    headers.push('last-event-id', lastEventId);
  }
  return headers;
}

function isForeign(name: string): boolean {
  return !OWN_FIELDS.has(name) && !isHopKey(name);
}

/** @param isWanted Of a name in lower case; absent: all are. */
function addFields(
  into: string[],
  fields: Readonly<Record<string, string>>,
  isWanted: ((name: string) => boolean) | undefined,
): void {
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && (isWanted === undefined || isWanted(name.toLowerCase()))) {
      into.push(name, value);
    }
  }
}
