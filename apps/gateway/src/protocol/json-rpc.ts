// protocol/: JSON-RPC, MCP constants, framing and bounds; imports no other room.
/** JSON as it travels; the data path never turns it into anything else. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object; an `undefined` member is not sent. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Id of a request (JSON-RPC 2.0). */
export type JsonRpcId = string | number;

/** A message that is answered. */
export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params?: JsonObject;
}

/** A message that is not answered. */
export interface JsonRpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
}

/** What went wrong, as a failure carries it. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

/** The answer to a request that went well. */
export interface JsonRpcSuccess {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId;
  readonly result: JsonObject;
}

/** The answer to a request that did not; `id` is null where it could not be read. */
export interface JsonRpcFailure {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId | null;
  readonly error: JsonRpcError;
}

/** The answer to a request. */
export type JsonRpcResponse = JsonRpcSuccess | JsonRpcFailure;

/** Anything that travels. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

/** Which family of MCP revisions a peer speaks: the handshake ones (to 2025-11-25) or the stateless ones (from 2026-07-28). */
export type Era = 'legacy' | 'modern';

/** True for a JSON object: neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` when it is a list, else an empty one. */
export function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonList(value) ? value : [];
}

// `Array.isArray` does not narrow to lists that are read-only.
function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** `value` when it is an object, else `undefined`. */
export function asObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** One of our own answer types as the JSON it is sent as. */
export function toJsonObject(value: object): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** `value` as it can stand in a message for people. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

/** True for what can be the id of a request. */
export function isJsonRpcId(value: unknown): value is JsonRpcId {
  return typeof value === 'string' || typeof value === 'number';
}
