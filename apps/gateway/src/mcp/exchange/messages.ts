import { whyNotJson, parseBoundedJson } from '../../protocol/bounded-json.ts';
import {
  isJsonObject,
  textOf,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
} from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_REQUEST, ERROR_PARSE, McpError } from '../../protocol/mcp-protocol.ts';
import type { ClientAnswer } from '../session/session-streams.ts';

/**
 * Parses what a client sent: a body over HTTP, a line over stdio.
 *
 * @throws {McpError} -32700 with HTTP 400.
 */
export function parseJson(text: string, what: 'body' | 'line'): unknown {
  try {
    return parseBoundedJson(text);
  } catch (error) {
    throw new McpError(ERROR_PARSE, `Parse error: the ${what} is ${whyNotJson(error)}`, { httpStatus: 400 });
  }
}

/** A client's answer to a request of ours. */
export interface ClientAnswerMessage {
  readonly id: JsonRpcId;
  readonly answer: ClientAnswer;
}

/** @throws {McpError} -32600 when the value is no JSON-RPC 2.0 message. */
export function checkMessage(value: unknown): JsonRpcRequest | JsonRpcNotification | ClientAnswerMessage {
  if (!isJsonObject(value) || value['jsonrpc'] !== '2.0') {
    throw new McpError(ERROR_INVALID_REQUEST, 'Invalid Request: not a JSON-RPC 2.0 message', { httpStatus: 400 });
  }
  const { id, method, params, result, error } = value;
  const hasId = typeof id === 'string' || typeof id === 'number';
  if (method === undefined && hasId) {
    if (isJsonObject(result)) {
      return { id, answer: { result } };
    }
    if (isJsonObject(error) && typeof error['code'] === 'number') {
      const { code, message, data } = error;
      return { id, answer: { error: { code, message: textOf(message), ...(data === undefined ? {} : { data }) } } };
    }
  }
  const isValid =
    typeof method === 'string' && (id === undefined || hasId) && (params === undefined || isJsonObject(params));
  if (!isValid) {
    throw new McpError(
      ERROR_INVALID_REQUEST,
      'Invalid Request: method must be a string, id a string or number, params an object',
      {
        httpStatus: 400,
      },
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked field by field above
  return value as unknown as JsonRpcRequest | JsonRpcNotification;
}
