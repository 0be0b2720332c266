import type { JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { PeerQuestion } from '../../upstream/upstream.ts';
import type { ClientAnswer, SessionStreams } from './session-streams.ts';

const GONE: ClientAnswer = { error: { code: ERROR_SERVER, message: 'The client can no longer be asked' } };
const TOO_MANY: ClientAnswer = { error: { code: ERROR_SERVER, message: 'Too many questions wait for the client' } };
const CANCELLED: ClientAnswer = { error: { code: ERROR_SERVER, message: 'The request was cancelled' } };

/** Questions to one client at once: more than any call needs, and a server can't fill a session with them. */
const MAX_ASKED = 100;

/**
 * Asks the client; its answer comes back by the session's streams.
 *
 * @param send False where it could not be sent.
 */
export function askClient(
  { asked, newQuestionId }: SessionStreams,
  { method, params, signal }: PeerQuestion,
  send: (message: JsonRpcRequest) => boolean,
): Promise<ClientAnswer> {
  if (signal.aborted) {
    return Promise.resolve(CANCELLED); // no event follows that would take the question back
  }
  if (asked.size >= MAX_ASKED) {
    return Promise.resolve(TOO_MANY);
  }
  return new Promise((resolve) => {
    const id = newQuestionId();
    const finish = (answer: ClientAnswer): void => {
      asked.delete(id);
      resolve(answer);
    };
    asked.set(id, finish);
    signal.addEventListener('abort', () => finish(CANCELLED), { once: true });
    if (!send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) })) {
      finish(GONE);
    }
  });
}
