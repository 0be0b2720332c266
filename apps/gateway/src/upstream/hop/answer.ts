import { isJsonObject, type JsonObject, type JsonRpcError } from '../../protocol/json-rpc.ts';
import type { HopResult } from '../upstream.ts';
import { badAnswer } from './failures.ts';

const MAX_MESSAGE_LENGTH = 1_000;

/** Narrows a JSON-RPC error object; `undefined` when it is malformed. */
export function toRpcError(value: unknown): JsonRpcError | undefined {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { code, message, data } = value;
  return typeof code === 'number' && Number.isInteger(code) && typeof message === 'string'
    ? { code, message, ...(data === undefined ? {} : { data }) }
    : undefined;
}

/** Judges a message that carries the id of a call as the answer to it (JSON-RPC 2.0, "Response object"). */
export function toHopResult(message: JsonObject, httpStatus?: number): HopResult {
  const { jsonrpc, result, error } = message;
  if (jsonrpc !== '2.0') {
    return badAnswer('jsonrpc', 'The upstream answered with something other than JSON-RPC 2.0');
  }
  if (error !== undefined && result !== undefined) {
    return badAnswer('jsonrpc', 'The upstream answered with both a result and an error');
  }
  if (error !== undefined) {
    return toFailure(error, httpStatus);
  }
  if (isJsonObject(result)) {
    return { ok: true, result };
  }
  return result === undefined || result === null
    ? badAnswer('empty_result', 'The upstream answered with neither a result nor an error')
    : badAnswer('jsonrpc', 'The upstream answered with a result that is not an object');
}

function toFailure(error: unknown, httpStatus: number | undefined): HopResult {
  const rpcError = toRpcError(error);
  if (rpcError === undefined) {
    return badAnswer('jsonrpc', 'The upstream answered with a malformed JSON-RPC error');
  }
  return badAnswer('jsonrpc', rpcError.message.slice(0, MAX_MESSAGE_LENGTH), {
    rpcError,
    httpStatus: httpStatus === 200 ? undefined : httpStatus,
  });
}
