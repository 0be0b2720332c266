import { emptyReply, jsonTextReply, type Reply } from '../../http/reply.ts';
import type { JsonRpcMessage } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { BATCH_VERSION, ERROR_INVALID_REQUEST, eraOf, McpError } from '../../protocol/mcp-protocol.ts';
import { messageText } from '../../protocol/message-text.ts';
import { sessionClient } from '../exchange/mcp-client.ts';
import { checkMessage, refusedId } from '../exchange/messages.ts';
import type { McpServer } from '../server/server.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { createHttpExchange, type HttpOrigin } from './http-exchange.ts';
import { responseMessage } from './http-reply.ts';
import { MAX_RUNNING_REQUESTS, noteRunning } from './running-requests.ts';
import { whyNotGranted } from './why-not-granted.ts';

/** Who takes the messages of a batch. */
interface BatchTaker {
  readonly server: McpServer;
  readonly sessions: Sessions;
}

/** Where a batch came from. */
interface BatchPlace {
  readonly session: Session | undefined;
  readonly origin: HttpOrigin;
}

/**
 * Answers a batch of JSON-RPC, which MCP 2025-03-26 alone has. Each member is a request of its own; there is no stream, so
 * what would come before an answer is not sent.
 *
 * @param session Absent where the batch names none.
 * @throws {McpError} HTTP 400 for a batch as a whole; what is wrong with a member is its answer.
 */
export async function answerBatch(
  members: readonly RawJson[],
  { session, origin }: BatchPlace,
  taker: BatchTaker,
): Promise<Reply> {
  if (session?.record.protocolVersion !== BATCH_VERSION) {
    throw noBatches();
  }
  if (members.length === 0) {
    throw new McpError(ERROR_INVALID_REQUEST, 'Invalid Request: an empty batch', { httpStatus: 400 });
  }
  if (session.streams.running.size + members.length > MAX_RUNNING_REQUESTS) {
    const message = `Invalid Request: a session runs at most ${MAX_RUNNING_REQUESTS} requests at once`;
    throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
  }
  const answers = await Promise.all(members.map((member) => answerMember(member, { session, origin }, taker)));
  const messages = answers.filter((answer) => answer !== undefined);
  return messages.length === 0 ? emptyReply(202) : jsonTextReply(`[${messages.map(messageText).join(',')}]`, 200);
}

async function answerMember(
  member: RawJson,
  { session, origin }: { readonly session: Session; readonly origin: HttpOrigin },
  { server, sessions }: BatchTaker,
): Promise<JsonRpcMessage | undefined> {
  try {
    const message = checkMessage(member);
    if ('method' in message && eraOf(message.params) === 'modern') {
      const refusal = noBatches().toJson();
      return 'id' in message ? { jsonrpc: '2.0', id: message.id, error: refusal } : undefined;
    }
    const client = sessionClient(session, 'http');
    if (!('method' in message)) {
      await sessions.answered(session, message.id, message.answer);
      return undefined;
    }
    const refusal = whyNotGranted(message, origin.grants, server);
    if (refusal !== undefined) {
      return 'id' in message ? { jsonrpc: '2.0', id: message.id, error: refusal.toJson() } : undefined;
    }
    if (!('id' in message)) {
      server.notified(message, client);
      return undefined;
    }
    const exchange = createHttpExchange(client, origin);
    const end = noteRunning(message, exchange);
    const answer = await server.handle(message, exchange).finally(end);
    return exchange.signal.aborted ? undefined : responseMessage(message.id, answer);
  } catch (error) {
    if (error instanceof McpError) {
      return { jsonrpc: '2.0', id: refusedId(error), error: error.toJson() };
    }
    throw error;
  }
}

function noBatches(): McpError {
  const message = `JSON-RPC batches exist only in protocol version ${BATCH_VERSION}`;
  return new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
}
