import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject, type JsonRpcError } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INVALID_PARAMS, ERROR_RESOURCE_NOT_FOUND } from '../../protocol/mcp-protocol.ts';

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

/** The same error as the stateless revision numbers it: a resource that is not there has no code of its own any more. */
export function toModernError(method: string, error: JsonRpcError): JsonRpcError {
  return method === 'resources/read' && error.code === ERROR_RESOURCE_NOT_FOUND
    ? { ...error, code: ERROR_INVALID_PARAMS }
    : error;
}

/** A result with what every result of a stateless server carries (MCP 2026-07-28); the handler's own words win. */
export function toModernResult(
  method: string,
  result: JsonObject | RawJson,
  serverInfo: JsonObject,
): JsonObject | RawJson {
  const own = { resultType: 'complete', ...(CACHED_METHODS.has(method) ? CACHE : {}) };
  if (result instanceof RawJson) {
    return toModernRaw(result, own, serverInfo);
  }
  const meta = isJsonObject(result['_meta']) ? result['_meta'] : undefined;
  return { ...own, ...result, _meta: { [SERVER_INFO_META_KEY]: serverInfo, ...meta } };
}

/** All that the upstream wrote stays as it came. */
function toModernRaw(result: RawJson, own: JsonObject, serverInfo: JsonObject): RawJson {
  const changes: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (result.get(name) === undefined) {
      changes[name] = JSON.stringify(value);
    }
  }
  const given = result.get('_meta');
  const meta = given?.isObject === true ? given : RawJson.of({});
  if (meta.get(SERVER_INFO_META_KEY) === undefined) {
    changes['_meta'] = meta.with({ [SERVER_INFO_META_KEY]: JSON.stringify(serverInfo) }).text;
  }
  return result.with(changes);
}
