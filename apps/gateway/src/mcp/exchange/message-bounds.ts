// What a request may name, and how long the name may be: it is kept while the request runs, and stands in spans and answers.
import { isJsonObject, type JsonObject, type JsonRpcRequest, type JsonValue } from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';

/** Bytes of an id or a token: a client makes them, and no client needs more than a UUID. */
const MAX_TOKEN_BYTES = 1_024;
/** Bytes of a name, URI, cursor or text to complete: URIs and cursors may carry data of the server. */
const MAX_NAME_BYTES = 64 * 1_024;
/** Bytes of a `requestState`: a server may keep the whole of its state in it. */
const MAX_STATE_BYTES = 256 * 1_024;

/** @throws {McpError} -32602 that names the text that is too long. */
export function checkTexts({ id, params = {} }: JsonRpcRequest): void {
  check('id', id, MAX_TOKEN_BYTES);
  check('_meta.progressToken', objectOf(params, '_meta')['progressToken'], MAX_TOKEN_BYTES);
  const { name, uri, cursor, level, requestState } = params;
  check('name', name, MAX_NAME_BYTES);
  check('uri', uri, MAX_NAME_BYTES);
  check('cursor', cursor, MAX_NAME_BYTES);
  check('level', level, MAX_NAME_BYTES);
  check('requestState', requestState, MAX_STATE_BYTES);
  checkMembers('ref', params);
  checkMembers('argument', params);
}

/** Names what is completed (`completion/complete`). */
function checkMembers(member: string, params: JsonObject): void {
  if (params[member] === undefined) {
    return;
  }
  for (const [key, text] of Object.entries(objectOf(params, member))) {
    check(`${member}.${key}`, text, MAX_NAME_BYTES);
  }
}

function objectOf(params: JsonObject, member: string): JsonObject {
  const value = params[member];
  return isJsonObject(value) ? value : {};
}

function check(member: string, text: JsonValue | undefined, maxBytes: number): void {
  // A character is at most three bytes of UTF-8, so that most texts need no counting.
  if (typeof text === 'string' && text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw new McpError(ERROR_INVALID_PARAMS, `${member.slice(0, 100)} is longer than ${maxBytes} bytes`);
  }
}
