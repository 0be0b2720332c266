import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject, type JsonRpcError } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { CACHED_METHODS, ERROR_INVALID_PARAMS, ERROR_RESOURCE_NOT_FOUND } from '../../protocol/mcp-protocol.ts';

const PLAIN = { resultType: 'complete' };
/** A modern client may reuse a list for no time at all, because what changes is announced. */
const CACHED = { ...PLAIN, ttlMs: 0, cacheScope: 'private' };
const PLAIN_TEXTS = textsOf(PLAIN);
const CACHED_TEXTS = textsOf(CACHED);

/** The same error as the stateless revision numbers it: a resource that is not there has no code of its own any more. */
export function toModernError(method: string, error: JsonRpcError): JsonRpcError {
  return method === 'resources/read' && error.code === ERROR_RESOURCE_NOT_FOUND
    ? { ...error, code: ERROR_INVALID_PARAMS }
    : error;
}

/** Adds to a result what every result of a stateless server carries (MCP 2026-07-28); the handler's own words win. */
export type ToModernResult = (method: string, result: JsonObject | RawJson) => JsonObject | RawJson;

/** What makes the results of the server that says `serverInfo` of itself. */
export function createModernResults(serverInfo: JsonObject): ToModernResult {
  const meta = { [SERVER_INFO_META_KEY]: serverInfo };
  const ownMeta = { name: SERVER_INFO_META_KEY, text: JSON.stringify(serverInfo), whole: JSON.stringify(meta) };
  return (method, result) => {
    const isCached = CACHED_METHODS.has(method);
    if (result instanceof RawJson) {
      return toModernRaw(result, isCached ? CACHED_TEXTS : PLAIN_TEXTS, ownMeta);
    }
    const given = isJsonObject(result['_meta']) ? result['_meta'] : undefined;
    return { ...(isCached ? CACHED : PLAIN), ...result, _meta: { ...meta, ...given } };
  };
}

/** The same as JSON; `whole` is the `_meta` of a result that has none. */
interface OwnMeta {
  readonly name: string;
  readonly text: string;
  readonly whole: string;
}

/** All that the upstream wrote stays as it came. */
function toModernRaw(result: RawJson, own: Readonly<Record<string, string>>, ownMeta: OwnMeta): RawJson {
  const changes: Record<string, string> = {};
  for (const name in own) {
    const text = own[name];
    if (text !== undefined && !result.has(name)) {
      changes[name] = text;
    }
  }
  const given = result.get('_meta');
  if (given?.isObject !== true) {
    changes['_meta'] = ownMeta.whole;
  } else if (!given.has(ownMeta.name)) {
    changes['_meta'] = given.with({ [ownMeta.name]: ownMeta.text }).text;
  }
  return result.with(changes);
}

function textsOf(members: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, JSON.stringify(value)]));
}
