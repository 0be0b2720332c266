import type { Reply } from '../../http/reply.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { messageText } from '../../protocol/message-text.ts';
import { answerBatch } from '../exchange/batch.ts';
import { type McpClient, sessionClient } from '../exchange/mcp-client.ts';
import type { CountRefusal, McpServer } from '../server/server.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { createHttpExchange, type HttpOrigin, type WayBack } from './http-exchange.ts';
import { type HttpReply, responseMessage } from './http-reply.ts';
import { noteRunning } from './running-requests.ts';
import { whyNotGranted } from './why-not-granted.ts';

/** Who takes the messages of a batch over HTTP. */
interface BatchEndpoint {
  readonly server: McpServer;
  readonly sessions: Sessions;
  /** Called with each answered member and the size of its answer, in bytes. */
  readonly onAnswer: (request: JsonRpcRequest, bytes: number) => void;
}

/** Where a batch came from. */
interface BatchPlace {
  /** Absent where the batch names none. */
  readonly session: Session | undefined;
  readonly origin: HttpOrigin;
  /** The way back, which no answer has been given on yet. */
  readonly reply: HttpReply;
  readonly countRefusal: CountRefusal;
}

/**
 * Answers a batch over HTTP: where something is to be said before the answers are there, all of them come on one stream.
 *
 * @throws {McpError} HTTP 400 for a batch as a whole; what is wrong with a member is its answer.
 */
export async function answerHttpBatch(
  members: readonly RawJson[],
  { session, origin, reply, countRefusal }: BatchPlace,
  endpoint: BatchEndpoint,
): Promise<Reply> {
  const { server, sessions } = endpoint;
  const running = session?.streams.running.size ?? 0;
  const stopWaiting = reply.openWhenSlow(() => undefined);
  const answering = answerBatch(
    members,
    { session, running },
    {
      request: (request, of) => answerRequest(request, { client: sessionClient(of, 'http'), origin, reply, endpoint }),
      notified: (notification, of) => {
        if (whyNotGranted(notification, origin.grants, server) === undefined) {
          server.notified(notification, sessionClient(of, 'http'));
        }
      },
      answered: ({ id, answer }, of) => sessions.answered(of, id, answer),
      refused: countRefusal,
    },
  )
    .then((answers) => reply.answerAll(answers))
    .finally(stopWaiting);
  const isTaken = Promise.race([answering, reply.reply]);
  // What goes wrong once there is a stream ends it.
  void answering.catch(() => reply.answerAll([]));
  await isTaken;
  return reply.reply;
}

interface Asking {
  readonly client: McpClient;
  readonly origin: HttpOrigin;
  readonly reply: HttpReply;
  readonly endpoint: BatchEndpoint;
}

async function answerRequest(
  request: JsonRpcRequest,
  { client, origin, reply, endpoint: { server, onAnswer } }: Asking,
): Promise<JsonRpcMessage | undefined> {
  const refusal = whyNotGranted(request, origin.grants, server);
  if (refusal !== undefined) {
    throw refusal;
  }
  const exchange = createHttpExchange(client, origin, wayBack(reply));
  const end = noteRunning(request, exchange);
  const answer = await server.handle(request, exchange).finally(end);
  if (exchange.signal.aborted) {
    return undefined;
  }
  const message = responseMessage(request.id, answer);
  onAnswer(request, Buffer.byteLength(messageText(message)));
  return message;
}

/** The headers of the reply are no member's. */
function wayBack(reply: HttpReply): WayBack {
  return {
    get isReadAgain() {
      return reply.isReadAgain;
    },
    send: (message) => reply.send(message),
    notify: (method, params) => reply.notify(method, params),
  };
}
