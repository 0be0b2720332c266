// protocol/: JSON-RPC, MCP constants, framing and bounds; imports no other room.
import type { JsonObject, JsonValue } from './json/json.ts';
import type { RawJson } from './json/raw-json.ts';

export { asList, asObject, isJsonObject, type JsonObject, type JsonValue, textOf, toJsonObject } from './json/json.ts';

/** An integer whose digits a double does not hold; `JSON.stringify` writes them as they came. */
export interface ExactInteger extends JsonObject {
  readonly rawJSON: string;
}

/** Id of a request (JSON-RPC 2.0, which has null as well). */
export type JsonRpcId = string | number | ExactInteger | null;

/** A message that is answered. */
export interface JsonRpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params?: JsonObject;
  /** The same parameters as they came, where they came from outside. */
  readonly rawParams?: RawJson;
}

/** A message that is not answered. */
export interface JsonRpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
  /** The same parameters as they came, where they came from outside. */
  readonly rawParams?: RawJson;
}

/** What went wrong, as a failure carries it. */
export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue | RawJson;
}

/** The answer to a request that went well. */
export interface JsonRpcSuccess {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId;
  readonly result: JsonObject | RawJson;
}

/** The answer to a request that did not; `id` is null where it could not be read. */
export interface JsonRpcFailure {
  readonly jsonrpc: '2.0';
  readonly id: JsonRpcId;
  readonly error: JsonRpcError;
}

/** The answer to a request. */
export type JsonRpcResponse = JsonRpcSuccess | JsonRpcFailure;

/** Anything that travels. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

/** Which family of MCP revisions a peer speaks: the handshake ones (to 2025-11-25) or the stateless ones (from 2026-07-28). */
export type Era = 'legacy' | 'modern';
