import { isPrivateText } from '@dcc-mcp/bounds/redaction';
import { isRecord, readHeader, type RequestHeaders } from '../carriers/carrier-input.ts';
import type { RequestContextSettings } from '../request/request-context-settings.ts';
import { isBoundedId } from './identifiers.ts';

/** How a request came in. */
export type Transport = 'rest' | 'mcp';

/** JSON-RPC id of a request; `undefined` for notifications. */
export type JsonRpcRequestId = string | number | undefined;

/** A request id, and whether one that the caller sent had to be replaced. */
export interface RequestIdReading {
  readonly requestId: string;
  readonly isReplaced: boolean;
}

const REST_HEADERS = ['x-request-id', 'x-correlation-id'] as const;

/** True for an id a caller may set: bounded, and no credential or personal number in disguise. */
export function isAcceptableId(text: string): boolean {
  return isBoundedId(text) && !isPrivateText(text);
}

/** REST: `X-Request-Id`, else `X-Correlation-Id`, else generated. */
export function readRestRequestId(headers: RequestHeaders, settings: RequestContextSettings): RequestIdReading {
  let isReplaced = false;
  for (const name of REST_HEADERS) {
    const value = readHeader(headers, name);
    if (value === undefined) {
      continue;
    }
    if (isAcceptableId(value)) {
      return { requestId: value, isReplaced };
    }
    isReplaced = true;
  }
  return { requestId: settings.newRequestId(), isReplaced };
}

/**
 * MCP: `<key of the session>:<JSON-RPC id>`, because ids restart at 1 in each client; without a session, and for
 * notifications, a generated id stands in front (a notification has nothing behind it).
 */
export function toMcpRequestId(
  sessionKey: string | undefined,
  jsonrpcId: JsonRpcRequestId,
  settings: RequestContextSettings,
): RequestIdReading {
  if (jsonrpcId === undefined) {
    return { requestId: settings.newRequestId(), isReplaced: false };
  }
  const text = String(jsonrpcId);
  const isReplaced = typeof jsonrpcId === 'string' ? !isAcceptableId(text) : !isBoundedId(text);
  const scope = sessionKey ?? settings.newRequestId();
  return { requestId: `${scope}:${isReplaced ? settings.newRequestId() : text}`, isReplaced };
}

/** The id of the search a request follows: `params._meta`, REST `meta`, or `arguments.meta`. */
export function readSearchId(meta: unknown, body: unknown): string | undefined {
  return searchIdOf(meta) ?? (isRecord(body) ? searchIdOf(body['meta']) : undefined);
}

function searchIdOf(meta: unknown): string | undefined {
  const id = isRecord(meta) ? meta['search_id'] : undefined;
  return typeof id === 'string' && isAcceptableId(id) ? id : undefined;
}
