import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  LOG_LEVEL_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import { isJsonObject, type Era, type JsonObject, type JsonRpcId, type JsonValue } from '../../protocol/json-rpc.ts';
import { type JsonPart, RawJson } from '../../protocol/json/raw-json.ts';
import { withTasks } from '../../protocol/mcp-protocol.ts';
import type { HopPeer } from '../upstream.ts';
import type { WireCall } from './hop.ts';

/** The gateway as a client of its upstreams. */
export interface GatewayInfo {
  readonly name: string;
  readonly version: string;
}

/** Keys that belong to one hop: replaced by our own or removed, never handed on. */
const HOP_KEYS: ReadonlySet<string> = new Set([
  'traceparent',
  'tracestate',
  'baggage',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'uber-trace-id',
  'progresstoken',
  PROTOCOL_VERSION_META_KEY.toLowerCase(),
  CLIENT_CAPABILITIES_META_KEY.toLowerCase(),
  CLIENT_INFO_META_KEY.toLowerCase(),
  LOG_LEVEL_META_KEY.toLowerCase(),
]);

/** Whether a header or `_meta` key carries context of one hop only. */
export function isHopKey(key: string): boolean {
  return HOP_KEYS.has(key.toLowerCase());
}

export interface EnvelopeOptions {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly gatewayInfo: GatewayInfo;
  readonly carrier: Readonly<Record<string, string>>;
  /** The token of this hop, where the caller wants progress and the upstream may be asked for it. */
  readonly progressToken?: JsonRpcId | undefined;
  readonly peer?: HopPeer | undefined;
  /** Whether the upstream may make a task of the request, also where the caller itself knows none. */
  readonly takesTask?: boolean;
}

/**
 * The parameters as they travel to the upstream: the caller's, with `_meta` of this hop. Foreign `_meta` keys are kept;
 * trace context, progress token and protocol envelope are the hop's own (MCP 2026-07-28, "Per-request metadata"; SEP-414).
 */
export function toUpstreamParams(
  { params, rawParams }: Pick<WireCall, 'params' | 'rawParams'>,
  options: EnvelopeOptions,
): RawJson | undefined {
  const meta = foreignMeta(params['_meta']);
  Object.assign(meta, options.carrier);
  if (options.progressToken !== undefined) {
    meta['progressToken'] = options.progressToken;
  }
  if (options.era === 'modern') {
    addProtocolEnvelope(meta, options);
  } else if (options.peer?.era === 'modern') {
    // The gateway's handshake spoke for all its callers: what this one can do stands where its own era has it.
    meta[CLIENT_CAPABILITIES_META_KEY] = options.peer.capabilities;
  }
  const parts: Record<string, JsonPart> = { ...params };
  for (const name in rawParams) {
    parts[name] = rawParams[name] ?? parts[name];
  }
  parts['_meta'] = hasKeys(meta) ? meta : undefined;
  return hasKeys(meta) || Object.keys(params).some((name) => name !== '_meta') ? RawJson.object(parts) : undefined;
}

function hasKeys(value: object): boolean {
  return Object.keys(value).length > 0;
}

function foreignMeta(given: JsonValue | undefined): Record<string, JsonValue | undefined> {
  const meta: Record<string, JsonValue | undefined> = {};
  if (!isJsonObject(given)) {
    return meta;
  }
  for (const key of Object.keys(given)) {
    if (!isHopKey(key)) {
      meta[key] = given[key];
    }
  }
  return meta;
}

function addProtocolEnvelope(meta: Record<string, JsonValue | undefined>, options: EnvelopeOptions): void {
  const { peer, gatewayInfo, protocolVersion, takesTask } = options;
  const capabilities = peer?.capabilities ?? {};
  meta[PROTOCOL_VERSION_META_KEY] = protocolVersion;
  meta[CLIENT_INFO_META_KEY] = peer?.clientInfo ?? { name: gatewayInfo.name, version: gatewayInfo.version };
  meta[CLIENT_CAPABILITIES_META_KEY] = takesTask === true ? withTasks(capabilities) : capabilities;
  if (peer?.logLevel !== undefined) {
    meta[LOG_LEVEL_META_KEY] = peer.logLevel;
  }
}

/** The caller's own progress token, where it asks for progress. */
export function readProgressToken(params: JsonObject): JsonRpcId | undefined {
  const meta = params['_meta'];
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined;
  return typeof token === 'string' || typeof token === 'number' || JSON.isRawJSON(token) ? token : undefined;
}
