import { readId } from '../../protocol/json-rpc-id.ts';
import {
  isJsonObject,
  textOf,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
} from '../../protocol/json-rpc.ts';
import { whyNotJson, withoutByteOrderMark } from '../../protocol/json/bounded-json.ts';
import { UnboundedJsonError } from '../../protocol/json/json-scanner.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INVALID_REQUEST, ERROR_PARSE, McpError } from '../../protocol/mcp-protocol.ts';
import type { ClientAnswer } from '../session/session-streams.ts';

/** Levels that are told of a message: its members, and those of its parameters. */
const MESSAGE_LEVELS = 2;

/** A message that is not taken, with its id where that can be read. */
class RefusedMessage extends McpError {
  readonly id: JsonRpcId;

  constructor(code: number, message: string, id: JsonRpcId = null) {
    super(code, message, { httpStatus: 400 });
    this.id = id;
  }
}

/** The id of the message that was refused; null where it could not be read. */
export function refusedId(thrown: unknown): JsonRpcId {
  return thrown instanceof RefusedMessage ? thrown.id : null;
}

/**
 * Reads what a client sent: a body over HTTP, a line over stdio; a message or a list of them.
 *
 * @throws {McpError} -32700 with HTTP 400.
 */
export function readJson(given: string, what: 'body' | 'line'): RawJson {
  const text = withoutByteOrderMark(given);
  try {
    return RawJson.read(text, /^\s*\[/.test(text) ? MESSAGE_LEVELS + 1 : MESSAGE_LEVELS);
  } catch (error) {
    const id = error instanceof UnboundedJsonError ? RawJson.outline(text)?.get('id') : undefined;
    throw new RefusedMessage(ERROR_PARSE, `Parse error: the ${what} is ${whyNotJson(error)}`, id && readId(id));
  }
}

/** A client's answer to a request of ours. */
export interface ClientAnswerMessage {
  readonly id: JsonRpcId;
  readonly answer: ClientAnswer;
}

/** What a client may send. */
export type ClientMessage = JsonRpcRequest | JsonRpcNotification | ClientAnswerMessage;

/** What is known of a message, whatever becomes of it. */
export interface BareMessage {
  /** Absent where it has none; null where none could be read. */
  readonly id?: JsonRpcId;
  readonly method?: string;
  /** `params._meta`. */
  readonly meta?: unknown;
}

/** What a message says of itself. A client's answer has the id of our question, which is none of its own. */
export function toBareMessage(message: ClientMessage): BareMessage {
  if (!('method' in message)) {
    return {};
  }
  const { method, params } = message;
  const said = { method, meta: params?.['_meta'] };
  return 'id' in message ? { ...said, id: message.id } : said;
}

/** @throws {McpError} -32600 when it is no JSON-RPC 2.0 message. */
export function checkMessage(raw: RawJson): ClientMessage {
  const message = raw.object;
  const rawId = raw.get('id');
  const id = rawId && readId(rawId);
  if (message?.['jsonrpc'] !== '2.0') {
    throw refusal('not a JSON-RPC 2.0 message', id);
  }
  if (rawId !== undefined && id === undefined) {
    throw refusal('id must be a string, an integer or null', id);
  }
  const { method, params, result, error } = message;
  if (method === undefined && id !== undefined && id !== null) {
    if (isJsonObject(result)) {
      return { id, answer: { result } };
    }
    if (isJsonObject(error) && typeof error['code'] === 'number') {
      const { code, message: words, data } = error;
      return { id, answer: { error: { code, message: textOf(words), ...(data === undefined ? {} : { data }) } } };
    }
  }
  if (typeof method !== 'string' || !(isJsonObject(params) || params === undefined || params === null)) {
    throw refusal('method must be a string, params an object', id);
  }
  const rawParams = isJsonObject(params) ? raw.get('params') : undefined;
  const said = isJsonObject(params) && rawParams !== undefined ? { method, params, rawParams } : { method };
  // A client that writes every member of a message gives its notifications an id of null.
  return id === undefined || (id === null && method.startsWith('notifications/'))
    ? { jsonrpc: '2.0', ...said }
    : { jsonrpc: '2.0', id, ...said };
}

function refusal(why: string, id: JsonRpcId | undefined): McpError {
  return new RefusedMessage(ERROR_INVALID_REQUEST, `Invalid Request: ${why}`, id);
}
