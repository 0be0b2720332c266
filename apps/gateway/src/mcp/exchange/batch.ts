import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { BATCH_VERSION, ERROR_INVALID_REQUEST, eraOf, McpError } from '../../protocol/mcp-protocol.ts';
import { MAX_RUNNING_REQUESTS } from '../session/session-streams.ts';
import type { Session } from '../session/session.ts';
import {
  type BareMessage,
  checkMessage,
  type ClientAnswerMessage,
  type ClientMessage,
  refusedId,
  toBareMessage,
} from './messages.ts';

/** Who takes the members of a batch. */
export interface BatchTaker {
  /** Gives nothing where its client cancelled it. */
  request(request: JsonRpcRequest, session: Session): Promise<JsonRpcMessage | undefined>;
  notified(notification: JsonRpcNotification, session: Session): void;
  /** Takes a client's answer to a question of ours. */
  answered(message: ClientAnswerMessage, session: Session): unknown;
  /** Told of a member that is refused before a handler has it. */
  refused(error: McpError, method: string | undefined): void;
}

/** Whose a batch is. */
export interface BatchOwner {
  /** Absent where the batch belongs to none. */
  readonly session: Session | undefined;
  /** Requests of the same client that run already. */
  readonly running: number;
}

/**
 * Answers a batch of JSON-RPC, which MCP 2025-03-26 alone has: each member is a request of its own.
 *
 * @returns The answers in the order of what they answer; none where nothing asked for one.
 * @throws {McpError} HTTP 400 for a batch as a whole; what is wrong with a member is its answer.
 */
export async function answerBatch(
  members: readonly RawJson[],
  { session, running }: BatchOwner,
  taker: BatchTaker,
): Promise<readonly JsonRpcMessage[]> {
  if (session?.record.protocolVersion !== BATCH_VERSION) {
    throw noBatches();
  }
  if (members.length === 0) {
    throw new McpError(ERROR_INVALID_REQUEST, 'Invalid Request: an empty batch', { httpStatus: 400 });
  }
  if (running + members.length > MAX_RUNNING_REQUESTS) {
    const message = `Invalid Request: a session runs at most ${MAX_RUNNING_REQUESTS} requests at once`;
    throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
  }
  const answers = await Promise.all(members.map((member) => answerMember(member, session, taker)));
  return answers.filter((answer) => answer !== undefined);
}

async function answerMember(member: RawJson, session: Session, taker: BatchTaker): Promise<JsonRpcMessage | undefined> {
  let bare: BareMessage = {};
  try {
    const message = checkMessage(member);
    bare = toBareMessage(message);
    return await answerMessage(message, session, taker);
  } catch (error) {
    if (!(error instanceof McpError)) {
      throw error;
    }
    const { id = refusedId(error), method } = bare;
    taker.refused(error, method);
    return { jsonrpc: '2.0', id, error: error.toJson() };
  }
}

async function answerMessage(
  message: ClientMessage,
  session: Session,
  taker: BatchTaker,
): Promise<JsonRpcMessage | undefined> {
  if (!('method' in message)) {
    await taker.answered(message, session);
    return undefined;
  }
  const isOfOtherEra = eraOf(message.params) === 'modern';
  if ('id' in message) {
    if (isOfOtherEra) {
      throw noBatches();
    }
    return taker.request(message, session);
  }
  if (!isOfOtherEra) {
    taker.notified(message, session);
  }
  return undefined;
}

function noBatches(): McpError {
  const message = `JSON-RPC batches exist only in protocol version ${BATCH_VERSION}`;
  return new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
}
