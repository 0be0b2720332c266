import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../json-rpc.ts';

/** How long a modern client may reuse a list: not at all, because what changes is announced. */
const CACHE = { ttlMs: 0, cacheScope: 'private' };
const CACHED_METHODS = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** A result with what every result of a stateless server carries (MCP 2026-07-28); the handler's own words win. */
export function toModernResult(method: string, result: JsonObject, serverInfo: JsonObject): JsonObject {
  const meta = isJsonObject(result['_meta']) ? result['_meta'] : undefined;
  return {
    resultType: 'complete',
    ...(CACHED_METHODS.has(method) ? CACHE : {}),
    ...result,
    _meta: { [SERVER_INFO_META_KEY]: serverInfo, ...meta },
  };
}
