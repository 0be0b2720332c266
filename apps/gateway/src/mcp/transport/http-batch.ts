import { emptyReply, jsonTextReply, type Reply } from '../../http/reply.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { batchText } from '../../protocol/message-text.ts';
import { answerBatch } from '../exchange/batch.ts';
import { type McpClient, sessionClient } from '../exchange/mcp-client.ts';
import type { McpServer } from '../server/server.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { createHttpExchange, type HttpOrigin } from './http-exchange.ts';
import { responseMessage } from './http-reply.ts';
import { noteRunning } from './running-requests.ts';
import { whyNotGranted } from './why-not-granted.ts';

/** Who takes the messages of a batch over HTTP. */
interface BatchEndpoint {
  readonly server: McpServer;
  readonly sessions: Sessions;
}

/** Where a batch came from. */
interface BatchPlace {
  /** Absent where the batch names none. */
  readonly session: Session | undefined;
  readonly origin: HttpOrigin;
}

/**
 * Answers a batch over HTTP. There is no stream, so what would come before an answer is not sent.
 *
 * @throws {McpError} HTTP 400 for a batch as a whole; what is wrong with a member is its answer.
 */
export async function answerHttpBatch(
  members: readonly RawJson[],
  { session, origin }: BatchPlace,
  { server, sessions }: BatchEndpoint,
): Promise<Reply> {
  const running = session?.streams.running.size ?? 0;
  const answers = await answerBatch(
    members,
    { session, running },
    {
      request: (request, of) => answerRequest(request, { client: sessionClient(of, 'http'), origin, server }),
      notified: (notification, of) => {
        if (whyNotGranted(notification, origin.grants, server) === undefined) {
          server.notified(notification, sessionClient(of, 'http'));
        }
      },
      answered: ({ id, answer }, of) => sessions.answered(of, id, answer),
    },
  );
  return answers.length === 0 ? emptyReply(202) : jsonTextReply(batchText(answers), 200);
}

interface Asking {
  readonly client: McpClient;
  readonly origin: HttpOrigin;
  readonly server: McpServer;
}

async function answerRequest(
  request: JsonRpcRequest,
  { client, origin, server }: Asking,
): Promise<JsonRpcMessage | undefined> {
  const refusal = whyNotGranted(request, origin.grants, server);
  if (refusal !== undefined) {
    return { jsonrpc: '2.0', id: request.id, error: refusal.toJson() };
  }
  const exchange = createHttpExchange(client, origin);
  const end = noteRunning(request, exchange);
  const answer = await server.handle(request, exchange).finally(end);
  return exchange.signal.aborted ? undefined : responseMessage(request.id, answer);
}
